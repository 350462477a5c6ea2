//! One connection, from the socket to its end.

use std::{net::IpAddr, pin::pin, sync::Arc};

use axum::body::Body;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    handshakes::Handshake,
    limits::Limits,
    listener::Shared,
    pace::Seat,
    request::{Line, answer},
};
use crate::tls::{Http, Secured, ServerStream};

/// What a connection holds before it is known whose it is.
pub(super) struct Stranger {
    pub(super) socket: TcpStream,
    pub(super) address: Seat<IpAddr>,
    pub(super) handshake: Handshake,
}

/// Shakes hands and serves until the partner, a limit or the listener's end makes an end.
pub(super) async fn run(shared: Arc<Shared>, stranger: Stranger, mut stop: watch::Receiver<bool>) {
    let Stranger { socket, address, mut handshake } = stranger;
    // Answers are short and must not wait for more (Nagle).
    let _ = socket.set_nodelay(true);
    let shaken = tokio::select! {
        shaken = timeout(shared.limits.handshake, shared.endpoint.accept(socket)) => shaken,
        () = handshake.makes_room() => return shared.counters.refused("too-many-handshakes"),
        _ = stop.changed() => return,
    };
    drop(handshake);
    let secured = match shaken {
        Ok(Ok(secured)) => secured,
        Ok(Err(refusal)) => return shared.counters.refused(refusal.as_str()),
        Err(_) => return shared.counters.refused("handshake-timeout"),
    };
    let Ok(place) = Arc::clone(&shared.connections).try_acquire_owned() else {
        return shared.counters.refused("too-many-connections");
    };
    let Some(seat) = shared.partners.take(secured.peer.partner().to_owned()) else {
        return shared.counters.refused("too-many-of-partner");
    };
    shared.counters.connection();
    serve(&shared, secured, stop).await;
    drop((address, place, seat));
}

async fn serve(shared: &Arc<Shared>, secured: Secured<ServerStream<TcpStream>>, mut stop: watch::Receiver<bool>) {
    let Secured { stream, peer, http } = secured;
    let limits = &shared.limits;
    let line = Line::new();
    let service =
        service_fn(|request: Request<Incoming>| answer(Arc::clone(shared), peer.clone(), Arc::clone(&line), request));
    let builder = builder(http, limits);
    let mut connection = pin!(builder.serve_connection::<_, _, Body>(TokioIo::new(stream), service));
    let mut old = pin!(sleep(limits.age));
    let mut ending = false;
    loop {
        let idle_until = line.idle_since() + limits.idle;
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(partner = peer.partner(), %error, "a connection broke");
                }
                return;
            }
            () = line.enough(), if !ending => ending = true,
            () = &mut old, if !ending => ending = true,
            _ = stop.changed(), if !ending => ending = true,
            // It also ends a connection whose peer does not read its last answer, or never ends as asked.
            () = sleep_until(idle_until) => {
                if line.idle_since() + limits.idle <= Instant::now() {
                    return;
                }
                continue;
            }
        }
        connection.as_mut().graceful_shutdown();
    }
}

/// The HTTP version is the one of the handshake: nothing is guessed from the first bytes.
fn builder(http: Http, limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size((limits.head_bytes as usize).max(Limits::LEAST_HEAD_BYTES))
        .max_headers(limits.head_fields)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.head_bytes)
        .max_concurrent_streams(limits.streams)
        .keep_alive_interval(limits.idle / 2)
        .keep_alive_timeout(limits.idle / 2);
    match http {
        Http::One => builder.http1_only(),
        Http::Two => builder.http2_only(),
    }
}
