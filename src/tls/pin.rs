//! Pins: which public key a partner has.

use std::{fmt, str::FromStr};

use rustls::{
    pki_types::{CertificateDer, pem::PemObject as _},
    server::ParsedCertificate,
};
use serde::{Deserialize, Serialize};

use super::error::Distrust;
use crate::digest::{self, BadDigest, Digest};

/// The SHA-256 digest of a certificate's SubjectPublicKeyInfo in DER (the same as in RFC 7469 §2.4), written
/// `sha256:` + 64 lower-case hexadecimal digits. It stays the same when a certificate is renewed for the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pin(Digest);

impl Pin {
    /// The pin of this certificate's key, read by the same parser that checks the handshake signature, so that the two
    /// can never mean different keys.
    ///
    /// # Errors
    /// [`Distrust::Malformed`] when it is not an X.509 v3 certificate in DER.
    pub fn of_certificate(der: &[u8]) -> Result<Self, Distrust> {
        let der = CertificateDer::from(der);
        let parsed = ParsedCertificate::try_from(&der).map_err(|_| Distrust::Malformed)?;
        Ok(Pin(Digest::of(&parsed.subject_public_key_info())))
    }

    /// The pin of the certificate in a PEM text, which must hold one and nothing else.
    ///
    /// # Errors
    /// [`Distrust::Malformed`].
    pub fn of_pem(text: &str) -> Result<Self, Distrust> {
        let block = text.trim_ascii();
        let alone = block.starts_with("-----BEGIN CERTIFICATE-----")
            && block.ends_with("-----END CERTIFICATE-----")
            && block.matches("-----BEGIN").count() == 1;
        let der = CertificateDer::from_pem_slice(block.as_bytes()).ok().filter(|_| alone);
        Pin::of_certificate(&der.ok_or(Distrust::Malformed)?)
    }

    /// In groups for reading aloud.
    pub fn grouped(self) -> String {
        digest::grouped(&self.0.hex().to_uppercase())
    }

    /// The digest.
    pub fn digest(self) -> Digest {
        self.0
    }
}

impl From<Digest> for Pin {
    fn from(digest: Digest) -> Self {
        Pin(digest)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Pin {
    type Err = BadDigest;
    fn from_str(text: &str) -> Result<Self, BadDigest> {
        text.parse().map(Pin)
    }
}
