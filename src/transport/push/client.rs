//! The sending side: one message, one connection, one answer.
//!
//! A connection is made for each message. That costs one handshake, and in return every message is sent under the trust
//! of its moment, and a gateway that was restarted or moved is found at once.

use std::{fmt, sync::Arc, time::Duration};

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::Incoming,
    client::conn::{http1, http2},
    header::{CONTENT_TYPE, HOST, HeaderValue, RETRY_AFTER},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};
use serde::Deserialize;
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use super::{MESSAGE_ID, MessageId, PROBLEM, RECEIPT, error::PushError};
use crate::{
    config,
    error::is_code,
    json,
    store::Claimed,
    tls::{ClientStream, Endpoint, Http, Refusal, Secured},
    world::Clock,
};

/// Where a partner takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    partner: String,
    host: String,
    port: u16,
    authority: String,
    path: String,
}

/// What a partner's gateway may take of us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Time to find the host and to connect.
    pub connect: Duration,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time from the request to the end of the answer, beside what `send_rate` gives a long message.
    pub answer: Duration,
    /// Bytes of a message that the partner must take in a second, on average.
    pub send_rate: u64,
    /// Longest receipt or problem body, in bytes.
    pub answer_bytes: usize,
    /// Longest wait that a partner may ask for (`Retry-After`); he would otherwise have our message expire.
    pub longest_wait: Duration,
}

impl Default for ClientLimits {
    fn default() -> Self {
        ClientLimits::of(&config::Timeouts::default())
    }
}

impl ClientLimits {
    /// What a home's configuration says, and for the rest what is good for all.
    pub fn of(timeouts: &config::Timeouts) -> Self {
        ClientLimits {
            connect: timeouts.connect.into(),
            handshake: timeouts.handshake.into(),
            answer: timeouts.answer.into(),
            send_rate: 8 * 1024,
            answer_bytes: 64 * 1024,
            longest_wait: Duration::from_secs(86_400),
        }
    }

    /// Longest time that an attempt with a message of this many bytes can take. A lease must be longer.
    pub fn longest(&self, bytes: u64) -> Duration {
        self.connect + self.handshake + self.exchange(bytes)
    }

    fn exchange(&self, bytes: u64) -> Duration {
        self.answer + Duration::from_secs(bytes / self.send_rate.max(1))
    }
}

/// Sends messages to partners' gateways. It follows no redirection, uses no proxy and keeps nothing between messages.
#[derive(Clone)]
pub struct Client {
    endpoint: Arc<Endpoint>,
    clock: Arc<dyn Clock>,
    limits: ClientLimits,
    http: &'static [Http],
}

impl Target {
    /// The address of the push route, such as `https://gw.cert.example:4590/push`, of this partner.
    ///
    /// # Errors
    /// [`PushError::Address`] when it is no https URL with a host, or has a user, a query or a fragment.
    pub fn new(partner: impl Into<String>, url: &str) -> Result<Self, PushError> {
        let bad = |why| PushError::Address { url: crate::error::excerpt(url), why };
        if url.contains('#') {
            return Err(bad("it has a fragment"));
        }
        let uri: Uri = url.parse().map_err(|_| bad("it is no URL"))?;
        let authority = uri.authority().ok_or_else(|| bad("it has no host"))?;
        if uri.scheme_str() != Some("https") {
            return Err(bad("it is not https"));
        }
        if authority.as_str().contains('@') {
            return Err(bad("it names a user"));
        }
        if uri.query().is_some() {
            return Err(bad("it has a query"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = match (authority.port_u16(), authority.as_str().ends_with(':')) {
            (Some(0), _) | (None, true) => return Err(bad("its port is none")),
            (Some(port), _) => port,
            (None, false) if authority.as_str() == authority.host() => 443,
            (None, false) => return Err(bad("its port is none")),
        };
        if host.is_empty() {
            return Err(bad("it has no host"));
        }
        Ok(Target {
            partner: partner.into(),
            host: host.to_owned(),
            port,
            authority: authority.as_str().to_owned(),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Whose it is, by domain.
    pub fn partner(&self) -> &str {
        &self.partner
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoint", &self.endpoint).field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with this end of TLS. `http` are the versions that are offered, [`Http::BOTH`] unless there is a reason.
    pub fn new(endpoint: Arc<Endpoint>, clock: Arc<dyn Clock>, limits: ClientLimits, http: &'static [Http]) -> Self {
        Client { endpoint, clock, limits, http }
    }

    /// Sends a message and gives its receipt as it came, at most [`ClientLimits::answer_bytes`]. Whether the receipt is
    /// genuine and about this message is for `openpgp` and `exchange` to find out.
    ///
    /// # Errors
    /// Why there is none; [`PushError::verdict`] says what follows.
    pub async fn push(&self, target: &Target, claimed: &Claimed) -> Result<Vec<u8>, PushError> {
        if claimed.partner() != target.partner {
            return Err(PushError::OtherPartner { to: claimed.partner().into(), partner: target.partner.clone() });
        }
        let head = [(CONTENT_TYPE.as_str(), claimed.media_type()), (MESSAGE_ID, claimed.message())];
        let wire = Bytes::copy_from_slice(claimed.wire());
        self.ask(target, Method::POST, target.path.clone(), &head, wire).await
    }

    /// Asks what became of a message that was pushed before; gives the receipt as it came.
    ///
    /// # Errors
    /// As [`Client::push`]. A partner who does not know the message answers 404.
    pub async fn outcome(&self, target: &Target, id: MessageId) -> Result<Vec<u8>, PushError> {
        let path = format!("{}/{id}/outcome", target.path);
        self.ask(target, Method::GET, path, &[], Bytes::new()).await
    }

    pub(super) async fn ask(
        &self,
        target: &Target,
        method: Method,
        path: String,
        head: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<Vec<u8>, PushError> {
        let secured = self.connect(target).await?;
        let limit = self.limits.exchange(body.len() as u64);
        let late = secured.stream.late();
        let mut request = request(target, secured.http, method, &path, body)?;
        for (name, value) in head {
            let value = HeaderValue::from_str(value).map_err(|_| PushError::Unsendable(name))?;
            request.headers_mut().insert(*name, value);
        }
        let exchange = async {
            // The connection ends with this set, whichever way this function is left.
            let mut connection = JoinSet::new();
            let response = send(secured, request, &mut connection).await?;
            self.read(response).await
        };
        let answer = timeout(limit, exchange).await.map_err(|_| PushError::Timeout { step: "answer", limit })?;
        // A broken connection may be the partner's late refusal of our certificate.
        match (answer, late.refusal()) {
            (Err(PushError::Broken(_)), Some(refusal)) => {
                Err(PushError::Tls { partner: target.partner.clone(), refusal })
            }
            (answer, _) => answer,
        }
    }

    async fn connect(&self, target: &Target) -> Result<Secured<ClientStream<TcpStream>>, PushError> {
        let Target { host, port, partner, authority, .. } = target;
        let late = |step, limit| move |_| PushError::Timeout { step, limit };
        let limit = self.limits.connect;
        let socket = timeout(limit, TcpStream::connect((host.as_str(), *port)))
            .await
            .map_err(late("connection", limit))?
            .map_err(|source| PushError::Connect { host: authority.clone(), source })?;
        let _ = socket.set_nodelay(true);
        let limit = self.limits.handshake;
        timeout(limit, self.endpoint.connect(partner, host, self.http, socket))
            .await
            .map_err(late("handshake", limit))?
            .map_err(|refusal| match refusal {
                Refusal::HostName => PushError::Address { url: authority.clone(), why: "its host cannot be one" },
                refusal => PushError::Tls { partner: partner.clone(), refusal },
            })
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Vec<u8>, PushError> {
        let (head, body) = response.into_parts();
        let media_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).map(str::trim).unwrap_or_default();
        let (is_receipt, is_problem) =
            (media_type.eq_ignore_ascii_case(RECEIPT), media_type.eq_ignore_ascii_case(PROBLEM));
        if head.status == StatusCode::OK {
            if !is_receipt {
                return Err(PushError::Answer("it is no receipt"));
            }
            return match Limited::new(body, self.limits.answer_bytes).collect().await {
                Ok(receipt) => Ok(receipt.to_bytes().to_vec()),
                Err(error) if error.is::<LengthLimitError>() => Err(PushError::Answer("the receipt is too long")),
                Err(error) => Err(PushError::Broken(error.to_string())),
            };
        }
        let now = self.clock.now();
        let asked = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let not_before = asked.and_then(|value| retry_after(value, now, self.limits.longest_wait));
        // A refusal counts by its status, also when its body does not come or is not ours.
        let code = match is_problem {
            true => Limited::new(body, self.limits.answer_bytes).collect().await.ok().and_then(|b| code(&b.to_bytes())),
            false => None,
        };
        Err(PushError::Refused { status: head.status.as_u16(), code, not_before })
    }
}

/// Over HTTP/1.1 the target is a path with a Host field, over HTTP/2 a whole URI (RFC 9112 §3.2, RFC 9113 §8.3.1).
fn request(
    target: &Target,
    http: Http,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<Request<Full<Bytes>>, PushError> {
    let path = if path.is_empty() { "/" } else { path };
    let builder = match http {
        Http::One => Request::builder().uri(path).header(HOST, target.authority.as_str()),
        Http::Two => Request::builder().uri(format!("https://{}{path}", target.authority)),
    };
    builder
        .method(method)
        .body(Full::new(body))
        .map_err(|_| PushError::Address { url: crate::error::excerpt(path), why: "it cannot be asked for" })
}

async fn send(
    secured: Secured<ClientStream<TcpStream>>,
    request: Request<Full<Bytes>>,
    connection: &mut JoinSet<()>,
) -> hyper::Result<Response<Incoming>> {
    let stream = TokioIo::new(secured.stream);
    match secured.http {
        Http::One => {
            let (mut sender, driver) = http1::handshake(stream).await?;
            connection.spawn(async move { drop(driver.await) });
            sender.send_request(request).await
        }
        Http::Two => {
            let (mut sender, driver) =
                http2::Builder::new(TokioExecutor::new()).timer(TokioTimer::new()).handshake(stream).await?;
            connection.spawn(async move { drop(driver.await) });
            sender.send_request(request).await
        }
    }
}

/// Seconds or an HTTP date (RFC 9110 §10.2.3), no later than `longest` from now.
fn retry_after(value: &str, now: Timestamp, longest: Duration) -> Option<Timestamp> {
    let latest = now.checked_add(longest).unwrap_or(Timestamp::MAX);
    let asked = match value.trim().parse::<u32>() {
        Ok(seconds) => now.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(latest),
        Err(_) => DateTimeParser::new().parse_timestamp(value.trim()).ok()?,
    };
    Some(asked.clamp(now, latest))
}

/// The stable code in a problem body: a word after `urn:sirex:error:`.
fn code(problem: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(rename = "type")]
        kind: String,
    }
    let problem: Problem = json::from_slice(problem, &json::Limits::default()).ok()?;
    let code = problem.kind.strip_prefix("urn:sirex:error:")?;
    is_code(code).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_and_nothing_more() {
        let target = Target::new("a.example", "https://gw.a.example:4590/push").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), ("gw.a.example", 4590, "/push"));
        let target = Target::new("a.example", "https://[2001:db8::1]/x/push/").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), ("2001:db8::1", 443, "/x/push"));
        for (url, why) in [
            ("http://gw.a.example/push", "it is not https"),
            ("/push", "it has no host"),
            ("gw.a.example/push", "it is no URL"),
            ("https://user@gw.a.example/push", "it names a user"),
            ("https://gw.a.example/push?x=1", "it has a query"),
            ("https://gw.a.example/push#x", "it has a fragment"),
            ("https://gw.a.example:0/push", "its port is none"),
            ("https://gw.a.example:/push", "its port is none"),
            ("https://gw.a.example:99999/push", "its port is none"),
            ("https:///push", "it is no URL"),
            ("", "it is no URL"),
        ] {
            match Target::new("a.example", url) {
                Err(PushError::Address { why: found, .. }) => assert_eq!(found, why, "{url}"),
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_long_message_gets_its_time() {
        let limits = ClientLimits::default();
        assert_eq!(limits.longest(0), Duration::from_secs(200));
        assert_eq!(limits.longest(25 * 1024 * 1024), Duration::from_secs(200 + 3_200));
        assert_eq!(ClientLimits { send_rate: 0, ..limits }.longest(10), Duration::from_secs(210));
    }

    #[test]
    fn a_wait_is_read_in_both_forms_and_bounded() {
        let now: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        let day = Duration::from_secs(86_400);
        let after = |value: &str| retry_after(value, now, day).map(|at| at.duration_since(now).as_secs());
        assert_eq!(after("30"), Some(30));
        assert_eq!(after("0"), Some(0));
        assert_eq!(after("Mon, 01 Jun 2026 12:01:00 GMT"), Some(60));
        assert_eq!(after("Mon, 01 Jun 2026 11:00:00 GMT"), Some(0));
        assert_eq!(after("4294967295"), Some(86_400));
        for none in ["", "-1", "soon", "1.5", "99999999999999999999"] {
            assert_eq!(after(none), None, "{none}");
        }
    }

    #[test]
    fn a_code_is_a_word_of_ours_or_nothing() {
        let read = |text: &str| code(text.as_bytes());
        assert_eq!(
            read(r#"{"type":"urn:sirex:error:limit-exceeded","status":413}"#).as_deref(),
            Some("limit-exceeded")
        );
        for none in [
            "",
            "{}",
            "<html>",
            r#"{"type":"about:blank"}"#,
            r#"{"type":"urn:sirex:error:"}"#,
            r#"{"type":"urn:sirex:error:Not A Word"}"#,
            r#"{"type":1}"#,
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(read(&format!(r#"{{"type":"urn:sirex:error:{}"}}"#, "x".repeat(65))), None);
    }
}
