//! A partner without this program: `gpg` or `sq`, `openssl`, `curl`, and a small HTTPS server. What it gets from us and what
//! it brings us goes through the binary as it is.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use sirex::{
    digest::Digest,
    time::WireTime,
    world::{Clock as _, Machine},
};
use tempfile::TempDir;

use crate::{
    homes::{AGREEMENT, Gateway, Home, ROOT, said, until},
    openpgp::{Gpg, done},
    peer::{reference, tool},
};

const US: &str = "csirt.nordhafen.example";
const THEY: &str = "cert.example";
/// Their report, written by hand.
const REPORT: &str = "fixtures/reports/scan.xml";

/// The OpenPGP program of the partner.
enum Program {
    Gpg(Gpg),
    Sq(TempDir),
}

impl Program {
    /// The program with a key of the partner.
    fn new(name: &str) -> Self {
        match name {
            "gpg" => {
                let gpg = Gpg::new();
                let user = format!("{THEY} <duty@{THEY}>");
                done(gpg.run(&["--quick-generate-key", &user, "future-default", "default", "1y"]));
                Program::Gpg(gpg)
            }
            _ => {
                let program = Program::Sq(tempfile::tempdir().unwrap());
                let (key, certificate) = (program.file("own.key"), program.file("own.asc"));
                program.sq(&["key", "generate", "-u", THEY, "--expires-in", "1y", "-e", &key], b"");
                program.sq(&["key", "extract-cert", "-o", &certificate, &key], b"");
                program
            }
        }
    }

    fn file(&self, name: &str) -> String {
        let folder = match self {
            Program::Gpg(gpg) => gpg.file("anchor", b"").parent().unwrap().to_owned(),
            Program::Sq(folder) => folder.path().to_owned(),
        };
        folder.join(name).to_str().unwrap().to_owned()
    }

    fn sq(&self, arguments: &[&str], input: &[u8]) -> Output {
        done(with_input(Command::new("sq").args(arguments), input))
    }

    /// The partner's certificate, for its card.
    fn certificate(&self) -> String {
        let bytes = match self {
            Program::Gpg(gpg) => done(gpg.run(&["--armor", "--export", THEY])).stdout,
            Program::Sq(_) => fs::read(self.file("own.asc")).unwrap(),
        };
        String::from_utf8(bytes).unwrap()
    }

    /// Its fingerprint as the program shows it to be read over the telephone.
    fn fingerprint(&self) -> String {
        let shown = match self {
            Program::Gpg(gpg) => done(gpg.run(&["--fingerprint", THEY])).stdout,
            Program::Sq(_) => self.sq(&["inspect", &self.file("own.asc")], b"").stdout,
        };
        let hex = |line: &&str| line.chars().filter(char::is_ascii_hexdigit).count() == 40;
        let text = String::from_utf8(shown).unwrap();
        let line = text.lines().map(|line| line.trim().trim_start_matches("Fingerprint:")).find(hex);
        line.unwrap_or_else(|| panic!("no fingerprint in {text}")).trim().to_owned()
    }

    /// The command that signs what it reads: an armored inline-signed message.
    fn signer(&self) -> Vec<String> {
        match self {
            Program::Gpg(_) => {
                let home = PathBuf::from(self.file("anchor")).parent().unwrap().to_str().unwrap().to_owned();
                let quiet = ["--batch", "--no-tty", "--no-permission-warning"];
                [&["gpg", "--homedir", &home][..], &quiet, &["--armor", "--sign"]]
                    .concat()
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect()
            }
            Program::Sq(_) => ["sq", "sign", "--signer-key", &self.file("own.key")].map(str::to_owned).to_vec(),
        }
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let words = self.signer();
        done(with_input(Command::new(&words[0]).args(&words[1..]), text)).stdout
    }

    /// What is in a signed message, whoever signed it.
    fn read_unchecked(&self, message: &[u8]) -> Vec<u8> {
        match self {
            // It shows the content, says that it lacks the key, and ends with an error.
            Program::Gpg(gpg) => gpg.on(&["--decrypt"], &gpg.file("message", message)).stdout,
            Program::Sq(_) => self.sq(&["decrypt", "--signatures", "0"], message).stdout,
        }
    }

    /// Takes our certificate as one that counts; the fingerprint is compared.
    fn trust(&self, certificate: &Value) {
        let (armored, fingerprint) = (certificate["armored"].as_str().unwrap(), fingerprint_of(certificate));
        match self {
            Program::Gpg(gpg) => {
                gpg.import(armored.as_bytes());
                let known = done(gpg.run(&["--with-colons", "--fingerprint", &fingerprint])).stdout;
                assert!(String::from_utf8_lossy(&known).contains(&format!("fpr:::::::::{fingerprint}:")));
            }
            Program::Sq(_) => {
                fs::write(self.file("peer.asc"), armored).unwrap();
                let known = self.sq(&["inspect", &self.file("peer.asc")], b"").stdout;
                assert!(String::from_utf8_lossy(&known).contains(&fingerprint));
            }
        }
    }

    /// What is in a message from us, encrypted or only signed; our signature must be good.
    fn open(&self, message: &[u8], ours: &Value) -> Vec<u8> {
        let fingerprint = fingerprint_of(ours);
        match self {
            Program::Gpg(gpg) => {
                let opened = done(gpg.on(&["--decrypt"], &gpg.file("message", message)));
                let status = String::from_utf8_lossy(&opened.stderr).into_owned();
                let valid = |line: &str| line.contains("VALIDSIG") && line.ends_with(&fingerprint);
                assert!(status.contains("GOODSIG") && status.lines().any(valid), "{status}");
                opened.stdout
            }
            Program::Sq(_) => {
                fs::write(self.file("message"), message).unwrap();
                let (peer, key, file) = (self.file("peer.asc"), self.file("own.key"), self.file("message"));
                let opened = self.sq(&["decrypt", "--recipient-key", &key, "--signer-cert", &peer, &file], b"");
                assert!(String::from_utf8_lossy(&opened.stderr).contains("1 good signature"), "{}", said(&opened));
                opened.stdout
            }
        }
    }

    /// A message to us, signed and encrypted.
    fn seal(&self, file: &str, ours: &Value) -> Vec<u8> {
        match self {
            Program::Gpg(gpg) => {
                let to = fingerprint_of(ours);
                let sign = ["--sign", "--encrypt", "--recipient", to.as_str(), "--output", "-"];
                done(gpg.on(&sign, Path::new(file))).stdout
            }
            Program::Sq(_) => {
                let (key, peer) = (self.file("own.key"), self.file("peer.asc"));
                self.sq(&["encrypt", "--signer-key", &key, "--recipient-cert", &peer, file], b"").stdout
            }
        }
    }
}

fn fingerprint_of(certificate: &Value) -> String {
    certificate["fingerprint"].as_str().unwrap().to_owned()
}

fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input has closed the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The partner: its OpenPGP program, its TLS key, and a server that keeps what is pushed.
struct Partner {
    program: Program,
    folder: PathBuf,
    server: Child,
    port: u16,
    /// What our card says, once its signature was checked by the partner's program.
    card: Value,
}

impl Drop for Partner {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Partner {
    /// The partner takes our card and certificate, and begins to listen.
    fn begin(name: &str, folder: &Path, us: &Home) -> Partner {
        let folder = folder.join("partner");
        fs::create_dir(&folder).unwrap();
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let program = Program::new(name);
        let (key, certificate) = (file("tls.key"), file("tls.crt"));
        let new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
        let out = ["-subj", "/CN=cert.example", "-keyout", &key, "-out", &certificate];
        openssl(&[&["req", "-x509"], &new[..], &out].concat(), b"");
        let both = [&key, &certificate].map(|file| fs::read_to_string(file).unwrap()).concat();
        fs::write(file("tls.pem"), both).unwrap();

        // The card is signed with a certificate that stands on it: read, trust, check.
        let signed = us.done(&["partner", "card"]);
        let text = program.read_unchecked(signed.as_bytes());
        let card: Value = serde_json::from_slice(&text).unwrap();
        program.trust(ours(&card));
        assert_eq!(program.open(signed.as_bytes(), ours(&card)), text);

        // Our TLS certificate is fetched from our listener and compared with the pin on the card.
        let address = format!("127.0.0.1:{}", us.port);
        let seen = with_input(Command::new("openssl").args(["s_client", "-connect", &address]), b"");
        let pem = openssl(&["x509"], &seen.stdout);
        assert_eq!(card["tls_pins"], json!([pin_of(&pem)]));
        fs::write(file("peer.pem"), pem).unwrap();

        let mut receiver = Command::new("python3");
        receiver.arg(Path::new(ROOT).join("tests/peers/receiver.py")).arg(&folder).args(program.signer());
        let mut server = receiver.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Partner { program, folder, server, port, card }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// The partner's own card: a text and a signature, as docs/sharing.md says.
    fn own_card(&self) -> PathBuf {
        let pem = fs::read(self.file("tls.crt")).unwrap();
        let card = json!({
            "sirex-card": 1,
            "team": "CERT Example",
            "domain": THEY,
            "made_at": WireTime::from_timestamp(Machine.now()).to_string(),
            "contacts": [{ "role": "duty desk", "email": format!("duty@{THEY}"), "hours": "24/7" }],
            "endpoints": [{ "protocol": "push", "url": format!("https://127.0.0.1:{}/push", self.port) }],
            "tls_certificates": [String::from_utf8(pem.clone()).unwrap()],
            "tls_pins": [pin_of(&pem)],
            "openpgp": [{
                "profile": "rfc4880",
                "fingerprint": self.program.fingerprint(),
                "armored": self.program.certificate(),
            }],
        });
        let file = self.folder.join("own.card");
        fs::write(&file, self.program.sign(card.to_string().as_bytes())).unwrap();
        file
    }

    /// Brings a message with curl, which knows our server by its pin only; the answer's body.
    fn push(&self, us: &Home, message: &Path, id: Option<&str>) -> Vec<u8> {
        let body = format!("@{}", message.to_str().unwrap());
        let id = id.map(|id| format!("Sirex-Message-Id: {id}")).unwrap_or_default();
        let url = us.push_url();
        self.curl(&["--data-binary", &body, "-H", "Content-Type: application/pgp-encrypted", "-H", &id, &url])
    }

    fn curl(&self, more: &[&str]) -> Vec<u8> {
        let hex = self.card["tls_pins"][0].as_str().unwrap().parse::<Digest>().unwrap();
        let pin = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hex.as_bytes());
        let (certificate, key, pin) = (self.file("tls.crt"), self.file("tls.key"), format!("sha256//{pin}"));
        let fixed = ["--silent", "--show-error", "--fail-with-body", "--max-time", "30", "--noproxy", "*"];
        let tls = ["--tlsv1.3", "--insecure", "--pinnedpubkey", &pin, "--cert", &certificate, "--key", &key];
        let output = Command::new("curl").args(fixed).args(tls).args(more).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        output.stdout
    }
}

/// Our certificate of the profile for standard programs.
fn ours(card: &Value) -> &Value {
    card["openpgp"].as_array().unwrap().iter().find(|one| one["profile"] == "rfc4880").unwrap()
}

/// The pin as docs/transport.md tells a partner to compute it.
fn pin_of(pem: &[u8]) -> String {
    let key = openssl(&["x509", "-noout", "-pubkey"], pem);
    let der = openssl(&["pkey", "-pubin", "-outform", "der"], &key);
    let digest = String::from_utf8(openssl(&["dgst", "-sha256", "-r"], &der)).unwrap();
    format!("sha256:{}", digest.split(' ').next().unwrap())
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    done(with_input(Command::new("openssl").args(arguments), input)).stdout
}

/// We serve; the partner took our card, we took its card, and an agreement is in force. `None` when a program is missing
/// and may be.
fn acquainted(name: &str) -> Option<(TempDir, Home, Gateway, Partner)> {
    for program in [name, "openssl", "curl", "python3"] {
        tool(program)?;
    }
    let folder = tempfile::tempdir().unwrap();
    let us = Home::init(folder.path(), US, "NHC");
    let gateway = us.serve();
    let partner = Partner::begin(name, folder.path(), &us);
    let card = partner.own_card();
    let shown = us.done(&["partner", "add", card.to_str().unwrap()]);
    let digits: String = shown.chars().filter(char::is_ascii_hexdigit).collect();
    let pin = pin_of(&fs::read(partner.file("tls.crt")).unwrap());
    assert!(digits.to_lowercase().contains(pin.trim_start_matches("sha256:")), "{shown}");
    // Over the telephone: what the partner's own program shows him.
    let fingerprint = partner.program.fingerprint();
    let heard = ["--fingerprint", &fingerprint, "--by", "test", "--how", "telephone"];
    us.done(&[&["partner", "verify", THEY][..], &heard].concat());
    us.done(&["partner", "agree", THEY, AGREEMENT]);
    Some((folder, us, gateway, partner))
}

fn the_partner_gets_a_message(name: &str) {
    let (Some(reference), Some(())) = (reference(), tool("xmllint")) else { return };
    let Some((_folder, us, gateway, partner)) = acquainted(name) else { return };
    let number = us.done(&["record", "import", "fixtures/records/ransomware.json"]).trim().to_owned();
    let message = us.done(&["send", &number, "--partner", THEY, "--wait", "30"]).trim().to_owned();
    let outbox = us.outbox();
    assert_eq!((outbox.len(), &outbox[0]["id"], &outbox[0]["state"]), (1, &json!(message), &json!("delivered")));
    // The partner's program opens what its server kept, and knows whose it is.
    let kept = fs::read(partner.file(&format!("{message}.pgp"))).unwrap();
    let document = partner.program.open(&kept, ours(&partner.card));
    let previewed = us.done(&["preview", &number, "--partner", THEY]);
    assert_eq!(String::from_utf8(document.clone()).unwrap(), previewed);
    let schema = reference.join("schemas/local/iodef-2.0.xsd");
    let lint = ["--nonet", "--noout", "--schema", schema.to_str().unwrap(), "-"];
    done(with_input(Command::new("xmllint").args(lint), &document));
    gateway.stop();
    us.audit();
}

fn the_partner_brings_a_message(name: &str) {
    let Some((folder, us, gateway, partner)) = acquainted(name) else { return };
    let report = Path::new(ROOT).join(REPORT);
    let sealed = folder.path().join("report.pgp");
    fs::write(&sealed, partner.program.seal(report.to_str().unwrap(), ours(&partner.card))).unwrap();
    let id = "3f0a8c55-5b9e-4a39-8f54-0d5e52d7c1aa";
    // Our gateway's trust follows the partner's verification within a tick.
    until("the gateway knows the partner", Duration::from_secs(10), || {
        let (pem, key, url) = (partner.file("tls.crt"), partner.file("tls.key"), us.push_url());
        let fixed = ["--silent", "--insecure", "--noproxy", "*", "--cert", &pem, "--key", &key, &url];
        Command::new("curl").args(fixed).output().unwrap().status.success()
    });
    let receipt = partner.push(&us, &sealed, Some(id));
    let text = partner.program.open(&receipt, ours(&partner.card));
    let said: Value = serde_json::from_slice(&text).unwrap();
    let body = fs::read(&sealed).unwrap();
    assert_eq!((said["id"].as_str(), said["outcome"].as_str()), (Some(id), Some("filed")), "{said}");
    assert_eq!(
        (said["digest"].as_str(), said["size"].as_u64()),
        (Some(&*Digest::of(&body).to_string()), Some(body.len() as u64))
    );
    let inbox = us.inbox();
    assert_eq!(inbox.len(), 1);
    let expected = (&json!(THEY), &json!(id), &json!("filed"), &said["number"]);
    let listed = &inbox[0];
    assert_eq!((&listed["partner"], &listed["message"], &listed["outcome"], &listed["number"]), expected);
    let record = us.done(&["record", "show", said["number"].as_str().unwrap()]);
    assert!(record.contains("Passwords of your mail server were guessed"), "{record}");

    // Again, and asked for: byte for byte. Without an id of its own the message is another, known by its digest.
    assert_eq!(partner.push(&us, &sealed, Some(id)), receipt);
    assert_eq!(partner.curl(&[&format!("{}/{id}/outcome", us.push_url())]), receipt);
    assert_eq!(us.inbox().len(), 1);
    let nameless = partner.push(&us, &sealed, None);
    let said: Value = serde_json::from_slice(&partner.program.open(&nameless, ours(&partner.card))).unwrap();
    assert_eq!(said["id"], said["digest"]);
    gateway.stop();
    us.audit();
}

#[test]
fn gpg_gets_a_message() {
    the_partner_gets_a_message("gpg");
}

#[test]
fn gpg_and_curl_bring_a_message() {
    the_partner_brings_a_message("gpg");
}

#[test]
fn sq_gets_a_message() {
    the_partner_gets_a_message("sq");
}

#[test]
fn sq_and_curl_bring_a_message() {
    the_partner_brings_a_message("sq");
}
