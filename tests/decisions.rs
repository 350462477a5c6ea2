//! What people decide about messages and records, through the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{fs, path::Path, time::Duration};

use homes::{AGREEMENT, Home, ROOT, pair, until};
use serde_json::Value;

/// The partner has new keys that we have not seen: its message waits until somebody has compared them.
#[test]
fn a_message_in_quarantine_waits_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let again = folder.path().join("again");
    fs::create_dir(&again).unwrap();
    let renewed = Home::init(&again, "cert.example", "CRT");
    renewed.meets(&us);
    let number = renewed.import();
    let sealed = folder.path().join("sealed.asc");
    let path = sealed.to_str().unwrap();
    renewed.done(&["seal", &number, "--partner", "isirt.example", "--by", "test", "-o", path]);
    let receipt = us.done(&["inbox", "import", "--from", "cert.example", path]);
    let message = us.inbox()[0]["message"].as_str().unwrap().to_owned();
    let state = || {
        let shown = us.json(&["inbox", "show", &message]);
        (shown["outcome"].as_str().unwrap().to_owned(), shown["code"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(state(), ("quarantined".to_owned(), "pgp-signer-unknown".to_owned()));
    let why = us.fails(1, &["inbox", "accept", &message, "--by", "alice"]);
    assert!(why.contains("pgp-signer-unknown"), "{why}");
    assert_eq!((state().0.as_str(), us.numbers().len()), ("quarantined", 0));

    let card = folder.path().join("renewed.card");
    fs::write(&card, renewed.done(&["partner", "card"])).unwrap();
    us.take_card(&card, "cert.example", AGREEMENT);
    let filed = us.done(&["inbox", "accept", &message, "--by", "alice"]).trim().to_owned();
    assert_eq!((state().0.as_str(), us.numbers()), ("filed", vec![filed]));
    assert_eq!(us.done(&["inbox", "import", "--from", "cert.example", path]), receipt, "the receipt stays");
    us.fails(1, &["inbox", "accept", &message, "--by", "alice"]);
    us.fails(1, &["inbox", "refuse", &message, "--by", "alice", "--reason", "too late"]);
    let leaves = us.done(&["audit", "export"]);
    assert!(leaves.contains("alice"), "who accepted is in the log");
    us.audit();
    drop(them);
}

#[test]
fn a_message_in_quarantine_can_be_refused_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let elsewhere = Home::init(folder.path(), "other.example", "OTH");
    them.meets(&elsewhere);
    let number = them.import();
    let sealed = folder.path().join("sealed.asc");
    let path = sealed.to_str().unwrap();
    them.done(&["seal", &number, "--partner", "other.example", "--by", "test", "-o", path]);
    us.done(&["inbox", "import", "--from", "cert.example", path]);
    let message = us.inbox()[0]["message"].as_str().unwrap().to_owned();
    us.done(&["inbox", "refuse", &message, "--by", "bob", "--reason", "not for us"]);
    let shown = us.json(&["inbox", "show", &message]);
    assert_eq!((shown["outcome"].as_str(), shown["reason"].as_str()), (Some("refused"), Some("not for us")));
    assert_eq!(us.done(&["inbox", "export", &message, "--original"]), fs::read_to_string(&sealed).unwrap());
    us.fails(1, &["inbox", "export", &message]);
    us.audit();
}

/// A partner who is away: parked, nothing is tried; tried again, it goes. As JSON, since that is what is agreed.
#[test]
fn a_parked_message_goes_when_it_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let text = fs::read_to_string(Path::new(ROOT).join(AGREEMENT)).unwrap();
    let version = text.lines().find(|line| line.starts_with("version")).unwrap();
    let json_only = folder.path().join("json.toml");
    let first = text.lines().find(|line| line.starts_with("formats")).unwrap();
    fs::write(&json_only, text.replacen(first, "formats = [\"iodef-json\"]", 1).replacen(version, "version = 1000", 1))
        .unwrap();
    us.done(&["partner", "agree", "cert.example", json_only.to_str().unwrap()]);

    let number = us.import();
    let message = us.done(&["send", &number, "--partner", "cert.example", "--by", "alice"]).trim().to_owned();
    us.fails(3, &["outbox", "flush"]);
    us.done(&["outbox", "park", &message, "--by", "bob"]);
    us.fails(1, &["outbox", "park", &message, "--by", "bob"]);
    let gateway = them.serve();
    us.done(&["outbox", "flush"]);
    assert!(them.inbox().is_empty(), "what is parked stays");
    us.done(&["outbox", "retry", &message, "--by", "bob"]);
    us.done(&["outbox", "flush"]);
    let shown = us.json(&["outbox", "show", &message]);
    assert_eq!((shown["state"].as_str(), shown["attempts"].as_array().map(Vec::len)), (Some("delivered"), Some(2)));
    assert!(shown["receipt"].as_str().unwrap().contains("BEGIN PGP"));
    us.fails(1, &["outbox", "retry", &message, "--by", "bob"]);
    gateway.stop();
    assert!(them.done(&["inbox", "export", &message]).starts_with("{\n  \"version\": \"2.00\""), "JSON was agreed");
    assert_eq!(them.numbers().len(), 1);
    us.audit();
    them.audit();
}

#[test]
fn a_revision_is_of_what_was_shown_and_says_who_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let us = Home::init(folder.path(), "isirt.example", "INC");
    let number = us.import();
    let shown = us.done(&["record", "show", &number]);
    let file = folder.path().join("changed.json");
    let path = file.to_str().unwrap();
    let revise = |text: &str, code: i32, by: &str| {
        fs::write(&file, text).unwrap();
        let args = ["record", "revise", &number, path, "--by", by, "--reason", "the number was wrong"];
        if code == 0 { us.done(&args) } else { us.fails(code, &args) }
    };
    revise(&shown, 1, "alice");
    let changed = shown.replacen("23125 112", "23125 113", 1);
    for by in ["system", "partner:cert.example", "two words", ""] {
        revise(&changed, 2, by);
    }
    revise(&changed, 0, "alice");
    let now = us.json(&["record", "show", &number])["records"][0].clone();
    let before: Value = serde_json::from_str(&shown).unwrap();
    let before = &before["records"][0];
    assert_eq!(now["version"].as_u64(), before["version"].as_u64().map(|version| version + 1));
    assert_eq!(
        (now["recorded_by"].as_str(), now["change_reason"].as_str()),
        (Some("alice"), Some("the number was wrong"))
    );
    assert!(now["supersedes"] != before["supersedes"] && now["modified"] != before["modified"]);
    assert_eq!(now["created"], before["created"]);
    // Made from what is no longer the newest.
    revise(&shown.replacen("23125 112", "23125 114", 1), 1, "bob");
    let history = us.json(&["record", "history", &number]);
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    assert_eq!(us.done(&["record", "show", &number, "--revision", "1"]), shown);
}

/// What `partner check` and `doctor` say is seen in what they say it of.
#[test]
fn a_check_says_what_stands_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let check = |code: i32| {
        let output = us.sirex(&["--json", "partner", "check", "cert.example"]);
        assert_eq!(output.status.code(), Some(code), "{}", homes::said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(check(1).contains("connect"), "nobody is there");
    let gateway = them.serve();
    assert!(check(0).contains("its gateway answers, and trusts us"));
    them.done(&["partner", "remove", "isirt.example", "--by", "test", "--why", "a test"]);
    until("the gateway has heard of it", Duration::from_secs(10), || {
        us.sirex(&["partner", "check", "cert.example"]).status.code() == Some(1)
    });
    gateway.stop();

    us.done(&["doctor"]);
    let message = us.done(&["send", &us.import(), "--partner", "cert.example", "--by", "test"]).trim().to_owned();
    us.done(&["outbox", "park", &message, "--by", "test"]);
    assert!(us.done(&["doctor"]).contains("messages are parked"));
    us.fails(1, &["doctor", "--strict"]);
    fs::remove_file(us.file("partners/cert.example/agreement.toml")).unwrap();
    let output = us.sirex(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("sirex partner agree"));
}

/// A flush that is cut off leaves nothing that has to wait for its lease; nobody delivers beside it.
#[test]
fn a_flush_goes_on_where_one_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    us.done(&["send", &us.import(), "--partner", "cert.example", "--by", "test"]);
    // Somebody who takes the connection and never answers: the flush waits.
    let silent = std::net::TcpListener::bind(("127.0.0.1", them.port)).unwrap();
    let mut command = us.command();
    command.args(["outbox", "flush"]);
    let flush = us.start(command);
    until("the message is on its way", Duration::from_secs(10), || us.outbox()[0]["state"] == "claimed");
    assert!(us.fails(3, &["outbox", "flush"]).contains("already-serving"));
    assert!(us.fails(3, &["serve"]).contains("already-serving"));
    flush.kill();
    drop(silent);
    let gateway = them.serve();
    us.done(&["outbox", "flush"]);
    assert_eq!((us.outbox()[0]["state"].as_str(), them.numbers().len()), (Some("delivered"), 1));
    gateway.stop();
}

/// Where the agreement says so, documents are for the schema with the errata; the gate knows its forms.
#[test]
fn a_partner_who_checks_by_the_errata_gets_what_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let number = us.import();
    let printed = us.done(&["preview", &number, "--partner", "cert.example"]);
    let text = fs::read_to_string(Path::new(ROOT).join(AGREEMENT)).unwrap();
    let errata = text.replace("[out]\n", "[out]\nprofile = \"errata\"\n").replace("version = 3", "version = 4");
    let agreement = folder.path().join("errata.toml");
    fs::write(&agreement, errata).unwrap();
    us.done(&["partner", "agree", "cert.example", agreement.to_str().unwrap()]);
    let shown = us.done(&["preview", &number, "--partner", "cert.example"]);
    for (before, after) in [
        ("<Counter type=\"ext-value\" ext-type=\"count\"", "<Counter type=\"count\""),
        ("<Confidence rating=\"high\"/>", "<AdditionalData dtype=\"string\" meaning=\"confidence\">high<"),
    ] {
        assert!(printed.contains(before) && !shown.contains(before), "{before}");
        assert!(shown.contains(after) && !printed.contains(after), "{after}");
    }
    let gateway = them.serve();
    let message = us.done(&["send", &number, "--partner", "cert.example", "--by", "alice"]).trim().to_owned();
    us.done(&["outbox", "flush"]);
    gateway.stop();
    assert!(them.done(&["inbox", "export", &message]).contains("<Counter type=\"count\""));
    assert_eq!(them.inbox()[0]["outcome"].as_str(), Some("filed"));
}

/// CBOR by hand, without OpenPGP where that is agreed: kept as what it is.
#[test]
fn cbor_that_comes_by_hand_is_filed_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (us, _) = pair(folder.path());
    let text = fs::read_to_string(Path::new(ROOT).join(AGREEMENT)).unwrap();
    let plain = text
        .replace("sealing = \"required\"", "sealing = \"plain-over-tls\"")
        .replace("signature = \"required\"", "signature = \"optional\"")
        .replace("formats = [\"iodef-xml\", \"iodef-json\", \"stix\"]", "formats = [\"iodef-cbor\"]")
        .replace("version = 3", "version = 4");
    let (agreement, report) = (folder.path().join("plain.toml"), folder.path().join("report.cbor"));
    fs::write(&agreement, plain).unwrap();
    us.done(&["partner", "agree", "cert.example", agreement.to_str().unwrap()]);
    let path = report.to_str().unwrap();
    us.done(&["translate", "--to", "iodef-cbor", homes::RECORD, "-o", path]);
    us.done(&["inbox", "import", "--from", "cert.example", path]);
    let message = us.inbox()[0]["message"].as_str().unwrap().to_owned();
    let shown = us.json(&["inbox", "show", &message]);
    assert_eq!((shown["outcome"].as_str(), shown["media_type"].as_str()), (Some("filed"), Some("application/cbor")));
}
