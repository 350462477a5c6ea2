//! What holds for every request before a route sees it: who calls, whether he is still trusted, and how much he may ask.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, response::Response};
use http_body_util::BodyExt as _;
use hyper::{
    Request, Version,
    body::Incoming,
    header::{CONNECTION, EXPECT, HeaderValue, TRANSFER_ENCODING},
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};
use tower::ServiceExt as _;

use super::{
    limits::Limits,
    listener::Shared,
    memory::Held,
    pace::Seat,
    reply::{problem, respond},
};
use crate::{error::Code, gate::Reply, tls::PeerIdentity};

/// Who makes a request. Every route gets it as an extension; while a clone of it lives, the request counts as being
/// answered.
#[derive(Clone, Debug)]
pub struct Caller {
    peer: PeerIdentity,
    shared: Arc<Shared>,
    _seat: Arc<Seat<String>>,
}

impl Caller {
    /// The partner, trusted when the request came.
    pub fn peer(&self) -> &PeerIdentity {
        &self.peer
    }

    /// The listener's limits.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Memory for a body of his.
    pub(super) fn memory(&self) -> Held {
        self.shared.memory.hold(self.peer.partner())
    }

    /// Does the work to its end, also when the peer goes away or the listener stops; answers with its reply, or with 503
    /// when that takes longer than [`Limits::answer`].
    pub(super) async fn work(&self, work: impl Future<Output = Reply> + Send + 'static) -> Reply {
        let (caller, alive) = (self.clone(), self.shared.alive());
        let task = tokio::spawn(async move {
            let reply = work.await;
            drop((caller, alive));
            reply
        });
        match timeout(self.limits().answer, task).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(stopped)) => {
                tracing::error!(partner = self.peer.partner(), %stopped, "the work on a request stopped by a defect");
                problem(Code::Internal)
            }
            Err(_) => problem(Code::Overloaded),
        }
    }

    /// Refuses a request without reading its body.
    pub(super) fn refuse(&self, code: Code, request: Request<Body>) -> Response {
        self.shared.refuse(code, request)
    }

    pub(super) fn respond(&self, reply: &Reply) -> Response {
        respond(reply, self.limits())
    }
}

/// What a connection and the requests on it tell each other.
#[derive(Debug)]
pub(super) struct Line {
    busy: AtomicUsize,
    since: Mutex<Instant>,
    ending: AtomicBool,
    enough: Notify,
}

/// A request that is being answered.
pub(super) struct Busy(Arc<Line>);

impl Line {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Line {
            busy: AtomicUsize::new(0),
            since: Mutex::new(Instant::now()),
            ending: AtomicBool::new(false),
            enough: Notify::new(),
        })
    }

    /// Since when there is no request; now, while there is one.
    pub(super) fn idle_since(&self) -> Instant {
        match self.busy.load(Ordering::SeqCst) {
            0 => *self.since.lock().unwrap_or_else(PoisonError::into_inner),
            _ => Instant::now(),
        }
    }

    /// Waits until the connection shall take no further request.
    pub(super) async fn enough(&self) {
        self.enough.notified().await;
    }

    fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.enough.notify_one();
    }

    fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Answers one request.
pub(super) async fn answer(
    shared: Arc<Shared>,
    peer: PeerIdentity,
    line: Arc<Line>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let _busy = line.busy();
    let method = request.method().clone();
    let request = request.map(Body::new);
    let partner = peer.partner().to_owned();
    let version = request.version();
    let mut response = match admit(&shared, &peer, &line, &request) {
        Ok(seat) => {
            let mut request = request;
            request.extensions_mut().insert(Caller { peer, shared: Arc::clone(&shared), _seat: Arc::new(seat) });
            match shared.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Err(code) => shared.refuse(code, request),
    };
    if version < Version::HTTP_2 && line.ending.load(Ordering::SeqCst) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let status = response.status().as_u16();
    shared.counters.request(status);
    tracing::debug!(partner, %method, status, "request");
    Ok(response)
}

fn admit(shared: &Shared, peer: &PeerIdentity, line: &Line, request: &Request<Body>) -> Result<Seat<String>, Code> {
    if let Err(distrust) = shared.endpoint.still_trusts(peer) {
        shared.counters.refused(distrust.as_str());
        line.end();
        return Err(distrust.code());
    }
    let partner = peer.partner();
    let seat = shared.requests.take(partner.to_owned()).ok_or(Code::TooManyRequests)?;
    if !shared.pace.allows(partner, Instant::now()) {
        return Err(Code::TooManyRequests);
    }
    // The HTTP library quietly drops a Content-Length that stands beside Transfer-Encoding (RFC 9112 §6.1), so the two
    // cannot be told from chunks alone. Neither is needed: whoever does not know his length can speak HTTP/2.
    if request.headers().contains_key(TRANSFER_ENCODING) {
        line.end();
        return Err(Code::LengthRequired);
    }
    Ok(seat)
}

impl Shared {
    /// Refuses a request. Its body is read over for a moment: a connection (HTTP/2: a stream) that is closed while the
    /// sender still writes makes him lose the answer. One who waits for `100 Continue` does not write, and over HTTP/1.1
    /// reading would tell him to begin.
    fn refuse(&self, code: Code, request: Request<Body>) -> Response {
        let waits = request.version() < Version::HTTP_2 && request.headers().contains_key(EXPECT);
        if !waits {
            tokio::spawn(discard(request.into_body(), self.limits.discard, self.limits.discard_bytes, self.alive()));
        }
        respond(&problem(code), &self.limits)
    }
}

async fn discard(mut body: Body, time: Duration, bytes: u64, alive: watch::Receiver<bool>) {
    let read_over = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if read > bytes {
                break;
            }
        }
    };
    let _ = timeout(time, read_over).await;
    drop(alive);
}
