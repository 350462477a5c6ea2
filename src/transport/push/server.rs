//! The receiving side.

use std::sync::Arc;

use axum::body::Body;
use axum::{
    Extension, Router,
    extract::{Path, State, rejection::PathRejection},
    response::Response,
    routing::{get, post},
};
use hyper::{
    HeaderMap, Request,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use jiff::Timestamp;

use super::{
    super::{reply::problem, request::Caller},
    MEDIA_TYPES, MESSAGE_ID, MessageId,
    body::{self, Kept},
};
use crate::{digest::Digest, error::Code, gate::Reply, tls::PeerIdentity, world::Clock};

/// A message as it came.
#[derive(Debug)]
pub struct Pushed {
    /// Who brought it.
    pub peer: PeerIdentity,
    /// Its id.
    pub id: MessageId,
    /// Its media type, one of [`MEDIA_TYPES`].
    pub media_type: &'static str,
    /// The body, byte for byte; never empty.
    pub body: Vec<u8>,
    /// When the last byte was there.
    pub received_at: Timestamp,
}

/// What is done with a message: the floor above. Neither call is broken off when the peer goes away.
pub trait Intake: Send + Sync + 'static {
    /// Longest body that is accepted from this partner, in bytes.
    fn max_bytes(&self, peer: &PeerIdentity) -> u64;

    /// Takes a message in and says what is answered: its receipt once it is on disk, or a problem.
    fn accept(&self, pushed: Pushed) -> impl Future<Output = Reply> + Send;

    /// What became of a message of this partner.
    fn outcome(&self, peer: PeerIdentity, id: MessageId) -> impl Future<Output = Reply> + Send;
}

/// The routes of the push protocol, for [`super::super::Listener::bind`].
pub fn routes<I: Intake>(intake: Arc<I>, clock: Arc<dyn Clock>) -> Router {
    Router::new()
        .route("/push", post(push::<I>))
        .route("/push/{id}/outcome", get(outcome::<I>))
        .with_state(Receiver { intake, clock })
}

struct Receiver<I> {
    intake: Arc<I>,
    clock: Arc<dyn Clock>,
}

impl<I> Clone for Receiver<I> {
    fn clone(&self) -> Self {
        Receiver { intake: Arc::clone(&self.intake), clock: Arc::clone(&self.clock) }
    }
}

async fn push<I: Intake>(
    State(Receiver { intake, clock }): State<Receiver<I>>,
    Extension(caller): Extension<Caller>,
    request: Request<Body>,
) -> Response {
    let most = intake.max_bytes(caller.peer());
    let (media_type, chosen) = match head(request.headers()) {
        Ok(read) => read,
        Err(code) => return caller.refuse(code, request),
    };
    let (head, body) = request.into_parts();
    let Kept { bytes, memory } = match body::read(body, most, &caller).await {
        Ok(kept) => kept,
        Err((code, rest)) => return caller.refuse(code, Request::from_parts(head, rest)),
    };
    let received_at = clock.now();
    let peer = caller.peer().clone();
    let reply = caller.work(async move {
        let id = chosen.unwrap_or_else(|| MessageId::OfBody(Digest::of(&bytes)));
        let reply = intake.accept(Pushed { peer, id, media_type, body: bytes, received_at }).await;
        drop(memory);
        reply
    });
    caller.respond(&reply.await)
}

async fn outcome<I: Intake>(
    State(Receiver { intake, .. }): State<Receiver<I>>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let id = match &id {
        Ok(Path(id)) => id.parse().map_err(|_| Code::MessageIdInvalid),
        Err(_) => Err(Code::RequestMalformed),
    };
    let reply = match id {
        Ok(id) => {
            let peer = caller.peer().clone();
            caller.work(async move { intake.outcome(peer, id).await }).await
        }
        Err(code) => problem(code),
    };
    caller.respond(&reply)
}

/// What the head of a push says: media type and chosen id.
fn head(headers: &HeaderMap) -> Result<(&'static str, Option<MessageId>), Code> {
    let media_type = single(headers, CONTENT_TYPE.as_str())
        .map_err(|_| Code::RequestMalformed)?
        .and_then(media_type)
        .ok_or(Code::MediaTypeUnknown)?;
    // Compressed bodies are not read: what is signed and kept are the bytes that came.
    if headers.get_all(CONTENT_ENCODING).iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Code::MediaTypeUnknown);
    }
    let id = match single(headers, MESSAGE_ID).map_err(|_| Code::MessageIdInvalid)? {
        Some(text) => Some(MessageId::chosen(text).map_err(|_| Code::MessageIdInvalid)?),
        None => None,
    };
    Ok((media_type, id))
}

/// The value of a field that may stand once.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// One of ours. Parameters say nothing that we do not know, except a charset, which must be the one that we read.
fn media_type(value: &str) -> Option<&'static str> {
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next()?;
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim_matches('"');
        if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return None;
        }
    }
    MEDIA_TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(essence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_read_as_they_are_written() {
        for (value, known) in [
            ("application/xml", Some("application/xml")),
            ("Application/JSON; charset=UTF-8", Some("application/json")),
            ("application/xml;charset=\"utf-8\"", Some("application/xml")),
            ("application/pgp-encrypted; version=1", Some("application/pgp-encrypted")),
            ("application/cbor", Some("application/cbor")),
            ("application/xml; charset=iso-8859-1", None),
            ("application/xml; charset", None),
            ("application/xmlx", None),
            ("text/xml", None),
            ("application/xml, application/json", None),
            ("", None),
        ] {
            assert_eq!(media_type(value), known, "{value}");
        }
    }
}
