//! Reading a body, within what the limits allow in size, memory and time.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::time::{Instant, timeout_at};

use super::super::{limits::Limits, memory::Held, request::Caller};
use crate::error::Code;

/// A body, with the memory it has been given, which is to be kept as long as the bytes are.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    pub(super) memory: Held,
}

/// Reads the body to its end. On an error, the rest that is still to come is given back.
///
/// # Errors
/// [`Code::LimitExceeded`] when it is, or is said to be, longer than `most`; [`Code::Overloaded`] when there is no
/// memory; [`Code::RequestTooSlow`]; [`Code::RequestMalformed`] when it ends too early or is empty.
pub(super) async fn read(mut body: Body, most: u64, caller: &Caller) -> Result<Kept, (Code, Body)> {
    if body.size_hint().lower() > most {
        return Err((Code::LimitExceeded, body));
    }
    let (mut bytes, mut memory) = (Vec::new(), caller.memory());
    let began = Instant::now();
    loop {
        let until = deadline(began, Instant::now(), bytes.len() as u64, caller.limits());
        let frame = match timeout_at(until, body.frame()).await {
            Ok(frame) => frame,
            Err(_) => return Err((Code::RequestTooSlow, Body::empty())),
        };
        match frame {
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                if (bytes.len() + data.len()) as u64 > most {
                    return Err((Code::LimitExceeded, body));
                }
                if !memory.grow(data.len() as u64) {
                    return Err((Code::Overloaded, body));
                }
                bytes.extend_from_slice(&data);
            }
            Some(Err(_)) => return Err((Code::RequestMalformed, Body::empty())),
            None if bytes.is_empty() => return Err((Code::RequestMalformed, Body::empty())),
            None => return Ok(Kept { bytes, memory }),
        }
    }
}

/// When the next piece must be there.
fn deadline(began: Instant, now: Instant, received: u64, limits: &Limits) -> Instant {
    let earned = Duration::from_secs_f64(received as f64 / limits.body_rate.max(1) as f64);
    (began + limits.body_start + earned).min(now + limits.body_pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_earned_by_what_has_come() {
        let seconds = Duration::from_secs;
        let limits = Limits { body_start: seconds(30), body_rate: 1_000, body_pause: seconds(15), ..Limits::default() };
        let began = Instant::now();
        let left = |now: u64, received| {
            let now = began + seconds(now);
            deadline(began, now, received, &limits).saturating_duration_since(now)
        };
        assert_eq!(left(0, 0), seconds(15), "the pause counts");
        assert_eq!(left(20, 0), seconds(10), "then the start");
        assert_eq!(left(30, 0), seconds(0));
        assert_eq!(left(100, 80_000), seconds(10), "then the rate");
        assert_eq!(left(100, 800_000), seconds(15));
        let still = Limits { body_rate: 0, ..limits };
        assert!(deadline(began, began, u64::from(u32::MAX), &still) > began);
    }
}
