//! The result of a check, as it is kept beside the original for ever (JSON).

use jiff::Timestamp;
use serde::Serialize;

use super::{fingerprint::Fingerprint, profile::Profile};
use crate::error::Finding;

/// What was found about the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// By a registered certificate that is valid, both when it signed and now.
    Good,
    /// It does not fit the bytes, is dated in the future, or uses what the policy forbids; `reason` says which.
    Bad,
    /// By none of the registered certificates. Whether it fits the bytes is not known.
    UnknownKey,
    /// The certificate or the signature has expired, at the time of signing or now.
    Expired,
    /// The certificate or its signing key is revoked.
    Revoked,
    /// There is none.
    Unsigned,
}

/// Whether the signature says that it is meant for us (RFC 9580 §5.2.3.36).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntendedRecipient {
    /// It names the certificate whose key opened the message (of a message that is not encrypted: one of ours).
    Matched,
    /// It names others only.
    Mismatched,
    /// It names nobody.
    Absent,
    /// There is no signature, or it is on something that is meant for everybody.
    NotApplicable,
}

/// The algorithms of a message, by their names in RFC 9580 §9.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Algorithms {
    /// Of the signature.
    pub signature: Option<String>,
    /// The hash that was signed.
    pub hash: Option<String>,
    /// That protected the session key.
    pub key_encryption: Option<String>,
    /// That protected the content.
    pub encryption: Option<String>,
}

/// The result of opening a message: what was checked, against what, and what came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// About the signature.
    pub status: Status,
    /// Why the status is not good, or what is noteworthy.
    pub reason: Option<String>,
    /// The registered certificate that signed; with another status than good, the one that the signature names.
    pub fingerprint: Option<Fingerprint>,
    /// The key id or fingerprint that the signature itself names.
    pub issuer: Option<String>,
    /// When it says that it was signed.
    #[serde(serialize_with = "super::maybe_time_text")]
    pub signed_at: Option<Timestamp>,
    /// For whom it says that it was signed.
    pub intended_recipient: IntendedRecipient,
    /// Our certificate that opened it; `None` when it was not encrypted.
    pub opened_with: Option<Fingerprint>,
    /// What it was made with.
    pub algorithms: Algorithms,
    /// The profile that was demanded.
    pub profile: Option<Profile>,
    /// The time for which validity was judged.
    #[serde(serialize_with = "super::time_text")]
    pub checked_at: Timestamp,
    /// By which rules: the library with its version, and its policy.
    pub policy: String,
    /// What is not as it should be, and was let pass.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// Nothing known yet.
    pub(super) fn new(checked_at: Timestamp, profile: Option<Profile>) -> Self {
        Verification {
            status: Status::Unsigned,
            reason: None,
            fingerprint: None,
            issuer: None,
            signed_at: None,
            intended_recipient: IntendedRecipient::NotApplicable,
            opened_with: None,
            algorithms: Algorithms::default(),
            profile,
            checked_at,
            policy: format!("sequoia-openpgp {} StandardPolicy at {checked_at}", sequoia_openpgp::VERSION),
            findings: Vec::new(),
        }
    }

    /// The JSON that is kept.
    pub fn to_json(&self) -> Vec<u8> {
        // The type has string keys and no maps, so this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
