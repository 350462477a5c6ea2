//! Signatures without encryption: receipts, and files that anybody may read, such as partner cards.

use std::io::Write as _;

use jiff::Timestamp;
use sequoia_openpgp::{
    anyhow::Error as Failure,
    armor::Kind,
    crypto::KeyPair,
    policy::StandardPolicy,
    serialize::stream::{Armorer, LiteralWriter, Message, Signer},
};

use super::{
    cert::{PublicCert, causes},
    guarded,
    keys::{KeyError, TeamKeys},
    open::{Limits, OpenError, binary, within},
    peel::peel,
    profile::Profile,
    system_time,
    verification::{Status, Verification},
    verify,
};
use crate::{
    audit::Shape,
    error::{Code, Finding, Position},
    gate::{Receipt, SignedReceipt},
    json,
};

/// Largest signed receipt, and largest detached signature, in bytes as received.
const SMALL_BYTES: u64 = 256 * 1024;

/// Signs a receipt: an armored OpenPGP message, signed and not encrypted, over its JSON. `gpg --decrypt` shows and checks
/// it.
///
/// # Errors
/// When we have no usable key of the profile.
pub fn sign_receipt(
    receipt: &Receipt,
    keys: &TeamKeys,
    profile: Profile,
    now: Timestamp,
) -> Result<SignedReceipt, KeyError> {
    sign_inline(&receipt.to_json(), keys, profile, now).map(SignedReceipt::from_signed)
}

/// Reads a receipt that a partner signed with one of his registered certificates.
///
/// # Errors
/// When the signature is not good, or what is signed is not a receipt.
pub fn verify_receipt(
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
) -> Result<(Receipt, Verification), OpenError> {
    let limits = Limits { wire_bytes: SMALL_BYTES, message_bytes: SMALL_BYTES, ..Limits::default() };
    let (document, verification) = verify_inline(bytes, signers, now, &limits)?;
    let receipt = json::from_slice(&document, &json::Limits { total_bytes: SMALL_BYTES, ..Default::default() });
    let receipt: Receipt = receipt.map_err(|finding| OpenError::Document(Box::new(finding)))?;
    // A partner's texts are entered in our log, which takes no others.
    for (path, shape, text) in [("$.code", Shape::Word, &receipt.code), ("$.number", Shape::Id, &receipt.number)] {
        if let Some(text) = text.as_ref().filter(|text| !shape.fits(text)) {
            let position = Position::default();
            let finding = Finding::error(Code::ValueInvalid, position, path, text, shape.to_string());
            return Err(OpenError::Document(Box::new(finding)));
        }
    }
    Ok((receipt, verification))
}

/// An armored OpenPGP message, signed and not encrypted, that holds the bytes.
///
/// # Errors
/// When we have no usable key of the profile.
pub fn sign_inline(bytes: &[u8], keys: &TeamKeys, profile: Profile, now: Timestamp) -> Result<Vec<u8>, KeyError> {
    let signer = keys.signer(profile, now)?;
    write(bytes, signer, Form::Inline, now).map_err(|error| KeyError::Failed(causes(&error)))
}

/// What is in a signed message, if the signature is good. An intended recipient is not asked for: such messages are for
/// everybody.
///
/// # Errors
/// When it is not a signed message, or the signature is not good.
pub fn verify_inline(
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
    limits: &Limits,
) -> Result<(Vec<u8>, Verification), OpenError> {
    within(bytes, "wire_bytes", limits.wire_bytes)?;
    guarded(|| inline(bytes, signers, now, limits), || OpenError::Library)
}

fn inline(
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
    limits: &Limits,
) -> Result<(Vec<u8>, Verification), OpenError> {
    let (content, verification) = judged(bytes, signers, now, limits)?;
    match verification.status {
        Status::Good => Ok((content, verification)),
        _ => Err(OpenError::Signature(Box::new(verification))),
    }
}

/// The content, whatever the judgement of its signature is.
fn judged(
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
    limits: &Limits,
) -> Result<(Vec<u8>, Verification), OpenError> {
    let binary = binary(bytes, Kind::Message)?;
    let peeled = peel(&binary, &TeamKeys::default(), &StandardPolicy::at(system_time(now)), limits)?;
    let mut verification = Verification::new(now, None);
    let (content, _) = verify::inline(&peeled.message, signers, now, limits, &mut verification)?;
    within(&content, "message_bytes", limits.message_bytes)?;
    Ok((content, verification))
}

/// What an inline-signed message holds, whoever signed it: for a file that brings the certificates with which it is to be
/// checked, such as a partner's card. Nothing of it may be believed before [`verify_inline`] has passed with them.
///
/// # Errors
/// When it is not a signed message.
pub fn read_inline_unchecked(bytes: &[u8], now: Timestamp, limits: &Limits) -> Result<Vec<u8>, OpenError> {
    within(bytes, "wire_bytes", limits.wire_bytes)?;
    let judged = guarded(|| judged(bytes, &[], now, limits), || OpenError::Library);
    judged.map(|(content, _)| content)
}

/// An armored signature over the bytes, apart from them.
///
/// # Errors
/// When we have no usable key of the profile.
pub fn sign_detached(bytes: &[u8], keys: &TeamKeys, profile: Profile, now: Timestamp) -> Result<Vec<u8>, KeyError> {
    let signer = keys.signer(profile, now)?;
    write(bytes, signer, Form::Detached, now).map_err(|error| KeyError::Failed(causes(&error)))
}

/// Checks a detached signature, armored or binary, over the bytes.
///
/// # Errors
/// When it is not exactly one good signature.
pub fn verify_detached(
    signature: &[u8],
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
) -> Result<Verification, OpenError> {
    within(signature, "wire_bytes", SMALL_BYTES)?;
    let binary = binary(signature, Kind::Signature)?;
    let mut verification = Verification::new(now, None);
    let limits = Limits::default();
    guarded(|| verify::detached(&binary, bytes, signers, now, &limits, &mut verification), || OpenError::Library)?;
    match verification.status {
        Status::Good => Ok(verification),
        _ => Err(OpenError::Signature(Box::new(verification))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Inline,
    Detached,
}

fn write(bytes: &[u8], signer: KeyPair, form: Form, now: Timestamp) -> Result<Vec<u8>, Failure> {
    let mut wire = Vec::new();
    let kind = if form == Form::Detached { Kind::Signature } else { Kind::Message };
    let armored = Armorer::new(Message::new(&mut wire)).kind(kind).build()?;
    let signer = Signer::new(armored, signer)?.creation_time(system_time(now));
    let mut message = match form {
        Form::Detached => signer.detached().build()?,
        Form::Inline => LiteralWriter::new(signer.build()?).build()?,
    };
    message.write_all(bytes)?;
    message.finalize()?;
    Ok(wire)
}
