//! Commands in the wrong order, in the wrong state, at once and cut off, through the binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::{Command, Stdio},
};

use homes::{AGREEMENT, Home, ROOT, SIREX, pair, said};
use serde_json::Value;

/// A command that ends itself at a point of the store.
fn cut_off(home: &Home, point: &str, args: &[&str]) {
    let output = home.command().args(args).env("SIREX_ABORT_AT", point).output().unwrap();
    assert_eq!(output.status.code(), None, "{point}: {}", said(&output));
}

#[test]
fn a_home_is_made_wherever_its_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let init = |home: &str, prefix: &str| {
        let mut command = Command::new(SIREX);
        command.current_dir(folder.path()).args(["--home", home, "init", "--team", "isirt.example"]);
        command.args(["--email", "team@isirt.example", "--prefix", prefix]).output().unwrap()
    };
    fs::create_dir(folder.path().join("here")).unwrap();
    fs::create_dir(folder.path().join("target")).unwrap();
    std::os::unix::fs::symlink("target", folder.path().join("link")).unwrap();
    for home in ["./new/", "deep/er/", "here", "link"] {
        let path = folder.path().join(home);
        let before = fs::metadata(&path).ok().map(|found| found.ino());
        assert_eq!(init(home, "no prefix").status.code(), Some(2));
        assert!(fs::read_dir(&path).map_or(0, Iterator::count) == 0, "{home}: nothing of a failed attempt stays");
        let output = init(home, "INC");
        assert!(output.status.success(), "{home}: {}", said(&output));
        // It may be a mount: it stays the folder that it was.
        assert!(before.is_none_or(|before| fs::metadata(&path).unwrap().ino() == before), "{home}");
        let names = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| !name.starts_with(".init")), "{home}");
        assert_eq!(init(home, "INC").status.code(), Some(2), "{home} is a home already");
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["deep", "here", "link", "new", "target"]);
}

#[test]
fn json_is_one_document_however_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "isirt.example", "INC");
    let braces = folder.path().join("braces.txt");
    fs::write(&braces, "{no JSON").unwrap();
    let own = folder.path().join("own.asc");
    fs::write(&own, home.done(&["key", "export", "--profile", "rfc4880"])).unwrap();
    let sealed = folder.path().join("sealed.asc");
    let (own, braces, sealed) = (own.to_str().unwrap(), braces.to_str().unwrap(), sealed.to_str().unwrap());
    home.done(&["seal", braces, "--recipient", own, "--ungated", "exercise", "--by", "alice", "-o", sealed]);
    for (code, args) in [
        (2, &["bogus"][..]),
        (2, &[]),
        (2, &["send"]),
        (2, &["record", "import", "x", "--by", "two words"]),
        (0, &["--help"]),
        (0, &["--version"]),
        (0, &["open", sealed]),
        (1, &["record", "show", "INC-1"]),
        (0, &["record", "list"]),
    ] {
        let output = home.command().arg("--json").args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        let value: Result<Value, _> = serde_json::from_slice(&output.stdout);
        assert!(value.is_ok(), "{args:?}: {}", said(&output));
        assert_eq!(value.unwrap()["error"].is_object(), code != 0, "{args:?}: {}", said(&output));
    }
    let serve = home.command().args(["--json", "serve"]).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(Command::new("kill").arg(serve.id().to_string()).status().unwrap().success());
    let output = serve.wait_with_output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(value["serving_on"], format!("127.0.0.1:{}", home.port));
}

#[test]
fn nobody_who_listens_is_no_reason_to_break() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("none");
    for redirection in [">/dev/full", "2>/dev/full", ">/dev/full 2>&1"] {
        let line = format!("exec {SIREX} --json --home {} record list {redirection}", home.display());
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert!(matches!(output.status.code(), Some(2 | 3)), "{redirection}: {}", said(&output));
    }
}

#[test]
fn keys_that_others_may_use_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "isirt.example", "INC");
    let openpgp = fs::read_dir(home.file("keys/openpgp")).unwrap().next().unwrap().unwrap().path();
    let keys = ["audit.key", "deny.key", "pseudonym.key", "tls/own.pem"].map(|key| home.file("keys").join(key));
    for key in keys.iter().chain([&openpgp]) {
        for mode in [0o640, 0o604] {
            fs::set_permissions(key, fs::Permissions::from_mode(mode)).unwrap();
            let error = home.fails(2, &["record", "list"]);
            assert!(error.contains(key.to_str().unwrap()) && error.contains("chmod 600"), "{error}");
        }
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
        home.done(&["record", "list"]);
    }
}

#[test]
fn the_card_has_the_certificate_that_the_listener_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let card = us.folder().with_extension("cert.example.card");
    fs::write(&card, them.done(&["partner", "card"])).unwrap();
    let own = fs::read_to_string(them.file("keys/tls/own.pem")).unwrap();
    let certificate = &own[own.find("-----BEGIN CERTIFICATE").unwrap()..];
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    // What the partner keeps is what can be given to other tools.
    let kept = homes::files_with(&us.file("partners"), lines(certificate)[1].as_bytes());
    assert!(!kept.is_empty(), "no file of the partner's folder has the certificate");
    let pem = kept.iter().find(|path| path.extension().is_some_and(|end| end == "pem")).unwrap();
    assert_eq!(lines(&fs::read_to_string(pem).unwrap()), lines(certificate));
}

#[test]
fn an_approval_counts_with_its_message_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (us, _them) = pair(folder.path());
    let number = us.import();
    let propose = || us.done(&["send", &number, "--partner", "cert.example", "--consent"]).trim().to_owned();
    let approve = |release: &str| us.done(&["approve", release, "--by", "bob"]).trim().to_owned();

    // Whatever is on disk when it is cut off, the release can be approved or the message is there.
    for nth in 1..=4 {
        let release = propose();
        let output = us
            .command()
            .args(["approve", &release, "--by", "bob"])
            .env("SIREX_ABORT_AT", format!("after-commit-before-answer:{nth}"))
            .output()
            .unwrap();
        let ended = output.status.code().is_some();
        let before = us.outbox().iter().filter(|one| one["state"] == "queued").count();
        let again = us.sirex(&["approve", &release, "--by", "bob"]);
        let after = us.outbox().iter().filter(|one| one["state"] == "queued").count();
        let queued_now = again.status.success();
        assert_eq!(after - before, usize::from(queued_now), "{nth}");
        assert!(queued_now || before > 0, "{nth}: neither approved nor sent: {}", said(&again));
        assert_eq!(after, nth, "{nth}: {}", said(&again));
        if ended {
            break;
        }
    }

    // A second approval, a rejection after it, an approval after a rejection: none of them changes anything.
    let release = propose();
    approve(&release);
    us.fails(1, &["approve", &release, "--by", "bob"]);
    us.fails(1, &["reject", &release, "--by", "bob"]);
    let release = propose();
    us.done(&["reject", &release, "--by", "bob"]);
    us.fails(1, &["approve", &release, "--by", "bob"]);
    us.fails(1, &["reject", &release, "--by", "bob"]);
    us.fails(1, &["approve", "no-such-release", "--by", "bob"]);

    // Not when the record was revised meanwhile.
    let release = propose();
    let record = folder.path().join("record.json");
    fs::write(&record, us.done(&["record", "show", &number]).replacen("23125 112", "23125 113", 1)).unwrap();
    us.done(&["record", "revise", &number, record.to_str().unwrap(), "--by", "alice", "--reason", "again"]);
    us.fails(1, &["approve", &release, "--by", "bob"]);
    assert!(us.outbox().iter().any(|one| one["id"] == release.as_str()), "it still waits");
}

#[test]
fn a_send_that_is_cut_off_leaves_a_message_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (us, _them) = pair(folder.path());
    let number = us.import();
    let send = ["send", &number, "--partner", "cert.example", "--by", "alice"];
    cut_off(&us, "before-commit:2", &send);
    let log = us.done(&["audit", "export"]);
    assert!(us.outbox().is_empty() && !log.contains("\"released\""), "a release that never leaves: {log}");
    cut_off(&us, "after-commit-before-answer:2", &send);
    assert_eq!(us.outbox().len(), 1);
}

#[test]
fn entries_that_are_added_at_once_are_all_on_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "isirt.example", "INC");
    let add = |n: usize| {
        let mut command = home.command();
        command.args(["deny", "add", "hosts", &format!("host{n}.intern.example")]);
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let adding: Vec<_> = (0..6).map(add).collect();
    assert!(adding.into_iter().all(|mut child| child.wait().unwrap().success()));
    assert_eq!(home.done(&["deny", "list"]).lines().count(), 6);
}

#[test]
fn an_agreement_follows_only_by_a_higher_version() {
    let folder = tempfile::tempdir().unwrap();
    let (us, _them) = pair(folder.path());
    let text = fs::read_to_string(Path::new(ROOT).join(AGREEMENT)).unwrap();
    let file = folder.path().join("next.toml");
    let agree = ["partner", "agree", "cert.example", file.to_str().unwrap(), "--by", "alice"];
    let plain = text.replace("sealing = \"required\"", "sealing = \"plain-over-tls\"");
    for (code, version) in [(2, 3), (2, 2), (0, 4)] {
        fs::write(&file, plain.replace("version = 3", &format!("version = {version}"))).unwrap();
        let output = us.sirex(&agree);
        assert_eq!(output.status.code(), Some(code), "version {version}: {}", said(&output));
    }
    us.done(&agree);
}

#[test]
fn what_waits_stays_here_when_its_agreement_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let _gateway = them.serve();
    let number = us.import();
    let message = us.done(&["send", &number, "--partner", "cert.example", "--by", "alice"]).trim().to_owned();
    let file = folder.path().join("ended.toml");
    let text = fs::read_to_string(Path::new(ROOT).join(AGREEMENT)).unwrap();
    let ended = text.replace("version = 3", "version = 4").replace("until = 2027-12-31", "until = 2026-01-02");
    fs::write(&file, ended).unwrap();
    us.done(&["partner", "agree", "cert.example", file.to_str().unwrap(), "--by", "alice"]);
    us.fails(3, &["outbox", "flush"]);
    assert!(them.inbox().is_empty());
    let shown: Value = serde_json::from_str(&us.done(&["--json", "outbox", "show", &message])).unwrap();
    assert_eq!((&shown["state"], &shown["code"]), (&"queued".into(), &"agreement-not-valid".into()));
    // Nothing of it was lost: it goes when there is an agreement again.
    fs::write(&file, text.replace("version = 3", "version = 5")).unwrap();
    us.done(&["partner", "agree", "cert.example", file.to_str().unwrap(), "--by", "alice"]);
    us.done(&["outbox", "retry", &message, "--by", "alice"]);
    us.done(&["outbox", "flush"]);
    assert_eq!(them.inbox().len(), 1);
}

#[test]
fn without_its_deny_list_a_home_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (us, _them) = pair(folder.path());
    let number = us.import();
    fs::remove_file(us.file("deny.list")).unwrap();
    let error = us.fails(2, &["send", &number, "--partner", "cert.example", "--by", "alice"]);
    assert!(error.contains("deny.list"), "{error}");
}

#[test]
fn what_is_filed_is_neither_accepted_nor_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (us, them) = pair(folder.path());
    let _gateway = them.serve();
    let message = us.done(&["send", &us.import(), "--partner", "cert.example", "--by", "alice"]).trim().to_owned();
    us.done(&["outbox", "flush"]);
    for decision in [&["accept"][..], &["refuse", "--reason", "late"]] {
        let error = them.fails(1, &[&["inbox", decision[0], &message, "--by", "bob"], &decision[1..]].concat());
        assert!(error.contains("is filed, expected quarantined"), "{error}");
    }
    assert_eq!(them.numbers().len(), 1);
    us.fails(1, &["outbox", "retry", &message, "--by", "alice"]);
    us.fails(1, &["outbox", "park", &message, "--by", "alice"]);
}

#[test]
fn a_reason_says_something() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "isirt.example", "INC");
    let number = home.import();
    let record = folder.path().join("record.json");
    fs::write(&record, home.done(&["record", "show", &number])).unwrap();
    for reason in ["", " ", "two\nlines", "\u{1b}[2J"] {
        home.fails(2, &["record", "revise", &number, record.to_str().unwrap(), "--by", "alice", "--reason", reason]);
    }
    assert_eq!(home.done(&["record", "history", &number]).lines().count(), 1);
}
