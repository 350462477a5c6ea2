//! The signature over a message, judged against the certificates that are registered for its sender.

use std::{io::Read as _, time::Duration};

use jiff::Timestamp;
use sequoia_openpgp::{
    Cert, Error as SequoiaError, KeyHandle, Packet,
    anyhow::Error as Failure,
    cert::amalgamation::ValidAmalgamation as _,
    packet::Signature,
    parse::{
        PacketParser, Parse as _,
        stream::{
            DetachedVerifierBuilder, MessageLayer, MessageStructure, VerificationError, VerificationHelper,
            VerifierBuilder,
        },
    },
    policy::StandardPolicy,
    types::{PublicKeyAlgorithm, RevocationStatus},
};

use super::{
    cert::{PublicCert, causes},
    open::{Limits, OpenError},
    peel::malformed,
    system_time, timestamp,
    verification::{Status, Verification},
};
use crate::error::excerpt;

/// What the signature says about itself; believed only when the status is good.
#[derive(Default)]
pub(super) struct Signed {
    pub intended: Vec<sequoia_openpgp::Fingerprint>,
    pub version: u8,
    pub algorithm: Option<PublicKeyAlgorithm>,
}

/// The content of a message and the judgement of its signature, which is written into `verification`.
///
/// The content is given whatever the status is; the caller must not let it out unless he accepts the status.
pub(super) fn inline(
    message: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
    limits: &Limits,
    verification: &mut Verification,
) -> Result<(Vec<u8>, Signed), OpenError> {
    let policy = StandardPolicy::at(system_time(now));
    let judge = Judge::new(signers, now, limits, verification, &policy);
    let builder = VerifierBuilder::from_bytes(message).map_err(|error| malformed(&error))?;
    // A buffer larger than the message: nothing comes out before the signature is judged.
    let builder = builder.buffer_size(message.len() + 1);
    let mut verifier = builder.with_policy(&policy, judge.latest(), judge).map_err(|error| failed(&error, limits))?;
    if !verifier.message_processed() {
        return Err(OpenError::Malformed("the message is longer than its packets".to_owned()));
    }
    let mut content = Vec::new();
    let read = verifier.read_to_end(&mut content);
    read.map_err(|error| OpenError::Malformed(excerpt(&error.to_string())))?;
    Ok((content, verifier.into_helper().signed))
}

/// The judgement of a detached signature over `bytes`.
pub(super) fn detached(
    signature: &[u8],
    bytes: &[u8],
    signers: &[PublicCert],
    now: Timestamp,
    limits: &Limits,
    verification: &mut Verification,
) -> Result<Signed, OpenError> {
    let policy = StandardPolicy::at(system_time(now));
    let judge = Judge::new(signers, now, limits, verification, &policy);
    let builder = DetachedVerifierBuilder::from_bytes(signature).map_err(|error| malformed(&error))?;
    let mut verifier = builder.with_policy(&policy, judge.latest(), judge).map_err(|error| failed(&error, limits))?;
    verifier.verify_bytes(bytes).map_err(|error| failed(&error, limits))?;
    Ok(verifier.into_helper().signed)
}

/// Our own errors travel through sequoia and come back.
fn failed(error: &Failure, limits: &Limits) -> OpenError {
    match error.downcast_ref::<Stop>() {
        Some(Stop::Packets) => OpenError::Limit { limit: "packets", value: limits.packets },
        Some(stop) => OpenError::Malformed(stop.to_string()),
        None => malformed(error),
    }
}

#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("too many packets")]
    Packets,
    #[error("a {0} packet within the signed message, expected literal data")]
    Packet(sequoia_openpgp::packet::Tag),
    #[error("{0} signatures, expected one")]
    Signatures(usize),
    #[error("layers within the signed message, expected literal data")]
    Layers,
}

struct Judge<'a> {
    signers: &'a [PublicCert],
    now: Timestamp,
    limits: &'a Limits,
    policy: &'a StandardPolicy<'a>,
    verification: &'a mut Verification,
    packets: u64,
    signed: Signed,
}

impl<'a> Judge<'a> {
    fn new(
        signers: &'a [PublicCert],
        now: Timestamp,
        limits: &'a Limits,
        verification: &'a mut Verification,
        policy: &'a StandardPolicy<'a>,
    ) -> Self {
        Judge { signers, now, limits, policy, verification, packets: 0, signed: Signed::default() }
    }

    /// The latest time at which a signature may be dated.
    fn latest(&self) -> std::time::SystemTime {
        system_time(self.now) + Duration::from_secs(self.limits.clock_skew_seconds)
    }

    fn signature(&mut self, signature: &Signature) {
        self.signed = Signed {
            intended: signature.intended_recipients().cloned().collect(),
            version: signature.version(),
            algorithm: Some(signature.pk_algo()),
        };
        self.verification.issuer = signature.get_issuers().first().map(KeyHandle::to_hex);
        self.verification.signed_at = signature.signature_creation_time().map(timestamp);
        self.verification.algorithms.signature = Some(signature.pk_algo().to_string());
        self.verification.algorithms.hash = Some(signature.hash_algo().to_string());
    }

    fn outcome(&mut self, cert: Option<&Cert>, status: Status, reason: Option<String>) {
        self.verification.fingerprint = cert.map(|cert| cert.fingerprint().into());
        self.verification.status = status;
        self.verification.reason = reason;
    }

    /// Sequoia judges the certificate at the time of signing. That time is the signer's word, and whoever stole an expired
    /// key can write any; so it must be valid now as well.
    fn valid_now(&self, cert: &Cert, key: &KeyHandle) -> Result<(), (Status, String)> {
        let time = system_time(self.now);
        let revoked = |what: &str| (Status::Revoked, format!("the {what} is revoked"));
        if is_revoked(&cert.revocation_status(self.policy, time)) {
            return Err(revoked("certificate"));
        }
        let mut keys = cert.keys().key_handle(key.clone()).with_policy(self.policy, time);
        let Some(key) = keys.next() else {
            return Err((Status::Bad, "the signing key is not part of the certificate any more".to_owned()));
        };
        if is_revoked(&key.revocation_status()) {
            return Err(revoked("signing key"));
        }
        key.valid_cert().alive().and_then(|()| key.alive()).map_err(|error| (status_of(&error), causes(&error)))
    }
}

impl VerificationHelper for Judge<'_> {
    fn inspect(&mut self, packet: &PacketParser<'_>) -> Result<(), Failure> {
        self.packets += 1;
        if self.packets > self.limits.packets {
            return Err(Stop::Packets.into());
        }
        match &packet.packet {
            Packet::OnePassSig(_)
            | Packet::Signature(_)
            | Packet::Literal(_)
            | Packet::Marker(_)
            | Packet::Padding(_) => Ok(()),
            Packet::Unknown(unknown) => Err(Stop::Packet(unknown.tag()).into()),
            other => Err(Stop::Packet(other.tag()).into()),
        }
    }

    fn get_certs(&mut self, _: &[KeyHandle]) -> Result<Vec<Cert>, Failure> {
        Ok(self.signers.iter().map(|signer| signer.cert().clone()).collect())
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> Result<(), Failure> {
        let clear = structure.processed_csf_message();
        let layers: Vec<_> = structure.into_iter().collect();
        let results = match <[MessageLayer<'_>; 1]>::try_from(layers) {
            Err(none) if none.is_empty() => return Ok(()),
            Ok([MessageLayer::SignatureGroup { results }]) if !clear => results,
            _ => return Err(Stop::Layers.into()),
        };
        let count = results.len();
        let Ok([result]) = <[_; 1]>::try_from(results) else { return Err(Stop::Signatures(count).into()) };
        match result {
            Ok(good) => {
                self.signature(good.sig);
                let verdict = self.valid_now(good.ka.cert(), &good.ka.key().key_handle());
                let (status, reason) =
                    verdict.map_or_else(|(status, reason)| (status, Some(reason)), |()| (Status::Good, None));
                self.outcome(Some(good.ka.cert()), status, reason);
            }
            Err(VerificationError::MissingKey { sig }) => {
                self.signature(sig);
                self.outcome(None, Status::UnknownKey, Some("none of the registered certificates".to_owned()));
            }
            Err(VerificationError::UnboundKey { sig, cert, error }) => {
                self.signature(sig);
                self.outcome(Some(cert), status_of(&error), Some(causes(&error)));
            }
            Err(VerificationError::BadKey { sig, ka, error }) => {
                self.signature(sig);
                let revoked = is_revoked(&ka.valid_cert().revocation_status()) || is_revoked(&ka.revocation_status());
                let status = if revoked { Status::Revoked } else { status_of(&error) };
                self.outcome(Some(ka.cert()), status, Some(causes(&error)));
            }
            Err(VerificationError::BadSignature { sig, ka, error }) => {
                self.signature(sig);
                self.outcome(Some(ka.cert()), status_of(&error), Some(causes(&error)));
            }
            Err(VerificationError::MalformedSignature { sig, error }) => {
                self.signature(sig);
                self.outcome(None, Status::Bad, Some(causes(&error)));
            }
            Err(other) => self.outcome(None, Status::Bad, Some(excerpt(&other.to_string()))),
        }
        Ok(())
    }
}

fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    matches!(status, RevocationStatus::Revoked(_))
}

fn status_of(error: &Failure) -> Status {
    match error.downcast_ref::<SequoiaError>() {
        Some(SequoiaError::Expired(_)) => Status::Expired,
        _ => Status::Bad,
    }
}
