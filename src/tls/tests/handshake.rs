//! Handshakes between our endpoint and ours, and between our endpoint and foreign clients.

use std::sync::Arc;

use rustls::{HandshakeKind, NamedGroup, ProtocolVersion, crypto::aws_lc_rs::kx_group, sign::CertifiedKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio_rustls::TlsConnector;

use super::super::{
    testing::{Foreign, Hands, key, trust},
    *,
};

const VERSIONS: [&[&rustls::SupportedProtocolVersion]; 2] = [&[&rustls::version::TLS13], &[&rustls::version::TLS12]];

struct Two {
    a: OwnKey,
    b: OwnKey,
    clock: Arc<Hands>,
    server: Endpoint,
    client: Endpoint,
}

/// b.example calls a.example, and each trusts the other.
fn two() -> Two {
    let (a, b, clock) = (key("a.example"), key("b.example"), Hands::new());
    let server = Endpoint::new(a.clone(), trust(&[("b.example", &b)]), clock.clone()).unwrap();
    let client = Endpoint::new(b.clone(), trust(&[("a.example", &a)]), clock.clone()).unwrap();
    Two { a, b, clock, server, client }
}

type ServerSide = Result<Secured<ServerStream<DuplexStream>>, Refusal>;
type ClientSide = Result<Secured<ClientStream<DuplexStream>>, Refusal>;

async fn shake(two: &Two, http: &[Http]) -> (ServerSide, ClientSide) {
    let (near, far) = duplex(64 * 1024);
    tokio::join!(two.server.accept(near), two.client.connect("a.example", "localhost", http, far))
}

/// Why the server refuses a foreign client, or `None`.
async fn refused(server: &Endpoint, client: Foreign) -> Option<Refusal> {
    let (near, far) = duplex(64 * 1024);
    let judged = async { server.accept(near).await.err() };
    let stays = async {
        // The client must stay until the server has judged it.
        if let Ok(mut stream) = client.connect(far).await {
            let _ = stream.read(&mut [0]).await;
        }
    };
    tokio::join!(judged, stays).0
}

#[tokio::test]
async fn both_sides_learn_who_the_other_is() {
    let two = two();
    for (offered, agreed) in [(Http::BOTH, Http::Two), (&[Http::One], Http::One)] {
        let (server, client) = shake(&two, offered).await;
        let (mut server, mut client) = (server.unwrap(), client.unwrap());
        assert_eq!((server.peer.partner(), server.peer.pin()), ("b.example", two.b.pin()));
        assert_eq!((client.peer.partner(), client.peer.pin()), ("a.example", two.a.pin()));
        assert_eq!((server.http, client.http), (agreed, agreed));
        let session = server.stream.get_ref().1;
        assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        assert_eq!(session.negotiated_key_exchange_group().map(|group| group.name()), Some(NamedGroup::X25519MLKEM768));
        client.stream.write_all(b"hello").await.unwrap();
        client.stream.flush().await.unwrap();
        let mut heard = [0; 5];
        server.stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
    }
}

#[tokio::test]
async fn clients_without_the_right_certificate_are_refused() {
    let two = two();
    let server = &two.server;
    assert_eq!(refused(server, Foreign::anonymous()).await, Some(Distrust::Missing.into()));
    assert_eq!(refused(server, Foreign::with(&key("b.example"))).await, Some(Distrust::Unknown.into()));
    assert_eq!(refused(server, Foreign::with(&two.b)).await, None, "the same client with the right one");

    two.clock.forward(-1);
    assert_eq!(refused(server, Foreign::with(&two.b)).await, Some(Distrust::NotYetValid.into()));
    two.clock.forward(366);
    assert_eq!(refused(server, Foreign::with(&two.b)).await, Some(Distrust::Expired.into()));
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused() {
    let two = two();
    let thief = key("c.example");
    for versions in VERSIONS {
        let shows = CertifiedKey::new(two.b.certified().cert.clone(), Arc::clone(&thief.certified().key));
        let client = Foreign { shows: Some(shows), versions, ..Foreign::anonymous() };
        assert_eq!(refused(&two.server, client).await, Some(Refusal::Signature));
    }
}

#[tokio::test]
async fn classical_clients_are_accepted_down_to_tls_1_2() {
    let two = two();
    for versions in VERSIONS {
        let mut client = Foreign { versions, ..Foreign::with(&two.b) };
        client.provider.kx_groups = vec![kx_group::SECP256R1];
        assert_eq!(refused(&two.server, client).await, None);
    }
}

#[tokio::test]
async fn strangers_to_the_protocol_are_told_apart() {
    let two = two();
    let client = Foreign { alpn: vec![b"smtp".to_vec()], ..Foreign::with(&two.b) };
    assert_eq!(refused(&two.server, client).await, Some(Refusal::NoProtocol));

    let mut client = Foreign::with(&two.b);
    client.provider.kx_groups = vec![kx_group::MLKEM768];
    assert_eq!(refused(&two.server, client).await, Some(Refusal::NothingInCommon));

    let spoken = async |words: &'static [u8]| {
        let (near, mut far) = duplex(1024);
        far.write_all(words).await.unwrap();
        far.shutdown().await.unwrap();
        two.server.accept(near).await.err()
    };
    assert_eq!(spoken(b"GET / HTTP/1.1\r\n\r\n").await, Some(Refusal::NotTls));
    assert_eq!(spoken(b"").await, Some(Refusal::Cut));
    assert_eq!(spoken(b"\x16\x03\x01").await, Some(Refusal::Cut));
}

#[tokio::test]
async fn the_client_talks_to_the_called_partner_alone() {
    let mut two = two();
    let impostor = key("a.example");
    for (trusted, distrust) in [
        (trust(&[("a.example", &impostor)]), Distrust::Unknown),
        (trust(&[("a.example", &impostor), ("c.example", &two.a)]), Distrust::OtherPartner),
    ] {
        two.client.replace_trust(trusted).unwrap();
        let (server, client) = shake(&two, Http::BOTH).await;
        assert_eq!(client.err(), Some(distrust.into()));
        assert!(matches!(server.err(), Some(Refusal::ByPeer(_))));
    }
    two.client = Endpoint::new(two.b.clone(), trust(&[("a.example", &two.a)]), two.clock.clone()).unwrap();
    two.clock.forward(366);
    let (_, client) = shake(&two, Http::BOTH).await;
    assert_eq!(client.err(), Some(Distrust::Expired.into()));

    let (_, far) = duplex(64);
    let named = two.client.connect("a.example", "no host", Http::BOTH, far).await;
    assert_eq!(named.err(), Some(Refusal::HostName));
}

#[tokio::test]
async fn the_client_reads_that_it_was_refused() {
    let two = two();
    two.server.replace_trust(TrustSet::nobody()).unwrap();
    let (server, client) = shake(&two, Http::BOTH).await;
    assert_eq!(server.err(), Some(Distrust::Unknown.into()));
    let mut stream = client.unwrap().stream;
    let late = stream.late();
    assert_eq!(late.refusal(), None);
    let error = stream.read(&mut [0]).await.unwrap_err();
    let why = Some(Refusal::ByPeer("UnknownCA".into()));
    assert_eq!(late.refusal(), why);
    assert_eq!(Refusal::among_causes(&std::io::Error::other(error)), why);
}

#[tokio::test]
async fn a_change_of_trust_is_felt_at_once() {
    let two = two();
    let (server, client) = shake(&two, Http::BOTH).await;
    let (server, client) = (server.unwrap(), client.unwrap());
    assert_eq!(two.server.still_trusts(&server.peer), Ok(()));
    two.server.replace_trust(TrustSet::nobody()).unwrap();
    assert_eq!(two.server.still_trusts(&server.peer), Err(Distrust::Unknown));
    assert_eq!(two.client.still_trusts(&client.peer), Ok(()));
    two.clock.forward(366);
    assert_eq!(two.client.still_trusts(&client.peer), Err(Distrust::Expired));
}

#[tokio::test]
async fn a_new_key_is_shown_and_the_trust_kept() {
    let two = two();
    let renewed = key("a.example");
    two.server.replace_key(renewed.clone()).unwrap();
    assert_eq!(two.server.key().pin(), renewed.pin());
    assert_eq!(shake(&two, Http::BOTH).await.1.err(), Some(Distrust::Unknown.into()));
    let both = TrustEntry { partner: "a.example".into(), pins: vec![two.a.pin(), renewed.pin()], authority: None };
    two.client.replace_trust(TrustSet::new(vec![both]).unwrap()).unwrap();
    let (server, client) = shake(&two, Http::BOTH).await;
    assert_eq!(server.unwrap().peer.partner(), "b.example");
    assert_eq!(client.unwrap().peer.pin(), renewed.pin());
}

/// A client that keeps its sessions gets a full handshake every time, so a withdrawn trust cannot be resumed around.
#[tokio::test]
async fn sessions_are_never_resumed() {
    let two = two();
    for versions in VERSIONS {
        let config = Arc::new(Foreign { versions, ..Foreign::with(&two.b) }.config());
        for _ in 0..3 {
            let (near, far) = duplex(64 * 1024);
            let host = rustls::pki_types::ServerName::try_from("localhost").unwrap();
            let (server, client) =
                tokio::join!(two.server.accept(near), TlsConnector::from(Arc::clone(&config)).connect(host, far));
            let (mut server, mut client) = (server.unwrap(), client.unwrap());
            // A ticket would come with the first data.
            server.stream.write_all(b"x").await.unwrap();
            server.stream.flush().await.unwrap();
            client.read_exact(&mut [0]).await.unwrap();
            assert_eq!(client.get_ref().1.handshake_kind(), Some(HandshakeKind::Full));
            assert_eq!(client.get_ref().1.tls13_tickets_received(), 0);
        }
    }
}
