//! The partner listener: who may connect, and the orderly end.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Extension, Router, body::Body, response::Response};
use hyper::Request;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{interval, sleep, timeout},
};

use super::{
    connection::{self, Stranger},
    counters::{Counters, Counts},
    handshakes::Handshakes,
    limits::Limits,
    memory::Memory,
    pace::{Pace, Seats, subscriber},
    request::Caller,
};
use crate::{error::Code, tls::Endpoint};

/// A listener for partners, with the routes that it serves.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// The listener cannot take its address.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct ListenError {
    address: SocketAddr,
    source: io::Error,
}

impl ListenError {
    /// The error's row.
    pub fn code(&self) -> Code {
        Code::AddressUnusable
    }
}

/// How a listener ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every request was answered and its work finished.
    Whole,
    /// [`Limits::drain`] was over before; connections were cut, and work may still be running.
    Cut,
}

/// What all connections share.
pub(super) struct Shared {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) router: Router,
    pub(super) limits: Limits,
    pub(super) counters: Arc<Counters>,
    pub(super) connections: Arc<Semaphore>,
    pub(super) partners: Seats<String>,
    pub(super) requests: Seats<String>,
    pub(super) pace: Pace,
    handshakes: Arc<Handshakes>,
    addresses: Seats<IpAddr>,
    pub(super) memory: Arc<Memory>,
    /// Its value says whether the listener ends; whoever must be waited for then holds a receiver.
    ending: watch::Sender<bool>,
}

impl Listener {
    /// Takes the address. `routes` are the protocols to be served; what they do not have is answered with 404 or 405.
    ///
    /// # Errors
    /// When the address is in use or not ours.
    pub async fn bind(
        address: SocketAddr,
        endpoint: Arc<Endpoint>,
        routes: Router,
        limits: Limits,
    ) -> Result<Self, ListenError> {
        let failed = |source| ListenError { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            endpoint,
            router: routes.fallback(unknown).method_not_allowed_fallback(other_method),
            counters: Arc::default(),
            connections: Arc::new(Semaphore::new(limits.connections)),
            partners: Seats::new(limits.per_partner),
            requests: Seats::new(limits.requests_at_once),
            pace: Pace::new(limits.requests_per_second, limits.requests_burst),
            handshakes: Handshakes::new(limits.handshakes),
            addresses: Seats::new(limits.per_address),
            memory: Memory::new(limits.bodies_bytes, limits.partner_bodies_bytes),
            ending: watch::Sender::new(false),
            limits,
        });
        Ok(Listener { socket, address, shared })
    }

    /// The address taken; with port 0 asked for, the one that was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The counts, to be read at any time.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.shared.counters)
    }

    /// Serves until `stop` is ready. Then nobody is let in any more, requests that have begun are answered, and work on
    /// them is finished, for at most [`Limits::drain`].
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Drained {
        let Listener { socket, shared, .. } = self;
        let mut stop = std::pin::pin!(stop);
        let mut connections = JoinSet::new();
        let mut summary = interval(shared.limits.summary);
        let mut summed_up = Counts::default();
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = socket.accept() => match accepted {
                    Ok((socket, from)) => admit(&shared, &mut connections, socket, from),
                    Err(error) => pause_after(error).await,
                },
                _ = summary.tick() => summed_up = sum_up(&shared.counters, summed_up),
                Some(ended) = connections.join_next() => {
                    if let Err(stopped) = ended {
                        tracing::error!(%stopped, "a connection was stopped by a defect");
                    }
                }
            }
        }
        drop(socket);
        shared.ending.send_replace(true);
        let finished = timeout(shared.limits.drain, shared.ending.closed()).await;
        connections.shutdown().await;
        sum_up(&shared.counters, summed_up);
        if finished.is_ok() { Drained::Whole } else { Drained::Cut }
    }
}

fn admit(shared: &Arc<Shared>, connections: &mut JoinSet<()>, socket: TcpStream, from: SocketAddr) {
    let Some(address) = shared.addresses.take(subscriber(from.ip())) else {
        return shared.counters.refused("too-many-of-address");
    };
    let stranger = Stranger { socket, address, handshake: shared.handshakes.begin() };
    connections.spawn(connection::run(Arc::clone(shared), stranger, shared.alive()));
}

/// A connection that was gone before it was accepted is nobody's trouble. Everything else, such as no more file
/// descriptors, lasts: without a pause it would come again at once, for ever.
async fn pause_after(error: io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be accepted");
        sleep(Duration::from_secs(1)).await;
    }
}

fn sum_up(counters: &Counters, before: Counts) -> Counts {
    let now = counters.counts();
    let refused = now.refused_since(&before);
    if !refused.is_empty() {
        tracing::info!(?refused, "connections were refused");
    }
    now
}

async fn unknown(Extension(caller): Extension<Caller>, request: Request<Body>) -> Response {
    caller.refuse(Code::NotFound, request)
}

async fn other_method(Extension(caller): Extension<Caller>, request: Request<Body>) -> Response {
    caller.refuse(Code::MethodNotAllowed, request)
}

impl Shared {
    /// Something to hold while there is work that the listener's end waits for.
    pub(super) fn alive(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("endpoint", &self.endpoint).field("limits", &self.limits).finish_non_exhaustive()
    }
}
