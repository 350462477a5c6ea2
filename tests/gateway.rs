//! The binary, from the outside, as its user has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sirex(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sirex"));
    command.current_dir(ROOT).arg("--home").arg(home).args(args).stdin(Stdio::null()).output().unwrap()
}

fn ends_with(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "standard output:\n{out}\nstandard error:\n{err}");
    (out, err)
}

#[test]
fn the_demonstration_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let homes = folder.path().join("homes");
    let (out, _) = ends_with(&sirex(folder.path(), &["demo", "--keep", homes.to_str().unwrap()]), 0);
    assert!(out.contains("the receipt came back and was verified"), "{out}");
    // What the deny list of the team has and what was held back is nowhere in the CERT's home, in no form that reads.
    let cert = homes.join("cert.example");
    for secret in ["Katrin Solberg", "canary-7f3a91c2"] {
        let found = files_with(&cert, secret.as_bytes());
        assert!(found.is_empty(), "{secret} is in {found:?}");
    }
    // The search finds what is there: the incident's own file is in the folder above.
    assert!(!files_with(&homes, b"Katrin Solberg").is_empty());
}

fn files_with(folder: &Path, wanted: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else if fs::read(&path).unwrap().windows(wanted.len()).any(|part| part == wanted) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_document_that_is_wrong_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    ends_with(&sirex(folder.path(), &["validate", "fixtures/records/ransomware.json"]), 0);
    let wrong = folder.path().join("wrong.xml");
    fs::write(&wrong, "<IODEF-Document xmlns='urn:ietf:params:xml:ns:iodef-2.0' version='2.00'>\n  <Incident").unwrap();
    let (out, _) = ends_with(&sirex(folder.path(), &["validate", wrong.to_str().unwrap()]), 1);
    assert!(out.lines().any(|line| line.contains("wrong.xml:2:") && line.contains(" error ")), "{out}");
    let missing = folder.path().join("missing.xml");
    let output = sirex(folder.path(), &["validate", missing.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.xml"));
}

#[test]
fn a_record_goes_to_iodef_and_back_and_forth_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (xml, record, again) = (place("a.xml"), place("b.json"), place("c.xml"));
    let go = |to: &str, from: &str, into: &str| {
        ends_with(
            &sirex(folder.path(), &["translate", "--to", to, "--loss", &place("loss.json"), from, "-o", into]),
            0,
        );
    };
    go("iodef-xml", "fixtures/records/ransomware.json", &xml);
    go("record", &xml, &record);
    go("iodef-xml", &record, &again);
    // The order among elements of different kinds in one list is the record's own, and what an element inherits or has by default
    // may be written out on it; nothing else may differ.
    let inherited = [" xml:lang=\"en\"", " restriction=\"amber\"", " spoofed=\"unknown\"", " virtual=\"unknown\""];
    let lines = |file: &str| {
        let text = fs::read_to_string(file).unwrap();
        let mut lines: Vec<_> = text
            .lines()
            .map(|line| inherited.iter().fold(line.to_owned(), |line, one| line.replace(one, "")))
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&again), lines(&xml));
    let account: serde_json::Value = serde_json::from_slice(&fs::read(place("loss.json")).unwrap()).unwrap();
    assert!(account.to_string().contains("kept"));
}

/// Under a name that does not end in `.json` the account is a table: each fate with its count, what was dropped first.
#[test]
fn the_account_is_a_table_for_readers() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let translate = |loss: &str| {
        let args = [
            "translate",
            "--to",
            "iodef1-xml",
            "--loss",
            loss,
            "fixtures/iodef-v2/intrusion.xml",
            "-o",
            &place("old.xml"),
        ];
        ends_with(&sirex(folder.path(), &args), 0);
        fs::read_to_string(loss).unwrap()
    };
    let account: Vec<serde_json::Value> = serde_json::from_str(&translate(&place("loss.json"))).unwrap();
    let table = translate(&place("loss.txt"));
    let headings: Vec<(&str, usize)> = table
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split_once(": ").map(|(fate, count)| (fate, count.parse().unwrap())).unwrap())
        .collect();
    let count = |fate: &str| account.iter().filter(|entry| entry["fate"] == *fate).count();
    let all = [
        ("dropped", "dropped"),
        ("coarsened", "coarsened"),
        ("moved", "moved"),
        ("carried", "carried along"),
        ("kept", "kept"),
    ];
    let wanted = all.map(|(fate, heading)| (heading, count(fate)));
    let wanted: Vec<_> = wanted.into_iter().filter(|(_, count)| *count > 0).collect();
    assert!(wanted.len() > 2, "{wanted:?}");
    assert_eq!(headings, wanted);
    for entry in &account {
        let path = format!("  {} ", entry["path"].as_str().unwrap());
        assert!(table.lines().any(|line| line.starts_with(&path)), "{path}");
    }
}

#[test]
fn without_a_home_nothing_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("none");
    for args in [&["record", "list"][..], &["serve"], &["send", "INC-1", "--partner", "cert.example"]] {
        let (_, err) = ends_with(&sirex(&home, args), 2);
        assert!(err.contains("none"), "{err}");
    }
    assert!(!home.exists());
}
