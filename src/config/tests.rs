use super::*;
use crate::error::Code;

fn example() -> String {
    Config::example(&new_home())
}

fn new_home() -> NewHome<'static> {
    NewHome {
        domain: "csirt.example",
        name: "CSIRT \"Example\" {email}",
        prefix: "EX",
        email: "csirt@csirt.example",
        push: None,
        listen: None,
    }
}

#[test]
fn what_a_new_home_is_told_stands_in_its_configuration() {
    let config = Config::parse(&example()).unwrap();
    assert_eq!((config.team.name.as_str(), config.team.email.as_str()), (new_home().name, new_home().email));
    assert_eq!((config.team.push, config.listen), (None, Listen::default()));
    let listen = SocketAddr::from(([127, 0, 0, 1], 7));
    let told = NewHome { push: Some("https://a.example/push"), listen: Some(listen), ..new_home() };
    let config = Config::parse(&Config::example(&told)).unwrap();
    assert_eq!((config.team.push.as_deref(), config.listen.partner), (told.push, listen));
}

#[test]
fn the_example_reads_and_its_comments_are_the_defaults() {
    let config = Config::parse(&example()).unwrap();
    // The examples for [team] are no defaults; everything else says what holds when it is left out.
    let (team, rest) = example().split_once("[listen]").map(|(a, b)| (a.to_owned(), format!("[listen]{b}"))).unwrap();
    let open: String = rest.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
    assert_eq!(Config::parse(&format!("{team}{open}")).unwrap(), config);
    let keys = |text: &str| text.lines().filter(|line| line.contains(" = ")).count();
    assert_eq!(keys(&rest), 1 + 13 + 9 + 4, "every key is in the example");
    let contacts: String = team.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
    let contacts = contacts.split_once("[team]").map(|(_, team)| format!("[team]{team}")).unwrap();
    let contacts = contacts.replace("Roles that partners", "# Roles that partners");
    assert_eq!(Config::parse(&contacts).unwrap().team.contacts[0].hours.as_deref(), Some("24/7"));
}

#[test]
fn what_is_wrong_is_named_with_line_and_key() {
    for (from, to, key) in [
        ("domain = \"csirt.example\"", "domain = \"../x\"", "team.domain"),
        ("domain = \"csirt.example\"", "domain = \"CSIRT.example\"", "team.domain"),
        ("prefix = \"EX\"", "prefix = \"ex\"", "team.prefix"),
        ("prefix = \"EX\"", "prefix = \"1X\"", "team.prefix"),
        ("email = \"csirt@csirt.example\"", "email = \" \"", "team.email"),
        ("# partner = ", "partner = \"somewhere\" #", "listen.partner"),
        ("# body_bytes = 26214400", "body_bytes = 0", "limits.body_bytes"),
        ("# body_bytes = 26214400", "body_bytes = 4294967296", "limits.body_bytes"),
        ("# connections = 512", "connections = 63", "limits.connections_per_address"),
        ("# connections_per_partner = 32", "connections_per_partner = 513", "limits.connections_per_partner"),
        ("# deliveries = 16", "deliveries = 3", "limits.deliveries_per_partner"),
        ("# handshake = \"10s\"", "handshake = \"10\"", "timeouts.handshake"),
        ("# handshake = \"10s\"", "handshake = \"0s\"", "timeouts.handshake"),
        ("# handshake = \"10s\"", "handshake = \"-1s\"", "timeouts.handshake"),
        ("# handshake = \"10s\"", "handshake = \"é\"", "timeouts.handshake"),
        ("# handshake = \"10s\"", "handshake = \"99999d\"", "timeouts.handshake"),
        ("# handshake = \"10s\"", "handshake = \"99999999999999999999s\"", "timeouts.handshake"),
        ("# cap = \"4000s\"", "cap = \"1s\"", "retry.cap"),
        ("# jitter_percent = 25", "jitter_percent = 101", "retry.jitter_percent"),
        ("# idle = \"60s\"", "idel = \"60s\"", "timeouts.idel"),
    ] {
        let text = example().replacen(from, to, 1);
        assert_ne!(text, example(), "{from}");
        let finding = Config::parse(&text).unwrap_err();
        assert_eq!((finding.code, finding.path.as_str()), (Code::ConfigInvalid, key), "{finding}");
        let line = text.lines().position(|line| line.starts_with(to)).map(|at| at as u64 + 1);
        assert!(line.is_none_or(|line| finding.position.line <= line && finding.position.line > 0), "{finding}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    write(&file, b"[team]\n", Access::Default).unwrap();
    let error = Config::load(&file).unwrap_err();
    assert!(error.to_string().contains("config.toml:1:1: error config-invalid team"), "{error}");
}

#[test]
fn lengths_have_one_form() {
    for (text, seconds) in [("1s", 1), ("90s", 90), ("5m", 300), ("2h", 7_200), ("3d", 259_200)] {
        assert_eq!(Length::parse(text).unwrap().get().as_secs(), seconds);
    }
    for bad in ["", "s", "1", "1.5h", "+1s", "1 s", "1S", "1w"] {
        assert_eq!(Length::parse(bad), None, "{bad}");
    }
}
