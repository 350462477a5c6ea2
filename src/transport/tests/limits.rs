//! Every limit of the listener, hit.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, sleep, timeout},
};

use super::bench::{House, PATIENCE, Probe, XML, head, push};
use crate::{
    tls::Http,
    transport::{Drained, Limits},
};

const SHORT: Duration = Duration::from_millis(200);

/// That this ends neither before `SHORT` nor long after.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = timeout(PATIENCE, what).await.expect("no limit");
    assert!(began.elapsed() >= SHORT - Duration::from_millis(20), "after {:?}", began.elapsed());
    done
}

#[tokio::test]
async fn a_silent_stranger_is_sent_away() {
    let house = House::new(Limits { handshake: SHORT, ..Limits::default() }, Probe::open()).await;
    soon(async {
        let mut silent = house.socket().await;
        // Another one shakes hands meanwhile.
        assert_eq!(house.say(head("GET /", &[])).await.status, 404);
        let _ = silent.read(&mut [0]).await;
    })
    .await;
    house.refused("handshake-timeout", 1).await;
}

#[tokio::test]
async fn handshakes_and_addresses_are_bounded() {
    // Strangers who are silent make room for whoever comes: they keep nobody out.
    let house = House::new(Limits { handshakes: 2, ..Limits::default() }, Probe::open()).await;
    let (mut first, second) = (house.socket().await, house.socket().await);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(house.say(head("GET /", &[])).await.status, 404);
    assert_eq!(first.read(&mut [0]).await.unwrap_or(0), 0, "who waited longest goes");
    house.refused("too-many-handshakes", 1).await;
    drop(second);
    house.refused("cut", 1).await;

    let house = House::new(Limits { per_address: 2, ..Limits::default() }, Probe::open()).await;
    let (one, two) = (house.line().await, house.line().await);
    assert_eq!(house.socket().await.read(&mut [0]).await.unwrap_or(0), 0);
    house.refused("too-many-of-address", 1).await;
    drop((one, two));
    let free = async {
        while house.caller.connect("a.example", "localhost", Http::BOTH, house.socket().await).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, free).await.unwrap();
}

#[tokio::test]
async fn connections_are_bounded_for_each_and_for_all() {
    for (limits, reason) in [
        (Limits { per_partner: 1, ..Limits::default() }, "too-many-of-partner"),
        (Limits { connections: 1, ..Limits::default() }, "too-many-connections"),
    ] {
        let house = House::new(limits, Probe::open()).await;
        let mut first = house.line().await;
        first.say(head("GET /", &[])).await;
        assert_eq!(first.hear().await.status, 404);
        house.line().await.closed().await;
        house.refused(reason, 1).await;
        first.say(head("GET /", &[])).await;
        assert_eq!(first.hear().await.status, 404, "the first one goes on");
    }
}

#[tokio::test]
async fn a_slow_head_and_an_idle_connection_are_closed() {
    let house = House::new(Limits { head: SHORT, ..Limits::default() }, Probe::open()).await;
    let mut line = house.line().await;
    let drip = async {
        for byte in head("GET /", &[&"x".repeat(10_000)]) {
            if line.0.write_all(&[byte]).await.is_err() || line.0.flush().await.is_err() {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    soon(async {
        tokio::select! { () = drip => {}, () = sleep(Duration::from_secs(1)) => {} }
    })
    .await;
    line.closed().await;

    let house = House::new(Limits { idle: SHORT, ..Limits::default() }, Probe::open()).await;
    let mut line = house.line().await;
    soon(line.closed()).await;
    // Over HTTP/2 it is our own idle time alone; a silent peer does not even say what HTTP/2 begins with.
    let mut silent = house.secured(&[Http::Two]).await.stream;
    soon(async {
        let mut settings = Vec::new();
        let _ = silent.read_to_end(&mut settings).await;
    })
    .await;
    let mut streams = super::sending::Streams::open(&house).await;
    assert_eq!(streams.push(b"<a/>").await.unwrap().status(), 200);
    soon(streams.closed()).await;
}

#[tokio::test]
async fn a_request_that_takes_long_is_not_idle() {
    let house = House::new(Limits { idle: SHORT / 2, ..Limits::default() }, Probe::shut()).await;
    let mut line = house.line().await;
    line.say(push(&[XML], "<a/>")).await;
    sleep(SHORT * 2).await;
    house.probe.gate.add_permits(1);
    assert_eq!(line.hear().await.status, 200);
}

#[tokio::test]
async fn an_old_connection_takes_no_further_request() {
    let house = House::new(Limits { age: SHORT, ..Limits::default() }, Probe::shut()).await;
    let (mut line, mut busy) = (house.line().await, house.line().await);
    busy.say(push(&[XML], "<a/>")).await;
    soon(line.closed()).await;
    sleep(SHORT).await;
    house.probe.gate.add_permits(1);
    let heard = busy.hear().await;
    assert_eq!((heard.status, heard.field("connection")), (200, Some("close")));
    busy.closed().await;
}

#[tokio::test]
async fn heads_are_bounded() {
    let limits = Limits { head_bytes: 8_192, head_fields: 16, ..Limits::default() };
    let house = House::new(limits, Probe::open()).await;
    let long = format!("X: {}", "y".repeat(9_000));
    let mut line = house.line().await;
    line.say(head("GET /", &[&long])).await;
    assert_eq!(line.hear().await.status, 431);
    let many = vec!["X: y"; 20];
    assert_eq!(house.say(head("GET /", &many)).await.status, 431);
    assert_eq!(house.say(head("GET /", &many[..10])).await.status, 404);
    assert_eq!(house.say(head(&format!("GET /{}", "y".repeat(9_000)), &[])).await.status, 431);
}

#[tokio::test]
async fn bodies_are_bounded_by_what_the_partner_may_send() {
    let house = House::new(Limits::default(), Probe { max_bytes: 1_000, ..Probe::open() }).await;
    assert_eq!(house.say(push(&[XML], "x".repeat(1_000))).await.status, 200);
    let heard = house.say(push(&[XML], "x".repeat(1_001))).await;
    assert_eq!((heard.status, heard.code().as_str()), (413, "limit-exceeded"));
    // The sender hears why although he still writes.
    let heard = house.say(push(&[XML], "x".repeat(5_000_000))).await;
    assert_eq!((heard.status, heard.code().as_str()), (413, "limit-exceeded"));
    // One who asks first does not have to send anything.
    let mut line = house.line().await;
    line.say(head("POST /push", &[XML, "Content-Length: 1001", "Expect: 100-continue"])).await;
    assert_eq!(line.hear().await.status, 413);
    line.say("").await;
    let mut line = house.line().await;
    line.say(head("POST /push", &[XML, "Content-Length: 3", "Expect: 100-continue"])).await;
    assert_eq!(line.hear().await.status, 100);
    line.say("<a>").await;
    assert_eq!(line.hear().await.status, 200);
    // Over HTTP/2 without a stated length, it shows while reading.
    let mut streams = super::sending::Streams::open(&house).await;
    assert_eq!(streams.push_in_pieces(&[600, 600]).await.unwrap().status(), 413);
    assert_eq!(streams.push_in_pieces(&[600, 400]).await.unwrap().status(), 200);
    assert_eq!(house.probe.seen().len(), 3);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let house = House::new(Limits { body_pause: SHORT, ..Limits::default() }, Probe::open()).await;
    let mut line = house.line().await;
    line.say(head("POST /push", &[XML, "Content-Length: 10"])).await;
    line.say("half").await;
    let heard = soon(line.hear()).await;
    assert_eq!((heard.status, heard.code().as_str()), (408, "request-too-slow"));
    line.closed().await;

    // Steady, with short pauses, and below the rate all the same.
    let limits = Limits { body_start: SHORT, body_rate: 1_000, ..Limits::default() };
    let house = House::new(limits, Probe::open()).await;
    let mut line = house.line().await;
    line.say(head("POST /push", &[XML, "Content-Length: 1000"])).await;
    let (mut near, mut far) = tokio::io::split(line.0);
    let drip = tokio::spawn(async move {
        while far.write_all(b"x").await.is_ok() && far.flush().await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut heard = [0; 12];
    soon(near.read_exact(&mut heard)).await.unwrap();
    assert_eq!(&heard, b"HTTP/1.1 408");
    drip.abort();
    assert_eq!(house.probe.seen(), []);
}

#[tokio::test]
async fn a_cut_body_is_no_message() {
    let house = House::new(Limits::default(), Probe::open()).await;
    let mut line = house.line().await;
    line.say(head("POST /push", &[XML, "Content-Length: 10"])).await;
    line.say("half").await;
    line.0.shutdown().await.unwrap();
    drop(line);
    // When the next one is through, the cut one has ended too.
    assert_eq!(house.say(push(&[XML], "<a/>")).await.status, 200);
    assert_eq!(house.probe.seen().len(), 1);
}

#[tokio::test]
async fn requests_are_bounded_at_once_and_in_a_second() {
    let house = House::new(Limits { requests_at_once: 2, ..Limits::default() }, Probe::shut()).await;
    let (mut one, mut two) = (house.line().await, house.line().await);
    one.say(push(&[XML], "<a/>")).await;
    two.say(push(&[XML], "<b/>")).await;
    sleep(Duration::from_millis(100)).await;
    let heard = house.say(push(&[XML], "<c/>")).await;
    assert_eq!((heard.status, heard.code().as_str()), (429, "too-many-requests"));
    assert_eq!(heard.field("retry-after"), Some("30"));
    // One whose connection is gone still counts while its work goes on.
    drop(one);
    assert_eq!(house.say(push(&[XML], "<c/>")).await.status, 429);
    house.probe.gate.add_permits(2);
    assert_eq!(two.hear().await.status, 200);
    let _ = timeout(PATIENCE, house.probe.finished.acquire_many(2)).await.unwrap().unwrap();

    let limits = Limits { requests_burst: 3, requests_per_second: 1, ..Limits::default() };
    let house = House::new(limits, Probe::open()).await;
    let mut line = house.line().await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        line.say(head("GET /", &[])).await;
        statuses.push(line.hear().await.status);
    }
    assert_eq!(statuses, [404, 404, 404, 429]);
}

#[tokio::test]
async fn memory_for_bodies_is_bounded() {
    let limits = Limits { bodies_bytes: 100 * 1_024, ..Limits::default() };
    let house = House::new(limits, Probe::shut()).await;
    // To say that much will come takes nothing.
    let mut boaster = house.line().await;
    boaster.say(head("POST /push", &[XML, "Content-Length: 999999"])).await;
    let mut line = house.line().await;
    line.say(push(&[XML], "x".repeat(60 * 1_024))).await;
    sleep(Duration::from_millis(100)).await;
    let heard = house.say(push(&[XML], "x".repeat(60 * 1_024))).await;
    assert_eq!((heard.status, heard.code().as_str()), (503, "overloaded"));
    assert_eq!(heard.field("retry-after"), Some("30"));
    house.probe.gate.add_permits(10);
    assert_eq!(line.hear().await.status, 200);
    // A single one may be larger than all of it: what a partner may send is agreed elsewhere.
    assert_eq!(house.say(push(&[XML], "x".repeat(200 * 1_024))).await.status, 200);
}

#[tokio::test]
async fn work_that_takes_too_long_is_answered_and_finished() {
    let house = House::new(Limits { answer: SHORT, ..Limits::default() }, Probe::shut()).await;
    let mut line = house.line().await;
    line.say(push(&[XML], "<a/>")).await;
    let heard = soon(line.hear()).await;
    assert_eq!((heard.status, heard.code().as_str()), (503, "overloaded"));
    house.probe.gate.add_permits(1);
    let _ = timeout(PATIENCE, house.probe.finished.acquire()).await.unwrap().unwrap();
    assert_eq!(house.probe.seen().len(), 1);
}

#[tokio::test]
async fn work_is_finished_when_the_peer_goes_away() {
    let house = House::new(Limits::default(), Probe::shut()).await;
    let mut line = house.line().await;
    line.say(push(&[XML], "<a/>")).await;
    sleep(Duration::from_millis(100)).await;
    drop(line);
    sleep(Duration::from_millis(100)).await;
    house.probe.gate.add_permits(1);
    let _ = timeout(PATIENCE, house.probe.finished.acquire()).await.unwrap().unwrap();
    assert_eq!(house.probe.seen().len(), 1);
}

#[tokio::test]
async fn the_end_is_orderly() {
    let mut house = House::new(Limits::default(), Probe::shut()).await;
    let (mut idle, mut busy, gone) = (house.line().await, house.line().await, house.line().await);
    busy.say(push(&[XML], "<a/>")).await;
    let mut gone = gone;
    gone.say(push(&[XML], "<b/>")).await;
    sleep(Duration::from_millis(100)).await;
    drop(gone);
    drop(house.stop.take());
    idle.closed().await;
    sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", house.port)).await.is_err(), "nobody is let in");
    assert!(!house.served.is_finished(), "it waits for the work");
    house.probe.gate.add_permits(2);
    let heard = busy.hear().await;
    assert_eq!((heard.status, heard.field("connection")), (200, Some("close")));
    let probe = std::sync::Arc::clone(&house.probe);
    assert_eq!(house.end().await, Drained::Whole);
    assert_eq!(probe.seen().len(), 2, "also the work of the one who went away");

    let mut house = House::new(Limits { drain: SHORT, ..Limits::default() }, Probe::shut()).await;
    let mut busy = house.line().await;
    busy.say(push(&[XML], "<a/>")).await;
    sleep(Duration::from_millis(100)).await;
    drop(house.stop.take());
    assert_eq!(soon(house.end()).await, Drained::Cut);
    busy.closed().await;
}
