//! The push protocol: one HTTPS request carries one message, its answer is the receipt (docs/transport.md).
//!
//! - `POST /push`: the message as body, its media type, optionally its id; answered with the receipt.
//! - `GET /push/{id}/outcome`: what became of a message that was pushed before.

mod body;
mod client;
mod error;
mod server;

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::digest::Digest;

pub use client::{Client, ClientLimits, Target};
pub use error::{PushError, Verdict};
pub use server::{Intake, Pushed, routes};

/// The header with the id that the sender chose.
pub const MESSAGE_ID: &str = "sirex-message-id";

/// The media types that a push may have: the sealed message, and documents for partners with whom TLS alone was agreed.
pub const MEDIA_TYPES: [&str; 4] =
    ["application/pgp-encrypted", "application/xml", "application/json", "application/cbor"];

/// The media type of a receipt.
const RECEIPT: &str = "application/pgp-signature";

/// The media type of a refusal (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// By what a message is known between two gateways, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageId {
    /// The sender chose it when he put the message into his outbox.
    Chosen(Uuid),
    /// The sender chose none: the digest of the request body.
    OfBody(Digest),
}

/// The text is no message id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("neither a UUID nor sha256: and 64 lower-case hexadecimal digits")]
pub struct BadMessageId;

impl MessageId {
    /// An id as a sender may choose it: a UUID in the form of RFC 9562 §4, in either case, neither nil nor max.
    ///
    /// # Errors
    /// When it is none.
    pub fn chosen(text: &str) -> Result<Self, BadMessageId> {
        // The library also reads braces, URNs and bare digits; one form is enough for one id.
        let uuid = Uuid::try_parse(text).map_err(|_| BadMessageId)?;
        if text.len() != uuid::fmt::Hyphenated::LENGTH || uuid.is_nil() || uuid.is_max() {
            return Err(BadMessageId);
        }
        Ok(MessageId::Chosen(uuid))
    }
}

/// Lower case, as it stands in receipts, rows and addresses.
impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageId::Chosen(uuid) => uuid.hyphenated().fmt(f),
            MessageId::OfBody(digest) => digest.fmt(f),
        }
    }
}

impl FromStr for MessageId {
    type Err = BadMessageId;
    fn from_str(text: &str) -> Result<Self, BadMessageId> {
        match text.parse() {
            Ok(digest) => Ok(MessageId::OfBody(digest)),
            Err(_) => MessageId::chosen(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_have_one_written_form() {
        let uuid = "01936b2e-8f3a-7c44-9d21-0123456789ab";
        let digest = Digest::of(b"body").to_string();
        assert_eq!(uuid.parse::<MessageId>().unwrap().to_string(), uuid);
        assert_eq!(MessageId::chosen(&uuid.to_uppercase()).unwrap().to_string(), uuid);
        assert_eq!(digest.parse::<MessageId>().unwrap().to_string(), digest);
        assert_eq!(MessageId::chosen(&digest), Err(BadMessageId), "a sender cannot choose a digest");
        for bad in [
            "",
            "1",
            &uuid.replace('-', ""),
            &format!("{{{uuid}}}"),
            &format!("urn:uuid:{uuid}"),
            &format!("{uuid} "),
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            &digest.to_uppercase(),
        ] {
            assert_eq!(bad.parse::<MessageId>(), Err(BadMessageId), "{bad}");
        }
    }
}
