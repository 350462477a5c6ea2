//! A reply of the gate as an HTTP response.

use axum::{body::Body, response::Response};
use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};

use super::limits::Limits;
use crate::{
    error::Code,
    gate::{Protocol, Reply, protocol},
};

/// The reply's bytes with fixed headers.
pub(super) fn respond(reply: &Reply, limits: &Limits) -> Response {
    let mut response = Response::new(Body::from(reply.bytes().to_vec()));
    let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        headers.insert(RETRY_AFTER, HeaderValue::from(limits.retry_after.as_secs()));
    }
    response
}

/// The problem that a code of the error table is, as a reply.
pub(super) fn problem(code: Code) -> Reply {
    protocol(&Protocol::Problem(code))
}
