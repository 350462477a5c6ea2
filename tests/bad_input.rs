//! What happens with documents, outputs and homes that are not as they should be: the exit code of the contract, a message
//! that says where and why, and nothing half done.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use homes::{Home, ROOT, SIREX, said};

/// Where the cases are; `cases.tsv` says what is to be found in each.
const CASES: &str = "fixtures/bad";
/// An internal record that is as it should be.
const RECORD: &str = "fixtures/records/phishing.json";

fn sirex(args: &[&str]) -> Output {
    Command::new(SIREX).current_dir(ROOT).args(args).stdin(Stdio::null()).output().unwrap()
}

/// What it said on both streams, once it has ended with this code and without a panic.
fn ends(output: &Output, code: i32) -> (String, String) {
    assert_eq!(output.status.code(), Some(code), "{}", said(output));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked") && !err.contains("(internal)"), "{err}");
    (out, err)
}

/// A line of `cases.tsv`.
struct Case {
    file: String,
    place: String,
    code: String,
    path: String,
}

impl Case {
    /// How the line of the finding begins.
    fn finding(&self) -> String {
        format!("{}:{}: error {} {}: found ", self.file, self.place, self.code, self.path)
    }
}

fn cases() -> Vec<Case> {
    let table = fs::read_to_string(Path::new(ROOT).join(CASES).join("cases.tsv")).unwrap();
    let case = |line: &str| match line.split('\t').collect::<Vec<_>>()[..] {
        [file, place, code, path] => {
            let [place, code, path] = [place, code, path].map(str::to_owned);
            Case { file: format!("{CASES}/{file}"), place, code, path }
        }
        _ => panic!("not four columns: {line}"),
    };
    table.lines().filter(|line| !line.starts_with('#')).map(case).collect()
}

#[test]
fn every_case_is_in_the_table() {
    let listed: BTreeSet<String> = cases().into_iter().map(|case| case.file).collect();
    let names = fs::read_dir(Path::new(ROOT).join(CASES)).unwrap();
    let there: BTreeSet<String> = names
        .map(|entry| format!("{CASES}/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|file| !file.ends_with("cases.tsv"))
        .collect();
    assert_eq!(listed, there);
    assert!(listed.len() > 40);
}

#[test]
fn each_case_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for case in cases() {
        let (found, noted) = ends(&sirex(&["validate", &case.file]), 1);
        let translated = sirex(&["translate", "--to", "record", "-o", out.to_str().unwrap(), &case.file]);
        // Of no format at all: there is no place to name. A record that contradicts itself is still one.
        if case.path == "-" {
            assert!(noted.contains(&case.file), "{noted}");
            assert!(ends(&translated, 1).1.contains("(format-unknown)"), "{}", said(&translated));
        } else {
            let first = found.lines().find(|line| line.contains(" error ")).unwrap_or_default();
            assert!(first.starts_with(&case.finding()), "expected {}\n{found}", case.finding());
            if case.code == "record-invariant" {
                ends(&translated, 0);
                fs::remove_file(&out).unwrap();
            } else {
                let (_, why) = ends(&translated, 1);
                assert!(why.contains(&case.finding()), "expected {}\n{why}", case.finding());
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{} left an output", case.file);
    }
}

#[test]
fn all_cases_at_once_are_all_named() {
    let cases = cases();
    let files: Vec<&str> = cases.iter().map(|case| case.file.as_str()).collect();
    let (found, _) = ends(&sirex(&[&["validate"][..], &files].concat()), 1);
    for case in cases.iter().filter(|case| case.path != "-") {
        assert!(found.lines().any(|line| line.starts_with(&case.finding())), "{}", case.file);
    }
    // One JSON document, in which each finding has its file.
    let (found, _) = ends(&sirex(&[&["--json", "validate"][..], &files].concat()), 1);
    let found: Vec<serde_json::Value> = serde_json::from_str(&found).unwrap();
    for case in cases.iter().filter(|case| case.path != "-") {
        let is_it = |one: &serde_json::Value| one["file"] == case.file && one["code"] == case.code;
        assert!(found.iter().any(is_it), "{}", case.file);
    }
}

/// STIX is checked, in files and from standard input, and translated without the objects that are wrong.
#[test]
fn stix_is_checked() {
    let (good, bad) = ("fixtures/stix/good-report.json", "fixtures/stix/valid-until.json");
    let (found, _) = ends(&sirex(&["validate", "--strict", good]), 0);
    assert_eq!(found, "");
    let (found, _) = ends(&sirex(&["validate", good, bad]), 1);
    let expected = format!("{bad}:15:7: error value-contradicts $.objects[0].valid_until: found ");
    assert!(found.starts_with(&expected) && found.contains("(STIX 2.1 §4.7.1)"), "{found}");
    assert_eq!(ends(&sirex(&["validate", "--format", "stix", bad]), 1).0, found);
    let input = fs::File::open(Path::new(ROOT).join(bad)).unwrap();
    let piped = Command::new(SIREX).current_dir(ROOT).args(["validate", "-"]).stdin(input).output().unwrap();
    assert_eq!(ends(&piped, 1).0, found.replace(bad, "-"));
    let (found, _) = ends(&sirex(&["validate", "fixtures/stix/version-20.json"]), 1);
    assert!(found.contains(" error format-unknown $.spec_version: found STIX 2.0, "), "{found}");
    // A warning is one where it is asked for.
    ends(&sirex(&["validate", "fixtures/stix/unknown-property.json"]), 0);
    ends(&sirex(&["validate", "--strict", "fixtures/stix/unknown-property.json"]), 1);
    // An object of which something is wrong is carried as it came, and said; asked to be strict, it is not translated.
    let (record, why) = ends(&sirex(&["translate", "--to", "record", bad]), 0);
    assert!(record.contains("Beacon") && why.contains(&expected) && why.contains("carried as it came"), "{why}");
    let (record, why) = ends(&sirex(&["translate", "--strict", "--to", "record", bad]), 1);
    assert!(record.is_empty() && why.contains("breaks the rules of stix"), "{why}");
    let (_, why) = ends(&sirex(&["validate", "--max-bytes", "100", good]), 1);
    assert!(why.contains("(limit-exceeded)"), "{why}");
}

/// Documents that are only bad by their size, made here.
#[test]
fn limits_hold_through_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let xml = |content: &str| {
        format!(
            "<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\" version=\"2.00\">\n{content}\n</IODEF-Document>"
        )
    };
    let (deep, long) = (100_000, 10 * 1024 * 1024);
    let nest = |open: &str, close: &str| format!("{}{}", open.repeat(deep), close.repeat(deep));
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    for (name, text, place) in [
        ("attribute.xml", xml(&format!("<Incident purpose=\"{}\"/>", "x".repeat(long))), "2:11"),
        ("attributes.xml", xml(&format!("<Incident{attributes}/>")), "2:"),
        ("deep.xml", xml(&nest("<a>", "</a>")), "2:"),
        ("name.xml", xml(&format!("<{}/>", "x".repeat(long))), "2:"),
        ("deep.json", format!("{{\"Incident\":\n{}}}", nest("[", "]")), "2:"),
        ("deep-objects.json", format!("{{\"Incident\":\n{}1{}}}", "{\"a\":".repeat(deep), "}".repeat(deep)), "2:"),
        ("deep-record.json", format!("{{\"sirex-record\":1,\"records\":\n{}}}", nest("[", "]")), "2:"),
        ("key.json", format!("{{\"Incident\":\n{{\"{}\":1}}}}", "x".repeat(long)), "2:"),
        ("large.json", format!("{{\"sirex-record\":1,{}\"records\":[]}}", " ".repeat(32 * 1024 * 1024)), ""),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let (file, out) = (file.to_str().unwrap(), folder.path().join("out"));
        for (args, code) in
            [(&["validate", file][..], 1), (&["translate", "--to", "record", "-o", out.to_str().unwrap(), file], 1)]
        {
            let (found, noted) = ends(&sirex(args), code);
            let wanted = format!("{file}:{place}");
            let lines: Vec<&str> = found.lines().chain(noted.lines()).collect();
            let is_it = |line: &&str| match place {
                // Too large to be read at all: there is no place in it.
                "" => line.contains(&format!("{file} is larger than ")),
                _ => line.starts_with(&wanted) && line.contains(" error limit-exceeded "),
            };
            assert!(lines.iter().any(is_it), "{args:?}: {}", lines.join("\n").chars().take(2_000).collect::<String>());
            assert!(lines.iter().all(|line| line.len() < 2_000), "{args:?} repeats the input");
        }
        assert!(!out.exists());
    }
}

/// What is read piece by piece has the limit that it is given.
#[test]
fn a_document_is_as_long_as_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for name in [
        "fixtures/iodef-v1/scan.xml",
        "fuzz/corpus/iodef_xml/good-ransomware.xml",
        "fuzz/corpus/iodef_json/good-phishing.json",
    ] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let size = fs::metadata(&file).unwrap().len();
        let file = file.to_str().unwrap();
        for (limit, code) in [(size, 0), (size - 1, 1)] {
            let limit = limit.to_string();
            let (found, noted) = ends(&sirex(&["validate", "--max-bytes", &limit, file]), code);
            assert_eq!(format!("{found}{noted}").contains("limit-exceeded"), code == 1, "{found}{noted}");
            let args = ["translate", "--max-bytes", &limit, "--to", "iodef-cbor", "-o", out.to_str().unwrap(), file];
            ends(&sirex(&args), code);
            assert_eq!(out.exists(), code == 0);
            let _ = fs::remove_file(&out);
        }
    }
}

/// A command of the shell, in which `$1` is the program and `$2` the home; a limit of the system that it sets holds for
/// the program. Where that is the size of files, the program is told by an error, as by a full disk, not by a signal.
fn shell(script: &str, home: &Path) -> Output {
    let script = format!("trap '' XFSZ; {script}");
    let mut command = Command::new("bash");
    command.current_dir(ROOT).args(["-c", &script, "bash", SIREX]).arg(home).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn an_output_that_cannot_be_written_is_said_and_not_left() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["translate", "--to", "iodef-xml", RECORD][..],
        &["schema", "record"],
        &["man"],
        &["completions", "bash"],
        &["validate", "fixtures/bad/xml-dtd.xml"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(SIREX).current_dir(ROOT).args(args).stdout(full).output().unwrap();
        let (_, why) = ends(&output, 3);
        assert!(why.contains("No space left on device") && why.contains("(disk-write)"), "{args:?}: {why}");
    }
    // The disk fills up while the file is written: what was there before is still there, whole.
    let out = folder.path().join("out.xml");
    fs::write(&out, "before").unwrap();
    for option in ["-o", "--loss"] {
        let script = format!("ulimit -f 1; exec \"$1\" translate --to iodef-xml {option} \"$2\" {RECORD}");
        let (_, why) = ends(&shell(&script, &out), 3);
        assert!(why.contains("out.xml") && why.contains("(disk-write)"), "{why}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "before");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    // What stands beside it is somebody's, whatever its name.
    let beside = ["out.xml.new", "out.xml.part", "out.xml~"].map(|name| folder.path().join(name));
    beside.iter().for_each(|path| fs::write(path, "mine").unwrap());
    ends(&sirex(&["translate", "--to", "iodef-xml", "-o", out.to_str().unwrap(), RECORD]), 0);
    assert!(beside.iter().all(|path| fs::read_to_string(path).unwrap() == "mine"));
    let nowhere = folder.path().join("nowhere/out.xml");
    let (_, why) = ends(&sirex(&["translate", "--to", "iodef-xml", "-o", nowhere.to_str().unwrap(), RECORD]), 3);
    assert!(why.contains("nowhere/out.xml"), "{why}");
}

/// `-o /dev/stdout`, a pipe with a name, a link: what is there is written to, not put aside.
#[test]
fn an_output_that_is_no_plain_file_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (link, target) = (folder.path().join("link"), folder.path().join("target.xml"));
    fs::write(&target, "before").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    ends(&sirex(&["translate", "--to", "iodef-xml", "-o", link.to_str().unwrap(), RECORD]), 0);
    assert!(link.is_symlink() && fs::read_to_string(&target).unwrap().starts_with("<?xml"));
    let full = folder.path().join("full");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let (_, why) = ends(&sirex(&["translate", "--to", "iodef-xml", "-o", full.to_str().unwrap(), RECORD]), 3);
    assert!(full.is_symlink() && why.contains("(disk-write)"), "{why}");
}

/// An account written over the input or the result would destroy them.
#[test]
fn the_account_is_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.json"), folder.path().join("out.xml"));
    fs::copy(Path::new(ROOT).join(RECORD), &input).unwrap();
    let (input, output) = (input.to_str().unwrap(), output.to_str().unwrap());
    for account in [input, output] {
        let args = ["translate", "--to", "iodef-xml", "--loss", account, "-o", output, input];
        let (_, why) = ends(&sirex(&args), 2);
        assert!(why.contains(account) && why.contains("(usage)"), "{why}");
    }
    assert!(!Path::new(output).exists());
    assert_eq!(fs::read(input).unwrap(), fs::read(Path::new(ROOT).join(RECORD)).unwrap());
}

#[test]
fn an_output_that_is_replaced_stays_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.xml");
    fs::write(&output, "before").unwrap();
    fs::set_permissions(&output, fs::Permissions::from_mode(0o600)).unwrap();
    ends(&sirex(&["translate", "--to", "iodef-xml", "-o", output.to_str().unwrap(), RECORD]), 0);
    assert!(fs::read_to_string(&output).unwrap().starts_with("<?xml"));
    assert_eq!(fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o600);
}

/// What is put aside needs a place, and its absence is no fault of the document.
#[test]
fn a_missing_folder_for_temporary_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.xml"), folder.path().join("out.json"));
    let incident = format!(
        r#"<Incident purpose="reporting"><IncidentID name="csirt.example">1</IncidentID>
        <GenerationTime>2026-01-01T00:00:00Z</GenerationTime><Description>{}</Description>
        <Contact role="creator" type="organization"><ContactName>A</ContactName></Contact></Incident>"#,
        "x".repeat(100_000)
    );
    let document = format!(
        r#"<IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0">{}</IODEF-Document>"#,
        incident.repeat(30)
    );
    fs::write(&input, document).unwrap();
    let args = ["translate", "--to", "iodef-json", "-o", output.to_str().unwrap(), input.to_str().unwrap()];
    let none = Command::new(SIREX).env("TMPDIR", folder.path().join("none")).args(args).output().unwrap();
    let (_, why) = ends(&none, 3);
    assert!(why.contains("TMPDIR") && why.contains("(disk-write)") && !why.contains("whole"), "{why}");
    assert!(!output.exists());
    ends(&sirex(&args), 0);
}

#[test]
fn an_input_that_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, directory) = (folder.path().join("missing.xml"), folder.path());
    for path in [missing.to_str().unwrap(), directory.to_str().unwrap()] {
        for args in [&["validate", path][..], &["translate", "--to", "record", path]] {
            let (out, why) = ends(&sirex(args), 2);
            assert!(out.is_empty() && why.contains(path) && why.contains("cannot read"), "{why}");
        }
    }
}

/// Scripts match on the code, also where there is no finding that has it.
#[test]
fn what_cannot_be_read_at_all_is_said_with_its_code() {
    for (path, code, word) in [
        ("fixtures/bad/words.txt", 1, "(format-unknown)"),
        ("fixtures/bad/none.xml", 2, "(file-unreadable)"),
        ("fixtures/bad", 2, "(file-unreadable)"),
    ] {
        for args in [&["validate", path][..], &["translate", "--to", "record", path]] {
            let (_, why) = ends(&sirex(args), code);
            assert!(why.contains(word), "{args:?}: {why}");
        }
    }
}

/// One home of everybody's; nobody's rights but its owner's count, and root's do not (`setpriv`).
fn without_privilege(home: &Home, args: &[&str]) -> Output {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search", SIREX, "--home"]).arg(home.folder());
    command.current_dir(ROOT).args(args).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_home_without_permission_is_refused_and_unharmed() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "a.example", "ABC");
    let number = home.done(&["record", "import", "fixtures/records/minimal.json"]);
    let before = home.audit();
    // Root loses its privilege by setpriv; for anybody else the command is the same without it.
    let try_it = |args: &[&str]| match home.folder().metadata() {
        Ok(found) if std::os::unix::fs::MetadataExt::uid(&found) == 0 => without_privilege(&home, args),
        _ => home.sirex(args),
    };
    let import = ["record", "import", RECORD];
    for (name, mode, usual, args, code, word) in [
        ("", 0o000, 0o755, &["record", "list"][..], 2, "(file-unreadable)"),
        ("", 0o500, 0o755, &import, 3, "(disk-write)"),
        ("config.toml", 0o000, 0o644, &["record", "list"], 2, "(file-unreadable)"),
        ("store.sqlite", 0o400, 0o644, &import, 3, "(disk-write)"),
        ("keys/tls", 0o000, 0o700, &["serve"], 2, "(file-unreadable)"),
        ("keys/deny.key", 0o000, 0o600, &import, 2, "(file-unreadable)"),
    ] {
        let path = if name.is_empty() { home.folder().to_owned() } else { home.file(name) };
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(mode);
        let output = try_it(args);
        set(usual);
        let (_, why) = ends(&output, code);
        assert!(why.contains(word), "{name}: {why}");
    }
    let after = home.audit();
    assert_eq!((&before["leaves"], &before["root"]), (&after["leaves"], &after["root"]));
    assert_eq!(home.numbers().join("\n"), number.trim());
    home.done(&import);
    assert_eq!(home.numbers().len(), 2);
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::init(folder.path(), "a.example", "ABC");
    let first = home.done(&["record", "import", "fixtures/records/minimal.json"]);
    let before = home.audit();
    // In blocks of 1024 bytes: too little for the shared memory of the database, for its journal, for a large payload.
    for blocks in [0, 8, 32, 48, 64] {
        let script =
            format!("ulimit -f {blocks}; exec \"$1\" --home \"$2\" record import fixtures/records/ransomware.json");
        let (out, why) = ends(&shell(&script, home.folder()), 3);
        assert!(out.is_empty() && why.contains("(disk-write)"), "{blocks}: {out}{why}");
        assert_eq!(home.numbers().join("\n"), first.trim(), "{blocks}");
    }
    let after = home.audit();
    assert_eq!((&before["leaves"], &before["root"]), (&after["leaves"], &after["root"]));
    home.done(&["record", "import", "fixtures/records/ransomware.json"]);
    assert_eq!(home.numbers().len(), 2);
}

/// Whoever was told that the disk is full makes room and says the same again.
#[test]
fn a_home_that_could_not_be_made_is_made_later() {
    let folder = tempfile::tempdir().unwrap();
    for blocks in [0, 2, 8, 20, 100] {
        let path = folder.path().join(blocks.to_string());
        let init = "init --team a.example --email a@a.example --push https://a.example/push";
        let (_, why) = ends(&shell(&format!("ulimit -f {blocks}; exec \"$1\" --home \"$2\" {init}"), &path), 3);
        assert!(why.contains("(disk-write)"), "{blocks}: {why}");
        ends(&shell(&format!("exec \"$1\" --home \"$2\" {init}"), &path), 0);
        let (card, _) = ends(&shell("exec \"$1\" --home \"$2\" partner card", &path), 0);
        assert!(card.starts_with("-----BEGIN PGP MESSAGE-----"));
    }
}

#[test]
fn a_folder_that_is_no_home_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, file) = (folder.path().join("none"), folder.path().join("file"));
    fs::write(&file, "").unwrap();
    for path in [missing.as_path(), folder.path(), &file] {
        for args in
            [&["record", "list"][..], &["inbox", "list"], &["outbox", "flush"], &["serve"], &["audit", "export"]]
        {
            let (out, why) = ends(&sirex(&[&["--home", path.to_str().unwrap()][..], args].concat()), 2);
            assert!(out.is_empty() && why.contains(path.to_str().unwrap()), "{args:?}: {why}");
        }
    }
    assert!(!missing.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
