//! Messages that are not as they should be, pushed to a gateway at work: each gets the receipt that fits whose fault it
//! is, each is kept as it came, and what is good still gets through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{fs, io::Write as _, path::Path, process::Command, sync::Arc, time::Duration};

use homes::{Home, ROOT, SIREX, until};
use sequoia_openpgp::{
    Cert,
    crypto::KeyPair,
    parse::Parse as _,
    policy::StandardPolicy,
    serialize::stream::{Encryptor, LiteralWriter, Message, Signer},
};
use serde_json::json;
use sirex::{
    digest::Digest,
    exchange,
    gate::{Outcome, Receipt},
    openpgp::{Profile, PublicCert, TeamKeys, seal_ungated, sign_inline, verify_receipt},
    store::Settings,
    tls::{Endpoint, Http, OwnKey, TrustEntry, TrustSet},
    world::{Clock as _, Entropy as _, Machine},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const PROFILE: Profile = Profile::Rfc4880;
const REPORT: &str = "fixtures/reports/scan.xml";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Three teams: we, a partner, and somebody whom only the partner knows.
struct Teams {
    _folder: tempfile::TempDir,
    us: Home,
    partner: Home,
    other: Home,
}

impl Teams {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = |domain, prefix| Home::init(folder.path(), domain, prefix);
        let (us, partner, other) =
            (home("us.example", "US"), home("cert.example", "CERT"), home("other.example", "OTH"));
        us.meets(&partner);
        partner.meets(&us);
        Teams { us, partner, other, _folder: folder }
    }
}

fn keys(home: &Home) -> TeamKeys {
    TeamKeys::load(&home.file("keys/openpgp")).unwrap()
}

fn certificate(home: &Home) -> PublicCert {
    keys(home).certificate(PROFILE, Machine.now()).unwrap()
}

/// Signed by one, encrypted to another, as it should be.
fn sealed(text: &[u8], from: &Home, to: &Home) -> Vec<u8> {
    seal_ungated(text, &certificate(to), &keys(from), PROFILE, Machine.now(), false).unwrap()
}

/// Encrypted to us without a signature, or with one that is meant for somebody else.
fn misdirected(text: &[u8], to: &Home, signed: Option<(&Home, &Home)>) -> Vec<u8> {
    let policy = StandardPolicy::new();
    let to = Cert::from_bytes(&certificate(to).to_bytes()).unwrap();
    let mut wire = Vec::new();
    let recipients = to.keys().with_policy(&policy, None).supported().alive().revoked(false).for_transport_encryption();
    let message = Encryptor::for_recipients(Message::new(&mut wire), recipients).build().unwrap();
    let message = match signed {
        Some((from, meant_for)) => {
            let file = from.file(&format!("keys/openpgp/{}.pgp", certificate(from).fingerprint().hex()));
            let from = Cert::from_bytes(&fs::read(file).unwrap()).unwrap();
            let secret = from.keys().secret().with_policy(&policy, None).supported().for_signing().next().unwrap();
            let pair: KeyPair = secret.key().clone().into_keypair().unwrap();
            let meant_for = Cert::from_bytes(&certificate(meant_for).to_bytes()).unwrap();
            Signer::new(message, pair).unwrap().add_intended_recipient(&meant_for).build().unwrap()
        }
        None => message,
    };
    let mut literal = LiteralWriter::new(message).build().unwrap();
    literal.write_all(text).unwrap();
    literal.finalize().unwrap();
    wire
}

/// Pushes bytes as this partner; the status and the body of the answer.
fn push(from: &Home, to: &Home, id: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let own = |home: &Home| OwnKey::load(&home.file("keys/tls")).unwrap();
    let entry = TrustEntry { partner: to.domain.clone(), pins: vec![own(to).pin()], authority: None };
    let endpoint = Endpoint::new(own(from), TrustSet::new(vec![entry]).unwrap(), Arc::new(Machine)).unwrap();
    let answer = runtime().block_on(async {
        let socket = TcpStream::connect(("127.0.0.1", to.port)).await.unwrap();
        let mut stream = endpoint.connect(&to.domain, "localhost", &[Http::One], socket).await.unwrap().stream;
        let head = format!(
            "POST /push HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/pgp-encrypted\r\n\
             Sirex-Message-Id: {id}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        answer
    });
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap_or_else(|_| panic!("{head}"));
    (status, answer[end + 4..].to_vec())
}

fn new_id() -> String {
    let mut bytes = [0; 16];
    Machine.fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The receipt in an answer, which must be signed by this team.
fn receipt(answer: &(u16, Vec<u8>), by: &Home) -> Receipt {
    assert_eq!(answer.0, 200, "{}", String::from_utf8_lossy(&answer.1));
    verify_receipt(&answer.1, &[certificate(by)], Machine.now()).unwrap().0
}

/// The message's bytes as the home keeps them.
fn kept(home: &Home, partner: &Home, id: &str) -> Vec<u8> {
    runtime().block_on(async {
        let settings = Settings::new(Arc::new(Machine), Arc::new(Machine));
        let store = exchange::Home::open(home.folder(), settings).await.unwrap().gateway.store;
        let received = store.received(&partner.domain, id).await.unwrap().unwrap();
        let (original, _) = store.original(&received.original).await.unwrap();
        let bytes = original.bytes().to_vec();
        store.close().await;
        bytes
    })
}

fn report() -> Vec<u8> {
    fs::read(Path::new(ROOT).join(REPORT)).unwrap()
}

#[test]
fn each_bad_message_gets_its_receipt_and_is_kept() {
    let Teams { us, partner, other, .. } = &Teams::new();
    let (gateway, report) = (us.serve(), report());
    let good = sealed(&report, partner, us);
    let flipped = |at: usize| {
        let mut wire = good.clone();
        wire[at] ^= 1;
        wire
    };
    let inside = |file: &str| sealed(&fs::read(Path::new(ROOT).join("fixtures/bad").join(file)).unwrap(), partner, us);
    let (refused, quarantined) = (Outcome::Refused, Outcome::Quarantined);
    let cases = [
        ("a byte of the content is another", flipped(good.len() / 2), refused, "pgp-undecryptable"),
        ("the last byte is another", flipped(good.len() - 1), refused, "pgp-undecryptable"),
        ("cut", good[..good.len() - 40].to_vec(), refused, "pgp-undecryptable"),
        ("signed by a stranger", sealed(&report, other, us), quarantined, "pgp-signer-unknown"),
        ("encrypted to somebody else", sealed(&report, partner, other), quarantined, "pgp-not-for-us"),
        ("without a signature", misdirected(&report, us, None), refused, "pgp-unsigned"),
        ("meant for somebody else", misdirected(&report, us, Some((partner, other))), refused, "pgp-recipient"),
        ("signed only", sign_inline(&report, &keys(partner), PROFILE, Machine.now()).unwrap(), refused, "pgp-unsealed"),
        ("no OpenPGP", report.clone(), refused, "pgp-malformed"),
        ("one byte", b"\xff".to_vec(), refused, "pgp-malformed"),
        ("twice", [good.clone(), good.clone()].concat(), refused, "pgp-malformed"),
        ("a DTD inside", inside("xml-dtd.xml"), refused, "xml-dtd"),
        ("an entity bomb inside", inside("xml-entity-bomb.xml"), refused, "xml-dtd"),
        ("bad UTF-8 inside", inside("xml-bad-utf8.xml"), refused, "xml-encoding"),
        ("a cut document inside", inside("xml-truncated.xml"), refused, "xml-syntax"),
        ("a lone surrogate inside", inside("json-lone-surrogate.json"), refused, "json-syntax"),
        ("a member twice inside", inside("json-same-key-twice.json"), refused, "json-duplicate-key"),
        ("another namespace inside", inside("iodef-wrong-namespace.xml"), refused, "format-unknown"),
        ("no incident number inside", inside("iodef-missing-id.xml"), refused, "element-missing"),
        ("words inside", inside("words.txt"), refused, "format-unknown"),
        ("nothing inside", sealed(b"", partner, us), refused, "format-unknown"),
    ];
    for (what, wire, outcome, code) in &cases {
        let id = new_id();
        let answer = push(partner, us, &id, wire);
        let receipt = receipt(&answer, us);
        assert_eq!((receipt.outcome, receipt.code.as_deref()), (*outcome, Some(*code)), "{what}");
        assert_eq!(
            (receipt.id, receipt.digest, receipt.size),
            (id.clone(), Digest::of(wire), wire.len() as u64),
            "{what}"
        );
        assert_eq!(receipt.number, None, "{what}");
        assert_eq!(push(partner, us, &id, wire), answer, "{what}, again");
        assert_eq!(push(partner, us, &id, b"other bytes").0, 409, "{what}, with other bytes");
        assert_eq!(kept(us, partner, &id), *wire, "{what}");
        let listed = us.inbox().into_iter().find(|one| one["message"] == *id).unwrap();
        assert_eq!((&listed["outcome"], &listed["code"]), (&json!(outcome.as_str()), &json!(code)), "{what}");
    }
    assert_eq!(us.inbox().len(), cases.len());
    assert_eq!(us.numbers(), Vec::<String>::new());

    // And the message of which all of them were made, after them and in between.
    let receipt = receipt(&push(partner, us, &new_id(), &good), us);
    assert_eq!((receipt.outcome, receipt.code), (Outcome::Filed, None));
    assert_eq!(us.numbers(), [receipt.number.unwrap()]);
    gateway.stop();
    us.audit();
}

/// Our disk is no fault of the partner's: nothing is acknowledged, and he brings the same message again.
#[test]
fn a_gateway_without_room_acknowledges_nothing_and_takes_it_later() {
    let Teams { us, partner, .. } = &Teams::new();
    let number = partner.done(&["record", "import", "fixtures/records/phishing.json"]).trim().to_owned();
    partner.configure("retry", "base = \"1s\"\ncap = \"2s\"");
    let before = us.audit();
    let log = us.done(&["audit", "export"]);

    // Files may not grow beyond what they have now: the gateway starts, and cannot keep what comes.
    let largest = |name: &str| fs::metadata(us.file(name)).map_or(0, |found| found.len());
    let blocks = largest("store.sqlite").div_ceil(1024).max(64);
    let mut command = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$1\" --home \"$2\" serve");
    command.args(["-c", &script, "bash", SIREX]).arg(us.folder());
    let gateway = us.serve_by(command);
    let wire = sealed(&vec![b' '; 4 * 1024 * 1024], partner, us);
    let id = new_id();
    let (status, problem) = push(partner, us, &id, &wire);
    let problem = String::from_utf8(problem).unwrap();
    assert_eq!(status, 503, "{problem}");
    assert!(problem.contains("urn:sirex:error:disk-write"), "{problem}");
    assert!(!problem.contains("File too large") && !problem.contains('/'), "{problem}");
    assert!(us.inbox().is_empty());
    assert_eq!(us.done(&["audit", "export"]).lines().count(), log.lines().count());
    gateway.kill();
    assert_eq!(us.audit()["root"], before["root"]);

    // With room again, the same message comes in, and one from the partner's own outbox.
    let gateway = us.serve();
    let receipt = receipt(&push(partner, us, &id, &wire), us);
    assert_eq!((receipt.outcome, receipt.code.as_deref()), (Outcome::Refused, Some("format-unknown")));
    partner.done(&["send", &number, "--partner", "us.example"]);
    let other = partner.serve();
    until("it is delivered", Duration::from_secs(20), || partner.outbox()[0]["state"] == "delivered");
    other.stop();
    gateway.stop();
    us.audit();
}
