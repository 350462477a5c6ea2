use proptest::prelude::*;

use super::*;
use crate::sharing::DenyKey;

fn rule(how: How, with: Option<&str>, words: &[&str]) -> Rule {
    let select = Selector::parse("$.systems", &Default::default()).unwrap();
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Rule::new(select, how, with.map(str::to_owned), words).map_err(|bad| bad.expected).unwrap()
}

fn keys(partner: &str, record: u128) -> CaseKeys {
    let record = RecordId(uuid::Uuid::from_u128(record));
    PseudonymKey::new(&[9; 32]).of_case(&partner.parse().unwrap(), &record)
}

fn deny(entries: &str) -> DenyEntries {
    DenyEntries::parse(&DenyKey::new(&[7; 32]).unwrap(), entries).unwrap()
}

fn apply(rule: &Rule, text: &str) -> Option<String> {
    apply_as(rule, text, &keys("cert.example", 1))
}

fn apply_as(rule: &Rule, text: &str, keys: &CaseKeys) -> Option<String> {
    match rule.apply(&text.into(), keys, &deny("")) {
        Outcome::Value(value) => value.as_str().map(str::to_owned),
        Outcome::Unfit(_) => None,
    }
}

#[test]
fn pseudonyms_are_stable_within_a_case_and_for_a_partner_only() {
    let rule = rule(How::Pseudonym, Some("host"), &[]);
    let label = apply(&rule, "db1.corp.example").unwrap();
    assert!(label.strip_prefix("host-").is_some_and(|rest| rest.len() == 10 && !label.contains('.')), "{label}");
    for same in ["DB1.corp.example", "db1.corp.example.", " db1.corp.example"] {
        assert_eq!(apply(&rule, same).unwrap(), label, "{same}");
    }
    assert_ne!(apply(&rule, "db2.corp.example").unwrap(), label);
    assert_ne!(apply_as(&rule, "db1.corp.example", &keys("other.example", 1)).unwrap(), label);
    assert_ne!(apply_as(&rule, "db1.corp.example", &keys("cert.example", 2)).unwrap(), label);
}

#[test]
fn networks_are_cut_to_their_site() {
    let rule = rule(How::GeneraliseNetwork, None, &[]);
    for (text, network) in [
        ("192.0.2.107", "192.0.2.0/24"),
        ("10.1.2.128/25", "10.1.2.0/24"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("2001:db8::/32", "2001:db8::/32"),
    ] {
        assert_eq!(apply(&rule, text).as_deref(), Some(network));
    }
    for unfit in ["", "db1.corp.example", "192.0.2.1/255.255.255.0", "192.0.2", "02:00:5e:10:00:6b", "192.0.2.1 "] {
        assert_eq!(apply(&rule, unfit), None, "{unfit}");
    }
}

/// The first test vector of the ipcrypt-pfx specification, so that the crate is known to do what it says.
#[test]
fn addresses_are_encrypted_as_specified() {
    let key = "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301";
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap()).collect();
    let cipher = IpcryptPfx::new(bytes.try_into().unwrap());
    let keys = CaseKeys { labels: hmac::Key::new(hmac::HMAC_SHA256, b"x"), addresses: cipher };
    let rule = rule(How::PrefixPreserving, None, &[]);
    for (plain, encrypted) in [("0.0.0.0", "151.82.155.134"), ("192.0.2.1", "100.115.72.131")] {
        assert_eq!(apply_as(&rule, plain, &keys).as_deref(), Some(encrypted));
    }
}

proptest! {
    #[test]
    fn addresses_that_share_a_prefix_still_do(one: u32, other: u32, prefix in 0..=32_u8) {
        let rule = rule(How::PrefixPreserving, None, &[]);
        let (one, other) = (std::net::Ipv4Addr::from(one), std::net::Ipv4Addr::from(other));
        let encrypted = |address: std::net::Ipv4Addr| -> u32 {
            apply(&rule, &address.to_string()).unwrap().parse::<std::net::Ipv4Addr>().unwrap().into()
        };
        let shared = |one: u32, other: u32| (one ^ other).leading_zeros();
        prop_assert_eq!(shared(one.into(), other.into()), shared(encrypted(one), encrypted(other)));
        let network = format!("{one}/{prefix}");
        let made: IpNet = apply(&rule, &network).unwrap().parse().unwrap();
        prop_assert_eq!(made.prefix_len(), prefix);
        prop_assert!(made.contains(&IpAddr::from(std::net::Ipv4Addr::from(encrypted(one)))));
    }
}

#[test]
fn only_texts_are_rewritten() {
    let keys = keys("cert.example", 1);
    for how in [How::PrefixPreserving, How::GeneraliseNetwork, How::Pseudonym] {
        assert_eq!(rule(how, None, &[]).apply(&7.into(), &keys, &deny("")), Outcome::Unfit("not a text"));
    }
    assert_eq!(rule(How::Replace, Some("x"), &[]).apply(&true.into(), &keys, &deny("")), Outcome::Unfit("not a text"));
    assert_eq!(rule(How::Mask, None, &[]).apply(&7.into(), &keys, &deny("")), Outcome::Value(7.into()));
    assert_eq!(apply(&rule(How::Replace, Some("x"), &[]), "anything").as_deref(), Some("x"));
}

#[test]
fn masking_takes_listed_words_and_deny_entries_out() {
    let list = deny(
        "people\tJane Doe\npeople\tJosephine Doe\nhosts\tcorp.example\nnetworks\t10.0.0.0/8\ncases\tNHC-1\ncanaries\tzebra9\n",
    );
    let mask = |text: &str, words: &[&str]| {
        let rule = rule(How::Mask, Some("#"), words);
        match rule.apply(&text.into(), &keys("cert.example", 1), &list) {
            Outcome::Value(value) => value.as_str().map(str::to_owned),
            Outcome::Unfit(_) => None,
        }
    };
    for (text, masked) in [
        ("nothing to see", "nothing to see"),
        ("Jane Doe called, JANE DOE hung up", "# called, # hung up"),
        ("db1.corp.example:443 and mail jane@corp.example.", "#:443 and mail #."),
        ("10.1.2.3, 10.0.0.0/24 and 192.0.2.1", "#, # and 192.0.2.1"),
        ("case nhc-1; case nhc-12", "case #; case nhc-12"),
        ("xzebra9x", "x#x"),
        ("Gate and gateway; GATE", "# and gateway; #"),
        ("ÄGate", "ÄGate"),
        ("", ""),
    ] {
        assert_eq!(mask(text, &["gate"]).as_deref(), Some(masked), "{text}");
    }
    // What the gate would find in it all the same stays here whole.
    for hidden in
        ["db1.corp[.]example", "mycorp.example", "J o s e p h i n e D o e", "bWFpbCBqYW5lQGNvcnAuZXhhbXBsZQ=="]
    {
        assert_eq!(mask(hidden, &[]), None, "{hidden}");
    }
}
