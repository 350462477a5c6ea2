//! Fingerprints of certificates, as people compare them.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fingerprint of a certificate: 40 (v4) or 64 (v6) hexadecimal digits (RFC 9580 §5.5.4).
///
/// Printed in groups of four for comparing; in JSON and files as upper-case digits without space. Read with or without
/// space, in either case, with or without `0x`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digits, upper case, without space.
    pub fn hex(&self) -> &str {
        &self.0
    }
}

impl From<sequoia_openpgp::Fingerprint> for Fingerprint {
    fn from(fingerprint: sequoia_openpgp::Fingerprint) -> Self {
        Fingerprint(fingerprint.to_hex())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint: expected 40 or 64 hexadecimal digits")]
pub struct BadFingerprint;

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let text = text.trim();
        let text = text.strip_prefix("0x").unwrap_or(text);
        let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        match digits.len() {
            40 | 64 if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                Ok(Fingerprint(digits.to_ascii_uppercase()))
            }
            _ => Err(BadFingerprint),
        }
    }
}
