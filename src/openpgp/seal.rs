//! Sealing: what leaves is signed by us and encrypted to one partner, in one pass.

use std::io::Write as _;

use jiff::Timestamp;
use sequoia_openpgp::{
    Cert,
    anyhow::Error as Failure,
    crypto::KeyPair,
    packet::{Key, key},
    policy::StandardPolicy,
    serialize::stream::{Armorer, Encryptor, LiteralWriter, Message, Recipient, Signer},
    types::{AEADAlgorithm, SymmetricAlgorithm},
};

use super::{
    cert::{CertError, PublicCert, causes},
    fingerprint::Fingerprint,
    keys::{KeyError, TeamKeys},
    profile::{Profile, Unsupported, is_post_quantum},
    system_time,
};
use crate::{
    error::Code,
    gate::{Cleared, Outgoing},
};

/// Why a message was not sealed. Nothing leaves then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// This build cannot do the profile.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Our own keys cannot sign.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The recipient's certificate cannot be encrypted to now.
    #[error("the recipient's certificate cannot be used: {0}")]
    Recipient(CertError),
    /// The recipient's certificate is of another profile than the one agreed.
    #[error("the recipient's certificate {fingerprint} fits profile {found}, expected {expected}")]
    Profile {
        /// Which certificate.
        fingerprint: Fingerprint,
        /// What it fits.
        found: Profile,
        /// What was agreed.
        expected: Profile,
    },
    /// The cryptographic library failed.
    #[error("the OpenPGP library failed: {0}")]
    Failed(String),
}

impl SealError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            SealError::Unsupported(error) => error.code(),
            SealError::Keys(error) => error.code(),
            SealError::Recipient(_) | SealError::Profile { .. } => Code::PgpRecipientUnusable,
            SealError::Failed(_) => Code::Internal,
        }
    }
}

/// Signs what the gate has cleared with our key of the profile and encrypts it to the recipient.
///
/// The recipient's certificate is named in the signature (RFC 9580 §5.2.3.36), so that he cannot pass it on as if it had
/// been meant for somebody else. Nobody but the recipient can read the result, ourselves included.
///
/// # Errors
/// When our keys or the recipient's certificate cannot be used at `now`. The cleared bytes are given up then; the release
/// they came from can be checked again.
pub fn seal(
    cleared: Cleared,
    recipient: &PublicCert,
    keys: &TeamKeys,
    profile: Profile,
    now: Timestamp,
    armor: bool,
) -> Result<Outgoing, SealError> {
    let wire = seal_ungated(cleared.bytes(), recipient, keys, profile, now, armor)?;
    Ok(cleared.sealed(wire))
}

/// As [`seal`], for bytes that no gate has seen: only for `sirex seal --ungated REASON`, whose result stays with the
/// person who asked for it. Nothing that this returns can reach the outbox.
///
/// # Errors
/// As [`seal`].
pub fn seal_ungated(
    bytes: &[u8],
    recipient: &PublicCert,
    keys: &TeamKeys,
    profile: Profile,
    now: Timestamp,
    armor: bool,
) -> Result<Vec<u8>, SealError> {
    profile.supported()?;
    recipient.check(now).map_err(SealError::Recipient)?;
    if recipient.profile() != profile {
        let fingerprint = recipient.fingerprint();
        return Err(SealError::Profile { fingerprint, found: recipient.profile(), expected: profile });
    }
    let signer = keys.signer(profile, now)?;
    let policy = StandardPolicy::at(system_time(now));
    let usable = recipient.cert().keys().with_policy(&policy, system_time(now)).supported().alive().revoked(false);
    let targets: Vec<_> = usable
        .for_transport_encryption()
        .for_storage_encryption()
        .map(|key| key.key())
        // One classical subkey beside would undo what the others protect.
        .filter(|key| !profile.rules().post_quantum || is_post_quantum(key.pk_algo()))
        .collect();
    write(bytes, recipient.cert(), &targets, signer, profile, now, armor)
        .map_err(|error| SealError::Failed(causes(&error)))
}

fn write(
    bytes: &[u8],
    recipient: &Cert,
    targets: &[&Key<key::PublicParts, key::UnspecifiedRole>],
    signer: KeyPair,
    profile: Profile,
    now: Timestamp,
    armor: bool,
) -> Result<Vec<u8>, Failure> {
    let mut wire = Vec::new();
    let mut message = Message::new(&mut wire);
    if armor {
        message = Armorer::new(message).build()?;
    }
    // The agreed profile decides on the container, whatever else the recipient's certificate says it can read.
    let recipients = targets.iter().map(|key| Recipient::new(profile.features(), key.key_handle(), *key));
    let mut encryptor = Encryptor::for_recipients(message, recipients).symmetric_algo(SymmetricAlgorithm::AES256);
    if profile.rules().container > 1 {
        encryptor = encryptor.aead_algo(AEADAlgorithm::OCB);
    }
    let message = Signer::new(encryptor.build()?, signer)?
        .add_intended_recipient(recipient)
        .creation_time(system_time(now))
        .build()?;
    let mut literal = LiteralWriter::new(message).build()?;
    literal.write_all(bytes)?;
    literal.finalize()?;
    Ok(wire)
}
