//! Opening: decrypt, unpack, verify. The cleartext is visible when all of it has been checked, and only then.

use std::borrow::Cow;

use jiff::Timestamp;
use sequoia_openpgp::{armor::Kind, policy::StandardPolicy};

use super::{
    armor::{self, Around, BadArmor},
    cert::PublicCert,
    guarded,
    keys::TeamKeys,
    peel::{Sealed, peel},
    profile::{Demand, Profile, is_post_quantum},
    system_time,
    verification::{IntendedRecipient, Status, Verification},
    verify::{self, Signed},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    store::Original,
};

/// What a message must be to be opened.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The certificates that are registered for the sender, who is known from TLS. Nobody else's signature counts.
    pub signers: &'a [PublicCert],
    /// The agreed profile: a lower bound.
    pub profile: Profile,
    /// Whether the agreement demands a signature.
    pub signature: Demand,
    /// Whether the agreement demands encryption.
    pub sealing: Demand,
    /// The time for which validity is judged.
    pub now: Timestamp,
    /// How much is accepted.
    pub limits: Limits,
}

/// How much of a message is accepted. Exceeding one is `limit-exceeded`, with the field's name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes as received, armor included.
    pub wire_bytes: u64,
    /// Bytes of cleartext.
    pub message_bytes: u64,
    /// Bytes that come out of all compression layers together.
    pub compressed_total_bytes: u64,
    /// Compression layers within each other.
    pub compression_layers: u64,
    /// Packets of one layer, content of containers aside.
    pub packets: u64,
    /// Recipients whose session key may have to be tried.
    pub recipients: u64,
    /// How far a signature may be dated ahead of our clock, in seconds.
    pub clock_skew_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wire_bytes: 40 * 1024 * 1024,
            message_bytes: 26_214_400,
            compressed_total_bytes: 64 * 1024 * 1024,
            compression_layers: 8,
            packets: 256,
            recipients: 32,
            clock_skew_seconds: 300,
        }
    }
}

/// A message whose check has ended: its cleartext, and what was found. [`open`] is the only maker.
///
/// The signature is good, or there is none and the agreement demands none.
#[derive(Clone, Debug)]
pub struct Opened {
    cleartext: Vec<u8>,
    verification: Verification,
}

impl Opened {
    /// The cleartext.
    pub fn cleartext(&self) -> &[u8] {
        &self.cleartext
    }

    /// What was found.
    pub fn verification(&self) -> &Verification {
        &self.verification
    }

    /// Both.
    pub fn into_parts(self) -> (Vec<u8>, Verification) {
        (self.cleartext, self.verification)
    }
}

/// Why a message was not opened. None of its content is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A limit was reached.
    #[error("the message exceeds the limit {limit} = {value}")]
    Limit {
        /// Field of [`Limits`].
        limit: &'static str,
        /// Its value.
        value: u64,
    },
    /// It is not an OpenPGP message of the form that is accepted.
    #[error("not an acceptable OpenPGP message: {0}")]
    Malformed(String),
    /// It is encrypted, but not to a key that we have.
    #[error("the message is encrypted to {}, for which we have no secret key", .recipients.join(", "))]
    NotForUs {
        /// The key ids or fingerprints that it names.
        recipients: Vec<String>,
    },
    /// It is encrypted to us and was changed on the way, or made wrongly.
    #[error("the message cannot be decrypted: it was changed or damaged")]
    Undecryptable,
    /// It is weaker than agreed.
    #[error("the message uses {found}, expected {expected}")]
    Weak {
        /// What it has.
        found: String,
        /// What was agreed.
        expected: String,
    },
    /// It is not encrypted.
    #[error("the message is not encrypted, and the agreement demands it")]
    Unsealed,
    /// Its signature is not good; the status says why.
    #[error("the signature is not good ({}): {}", status(.0), .0.reason.as_deref().unwrap_or("there is none"))]
    Signature(Box<Verification>),
    /// Its signature is good, but says that it is meant for somebody else, or for nobody where that must be said.
    #[error("the signature is not meant for us: {}", .0.reason.as_deref().unwrap_or_default())]
    Recipient(Box<Verification>),
    /// The OpenPGP library gave up on it: a defect, whatever the bytes are.
    #[error("the OpenPGP library failed on the message")]
    Library,
    /// What is signed is not the document that was expected.
    #[error("what is signed is not a receipt: {0}")]
    Document(Box<Finding>),
}

impl OpenError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            OpenError::Limit { .. } => Code::LimitExceeded,
            OpenError::Malformed(_) => Code::PgpMalformed,
            OpenError::NotForUs { .. } => Code::PgpNotForUs,
            OpenError::Undecryptable => Code::PgpUndecryptable,
            OpenError::Weak { .. } => Code::PgpWeak,
            OpenError::Unsealed => Code::PgpUnsealed,
            OpenError::Signature(found) => match found.status {
                Status::Good | Status::Bad => Code::PgpSignatureBad,
                Status::UnknownKey => Code::PgpSignerUnknown,
                Status::Expired => Code::PgpSignerExpired,
                Status::Revoked => Code::PgpSignerRevoked,
                Status::Unsigned => Code::PgpUnsigned,
            },
            OpenError::Recipient(_) => Code::PgpRecipient,
            OpenError::Library => Code::Internal,
            OpenError::Document(finding) => finding.code,
        }
    }

    /// What was found about the signature, where it came to that: to be kept beside the original.
    pub fn verification(&self) -> Option<&Verification> {
        match self {
            OpenError::Signature(found) | OpenError::Recipient(found) => Some(found),
            _ => None,
        }
    }
}

fn status(verification: &Verification) -> &'static str {
    match verification.status {
        Status::Good => "good",
        Status::Bad => "bad",
        Status::UnknownKey => "unknown signer",
        Status::Expired => "expired",
        Status::Revoked => "revoked",
        Status::Unsigned => "unsigned",
    }
}

/// Opens what a partner sent. What is not OpenPGP at all (by its media type and its first bytes) is its own cleartext,
/// unsigned and not encrypted.
///
/// # Errors
/// When it is not what `expect` says, or was not made for us.
pub fn open(original: &Original, keys: &TeamKeys, expect: &Expect<'_>) -> Result<Opened, OpenError> {
    let (cleartext, verification) = if is_openpgp(original.media_type(), original.bytes()) {
        open_local(original.bytes(), keys, expect)?
    } else {
        plain(original.bytes(), expect)?
    };
    Ok(Opened { cleartext, verification })
}

/// Opens an OpenPGP message from a file, for the person at the terminal. It makes no [`Opened`]: nothing that is read in
/// this way can be taken in.
///
/// # Errors
/// As [`open`].
pub fn open_local(bytes: &[u8], keys: &TeamKeys, expect: &Expect<'_>) -> Result<(Vec<u8>, Verification), OpenError> {
    guarded(|| openpgp(bytes, keys, expect), || OpenError::Library)
}

fn openpgp(bytes: &[u8], keys: &TeamKeys, expect: &Expect<'_>) -> Result<(Vec<u8>, Verification), OpenError> {
    let limits = &expect.limits;
    within(bytes, "wire_bytes", limits.wire_bytes)?;
    let binary = binary(bytes, Kind::Message)?;
    let peeled = peel(&binary, keys, &StandardPolicy::at(system_time(expect.now)), limits)?;
    let mut verification = Verification::new(expect.now, Some(expect.profile));
    match &peeled.sealed {
        Some(sealed) => {
            strong_encryption(sealed, expect.profile)?;
            verification.opened_with = Some(sealed.with.clone().into());
            verification.algorithms.key_encryption = Some(sealed.key_algorithm.to_string());
            verification.algorithms.encryption = Some(match sealed.aead {
                Some(mode) => format!("SEIPDv2 {} {mode}", sealed.symmetric),
                None => format!("SEIPDv1 {}", sealed.symmetric),
            });
        }
        None if expect.sealing == Demand::Required => return Err(OpenError::Unsealed),
        None => {}
    }
    let (cleartext, signed) = verify::inline(&peeled.message, expect.signers, expect.now, limits, &mut verification)?;
    within(&cleartext, "message_bytes", limits.message_bytes)?;
    match verification.status {
        Status::Good => {
            strong_signature(&signed, expect.profile)?;
            let ours: Vec<_> = match &peeled.sealed {
                Some(sealed) => vec![sealed.with.clone()],
                None => keys.certs().iter().map(sequoia_openpgp::Cert::fingerprint).collect(),
            };
            let verification = meant_for(verification, &signed, &ours, expect.profile)?;
            Ok((cleartext, verification))
        }
        Status::Unsigned if expect.signature == Demand::Optional => Ok((cleartext, verification)),
        _ => Err(OpenError::Signature(Box::new(verification))),
    }
}

fn plain(bytes: &[u8], expect: &Expect<'_>) -> Result<(Vec<u8>, Verification), OpenError> {
    within(bytes, "message_bytes", expect.limits.message_bytes)?;
    let verification = Verification::new(expect.now, Some(expect.profile));
    if expect.sealing == Demand::Required {
        return Err(OpenError::Unsealed);
    }
    match expect.signature {
        Demand::Required => Err(OpenError::Signature(Box::new(verification))),
        Demand::Optional => Ok((bytes.to_vec(), verification)),
    }
}

/// CBOR and OpenPGP may begin with the same byte, so the media type decides; armor shows by itself.
fn is_openpgp(media_type: &str, bytes: &[u8]) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/pgp-encrypted")
        || bytes.trim_ascii_start().starts_with(b"-----BEGIN PGP ")
}

pub(super) fn within(bytes: &[u8], limit: &'static str, value: u64) -> Result<(), OpenError> {
    if bytes.len() as u64 > value { Err(OpenError::Limit { limit, value }) } else { Ok(()) }
}

pub(super) fn binary(bytes: &[u8], kind: Kind) -> Result<Cow<'_, [u8]>, OpenError> {
    armor::binary(bytes, kind, Around::Nothing).map_err(|error| match error {
        BadArmor::Several(count) => OpenError::Malformed(format!("{count} armored blocks, expected one")),
        BadArmor::Form(text) => OpenError::Malformed(text),
    })
}

fn strong_encryption(sealed: &Sealed, profile: Profile) -> Result<(), OpenError> {
    let rules = profile.rules();
    let weak = |found: String, what: &str| {
        Err(OpenError::Weak { found, expected: format!("{what}, as profile {profile} demands") })
    };
    if sealed.container() < rules.container {
        return weak(format!("an encryption container of version {}", sealed.container()), "version 2 (AEAD)");
    }
    if rules.post_quantum && !is_post_quantum(sealed.key_algorithm) {
        return weak(format!("key encryption with {}", sealed.key_algorithm), "a post-quantum algorithm");
    }
    Ok(())
}

fn strong_signature(signed: &Signed, profile: Profile) -> Result<(), OpenError> {
    let rules = profile.rules();
    let weak = |found: String, what: &str| {
        Err(OpenError::Weak { found, expected: format!("{what}, as profile {profile} demands") })
    };
    if signed.version < rules.version {
        return weak(format!("a signature of version {}", signed.version), &format!("version {}", rules.version));
    }
    match signed.algorithm {
        Some(algorithm) if rules.post_quantum && !is_post_quantum(algorithm) => {
            weak(format!("a signature with {algorithm}"), "a post-quantum algorithm")
        }
        _ => Ok(()),
    }
}

fn meant_for(
    mut verification: Verification,
    signed: &Signed,
    ours: &[sequoia_openpgp::Fingerprint],
    profile: Profile,
) -> Result<Verification, OpenError> {
    let refuse = |mut verification: Verification, reason: String| {
        verification.reason = Some(reason);
        Err(OpenError::Recipient(Box::new(verification)))
    };
    if signed.intended.iter().any(|intended| ours.contains(intended)) {
        verification.intended_recipient = IntendedRecipient::Matched;
        return Ok(verification);
    }
    if !signed.intended.is_empty() {
        verification.intended_recipient = IntendedRecipient::Mismatched;
        let named: Vec<_> = signed.intended.iter().map(sequoia_openpgp::Fingerprint::to_hex).collect();
        return refuse(verification, format!("it names {}", named.join(", ")));
    }
    verification.intended_recipient = IntendedRecipient::Absent;
    if profile.rules().intended_recipient == Demand::Required {
        return refuse(verification, format!("it names no intended recipient, which profile {profile} demands"));
    }
    let finding = Finding::new(
        Severity::Warning,
        Code::PgpRecipient,
        Position::default(),
        "signature",
        "no intended recipient",
        "the fingerprint of our certificate",
    );
    verification.findings.push(finding);
    Ok(verification)
}
