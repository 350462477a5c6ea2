//! Our client against our listener, and against partners that misbehave.

use std::{sync::Arc, time::Duration};

use axum::body::{Body, Bytes};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    client::conn::http2,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
    time::timeout,
};
use uuid::Uuid;

use super::bench::{House, PATIENCE, Probe, UUID, client, target};
use crate::{
    audit::Signer,
    digest::Digest,
    gate::{Clearance, Outgoing},
    marking::Audience,
    store::{self, Approval, Claim, Claimed, NewRecord, NewRelease, OutboxState, Outcome, Store, Tx},
    tls::{
        Endpoint, Http, OwnKey,
        testing::{Hands, key, trust},
    },
    transport::{
        Limits,
        push::{ClientLimits, MessageId, PushError, Target, Verdict},
    },
    world::{Machine, Seeded},
};

/// HTTP/2 by hand.
pub struct Streams {
    sender: http2::SendRequest<Body>,
    driver: JoinHandle<()>,
}

impl Streams {
    pub async fn open(house: &House) -> Self {
        let secured = house.secured(&[Http::Two]).await;
        assert_eq!(secured.http, Http::Two);
        let (sender, driver) = http2::handshake(TokioExecutor::new(), TokioIo::new(secured.stream)).await.unwrap();
        Streams { sender, driver: tokio::spawn(async move { drop(driver.await) }) }
    }

    pub async fn push(&mut self, body: &'static [u8]) -> hyper::Result<Response<Incoming>> {
        self.send(Body::from(body)).await
    }

    /// A body whose length is not stated.
    pub async fn push_in_pieces(&mut self, sizes: &[usize]) -> hyper::Result<Response<Incoming>> {
        struct Pieces(Vec<usize>);
        impl hyper::body::Body for Pieces {
            type Data = Bytes;
            type Error = std::convert::Infallible;
            fn poll_frame(
                mut self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
                let next = self.0.pop().map(|size| Ok(Frame::data(Bytes::from(vec![b'x'; size]))));
                std::task::Poll::Ready(next)
            }
        }
        self.send(Body::new(Pieces(sizes.to_vec()))).await
    }

    async fn send(&mut self, body: Body) -> hyper::Result<Response<Incoming>> {
        let request = Request::post("https://a.example/push").header("content-type", "application/xml");
        timeout(PATIENCE, self.sender.send_request(request.body(body).unwrap())).await.unwrap()
    }

    pub async fn closed(&mut self) {
        timeout(PATIENCE, &mut self.driver).await.expect("still open").unwrap();
    }
}

/// A message for a.example that has gone the whole way: record, release, gate, outbox, claim.
async fn claimed(wire: &[u8]) -> (tempfile::TempDir, Store, Claimed) {
    let home = tempfile::tempdir().unwrap();
    let settings = store::Settings::new(Hands::new(), Arc::new(Machine));
    let signer = Signer::generate("b.example/log", &Seeded::new(7)).unwrap();
    let store =
        Store::create(home.path(), settings, "b.example/log", signer.verifier_key(), "user:root").await.unwrap();
    let (body, cleartext) =
        (store.stage(b"{}".to_vec()).await.unwrap(), store.stage(b"<clear/>".to_vec()).await.unwrap());
    let actor = "user:alice".to_owned();
    let new = NewRecord {
        id: "r-1".into(),
        number: None,
        kind: "incident".into(),
        author: actor.clone(),
        reason: "first".into(),
    };
    store.act("record", async move |tx: &mut Tx| tx.create_record(&new, &body).await).await.unwrap();
    let new = NewRelease {
        record: "r-1".into(),
        revision: 1,
        partner: "a.example".into(),
        policy: 1,
        approval: Approval::NotNeeded,
        actor,
    };
    let release = store.act("release", async move |tx: &mut Tx| tx.release(&new, &cleartext).await).await.unwrap();
    let clearance = Clearance {
        partner: "a.example".into(),
        audience: Audience::TrustedCert,
        format: "iodef-xml".into(),
        tlp: None,
        cleartext: release.cleartext,
        agreement: 1,
        approved: None,
    };
    let outgoing = Outgoing::for_tests(wire.to_vec(), "application/pgp-encrypted", clearance);
    let ready = store.stage_outgoing(outgoing).await.unwrap();
    let (id, message) = (release.id.clone(), Uuid::try_parse(UUID).unwrap());
    let work = async move |tx: &mut Tx, intent| tx.enqueue(ready, &id, 1, message, intent, "user:alice").await;
    store.outbound("user:alice", "push", work).await.unwrap();
    let lease = jiff::SignedDuration::from_secs(300);
    let claim = Claim { owner: "serve".into(), lease, limit: 1, per_partner: 1 };
    let claimed = store.claim(claim).await.unwrap().pop().unwrap();
    (home, store, claimed)
}

#[tokio::test]
async fn a_claimed_message_is_delivered_over_both_versions() {
    let house = House::new(Limits::default(), Probe { max_bytes: u64::MAX, ..Probe::open() }).await;
    let wire: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[1]).collect();
    let (_home, store, claimed) = claimed(&wire).await;
    for http in [Http::BOTH, &[Http::One]] {
        let receipt = house.client(http).push(&house.target(), &claimed).await.unwrap();
        assert_eq!(receipt, format!("receipt for {UUID} of 3000000").into_bytes());
        let outcome = house.client(http).outcome(&house.target(), UUID.parse().unwrap()).await.unwrap();
        assert_eq!(outcome, format!("outcome of {UUID}").into_bytes());
    }
    let (once, twice) = (house.probe.seen()[0].clone(), house.probe.seen()[1].clone());
    assert_eq!(once, ("b.example".into(), UUID.into(), "application/pgp-encrypted", wire));
    assert_eq!(once, twice);

    // To somebody else's address it does not go.
    let elsewhere = Target::new("c.example", "https://127.0.0.1:1/push").unwrap();
    let error = house.client(Http::BOTH).push(&elsewhere, &claimed).await.unwrap_err();
    assert!(matches!(error, PushError::OtherPartner { .. }));
    assert_eq!((error.verdict(), error.code().as_str()), (Verdict::Park, "internal"));
    let settled = store.settle(claimed, Outcome::Park { code: error.word() }).await.unwrap();
    assert_eq!(settled, OutboxState::Parked);
}

#[tokio::test]
async fn a_refusal_comes_with_the_partners_code() {
    let house = House::new(Limits::default(), Probe { max_bytes: 1_000, ..Probe::open() }).await;
    for http in [Http::BOTH, &[Http::One]] {
        let client = house.client(http);
        let unknown = MessageId::OfBody(Digest::of(b"never sent"));
        let error = client.outcome(&house.target(), unknown).await.unwrap_err();
        assert!(matches!(&error, PushError::Refused { status: 404, code: Some(code), .. } if code == "not-found"));
        let (_home, _store, long) = claimed(&[b'x'; 2_000_000]).await;
        let error = client.push(&house.target(), &long).await.unwrap_err();
        assert!(matches!(&error, PushError::Refused { status: 413, .. }), "{error:?}");
        assert_eq!((error.word().as_str(), error.verdict()), ("limit-exceeded", Verdict::Refused));
        assert_eq!(error.code().as_str(), "partner-refused");
    }
}

#[tokio::test]
async fn waiting_is_passed_on() {
    let limits = Limits { requests_burst: 0, retry_after: Duration::from_secs(90), ..Limits::default() };
    let house = House::new(limits, Probe::open()).await;
    let error = house.client(Http::BOTH).outcome(&house.target(), UUID.parse().unwrap()).await.unwrap_err();
    assert_eq!((error.word().as_str(), error.verdict()), ("too-many-requests", Verdict::Retry));
    assert_eq!(error.not_before().unwrap().to_string(), "2026-06-01T12:01:30Z");
}

/// A partner that answers everything with these bytes over HTTP/1.1, after this long.
async fn answers(own: &OwnKey, caller: &OwnKey, bytes: Vec<u8>, after: Duration) -> u16 {
    let endpoint = Endpoint::new(own.clone(), trust(&[("b.example", caller)]), Hands::new()).unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let Ok(mut secured) = endpoint.accept(stream).await else { continue };
            let _ = secured.stream.read(&mut [0; 4_096]).await;
            tokio::time::sleep(after).await;
            let _ = secured.stream.write_all(&bytes).await;
            let _ = secured.stream.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn what_is_no_receipt_is_not_taken_for_one() {
    let (a, b) = (key("a.example"), key("b.example"));
    let caller = Arc::new(Endpoint::new(b.clone(), trust(&[("a.example", &a)]), Hands::new()).unwrap());
    let short = Duration::from_millis(200);
    let limits = ClientLimits { answer: short, answer_bytes: 1_000, ..ClientLimits::default() };
    let ask = async |bytes: Vec<u8>, after: Duration| {
        let port = answers(&a, &b, bytes, after).await;
        let asked = client(&caller, limits.clone(), &[Http::One]).outcome(&target(port), UUID.parse().unwrap()).await;
        asked.map_err(|error| (error.word(), error.verdict()))
    };
    let answer = |head: &str, body: &str| {
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let now = Duration::ZERO;
    let receipt = "200 OK\r\nContent-Type: application/pgp-signature";
    let retry = |word: &str| Err((word.to_owned(), Verdict::Retry));
    assert_eq!(ask(answer(receipt, "receipt"), now).await, Ok(b"receipt".to_vec()));
    assert_eq!(ask(answer(receipt, &"x".repeat(1_000)), now).await, Ok(vec![b'x'; 1_000]));
    assert_eq!(ask(answer(receipt, &"x".repeat(1_001)), now).await, retry("partner-answer"));
    assert_eq!(ask(answer("200 OK\r\nContent-Type: text/html", "<p>welcome"), now).await, retry("partner-answer"));
    assert_eq!(ask(answer("200 OK", ""), now).await, retry("partner-answer"));
    assert_eq!(ask(answer("204 No Content", ""), now).await, retry("http-204"));
    let elsewhere = "307 Temporary Redirect\r\nLocation: https://c.example/push";
    assert_eq!(ask(answer(elsewhere, ""), now).await, Err(("http-307".into(), Verdict::Park)));
    let problem = |code: &str| {
        let body = format!(r#"{{"type":"urn:sirex:error:{code}","title":"t","status":409}}"#);
        answer("409 Conflict\r\nContent-Type: application/problem+json", &body)
    };
    let refused = |word: &str| Err((word.to_owned(), Verdict::Refused));
    assert_eq!(ask(problem("message-conflict"), now).await, refused("message-conflict"));
    assert_eq!(ask(problem("No Word"), now).await, refused("http-409"));
    assert_eq!(ask(problem(&"x".repeat(5_000)), now).await, refused("http-409"));
    assert_eq!(ask(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(), now).await, retry("partner-unreachable"));
    assert_eq!(ask(b"SSH-2.0-OpenSSH\r\n".to_vec(), now).await, retry("partner-unreachable"));
    assert_eq!(ask(Vec::new(), now).await, retry("partner-unreachable"));
    assert_eq!(ask(answer(receipt, "receipt"), short * 10).await, retry("timeout-answer"));
    let cut = format!("HTTP/1.1 {receipt}\r\nContent-Length: 100\r\n\r\nhalf").into_bytes();
    assert_eq!(ask(cut, now).await, retry("partner-unreachable"));
}

#[tokio::test]
async fn a_partner_who_is_not_there_or_silent_is_unreachable() {
    let (a, b) = (key("a.example"), key("b.example"));
    let caller = Arc::new(Endpoint::new(b, trust(&[("a.example", &a)]), Hands::new()).unwrap());
    let limits = ClientLimits { handshake: Duration::from_millis(200), ..ClientLimits::default() };
    let client = client(&caller, limits, Http::BOTH);
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = target(socket.local_addr().unwrap().port());
    let error = client.outcome(&silent, UUID.parse().unwrap()).await.unwrap_err();
    assert_eq!((error.word().as_str(), error.verdict()), ("timeout-handshake", Verdict::Retry));
    drop(socket);
    let error = client.outcome(&silent, UUID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, PushError::Connect { .. }), "{error}");
    assert_eq!((error.word().as_str(), error.verdict()), ("partner-unreachable", Verdict::Retry));
    let nowhere = Target::new("a.example", "https://nowhere.invalid:4590/push").unwrap();
    let error = client.outcome(&nowhere, UUID.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.code().as_str(), "partner-unreachable");
}
