//! `openssl` and `curl` as partners: what they make is read here, and what is made here they accept.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use sirex::{
    digest::Digest,
    error::Code,
    gate::{Protocol, Reply, protocol},
    tls::{Distrust, Endpoint, Http, NewKey, OwnKey, PeerIdentity, Pin, Refusal, TrustEntry, TrustSet},
    transport::{
        Counters, Limits, Listener,
        push::{Intake, MessageId, Pushed, routes},
    },
    world::{Clock as _, FixedClock, Machine},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::Command,
    time::timeout,
};

use crate::peer::tool;

/// Longest body that the listener takes.
const MOST: usize = 1_000_000;

/// An intake that remembers bodies. It answers with a problem, which is what a reply without a signing key can be.
#[derive(Default)]
struct Probe(Mutex<Vec<(String, &'static str, Vec<u8>)>>);

impl Intake for Probe {
    fn max_bytes(&self, _: &PeerIdentity) -> u64 {
        MOST as u64
    }

    async fn accept(&self, pushed: Pushed) -> Reply {
        self.0.lock().unwrap().push((pushed.id.to_string(), pushed.media_type, pushed.body));
        protocol(&Protocol::Problem(Code::MessageConflict))
    }

    async fn outcome(&self, _: PeerIdentity, _: MessageId) -> Reply {
        protocol(&Protocol::Problem(Code::NotFound))
    }
}

const ACCEPTED: &str = "urn:sirex:error:message-conflict";

struct House {
    folder: tempfile::TempDir,
    own: OwnKey,
    endpoint: Arc<Endpoint>,
    probe: Arc<Probe>,
    counters: Arc<Counters>,
    port: u16,
}

/// A listener with the machine's clock; `None` when one of these programs is missing and may be.
async fn house(programs: &[&str]) -> Option<House> {
    for program in programs {
        tool(program)?;
    }
    let folder = tempfile::tempdir().unwrap();
    let own = OwnKey::generate(&NewKey { loopback: true, ..NewKey::of("a.example") }, &Machine).unwrap();
    own.save(&folder.path().join("server")).unwrap();
    let endpoint = Arc::new(Endpoint::new(own.clone(), TrustSet::nobody(), Arc::new(Machine)).unwrap());
    let probe = Arc::new(Probe::default());
    let routes = routes(Arc::clone(&probe), Arc::new(Machine));
    let address = "127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(address, Arc::clone(&endpoint), routes, Limits::default()).await.unwrap();
    let (port, counters) = (listener.address().port(), listener.counters());
    tokio::spawn(listener.serve(std::future::pending()));
    Some(House { folder, own, endpoint, probe, counters, port })
}

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The server's certificate and key, as `OwnKey` writes them.
    fn server_pem(&self) -> String {
        self.path("server/own.pem").to_str().unwrap().to_owned()
    }

    /// A key of b.example made here, in a file; trusted from now on, together with these pins.
    fn partner(&self, clock: &dyn sirex::world::Clock) -> (OwnKey, String) {
        let key = OwnKey::generate(&NewKey::of("b.example"), clock).unwrap();
        let folder = self.path("client");
        key.save(&folder).unwrap();
        self.trust(key.pin());
        (key, folder.join(OwnKey::FILE).to_str().unwrap().to_owned())
    }

    fn trust(&self, pin: Pin) {
        let entry = TrustEntry { partner: "b.example".into(), pins: vec![pin], authority: None };
        self.endpoint.replace_trust(TrustSet::new(vec![entry]).unwrap()).unwrap();
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    async fn openssl(&self, arguments: &[&str], input: &str) -> (Output, String) {
        run("openssl", arguments, input, self.folder.path()).await
    }

    /// Connects as a client, asks for something that is not there, and gives all that openssl says.
    async fn s_client(&self, arguments: &[&str]) -> String {
        let request = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
        let address = self.address();
        let fixed = ["s_client", "-connect", &address, "-ign_eof"];
        self.openssl(&[&fixed, arguments].concat(), request).await.1
    }

    async fn curl(&self, arguments: &[&str], input: &str) -> (Output, String) {
        let fixed = ["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"];
        run("curl", &[&fixed, arguments].concat(), input, self.folder.path()).await
    }

    fn seen(&self) -> Vec<(String, &'static str, Vec<u8>)> {
        std::mem::take(&mut self.probe.0.lock().unwrap())
    }

    /// Waits until as many connections were refused for this reason: it is counted when both sides have parted.
    async fn refused(&self, reason: &str, count: u64) {
        let reached = async {
            while self.counters.counts().refused.get(reason).copied().unwrap_or(0) < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(timeout(Duration::from_secs(10), reached).await.is_ok(), "{reason}: {:?}", self.counters.counts());
    }
}

/// Runs a program to its end; gives its output, standard output and error together as text.
async fn run(program: &str, arguments: &[&str], input: &str, folder: &Path) -> (Output, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    tokio::spawn(async move { drop(stdin.write_all(input.as_bytes()).await) });
    let output = timeout(Duration::from_secs(30), child.wait_with_output()).await.expect("no end").unwrap();
    let said = [&*output.stdout, &*output.stderr].concat();
    (output, String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn openssl_shakes_hands_as_agreed() {
    let Some(house) = house(&["openssl"]).await else { return };
    let (_, pem) = house.partner(&Machine);
    let server = house.server_pem();
    let shows = ["-cert", &pem, "-key", &pem];
    let with = async |more: &[&str]| house.s_client(&[&shows[..], more].concat()).await;

    let said = with(&["-CAfile", &server, "-verify_return_error", "-verify_hostname", "a.example"]).await;
    assert!(said.contains("TLSv1.3") && said.contains("Verify return code: 0 (ok)"), "{said}");
    assert!(said.contains("HTTP/1.1 404 Not Found") && said.contains("urn:sirex:error:not-found"), "{said}");
    let said = with(&["-alpn", "h2,http/1.1"]).await;
    assert!(said.contains("ALPN protocol: h2"), "{said}");

    // TLS 1.2 with forward secrecy and AEAD, nothing weaker. The security level is openssl's own, lowered so that it
    // offers what is to be refused.
    let said = with(&["-tls1_2"]).await;
    assert!(said.contains("TLSv1.2") && said.contains("HTTP/1.1 404"), "{said}");
    for weaker in [
        &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"][..],
        &["-tls1", "-cipher", "ALL@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
    ] {
        let said = with(weaker).await;
        assert!(!said.contains("HTTP/1.1") && said.contains("alert"), "{weaker:?}: {said}");
    }
    house.refused("nothing-in-common", 4).await;

    // No session to come back with, in either version: openssl would show or store it.
    for version in ["-tls1_3", "-tls1_2"] {
        let said = with(&[version, "-sess_out", "session"]).await;
        assert!(!said.contains("New Session Ticket arrived") && !said.contains("TLS session ticket:"), "{said}");
    }
}

#[tokio::test]
async fn openssl_is_told_why_it_is_refused() {
    let Some(house) = house(&["openssl"]).await else { return };
    let (_, pem) = house.partner(&Machine);
    let said = house.s_client(&[]).await;
    assert!(said.contains("alert certificate required") && !said.contains("HTTP/1.1"), "{said}");
    let said = house.s_client(&["-tls1_2"]).await;
    assert!(said.contains("alert") && !said.contains("HTTP/1.1"), "{said}");
    house.refused("no-certificate", 2).await;

    house.trust(Pin::from(Digest::of(b"another key")));
    for version in ["-tls1_3", "-tls1_2"] {
        let said = house.s_client(&["-cert", &pem, "-key", &pem, version]).await;
        assert!(said.contains("alert unknown ca") && !said.contains("HTTP/1.1"), "{said}");
    }
    house.refused("certificate-unknown", 2).await;

    // Pinned, and its time over or to come.
    let year = jiff::SignedDuration::from_hours(24 * 400);
    for (clock, reason) in
        [(Machine.now() - year, "certificate-expired"), (Machine.now() + year, "certificate-not-yet-valid")]
    {
        let (_, pem) = house.partner(&FixedClock(clock));
        let said = house.s_client(&["-cert", &pem, "-key", &pem]).await;
        assert!(said.contains("alert certificate expired") && !said.contains("HTTP/1.1"), "{said}");
        house.refused(reason, 1).await;
    }
    assert_eq!(house.counters.counts().requests.len(), 0);
}

#[tokio::test]
async fn our_certificate_is_one_to_openssl() {
    let Some(house) = house(&["openssl"]).await else { return };
    let pem = house.server_pem();
    let (_, said) = house.openssl(&["x509", "-in", &pem, "-noout", "-text"], "").await;
    for line in [
        "Version: 3",
        "prime256v1",
        "ecdsa-with-SHA256",
        "DNS:a.example, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "Digital Signature",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    for purpose in ["sslserver", "sslclient"] {
        let (_, said) =
            house.openssl(&["verify", "-x509_strict", "-purpose", purpose, "-CAfile", &pem, &pem], "").await;
        assert!(said.trim_end().ends_with("OK"), "{said}");
    }
    assert_eq!(pin_by_openssl(&house, &pem).await, house.own.pin());
}

/// The pin as docs/transport.md tells a partner to compute it.
async fn pin_by_openssl(house: &House, pem: &str) -> Pin {
    let (output, _) = house.openssl(&["x509", "-in", pem, "-noout", "-pubkey"], "").await;
    let key = String::from_utf8(output.stdout).unwrap();
    let (output, _) = house.openssl(&["pkey", "-pubin", "-outform", "der"], &key).await;
    Pin::from(Digest::of(&output.stdout))
}

#[tokio::test]
async fn keys_made_by_openssl_are_partners_and_ours() {
    let Some(house) = house(&["openssl", "curl"]).await else { return };
    for (name, algorithm) in [
        ("p256", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"][..]),
        ("p384", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("ed25519", &["-newkey", "ed25519"]),
        ("rsa", &["-newkey", "rsa:2048"]),
    ] {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
        let request = ["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=b.example", "-keyout", &key, "-out"];
        let (output, said) = house.openssl(&[&request[..], &[&certificate], algorithm].concat(), "").await;
        assert!(output.status.success(), "{said}");
        let both = [&key, &certificate].map(|name| fs::read_to_string(house.path(name)).unwrap()).concat();
        let own = OwnKey::from_pem(&both).unwrap();
        assert_eq!(pin_by_openssl(&house, &certificate).await, own.pin(), "{name}");
        assert_eq!(own.certificate().subject, "CN=b.example");

        house.trust(own.pin());
        let url = house.url("/push");
        let shows = ["--cert", &certificate, "--key", &key, "--cacert", "server/own.pem", &url];
        let push = ["--data-binary", "<a/>", "-H", "Content-Type: application/xml"];
        let (_, said) = house.curl(&[&shows[..], &push].concat(), "").await;
        assert!(said.contains(ACCEPTED), "{name}: {said}");
        assert_eq!(house.seen().len(), 1);
    }
}

#[tokio::test]
async fn curl_pushes_a_file() {
    let Some(house) = house(&["curl"]).await else { return };
    let (_, pem) = house.partner(&Machine);
    let file: Vec<u8> = (0..900_000u32).map(|n| n.to_le_bytes()[1]).collect();
    fs::write(house.path("message.pgp"), &file).unwrap();
    let url = house.url("/push");
    let uuid = "01936b2e-8f3a-7c44-9d21-0123456789ab";
    let (sealed, id) = ("Content-Type: application/pgp-encrypted", format!("Sirex-Message-Id: {uuid}"));
    let shows = ["--cert", &pem, "--key", &pem, "--cacert", "server/own.pem", "--write-out", "\n%{http_version}", &url];
    let push = async |more: &[&str], input: &str| house.curl(&[&shows[..], more].concat(), input).await.1;
    let body = ["--data-binary", "@message.pgp", "-H", sealed];

    for (version, named) in [("--http2", "\n2"), ("--http1.1", "\n1.1")] {
        let said = push(&[&body[..], &["-H", &id, version]].concat(), "").await;
        assert!(said.contains(ACCEPTED) && said.ends_with(named), "{said}");
        assert_eq!(house.seen(), [(uuid.to_owned(), "application/pgp-encrypted", file.clone())]);
        let said = push(&[&body[..], &[version]].concat(), "").await;
        assert!(said.contains(ACCEPTED), "{said}");
        assert_eq!(house.seen()[0].0, Digest::of(&file).to_string());
    }
    // From a pipe, of a length that curl does not know: over HTTP/2 only.
    let piped = ["-T", "-", "-X", "POST", "-H", "Content-Type: application/xml"];
    assert!(push(&piped, "<a/>").await.contains(ACCEPTED));
    assert_eq!(house.seen()[0].2, b"<a/>");
    let said = push(&[&piped[..], &["--http1.1"]].concat(), "<a/>").await;
    assert!(said.contains("urn:sirex:error:length-required"), "{said}");

    // The server may be pinned by curl, too.
    let pin = house.own.pin().digest();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pin.as_bytes());
    let pinned = ["--insecure", "--pinnedpubkey", &format!("sha256//{encoded}"), "--cert", &pem, "--key", &pem, &url];
    let (_, said) = house.curl(&[&pinned[..], &body].concat(), "").await;
    assert!(said.contains(ACCEPTED), "{said}");
}

#[tokio::test]
async fn curl_hears_what_was_wrong() {
    let Some(house) = house(&["curl"]).await else { return };
    let (_, pem) = house.partner(&Machine);
    fs::write(house.path("long.xml"), vec![b'x'; 20 * MOST]).unwrap();
    let url = house.url("/push");
    let shows = ["--cert", &pem, "--key", &pem, "--cacert", "server/own.pem"];
    let ask = async |more: &[&str]| house.curl(&[&shows[..], more].concat(), "").await.1;
    let long = ["--data-binary", "@long.xml", "-H", "Content-Type: application/xml", &url];
    for how in [&["--http2"][..], &["--http1.1"], &["--http1.1", "-H", "Expect:"]] {
        let said = ask(&[&long[..], how].concat()).await;
        assert!(said.contains("urn:sirex:error:limit-exceeded"), "{how:?}: {said}");
    }
    let said = ask(&["--data-binary", "x", &url]).await;
    assert!(said.contains("urn:sirex:error:media-type-unknown"), "curl's own content type: {said}");
    let said = ask(&[&house.url("/push/x/outcome")]).await;
    assert!(said.contains("urn:sirex:error:message-id-invalid"), "{said}");
    assert!(ask(&[&url]).await.contains("urn:sirex:error:method-not-allowed"));
    let (output, said) = house.curl(&["--cacert", "server/own.pem", &url], "").await;
    assert!(!output.status.success() && said.contains("certificate required"), "{said}");
    assert_eq!(house.seen(), []);
}

#[tokio::test]
async fn our_client_knows_an_openssl_server_by_its_pin() {
    let Some(house) = house(&["openssl"]).await else { return };
    let (client, pem) = house.partner(&Machine);
    let server = house.server_pem();
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-cert", &server, "-key", &server])
        .args(["-Verify", "1", "-verify_return_error", "-CAfile", &pem, "-alpn", "http/1.1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = loop {
        let line = timeout(Duration::from_secs(20), lines.next_line()).await.unwrap().unwrap().unwrap();
        if let Some(address) = line.strip_prefix("ACCEPT ") {
            break address.to_owned();
        }
    };
    for (pin, expected) in
        [(house.own.pin(), Ok(Http::One)), (client.pin(), Err(Refusal::Certificate(Distrust::Unknown)))]
    {
        let entry = TrustEntry { partner: "a.example".into(), pins: vec![pin], authority: None };
        let trust = TrustSet::new(vec![entry]).unwrap();
        let endpoint = Endpoint::new(client.clone(), trust, Arc::new(Machine)).unwrap();
        let socket = TcpStream::connect(&address).await.unwrap();
        let connected = endpoint.connect("a.example", "localhost", Http::BOTH, socket).await;
        assert_eq!(connected.map(|secured| secured.http), expected);
    }
    child.kill().await.unwrap();
}
