//! `sirex demo`: two gateways on loopback, as two processes, and one real incident from record to receipt.
//!
//! Nothing here is made for show: every step is done by the program as its user would, with the same commands; only the
//! keys are thrown away.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use super::Failure;
use crate::{error::Code, output::Shown};

/// The incident: a ransomware case with victim systems, reporter, indicators, costs and timeline.
const INCIDENT: &str = include_str!("../../fixtures/records/ransomware.json");
/// What the national CERT may have of it.
const AGREEMENT: &str = include_str!("../../fixtures/agreements/national-cert.toml");
/// The agreement's partner, and the teams that take part.
const TEAM: &str = "csirt.nordhafen.example";
const CERT: &str = "cert.example";
const STRANGER: &str = "stranger.example";

/// A gateway that serves, ended when it goes out of scope.
struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself, which the demonstration has noticed by then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Demo {
    program: PathBuf,
    folder: PathBuf,
}

/// The demonstration. With `keep` the homes stay in that folder.
pub(super) fn run(keep: Option<&Path>) -> Result<Shown, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::new(Code::Internal, format!("no own program: {error}")))?;
    let folder = match keep {
        Some(folder) if folder.exists() => {
            return Err(Failure::new(Code::Usage, format!("{} exists already", folder.display())));
        }
        Some(folder) => folder.to_owned(),
        None => std::env::temp_dir().join(format!("sirex-demo-{}", std::process::id())),
    };
    fs::create_dir_all(&folder).map_err(|error| Failure::disk(folder.display(), &error))?;
    let demo = Demo { program, folder };
    let done = demo.play();
    if keep.is_none() {
        // What is left of a demonstration holds throwaway keys only.
        let _ = fs::remove_dir_all(&demo.folder);
    }
    done?;
    let mut shown = Shown::nothing();
    if let Some(folder) = keep {
        shown.note(&format!("the homes are in {}", folder.display()));
    }
    Ok(shown)
}

impl Demo {
    fn play(&self) -> Result<(), Failure> {
        say("1. Two teams make their homes: TLS key, OpenPGP certificates (classical and post-quantum), audit log");
        let (team, cert, stranger) = (self.init(TEAM, "NHC")?, self.init(CERT, "CERTEX")?, self.init(STRANGER, "STR")?);
        say("\n2. They exchange cards, compare fingerprints, and agree on what may be shared");
        self.introduce(&team, TEAM, &cert, CERT)?;
        self.introduce(&cert, CERT, &team, TEAM)?;
        // The stranger knows the CERT's card and trusts it; the CERT knows nothing of the stranger.
        self.introduce(&stranger, STRANGER, &cert, CERT)?;
        let text = AGREEMENT.replace("openpgp = \"rfc4880\"", "openpgp = \"pqc\"");
        let agreement = self.folder.join("agreement.toml");
        fs::write(&agreement, text).map_err(|error| Failure::disk(agreement.display(), &error))?;
        for (home, partner) in [(&team, CERT), (&cert, TEAM), (&stranger, CERT)] {
            self.sirex(home, &["partner", "agree", partner, path(&agreement)?])?;
        }
        self.sirex(&team, &["deny", "add", "people", "Katrin Solberg"])?;
        self.sirex(&team, &["deny", "add", "canaries", "canary-7f3a91c2"])?;

        say("\n3. The team has an incident: ransomware, with a confidential reporter, victim systems, costs, evidence");
        let incident = self.folder.join("incident.json");
        fs::write(&incident, INCIDENT).map_err(|error| Failure::disk(incident.display(), &error))?;
        let number = self.sirex(&team, &["record", "import", path(&incident)?])?.trim().to_owned();
        say(&format!("   filed under {number}"));

        say("\n4. What the CERT would get, and what is held back by which rule (sirex preview)");
        self.preview(&team, &number)?;

        say("\n5. Both gateways serve; the team sends (sirex send --wait)");
        let (_team_gateway, _cert_gateway) = (self.serve(&team)?, self.serve(&cert)?);
        let message = self.sirex(&team, &["send", &number, "--partner", CERT, "--wait", "20", "--by", "demo"])?;
        let sent = self.json(&team, &["outbox", "show", message.trim()])?;
        let receipt = if sent["receipt"].is_string() { "the receipt came back and was verified" } else { "NO RECEIPT" };
        say(&format!("   message {} is {}; {receipt}", message.trim(), sent["state"].as_str().unwrap_or_default()));
        let came = self.json(&cert, &["inbox", "show", message.trim()])?;
        let (check, algorithms) = (&came["verification"], &came["verification"]["algorithms"]);
        say(&format!("   the CERT found the signature {}, made and sealed with:", check["status"]));
        for name in ["signature", "hash", "key_encryption", "encryption"] {
            say(&format!("     {name}: {}", algorithms[name].as_str().unwrap_or("none")));
        }
        if check["status"] != "good" || !sent["receipt"].is_string() {
            return Err(Failure::new(Code::Internal, format!("the message arrived as {came}, and was sent as {sent}")));
        }
        say("   the CERT's inbox:");
        show(&self.sirex(&cert, &["inbox", "list"])?);
        say("   the CERT's records:");
        let records = self.sirex(&cert, &["record", "list"])?;
        show(&records);
        let theirs = records.split('\t').next().unwrap_or_default();
        let filed = self.sirex(&cert, &["record", "show", theirs])?;
        for secret in ["Katrin Solberg", "katrin.solberg", "\"costs\"", "\"reporter\""] {
            let there = if filed.contains(secret) { "IS THERE" } else { "is not there" };
            say(&format!("   looked for {secret}: {there}"));
            if filed.contains(secret) {
                return Err(Failure::new(Code::Internal, format!("{secret} has left the house")));
            }
        }

        say("\n6. The logs of both sides, checked by themselves (sirex audit verify)");
        for (home, name) in [(&team, TEAM), (&cert, CERT)] {
            let log = self.folder.join(format!("{name}.log"));
            fs::write(&log, self.sirex(home, &["audit", "export"])?)
                .map_err(|error| Failure::disk(log.display(), &error))?;
            let keys = self.json(home, &["key", "list"])?;
            let key = keys["audit"].as_str().unwrap_or_default().to_owned();
            show(&format!("{name}: {}", self.sirex(home, &["audit", "verify", "--key", &key, path(&log)?])?));
        }

        say("\n7. A stranger tries: known to nobody here, he is refused in the TLS handshake");
        let strange = self.sirex(&stranger, &["record", "import", path(&incident)?])?.trim().to_owned();
        self.sirex(&stranger, &["send", &strange, "--partner", CERT, "--by", "demo"])?;
        let refused = self.try_sirex(&stranger, &["outbox", "flush"])?;
        show(&String::from_utf8_lossy(&refused.stdout));
        if refused.status.success() {
            return Err(Failure::new(Code::Internal, "the stranger was let in"));
        }
        say("\n8. The team sends to somebody with whom nothing was agreed: nothing leaves");
        let nobody = self.try_sirex(&team, &["send", &number, "--partner", STRANGER])?;
        show(&String::from_utf8_lossy(&nobody.stderr));
        if nobody.status.success() {
            return Err(Failure::new(Code::Internal, "a record left without an agreement"));
        }
        let inbox = self.sirex(&cert, &["inbox", "list"])?;
        if inbox.lines().count() != 1 {
            return Err(Failure::new(Code::Internal, format!("the CERT's inbox holds:\n{inbox}")));
        }
        say("\nDone: one message reached the CERT, its receipt came back, and both refusals held.");
        Ok(())
    }

    /// A home on a port that is free now.
    fn init(&self, domain: &str, prefix: &str) -> Result<PathBuf, Failure> {
        let home = self.folder.join(domain);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| Failure::new(Code::StoreFailed, format!("no free port: {error}")))?.port();
        let (listen, push) = (format!("127.0.0.1:{port}"), format!("https://127.0.0.1:{port}/push"));
        let email = format!("team@{domain}");
        self.sirex(
            &home,
            &["init", "--team", domain, "--email", &email, "--prefix", prefix, "--listen", &listen, "--push", &push],
        )?;
        say(&format!("   {domain} on {listen}"));
        Ok(home)
    }

    /// `home` takes the card of `other` and verifies it.
    fn introduce(&self, home: &Path, own: &str, other: &Path, partner: &str) -> Result<(), Failure> {
        let card = self.folder.join(format!("{partner}.card.asc"));
        fs::write(&card, self.sirex(other, &["partner", "card"])?)
            .map_err(|error| Failure::disk(card.display(), &error))?;
        let shown = self.sirex(home, &["partner", "add", path(&card)?])?;
        let signer = shown.lines().find_map(|line| line.strip_prefix("signed by\t")).unwrap_or_default().to_owned();
        self.sirex(
            home,
            &[
                "partner",
                "verify",
                partner,
                "--fingerprint",
                &signer,
                "--by",
                "demo",
                "--how",
                "read from its own home",
            ],
        )?;
        say(&format!("   {own} has verified {partner} by {signer}"));
        Ok(())
    }

    fn preview(&self, home: &Path, number: &str) -> Result<(), Failure> {
        let output = self.try_sirex(home, &["preview", number, "--partner", CERT])?;
        let (document, notes) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            return Err(Failure::new(Code::Internal, format!("the preview failed: {notes}")));
        }
        say(&format!("   {} lines of IODEF XML, beginning:", document.lines().count()));
        show(&document.lines().take(8).collect::<Vec<_>>().join("\n"));
        let of =
            |what: &str| notes.lines().filter(|line| line.starts_with(what)).map(str::to_owned).collect::<Vec<_>>();
        let (held, harmless) = (of("held back"), of("made harmless"));
        say(&format!("   {} places held back, among them:", held.len()));
        for wanted in ["$.reporter", "$.costs", "$.evidence", "$.recorded_by", "$.parties"] {
            if let Some(line) = held.iter().find(|line| line.contains(wanted)) {
                show(line);
            }
        }
        say(&format!("   {} values made harmless, among them:", harmless.len()));
        show(&harmless.iter().take(3).cloned().collect::<Vec<_>>().join("\n"));
        show(notes.lines().last().unwrap_or_default());
        Ok(())
    }

    /// Starts a gateway and waits until it says that it serves.
    fn serve(&self, home: &Path) -> Result<Gateway, Failure> {
        let failed =
            |error: std::io::Error| Failure::new(Code::StoreFailed, format!("the gateway did not start: {error}"));
        let mut child = Command::new(&self.program)
            .arg("--home")
            .arg(home)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let output = child.stdout.take();
        let gateway = Gateway(child);
        let mut line = String::new();
        if let Some(output) = output {
            BufReader::new(output).read_line(&mut line).map_err(failed)?;
        }
        if line.is_empty() {
            return Err(Failure::new(Code::StoreFailed, format!("the gateway of {} did not start", home.display())));
        }
        show(&format!("{}: {line}", home.file_name().unwrap_or_default().to_string_lossy()));
        Ok(gateway)
    }

    /// A command that must succeed; its standard output.
    fn sirex(&self, home: &Path, args: &[&str]) -> Result<String, Failure> {
        let output = self.try_sirex(home, args)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let what = args.join(" ");
            return Err(Failure::new(Code::Internal, format!("sirex {what} ended with {}: {said}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What a command says with `--json`.
    fn json(&self, home: &Path, args: &[&str]) -> Result<serde_json::Value, Failure> {
        let text = self.sirex(home, &[&["--json"], args].concat())?;
        serde_json::from_str(&text).map_err(|error| Failure::new(Code::Internal, error.to_string()))
    }

    fn try_sirex(&self, home: &Path, args: &[&str]) -> Result<Output, Failure> {
        let output = Command::new(&self.program).arg("--home").arg(home).args(args).stdin(Stdio::null()).output();
        output.map_err(|error| Failure::new(Code::Internal, format!("cannot run {}: {error}", self.program.display())))
    }
}

fn path(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| Failure::new(Code::Usage, format!("{} is not UTF-8", path.display())))
}

/// Progress is what the demonstration is for: it goes to standard output as it happens.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away has seen enough.
    let _ = writeln!(out, "{line}");
}

fn show(text: &str) {
    text.lines().for_each(|line| say(&format!("     {line}")));
}
