//! What the partner listener lets a peer take.

use std::time::Duration;

use crate::config;

/// The limits of the partner listener. Beyond one, a peer is refused; nobody else notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections of partners at the same time.
    pub connections: usize,
    /// Handshakes at the same time: connections of which it is not yet known whose they are. Beyond it, the one that has
    /// waited longest makes room.
    pub handshakes: usize,
    /// Connections from one address at the same time (IPv6: from one /64), whoever they are of.
    pub per_address: usize,
    /// Connections of one partner at the same time.
    pub per_partner: usize,
    /// Requests of one partner that are being answered at the same time.
    pub requests_at_once: usize,
    /// Requests of one partner in a second, in the long run.
    pub requests_per_second: u32,
    /// Requests of one partner that may come at once after a pause.
    pub requests_burst: u32,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time for the head of an HTTP/1.1 request, also counted while a connection waits for its next one.
    pub head: Duration,
    /// Bytes of the head of a request; over HTTP/1.1 at least [`Limits::LEAST_HEAD_BYTES`].
    pub head_bytes: u32,
    /// Fields in the head of an HTTP/1.1 request.
    pub head_fields: usize,
    /// Requests on one HTTP/2 connection at the same time.
    pub streams: u32,
    /// Time for which a connection may stand without a request; over HTTP/1.1, `head` if that is shorter.
    pub idle: Duration,
    /// Age at which a connection takes no further request; the partner connects again, with a new handshake.
    pub age: Duration,
    /// Time between two pieces of a body.
    pub body_pause: Duration,
    /// Time that every body may take, beside what `body_rate` gives it.
    pub body_start: Duration,
    /// Bytes of a body that must come in a second, on average, after `body_start`.
    pub body_rate: u64,
    /// Bytes of all bodies in memory at the same time. A body that is alone may be longer.
    pub bodies_bytes: u64,
    /// Bytes of the bodies of one partner in memory at the same time. A body that is alone may be longer.
    pub partner_bodies_bytes: u64,
    /// Time until a request is answered with 503, while the work on it goes on. The partner sends it again with the same
    /// id and gets the answer then.
    pub answer: Duration,
    /// What a refused sender is told to wait (`Retry-After` with 429 and 503).
    pub retry_after: Duration,
    /// For how long the rest of a refused body is read over, so that the sender gets to read why.
    pub discard: Duration,
    /// How many bytes of it at most.
    pub discard_bytes: u64,
    /// Time to finish requests when the listener ends.
    pub drain: Duration,
    /// How often refused connections are summed up in the log, if there were any.
    pub summary: Duration,
}

impl Limits {
    /// Least buffer of the HTTP/1.1 library, in bytes.
    pub const LEAST_HEAD_BYTES: usize = 8_192;
}

impl Limits {
    /// What a home's configuration says, and for the rest what is good for all.
    pub fn of(limits: &config::Limits, timeouts: &config::Timeouts) -> Self {
        Limits {
            connections: limits.connections.size(),
            handshakes: limits.handshakes.size(),
            per_address: limits.connections_per_address.size(),
            per_partner: limits.connections_per_partner.size(),
            requests_at_once: limits.requests_at_once.size(),
            requests_per_second: limits.requests_per_second.get(),
            requests_burst: limits.requests_per_second.get().saturating_mul(2),
            handshake: timeouts.handshake.into(),
            head: timeouts.headers.into(),
            head_bytes: limits.header_bytes.get(),
            head_fields: 64,
            streams: 32,
            idle: timeouts.idle.into(),
            age: timeouts.connection_age.into(),
            body_pause: timeouts.body_pause.into(),
            body_start: Duration::from_secs(30),
            body_rate: 8 * 1024,
            bodies_bytes: limits.bodies_bytes.bytes(),
            partner_bodies_bytes: limits.bodies_bytes_per_partner.bytes(),
            answer: timeouts.work.into(),
            retry_after: Duration::from_secs(30),
            discard: Duration::from_secs(2),
            discard_bytes: 64 * 1024 * 1024,
            drain: timeouts.drain.into(),
            summary: Duration::from_secs(60),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::of(&config::Limits::default(), &config::Timeouts::default())
    }
}
