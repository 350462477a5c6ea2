//! Messages of the protocol itself: receipts, acknowledgements, problem bodies. They carry a closed set of fields (ids,
//! digests, codes, times, our tracking number) and no content, so they need no order.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, error::Code};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Verified, decoded and filed.
    Filed,
    /// Kept, not filed: something on the receiver's side must be settled first.
    Quarantined,
    /// Kept as evidence, refused; the code says why.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 3] = [Outcome::Filed, Outcome::Quarantined, Outcome::Refused];

    /// The word, as it stands in receipts, rows and leaves.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Filed => "filed",
            Outcome::Quarantined => "quarantined",
            Outcome::Refused => "refused",
        }
    }
}

/// The receipt for a pushed message. It never changes: a duplicate gets the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The message's id, as the sender gave it or as it follows from the body.
    pub id: String,
    /// Digest of the request body as it was received.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// When it was on disk, UTC.
    pub received_at: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, when it is not filed.
    pub code: Option<String>,
    /// The receiver's tracking number, when it is filed.
    pub number: Option<String>,
}

/// A body of `application/problem+json` (RFC 9457): only what the error table lets a peer know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
}

/// Bytes that a transport may answer with. [`protocol`] is the only maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    bytes: Vec<u8>,
    media_type: &'static str,
    status: u16,
}

/// A message of the protocol.
#[derive(Clone, Debug)]
pub enum Protocol<'p> {
    /// The signed form of this receipt (`openpgp` signs it).
    SignedReceipt(&'p SignedReceipt),
    /// A failure before storage.
    Problem(Code),
}

/// A receipt in an inline-signed OpenPGP message, as it was first made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt(Vec<u8>);

impl SignedReceipt {
    /// Made by `openpgp` when it signs, and from the store that kept it (the house test holds the callers).
    pub(crate) fn from_signed(bytes: Vec<u8>) -> Self {
        SignedReceipt(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Receipt {
    /// The JSON that is signed: members in the order of the contract, no white space.
    pub fn to_json(&self) -> Vec<u8> {
        // The type has string keys and no maps, so this cannot fail; an empty text would not verify as a receipt.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A reply out of a protocol message.
pub fn protocol(message: &Protocol<'_>) -> Reply {
    match message {
        Protocol::SignedReceipt(receipt) => {
            Reply { bytes: receipt.0.clone(), media_type: "application/pgp-signature", status: 200 }
        }
        Protocol::Problem(code) => {
            let row = code.row();
            let problem =
                Problem { kind: format!("urn:sirex:error:{}", row.code), title: row.peer_text, status: row.status };
            let bytes = serde_json::to_vec(&problem).unwrap_or_default();
            Reply { bytes, media_type: "application/problem+json", status: row.status }
        }
    }
}

impl Reply {
    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// Its media type.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }
}
