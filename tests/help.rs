//! Every example of the help runs, as its reader would run it, and ends with 0.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails
#![allow(clippy::disallowed_methods)] // a test reads PATH

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use clap::CommandFactory as _;
use sirex::cli::Cli;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_sirex");

/// A folder in which the words of the examples mean something: `isirt` is the reader's home, which has a partner
/// `cert.example`, a record and a message.
struct Desk {
    folder: tempfile::TempDir,
    number: String,
    message: String,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(Path::new(ROOT).join("fixtures"), folder.path().join("fixtures")).unwrap();
        let mut desk = Desk { folder, number: String::new(), message: String::new() };
        for (home, domain, prefix) in [("isirt", "isirt.example", "ISI"), ("cert", "cert.example", "CERTEX")] {
            let email = format!("team@{domain}");
            let push = "https://127.0.0.1:1/push";
            desk.sirex(home, &["init", "--team", domain, "--email", &email, "--prefix", prefix, "--push", push]);
            desk.write(&format!("{home}.card"), &desk.sirex(home, &["partner", "card"]));
        }
        for (home, other, partner) in [("isirt", "cert", "cert.example"), ("cert", "isirt", "isirt.example")] {
            let added = desk.sirex(home, &["--json", "partner", "add", &format!("{other}.card")]);
            let added: serde_json::Value = serde_json::from_str(&added).unwrap();
            let signer = added["signed_by"].as_str().unwrap();
            let verify = ["partner", "verify", partner, "--fingerprint", signer, "--by", "test", "--how", "own home"];
            desk.sirex(home, &verify);
            desk.sirex(home, &["partner", "agree", partner, "fixtures/agreements/national-cert.toml"]);
        }
        let imported = desk.sirex("isirt", &["record", "import", "fixtures/records/ransomware.json"]);
        desk.number = imported.trim().to_owned();
        let shown = desk.sirex("isirt", &["record", "show", &desk.number]);
        desk.write("changed.json", &shown.replacen("23125 112", "23125 113", 1));
        desk.write("isirt.asc", &desk.sirex("isirt", &["key", "export", "--profile", "rfc4880"]));
        desk.sirex("cert", &["translate", "--to", "iodef-xml", "fixtures/records/ransomware.json", "-o", "theirs.xml"]);
        let seal = ["--recipient", "isirt.asc", "--ungated", "test", "--by", "test", "-o", "sealed.asc"];
        desk.sirex("cert", &[&["seal", "theirs.xml"], &seal[..]].concat());
        desk.sirex("isirt", &["inbox", "import", "--from", "cert.example", "sealed.asc"]);
        let inbox: serde_json::Value =
            serde_json::from_str(&desk.sirex("isirt", &["--json", "inbox", "list", "--state", "filed"])).unwrap();
        desk.message = inbox[0]["message"].as_str().unwrap().to_owned();
        desk
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn sirex(&self, home: &str, args: &[&str]) -> String {
        let mut command = Command::new(PROGRAM);
        command.arg("--home").arg(home).args(args);
        let output = self.run(&mut command);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, command: &mut Command) -> Output {
        let here = PathBuf::from(PROGRAM).parent().unwrap().display().to_string();
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("SIREX_HOME", "isirt").env("PATH", format!("{here}:{}", std::env::var("PATH").unwrap()));
        command.output().unwrap()
    }

    /// An example as a shell takes it.
    fn example(&self, line: &str) -> Output {
        let mut line = line.replace("NUMBER", &self.number).replace("MESSAGE", &self.message);
        if line.contains("RELEASE") {
            let release = self.sirex("isirt", &["send", &self.number, "--partner", "cert.example", "--consent"]);
            line = line.replace("RELEASE", release.trim());
        }
        self.run(Command::new("sh").args(["-e", "-c", &line]))
    }
}

/// The examples of a command.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    help.lines().map(str::trim).filter(|line| line.starts_with("sirex ")).map(str::to_owned).collect()
}

#[test]
fn every_example_of_the_help_runs() {
    let mut found = Vec::new();
    for command in Cli::command().get_subcommands() {
        let examples = examples(command);
        // One that serves until it is interrupted ends with no code of its own.
        assert!(!examples.is_empty() || command.get_name() == "serve", "{} has no example", command.get_name());
        found.extend(examples);
    }
    let desk = Desk::new();
    let mut failed = Vec::new();
    for line in &found {
        let output = desk.example(line);
        if !output.status.success() {
            failed.push(format!("{line}\n  {} {}", output.status, String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn json_is_one_document_whatever_comes_of_it() {
    let desk = Desk::new();
    for args in [
        vec!["key", "list"],
        vec!["partner", "card"],
        vec!["partner", "list"],
        vec!["partner", "show", "cert.example"],
        vec!["partner", "show", "nobody.example"],
        vec!["partner", "check", "cert.example", "--offline"],
        vec!["deny", "list"],
        vec!["record", "list"],
        vec!["record", "show", &desk.number],
        vec!["record", "history", &desk.number],
        vec!["record", "show", "none"],
        vec!["preview", &desk.number, "--partner", "cert.example"],
        vec!["inbox", "list"],
        vec!["inbox", "show", &desk.message],
        vec!["inbox", "export", &desk.message],
        vec!["inbox", "accept", &desk.message, "--by", "test"],
        vec!["outbox", "list"],
        vec!["outbox", "flush"],
        vec!["audit", "prove", "0"],
        vec!["audit", "prove", "1000000"],
        vec!["doctor"],
        vec!["validate", "fixtures/records/phishing.json", "missing.json"],
        vec!["translate", "--to", "iodef-xml", "fixtures/records/ransomware.json"],
        vec!["schema", "record"],
    ] {
        let mut command = Command::new(PROGRAM);
        let output = desk.run(command.arg("--json").args(&args));
        let text = String::from_utf8(output.stdout).unwrap();
        let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(value.is_ok(), "{args:?} ended with {} and said {text:?}", output.status);
        let value = value.unwrap();
        let refused = matches!(output.status.code(), Some(2..)) || args.contains(&"none");
        assert!(!refused || value.get("error").is_some() || args[0] == "validate", "{args:?}: {value}");
    }
}
