//! What is pushed, asked and refused.

use super::bench::{House, Probe, UUID, XML, head, push};
use crate::{digest::Digest, transport::Limits};

async fn house() -> House {
    House::new(Limits::default(), Probe::open()).await
}

#[tokio::test]
async fn a_message_comes_in_as_it_was_sent() {
    let house = house().await;
    let mut line = house.line().await;
    // Several on one connection.
    line.say(push(&["content-TYPE: Application/XML; charset=utf-8", &format!("sirex-message-id: {UUID}")], "<a/>"))
        .await;
    let heard = line.hear().await;
    assert_eq!((heard.status, heard.body), (200, format!("receipt for {UUID} of 4").into_bytes()));
    line.say(push(&["Content-Type: application/pgp-encrypted"], [0, 255, 10, 13])).await;
    let heard = line.hear().await;
    let digest = Digest::of(&[0, 255, 10, 13]);
    assert_eq!(heard.field("content-type"), Some("application/pgp-signature"));
    assert_eq!(heard.field("cache-control"), Some("no-store"));
    assert_eq!((heard.status, heard.body), (200, format!("receipt for {digest} of 4").into_bytes()));
    assert_eq!(
        house.probe.seen(),
        [
            ("b.example".into(), UUID.into(), "application/xml", b"<a/>".to_vec()),
            ("b.example".into(), digest.to_string(), "application/pgp-encrypted", vec![0, 255, 10, 13]),
        ]
    );

    for id in [UUID, &UUID.to_uppercase(), &digest.to_string(), &digest.to_string().replace(':', "%3A")] {
        line.say(head(&format!("GET /push/{id}/outcome"), &[])).await;
        let heard = line.hear().await;
        let id = id.replace("%3A", ":").to_lowercase();
        assert_eq!((heard.status, heard.body), (200, format!("outcome of {id}").into_bytes()));
    }
    let counts = house.counters.counts();
    assert_eq!((counts.connections, counts.requests[&200]), (1, 6));
    assert!(counts.refused.is_empty());
}

#[tokio::test]
async fn what_is_not_of_the_protocol_is_refused_without_detail() {
    let house = house().await;
    let digest = Digest::of(b"x");
    let unknown = "11936b2e-8f3a-7c44-9d21-0123456789ab";
    let id = |id: &str| format!("Sirex-Message-Id: {id}");
    for (request, status, code) in [
        (head("GET /", &[]), 404, "not-found"),
        (head("GET /push/x", &[]), 404, "not-found"),
        (head("POST /push/", &[XML, "Content-Length: 0"]), 404, "not-found"),
        (head("GET /../push", &[]), 404, "not-found"),
        (head("GET /push", &[]), 405, "method-not-allowed"),
        (head("PUT /push", &["Content-Length: 0"]), 405, "method-not-allowed"),
        (head("TRACE /push", &[]), 405, "method-not-allowed"),
        (head(&format!("POST /push/{UUID}/outcome"), &["Content-Length: 0"]), 405, "method-not-allowed"),
        (head(&format!("GET /push/{unknown}/outcome"), &[]), 404, "not-found"),
        (head("GET /push/1/outcome", &[]), 400, "message-id-invalid"),
        (head("GET /push/%FF/outcome", &[]), 400, "request-malformed"),
        (push(&[], "<a/>"), 415, "media-type-unknown"),
        (push(&["Content-Type: text/plain"], "<a/>"), 415, "media-type-unknown"),
        (push(&["Content-Type: application/xml; charset=latin1"], "<a/>"), 415, "media-type-unknown"),
        (push(&[XML, "Content-Encoding: gzip"], "<a/>"), 415, "media-type-unknown"),
        (push(&[XML, XML], "<a/>"), 400, "request-malformed"),
        (push(&[XML, &id("1")], "<a/>"), 400, "message-id-invalid"),
        (push(&[XML, &id("")], "<a/>"), 400, "message-id-invalid"),
        (push(&[XML, &id(&digest.to_string())], "<a/>"), 400, "message-id-invalid"),
        (push(&[XML, &id(UUID), &id(UUID)], "<a/>"), 400, "message-id-invalid"),
        (push(&[XML, "Sirex-Message-Id: \u{e9}"], "<a/>"), 400, "message-id-invalid"),
        (push(&[XML], ""), 400, "request-malformed"),
    ] {
        let said = String::from_utf8_lossy(&request).into_owned();
        let heard = house.say(request).await;
        assert_eq!((heard.status, heard.code().as_str()), (status, code), "{said}");
    }
    assert_eq!(house.probe.seen(), []);
    // Each was answered and counted; none came to the intake.
    let requests = house.counters.counts().requests;
    assert_eq!(requests.values().sum::<u64>(), 22, "{requests:?}");
}

/// Where two readers could see two requests, none is read (RFC 9112 §6, §11.2).
#[tokio::test]
async fn ambiguous_lengths_are_refused() {
    let house = house().await;
    let smuggled = "GET /push/x/outcome HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let chunked = format!("5\r\n<a/>\n\r\n0\r\n\r\n{smuggled}");
    for fields in [
        &["Content-Length: 6", "Transfer-Encoding: chunked"][..],
        &["Transfer-Encoding: chunked", "Content-Length: 6"],
        &["Transfer-Encoding: chunked"],
        &["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        &["Transfer-Encoding: gzip, chunked"],
    ] {
        let mut request = head("POST /push", &[&[XML], fields].concat());
        request.extend(chunked.as_bytes());
        let mut line = house.line().await;
        line.say(request).await;
        let heard = line.hear().await;
        assert_eq!((heard.status, heard.code().as_str()), (411, "length-required"), "{fields:?}");
        assert_eq!(heard.field("connection"), Some("close"), "{fields:?}");
        line.closed().await;
    }
    for fields in [
        &["Transfer-Encoding: xchunked"][..],
        &["Transfer-Encoding: chunked, gzip"],
        &["Transfer-Encoding : chunked"],
        &["Content-Length: 6", "Content-Length: 7"],
        &["Content-Length: 6, 7"],
        &["Content-Length: -6"],
        &["Content-Length: +6"],
        &["Content-Length: 0x6"],
        &["Content-Length: 99999999999999999999"],
        &["Content-Length: 6", "X: y\r\n Content-Length: 7"],
        &["X\u{0}: y"],
        &["X: a\rb"],
        &["no field"],
    ] {
        let mut request = head("POST /push", &[&[XML], fields].concat());
        request.extend(chunked.as_bytes());
        let mut line = house.line().await;
        line.say(request).await;
        assert_eq!(line.hear().await.status, 400, "{fields:?}");
        line.closed().await;
    }
    assert_eq!(house.probe.seen(), []);
}

#[tokio::test]
async fn a_defect_behind_the_trait_is_ours() {
    let house = house().await;
    let heard = house.say(push(&[XML], "panic")).await;
    assert_eq!((heard.status, heard.code().as_str()), (500, "internal"));
    assert_eq!(house.say(push(&[XML], "<a/>")).await.status, 200);
}

/// The head of this request is in the body of the one before: with a stated length it is body and nothing else.
#[tokio::test]
async fn a_body_is_never_read_as_a_request() {
    let house = house().await;
    let mut line = house.line().await;
    let inner = push(&[XML], "inner");
    line.say(push(&[XML], &inner)).await;
    assert_eq!(line.hear().await.status, 200);
    line.say(head("GET /", &[])).await;
    assert_eq!(line.hear().await.status, 404);
    assert_eq!(house.probe.seen().len(), 1);
    assert_eq!(house.probe.seen()[0].3, inner);
}
