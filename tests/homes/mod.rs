//! Homes and gateways as their users have them: through the binary.
#![allow(dead_code)] // each test target uses a part of it

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The program.
pub const SIREX: &str = env!("CARGO_BIN_EXE_sirex");
/// The tree.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// An agreement that everybody in these tests has with everybody.
pub const AGREEMENT: &str = "fixtures/agreements/national-cert.toml";

/// A team's home.
pub struct Home {
    folder: PathBuf,
    /// The team's domain.
    pub domain: String,
    /// The port of its partner listener.
    pub port: u16,
}

/// The incident that these tests send.
pub const RECORD: &str = "fixtures/records/ransomware.json";

/// Two teams that have verified each other, and agree.
pub fn pair(folder: &Path) -> (Home, Home) {
    let (us, them) = (Home::init(folder, "isirt.example", "INC"), Home::init(folder, "cert.example", "CRT"));
    us.meets(&them);
    them.meets(&us);
    (us, them)
}

/// A gateway that serves; it is killed when it goes out of scope.
pub struct Gateway {
    child: Child,
    errors: Option<PathBuf>,
}

/// A port that was free a moment ago. It lies below those that the system gives to outgoing connections, so that nobody
/// takes it while a gateway is down.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id() * 64;
    let next = || 10_000 + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
    let mut tries = std::iter::repeat_with(|| u16::try_from(next()).unwrap()).take(20_000);
    tries.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// What a program said, for messages of failed tests.
pub fn said(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\nstandard output:\n{out}\nstandard error:\n{err}", output.status)
}

/// Asks until it is so, at most so long.
pub fn until(what: &str, most: Duration, mut ask: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !ask() {
        assert!(begin.elapsed() < most, "{what}: not within {most:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

impl Home {
    /// A home in a folder of this name, on a port that is free now.
    pub fn init(parent: &Path, domain: &str, prefix: &str) -> Home {
        let port = free_port();
        let home = Home { folder: parent.join(domain), domain: domain.to_owned(), port };
        let (listen, email) = (format!("127.0.0.1:{port}"), format!("team@{domain}"));
        let who = ["init", "--team", domain, "--email", &email, "--prefix", prefix];
        home.done(&[&who[..], &["--listen", &listen, "--push", &home.push_url()]].concat());
        home
    }

    /// The URL under which partners push to it.
    pub fn push_url(&self) -> String {
        format!("https://127.0.0.1:{}/push", self.port)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of the home.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The program with this home, ready for arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(SIREX);
        command.current_dir(ROOT).arg("--home").arg(&self.folder).stdin(Stdio::null());
        command
    }

    /// Does a command.
    pub fn sirex(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// Does a command that must succeed; its standard output.
    pub fn done(&self, args: &[&str]) -> String {
        let output = self.sirex(args);
        assert!(output.status.success(), "{} {args:?}: {}", self.domain, said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Does a command that must succeed, with `--json`; what it says.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.done(&[&["--json"], args].concat())).unwrap()
    }

    /// Takes the incident in; its tracking number.
    pub fn import(&self) -> String {
        self.done(&["record", "import", RECORD]).trim().to_owned()
    }

    /// Does a command that must end with this code; its standard error.
    pub fn fails(&self, code: i32, args: &[&str]) -> String {
        let output = self.sirex(args);
        assert_eq!(output.status.code(), Some(code), "{} {args:?}: {}", self.domain, said(&output));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!error.contains("panicked"), "{error}");
        error
    }

    /// Takes the card in this file, verifies its signer and puts the agreement in force.
    pub fn take_card(&self, card: &Path, partner: &str, agreement: &str) {
        let shown = self.done(&["partner", "add", card.to_str().unwrap()]);
        let signer = shown.lines().find_map(|line| line.strip_prefix("signed by\t")).unwrap();
        let witness = ["--by", "test", "--how", "read from its own home"];
        self.done(&[&["partner", "verify", partner, "--fingerprint", signer][..], &witness].concat());
        self.done(&["partner", "agree", partner, agreement]);
    }

    /// Takes the other home as a partner.
    pub fn meets(&self, other: &Home) {
        let card = self.folder.with_extension(format!("{}.card", other.domain));
        fs::write(&card, other.done(&["partner", "card"])).unwrap();
        self.take_card(&card, &other.domain, AGREEMENT);
    }

    /// Sets keys of a table of its configuration.
    pub fn configure(&self, table: &str, keys: &str) {
        let file = self.file("config.toml");
        let text = fs::read_to_string(&file).unwrap();
        let head = format!("[{table}]\n");
        assert!(text.contains(&head), "{text}");
        fs::write(&file, text.replace(&head, &format!("{head}{keys}\n"))).unwrap();
    }

    /// Starts its gateway and waits until it says that it serves.
    pub fn serve(&self) -> Gateway {
        let mut command = self.command();
        command.arg("serve");
        self.serve_by(command)
    }

    /// Starts its gateway by this command and waits until it says that it serves.
    pub fn serve_by(&self, command: Command) -> Gateway {
        let mut gateway = self.start(command);
        let mut line = String::new();
        BufReader::new(gateway.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, format!("serving on 127.0.0.1:{}\n", self.port), "{}: {}", self.domain, self.log());
        gateway
    }

    /// Starts its gateway by this command and does not wait.
    pub fn start(&self, mut command: Command) -> Gateway {
        let errors = self.folder.with_extension("stderr");
        let log = fs::File::options().create(true).append(true).open(&errors).unwrap();
        command.env("SIREX_LOG", "sirex=info").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        Gateway { child: command.spawn().unwrap(), errors: Some(errors) }
    }

    /// A list of this kind of thing, each with its members.
    fn list(&self, kind: &str) -> Vec<serde_json::Value> {
        serde_json::from_str(&self.done(&["--json", kind, "list"])).unwrap()
    }

    /// The messages of the inbox.
    pub fn inbox(&self) -> Vec<serde_json::Value> {
        self.list("inbox")
    }

    /// The messages of the outbox, and releases that wait for approval.
    pub fn outbox(&self) -> Vec<serde_json::Value> {
        self.list("outbox")
    }

    /// The tracking numbers of its records.
    pub fn numbers(&self) -> Vec<String> {
        self.list("record").iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
    }

    /// Has the log of the home checked by its own key, as an auditor would who has only the file; what he finds.
    pub fn audit(&self) -> serde_json::Value {
        let log = self.folder.with_extension("log");
        fs::write(&log, self.done(&["audit", "export"])).unwrap();
        let keys: serde_json::Value = serde_json::from_str(&self.done(&["--json", "key", "list"])).unwrap();
        let known = ["--key", keys["audit"].as_str().unwrap(), log.to_str().unwrap()];
        let found = self.done(&[&["--json", "audit", "verify"][..], &known].concat());
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["sound"], true, "{}: {found}", self.domain);
        found
    }

    /// What its gateways said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.with_extension("stderr")).unwrap_or_default()
    }
}

impl Gateway {
    /// Ends it as a power cut would end the process, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as an operator does; it must go by itself.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        until("the gateway ends", Duration::from_secs(40), || self.child.try_wait().unwrap().is_some());
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let said = self.errors.take().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        // A second panic while a failed test unwinds would hide the first.
        assert!(thread::panicking() || !said.contains("panicked"), "{said}");
    }
}

/// Every file below a folder that holds these bytes.
pub fn files_with(folder: &Path, wanted: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else if fs::read(&path).unwrap().windows(wanted.len()).any(|part| part == wanted) {
            found.push(path);
        }
    }
    found
}
