//! Who gets in, and until when.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::bench::{House, Probe, UUID, XML, head, push};
use crate::{
    tls::{
        Endpoint, Http, TrustSet,
        testing::{Foreign, key, trust},
    },
    transport::{
        Limits,
        push::{ClientLimits, PushError, Verdict},
    },
};

async fn house() -> House {
    House::new(Limits::default(), Probe::open()).await
}

#[tokio::test]
async fn strangers_are_counted_and_hear_nothing() {
    let house = house().await;
    for client in [Foreign::anonymous(), Foreign::with(&key("b.example"))] {
        if let Ok(mut stream) = client.connect(house.socket().await).await {
            let _ = stream.write_all(&push(&[XML], "<a/>")).await;
            // A late refusal is an alert, which the TLS library gives as an error of reading.
            let mut heard = Vec::new();
            let ended = stream.read_to_end(&mut heard).await;
            assert!(ended.is_err() && heard.is_empty(), "{ended:?} {heard:?}");
        }
    }
    let mut plain = house.socket().await;
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    house.refused("no-certificate", 1).await;
    house.refused("certificate-unknown", 1).await;
    house.refused("not-tls", 1).await;
    let counts = house.counters.counts();
    assert_eq!((counts.connections, counts.requests.len()), (0, 0));
    assert_eq!(house.probe.seen(), []);
}

#[tokio::test]
async fn an_expired_certificate_ends_the_connection_too() {
    let house = house().await;
    let mut line = house.line().await;
    line.say(head("GET /", &[])).await;
    assert_eq!(line.hear().await.status, 404);
    house.clock.forward(366);
    line.say(head("GET /", &[])).await;
    let heard = line.hear().await;
    assert_eq!((heard.status, heard.code().as_str()), (403, "peer-not-trusted"));
    line.closed().await;
    house.refused("certificate-expired", 1).await;
    // And a new one does not come about: our own certificate is past its time as well.
    let refused = house.caller.connect("a.example", "localhost", Http::BOTH, house.socket().await).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn trust_that_is_withdrawn_ends_live_connections() {
    let house = house().await;
    let mut line = house.line().await;
    line.say(push(&[XML], "<a/>")).await;
    assert_eq!(line.hear().await.status, 200);
    let mut streams = super::sending::Streams::open(&house).await;
    assert_eq!(streams.push(b"<b/>").await.unwrap().status(), 200);

    house.endpoint.replace_trust(TrustSet::nobody()).unwrap();
    line.say(push(&[XML], "<c/>")).await;
    let heard = line.hear().await;
    assert_eq!((heard.status, heard.code().as_str()), (403, "peer-not-trusted"));
    assert_eq!(heard.field("connection"), Some("close"));
    line.closed().await;
    assert_eq!(streams.push(b"<d/>").await.unwrap().status(), 403);
    streams.closed().await;

    assert_eq!(house.probe.seen().len(), 2);
    assert_eq!(house.counters.counts().requests[&403], 2);
}

#[tokio::test]
async fn the_sender_learns_which_side_distrusts() {
    let house = house().await;
    let asked = async |endpoint: Endpoint| {
        let client = super::bench::client(&endpoint.into(), ClientLimits::default(), Http::BOTH);
        client.outcome(&house.target(), UUID.parse().unwrap()).await.unwrap_err()
    };
    let clock = house.clock.clone();
    // We show a key that the partner does not know.
    let error = asked(Endpoint::new(key("b.example"), trust(&[("a.example", &house.a)]), clock.clone()).unwrap()).await;
    assert!(matches!(error, PushError::Tls { .. }), "{error}");
    assert_eq!((error.code().as_str(), error.word().as_str()), ("partner-distrusts", "tls-refused-by-peer"));
    assert_eq!(error.verdict(), Verdict::Retry);
    // The partner shows a key that we do not know.
    let error = asked(Endpoint::new(house.b.clone(), trust(&[("a.example", &key("a.example"))]), clock).unwrap()).await;
    assert_eq!((error.code().as_str(), error.word().as_str()), ("peer-not-trusted", "tls-certificate-unknown"));
    assert_eq!(error.verdict(), Verdict::Retry);
}
