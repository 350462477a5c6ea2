//! The types that a message passes through on its way out, each with one maker.
//!
//! ```text
//! bytes, Order ── gate::check ──► Cleared ─┬─ openpgp::seal ─► Outgoing ─► store::enqueue
//!                                          └─ into_plain (only if the order allows it) ─► Outgoing
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    marking::{Audience, Tlp},
};

/// What the gate certifies about one cleartext. Kept beside the message for ever; holds no content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// The partner, by domain.
    pub partner: String,
    /// For whom the path table was read.
    pub audience: Audience,
    /// The format whose path table was used, such as `iodef-xml`.
    pub format: String,
    /// The marking that was found in the bytes.
    pub tlp: Option<Tlp>,
    /// Digest of the cleartext that was read.
    pub cleartext: Digest,
    /// Version of the agreement that the order came from.
    pub agreement: u32,
    /// Set when paths that need approval were passed: the digest that was approved.
    pub approved: Option<Digest>,
}

/// Cleartext that the gate has read to its end and lets out.
///
/// Its only maker is `gate::check`.
#[derive(Debug)]
pub struct Cleared {
    bytes: Vec<u8>,
    media_type: &'static str,
    clearance: Clearance,
    plain: Plain,
}

/// Whether the order lets the cleartext travel without OpenPGP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// TLS alone suffices (`sealing = "plain-over-tls"`).
    Allowed,
    /// It must be sealed (`sealing = "required"`).
    Forbidden,
}

impl Cleared {
    pub(super) fn certify(bytes: Vec<u8>, media_type: &'static str, clearance: Clearance, plain: Plain) -> Self {
        Cleared { bytes, media_type, clearance, plain }
    }

    /// The cleartext, to be sealed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was certified.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// The message as it is, where the order allows that.
    ///
    /// # Errors
    /// Gives itself back when it must be sealed.
    pub fn into_plain(self) -> Result<Outgoing, Box<Cleared>> {
        match self.plain {
            Plain::Allowed => Ok(Outgoing {
                digest: Digest::of(&self.bytes),
                wire: self.bytes,
                media_type: self.media_type,
                clearance: self.clearance,
            }),
            Plain::Forbidden => Err(Box::new(self)),
        }
    }

    /// The sealed message. Called by `openpgp::seal` only (the house test holds this).
    pub(crate) fn sealed(self, wire: Vec<u8>) -> Outgoing {
        Outgoing { digest: Digest::of(&wire), wire, media_type: "application/pgp-encrypted", clearance: self.clearance }
    }
}

/// Wire bytes that may leave, with their digest and the clearance of what is inside.
#[derive(Debug)]
pub struct Outgoing {
    wire: Vec<u8>,
    digest: Digest,
    media_type: &'static str,
    clearance: Clearance,
}

impl Outgoing {
    /// The bytes that travel.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Digest of the wire bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Media type of the wire bytes.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// What the gate certified.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }
}

#[cfg(test)]
impl Outgoing {
    /// A message as if it had passed the gate, for tests of the floors above.
    pub(crate) fn for_tests(wire: Vec<u8>, media_type: &'static str, clearance: Clearance) -> Self {
        Outgoing { digest: Digest::of(&wire), wire, media_type, clearance }
    }
}
