//! `openssl` as somebody whom a gateway at work must not let in: refused in the handshake, counted, and nothing else.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::SignedDuration;
use sirex::{
    tls::{NewKey, OwnKey},
    world::{Clock as _, FixedClock, Machine},
};

use crate::{homes::Home, peer::tool};

/// A message is brought without waiting for the handshake's end: what a stranger writes must reach nobody.
const REQUEST: &str = "POST /push HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pgp-encrypted\r\n\
    Content-Length: 4\r\nConnection: close\r\n\r\nabcd";

/// All that `openssl s_client` says; in TLS 1.3 the refusal comes after the client's own handshake, so it goes on reading.
fn s_client(port: u16, more: &[&str]) -> String {
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &address, "-ign_eof"]).args(more);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have been refused, and have ended, before it reads.
    let _ = child.stdin.take().unwrap().write_all(REQUEST.as_bytes());
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Every file of the home and its bytes, save the database, whose content the log stands for.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.file_name().unwrap().to_string_lossy().starts_with("store.sqlite") {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn strangers_leave_nothing_but_a_count() {
    let Some(()) = tool("openssl") else { return };
    let folder = tempfile::tempdir().unwrap();
    let home = |domain: &str| Home::init(folder.path(), domain, "ABC");
    let (us, friend, late) = (home("us.example"), home("friend.example"), home("late.example"));
    // A partner whose key is pinned and whose certificate has run out.
    let year_ago = FixedClock(Machine.now() - SignedDuration::from_hours(24 * 500));
    let old = OwnKey::generate(&NewKey::of("late.example"), &year_ago).unwrap();
    old.save(&late.file("keys/tls")).unwrap();
    // Somebody whose key nobody has pinned.
    let stranger = folder.path().join("stranger");
    OwnKey::generate(&NewKey::of("friend.example"), &Machine).unwrap().save(&stranger).unwrap();
    us.meets(&friend);
    us.meets(&late);

    let gateway = us.serve();
    let before = (us.audit(), files(us.folder()));
    let pem = |folder: PathBuf| folder.join(OwnKey::FILE).to_str().unwrap().to_owned();
    let (unknown, expired, good) = (pem(stranger), pem(late.file("keys/tls")), pem(friend.file("keys/tls")));
    for (pem, alert) in [
        (None, "alert certificate required"),
        (Some(&unknown), "alert unknown ca"),
        (Some(&expired), "alert certificate expired"),
    ] {
        for version in ["-tls1_3", "-tls1_2"] {
            let shows: Vec<&str> = pem.iter().flat_map(|pem| ["-cert", pem, "-key", pem]).collect();
            let said = s_client(us.port, &[&[version][..], &shows].concat());
            assert!(said.contains(alert) && !said.contains("HTTP/1.1"), "{version} {alert}: {said}");
        }
    }
    assert!(us.inbox().is_empty());
    assert_eq!(us.done(&["record", "list"]), "");
    let after = (us.audit(), files(us.folder()));
    assert_eq!((&before.0["leaves"], &before.0["root"]), (&after.0["leaves"], &after.0["root"]));
    assert_eq!(before.1, after.1);
    // The way that was shut to them is open: the same request by a partner is answered.
    let said = s_client(us.port, &["-cert", &good, "-key", &good]);
    assert!(said.contains("HTTP/1.1 200") && said.contains("BEGIN PGP MESSAGE"), "{said}");
    assert_eq!(us.inbox().len(), 1);

    gateway.stop();
    let log = us.log();
    let counts = log.lines().find(|line| line.contains("connections were refused")).unwrap_or_else(|| panic!("{log}"));
    for reason in ["no-certificate", "certificate-unknown", "certificate-expired"] {
        assert!(counts.contains(&format!("\"{reason}\": 2")), "{counts}");
    }
}
