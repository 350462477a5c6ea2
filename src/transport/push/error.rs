//! Why a message was not delivered, and what follows.

use std::{io, time::Duration};

use jiff::Timestamp;

use crate::{error::Code, tls::Refusal};

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The partner's address is not one.
    #[error("{url:?} is no address for messages: {why}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The message is for somebody else. The caller is wrong.
    #[error("a message for {to} was about to be sent to {partner}")]
    OtherPartner {
        /// For whom it is.
        to: String,
        /// Whose address was given.
        partner: String,
    },
    /// The message has something that no request can carry. The caller is wrong.
    #[error("the {0} of the message cannot stand in a request")]
    Unsendable(&'static str),
    /// The host cannot be found or reached.
    #[error("cannot connect to {host}: {source}")]
    Connect {
        /// The host and port.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// A step took longer than its limit.
    #[error("no {step} within {limit:?}")]
    Timeout {
        /// Which step.
        step: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The handshake failed, by either side.
    #[error("TLS with {partner}: {refusal}")]
    Tls {
        /// With whom.
        partner: String,
        /// Why.
        refusal: Refusal,
    },
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// An answer that the protocol does not have.
    #[error("the partner's answer cannot be used: {0}")]
    Answer(&'static str),
    /// The partner said no.
    #[error("the partner answered {status}{}", .code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// His stable code, when he gave one.
        code: Option<String>,
        /// When he wants to be asked again, at the earliest.
        not_before: Option<Timestamp>,
    },
}

/// What follows from an error for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Try again later with the same id: it may pass without anybody touching the message.
    Retry,
    /// The partner will never take these bytes.
    Refused,
    /// A person must look: the address is wrong, or we are.
    Park,
}

impl From<hyper::Error> for PushError {
    fn from(error: hyper::Error) -> Self {
        PushError::Broken(error.to_string())
    }
}

impl PushError {
    /// What follows for the message. Trust, keys and agreements are set right by people on either side without touching
    /// the message, so what has to do with them is tried again.
    pub fn verdict(&self) -> Verdict {
        match self {
            PushError::Address { .. } | PushError::OtherPartner { .. } | PushError::Unsendable(_) => Verdict::Park,
            PushError::Refused { status, .. } => match status {
                // Nothing there that takes messages, or it is elsewhere.
                300..=399 | 404 | 405 | 410 | 421 => Verdict::Park,
                // Who we are, or when we ask.
                401 | 403 | 407 | 408 | 425 | 429 => Verdict::Retry,
                400..=499 => Verdict::Refused,
                _ => Verdict::Retry,
            },
            _ => Verdict::Retry,
        }
    }

    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            PushError::Address { .. } => Code::PartnerAddress,
            PushError::OtherPartner { .. } | PushError::Unsendable(_) => Code::Internal,
            PushError::Connect { .. } | PushError::Timeout { .. } | PushError::Broken(_) => Code::PartnerUnreachable,
            PushError::Tls { refusal: Refusal::ByPeer(_), .. } => Code::PartnerDistrusts,
            PushError::Tls { refusal: Refusal::Certificate(_) | Refusal::Signature, .. } => Code::PeerNotTrusted,
            PushError::Tls { .. } => Code::PartnerUnreachable,
            PushError::Answer(_) => Code::PartnerAnswer,
            PushError::Refused { status: 403, .. } => Code::PartnerDistrusts,
            PushError::Refused { .. } => match self.verdict() {
                Verdict::Park => Code::PartnerAddress,
                Verdict::Refused => Code::PartnerRefused,
                Verdict::Retry => Code::PartnerUnreachable,
            },
        }
    }

    /// A word for the attempt's entry (`store::Outcome`): the partner's own code, or what went wrong on the way.
    pub fn word(&self) -> String {
        match self {
            PushError::Refused { code: Some(code), .. } => code.clone(),
            PushError::Refused { status, .. } => format!("http-{status}"),
            PushError::Tls { refusal, .. } => format!("tls-{}", refusal.as_str()),
            PushError::Timeout { step, .. } => format!("timeout-{step}"),
            other => other.code().as_str().to_owned(),
        }
    }

    /// When the partner wants to be asked again, at the earliest.
    pub fn not_before(&self) -> Option<Timestamp> {
        match self {
            PushError::Refused { not_before, .. } => *not_before,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_one_verdict() {
        let refused = |status| PushError::Refused { status, code: None, not_before: None };
        for (statuses, verdict, code) in [
            (&[301, 302, 307, 404, 405, 410][..], Verdict::Park, Code::PartnerAddress),
            (&[400, 409, 411, 413, 415, 422][..], Verdict::Refused, Code::PartnerRefused),
            (&[408, 429, 500, 502, 503, 504, 204, 600][..], Verdict::Retry, Code::PartnerUnreachable),
            (&[403][..], Verdict::Retry, Code::PartnerDistrusts),
        ] {
            for status in statuses {
                assert_eq!((refused(*status).verdict(), refused(*status).code()), (verdict, code), "{status}");
                assert_eq!(refused(*status).word(), format!("http-{status}"));
            }
        }
        let named = PushError::Refused { status: 413, code: Some("limit-exceeded".into()), not_before: None };
        assert_eq!(named.word(), "limit-exceeded");
        assert_eq!(named.to_string(), "the partner answered 413 (limit-exceeded)");
        let late = PushError::Timeout { step: "answer", limit: Duration::from_secs(1) };
        assert_eq!((late.word().as_str(), late.verdict()), ("timeout-answer", Verdict::Retry));
    }
}
