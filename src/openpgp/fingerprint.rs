//! Fingerprints of certificates, as people compare them.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{digest, error::excerpt};

/// The fingerprint of a certificate: 40 (v4) or 64 (v6) hexadecimal digits (RFC 9580 §5.5.4).
///
/// Written as upper-case digits without space; [`Fingerprint::grouped`] is for comparing. Read in either case, with or
/// without spaces or colons between groups, with or without `0x`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digits, upper case, without space.
    pub fn hex(&self) -> &str {
        &self.0
    }

    /// In groups for reading aloud.
    pub fn grouped(&self) -> String {
        digest::grouped(&self.0)
    }
}

impl From<sequoia_openpgp::Fingerprint> for Fingerprint {
    fn from(fingerprint: sequoia_openpgp::Fingerprint) -> Self {
        Fingerprint(fingerprint.to_hex())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        fingerprint.0
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = BadFingerprint;
    fn try_from(text: String) -> Result<Self, BadFingerprint> {
        text.parse()
    }
}

/// The text is not 40 or 64 hexadecimal digits. Shorter key ids can be forged and are not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found {0:?}, expected a fingerprint of 40 or 64 hexadecimal digits")]
pub struct BadFingerprint(String);

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let bare = text.trim();
        let bare = bare.strip_prefix("0x").unwrap_or(bare);
        let digits: String = bare.chars().filter(|c| !(c.is_ascii_whitespace() || *c == ':')).collect();
        match digits.len() {
            40 | 64 if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                Ok(Fingerprint(digits.to_ascii_uppercase()))
            }
            _ => Err(BadFingerprint(excerpt(text))),
        }
    }
}
