//! The keys of our own team.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use sequoia_openpgp::{
    Cert, KeyHandle, Packet,
    anyhow::Error as Failure,
    armor::Kind,
    cert::{CertBuilder, CertRevocationBuilder},
    crypto::KeyPair,
    packet::{UserID, signature::SignatureBuilder},
    parse::Parse as _,
    policy::StandardPolicy,
    types::{KeyFlags, ReasonForRevocation, SignatureType},
};

use super::{
    armor::{self, Around, BadArmor},
    cert::{CertError, PublicCert, causes, profile_of},
    fingerprint::Fingerprint,
    profile::{Profile, Unsupported},
    system_time,
};
use crate::error::{Code, excerpt};

/// How long a new certificate is valid: three years.
pub const LIFETIME: Duration = Duration::from_secs(3 * 365 * 24 * 60 * 60);

/// Whose keys they are.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The team's domain, such as `isirt.example`.
    pub domain: &'a str,
    /// The team's published role address, such as `isirt@isirt.example`. Never a person's.
    pub role_address: &'a str,
}

/// Why a certificate is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A secret key may be in other hands: signatures made before are void, too.
    Compromised,
    /// Another certificate takes its place: what was signed before stays valid.
    Superseded,
    /// It is no longer used: what was signed before stays valid.
    Retired,
}

/// The certificates of our team with their secret keys, of any number, in the order of profile and creation.
///
/// For sealing and signing the newest usable one of a profile counts, so that a successor can be made beforehand, valid
/// from a later date, and be sent to partners. For opening all count, also those that expired or were revoked. Secrets
/// are wiped from memory when they are dropped.
#[derive(Clone, Default)]
pub struct TeamKeys {
    certs: Vec<Cert>,
}

/// What is wrong with our own keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// This build cannot do the profile.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The owner's names cannot stand in a user id.
    #[error("domain {domain:?} and role address {role_address:?} do not make a user id")]
    Owner {
        /// As given.
        domain: String,
        /// As given.
        role_address: String,
    },
    /// There is no certificate for the profile.
    #[error("our team has no OpenPGP certificate of profile {0}")]
    Missing(Profile),
    /// There is one, but none that can be used now.
    #[error("our certificate of profile {profile} cannot be used: {reason}")]
    Unusable {
        /// Which profile.
        profile: Profile,
        /// About the newest one.
        reason: CertError,
    },
    /// We have no certificate of that fingerprint.
    #[error("we have no certificate {0}")]
    Unknown(Fingerprint),
    /// What is imported is not a secret key that can be used.
    #[error("not a usable secret key: {0}")]
    Malformed(String),
    /// The cryptographic library failed.
    #[error("the OpenPGP library failed: {0}")]
    Failed(String),
}

impl KeyError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            KeyError::Unsupported(_) => Code::PgpUnsupported,
            KeyError::Owner { .. } | KeyError::Malformed(_) => Code::ConfigInvalid,
            KeyError::Missing(_) | KeyError::Unusable { .. } => Code::PgpKeyUnusable,
            KeyError::Unknown(_) => Code::NotFound,
            KeyError::Failed(_) => Code::Internal,
        }
    }

    fn failed(error: &Failure) -> Self {
        KeyError::Failed(causes(error))
    }
}

impl TeamKeys {
    /// One certificate for every profile that this build can do.
    ///
    /// # Errors
    /// As [`TeamKeys::generate`].
    pub fn generate_all(owner: &Owner<'_>, from: Timestamp, lifetime: Duration) -> Result<Self, KeyError> {
        let mut keys = TeamKeys::default();
        for profile in Profile::ALL.iter().filter(|profile| profile.supported().is_ok()) {
            keys.generate(*profile, owner, from, lifetime)?;
        }
        Ok(keys)
    }

    /// Makes a certificate that is valid from `from`, which may lie ahead, for `lifetime` ([`LIFETIME`] by default).
    /// Its primary key certifies, a subkey signs, another is encrypted to.
    ///
    /// # Errors
    /// When the profile is not supported or the owner's names cannot stand in a user id.
    pub fn generate(
        &mut self,
        profile: Profile,
        owner: &Owner<'_>,
        from: Timestamp,
        lifetime: Duration,
    ) -> Result<Fingerprint, KeyError> {
        profile.supported()?;
        let user_id = UserID::from_address(owner.domain, None, owner.role_address).map_err(|_| KeyError::Owner {
            domain: owner.domain.to_owned(),
            role_address: owner.role_address.to_owned(),
        })?;
        let rules = profile.rules();
        let build = || -> Result<Cert, Failure> {
            let encryption = KeyFlags::empty().set_transport_encryption().set_storage_encryption();
            let builder = CertBuilder::new()
                .set_profile(rules.generation)?
                .set_cipher_suite(rules.suite)
                .set_features(profile.features())?
                .set_creation_time(system_time(from))
                .set_validity_period(lifetime.min(Duration::from_secs(u32::MAX.into())))
                .add_userid(user_id)
                .add_signing_subkey()
                .add_subkey(encryption, None, None);
            Ok(builder.generate()?.0)
        };
        Ok(self.insert(build().map_err(|error| KeyError::failed(&error))?))
    }

    /// Takes over a certificate with its secret keys, armored or binary. The keys must not be protected by a password.
    ///
    /// # Errors
    /// When it is not exactly one such certificate.
    pub fn import(&mut self, bytes: &[u8]) -> Result<Fingerprint, KeyError> {
        let malformed = |text: &str| KeyError::Malformed(text.to_owned());
        let binary = armor::binary(bytes, Kind::SecretKey, Around::Text).map_err(|error| match error {
            BadArmor::Several(count) => KeyError::Malformed(format!("the file has {count} blocks, expected one")),
            BadArmor::Form(text) => KeyError::Malformed(text),
        })?;
        let cert = Cert::from_bytes(&binary).map_err(|error| malformed(&excerpt(&error.to_string())))?;
        if !cert.is_tsk() {
            return Err(malformed("the certificate has no secret keys"));
        }
        if cert.keys().secret().any(|key| !key.key().has_unencrypted_secret()) {
            return Err(malformed("the secret keys are protected by a password: remove it first"));
        }
        Ok(self.insert(cert))
    }

    /// Our certificates, without secrets.
    pub fn certificates(&self) -> Vec<PublicCert> {
        self.certs.iter().cloned().map(PublicCert::from_cert).collect()
    }

    /// The certificate that counts for a profile at this time: the newest that can be used.
    ///
    /// # Errors
    /// When there is none.
    pub fn certificate(&self, profile: Profile, now: Timestamp) -> Result<PublicCert, KeyError> {
        self.current(profile, now).map(|cert| PublicCert::from_cert(cert.clone()))
    }

    /// Sets the time at which a certificate and its subkeys end, by new signatures dated `now`. It must be sent to
    /// partners again.
    ///
    /// # Errors
    /// When we have no such certificate, or it is no longer valid under today's policy.
    pub fn set_expiry(&mut self, fingerprint: &Fingerprint, until: Timestamp, now: Timestamp) -> Result<(), KeyError> {
        self.update(fingerprint, |cert| {
            let (policy, time, until) = (StandardPolicy::at(system_time(now)), system_time(now), system_time(until));
            let valid = cert.with_policy(&policy, time)?;
            let mut primary = cert.primary_key().key().clone().parts_into_secret()?.into_keypair()?;
            let primary_key = cert.primary_key().key();
            let ends = |created| until.duration_since(created).unwrap_or_default().max(Duration::from_secs(1));
            let renew = |signature: &sequoia_openpgp::packet::Signature, created| -> Result<_, Failure> {
                SignatureBuilder::from(signature.clone())
                    .set_signature_creation_time(time)?
                    .set_key_validity_period(ends(created))
            };
            let mut packets: Vec<Packet> = Vec::new();
            let created = primary_key.creation_time();
            if let Ok(direct) = valid.direct_key_signature() {
                packets.push(renew(direct, created)?.sign_direct_key(&mut primary, primary_key)?.into());
            }
            for id in valid.userids().revoked(false) {
                let renewed = renew(id.binding_signature(), created)?;
                packets.push(renewed.sign_userid_binding(&mut primary, primary_key, id.userid())?.into());
            }
            for subkey in valid.keys().subkeys().revoked(false) {
                let key = subkey.key();
                let mut renewed = renew(subkey.binding_signature(), key.creation_time())?;
                if subkey.for_signing() {
                    let mut signer = key.clone().parts_into_secret()?.into_keypair()?;
                    let back = SignatureBuilder::new(SignatureType::PrimaryKeyBinding)
                        .set_signature_creation_time(time)?
                        .sign_primary_key_binding(&mut signer, primary_key, key)?;
                    renewed = renewed.set_embedded_signature(back)?;
                }
                packets.push(renewed.sign_subkey_binding(&mut primary, primary_key, key)?.into());
            }
            Ok(packets)
        })
    }

    /// Withdraws a certificate. It must be sent to partners again; it still opens messages.
    ///
    /// # Errors
    /// When we have no such certificate.
    pub fn revoke(
        &mut self,
        fingerprint: &Fingerprint,
        why: Revocation,
        message: &str,
        now: Timestamp,
    ) -> Result<(), KeyError> {
        let reason = match why {
            Revocation::Compromised => ReasonForRevocation::KeyCompromised,
            Revocation::Superseded => ReasonForRevocation::KeySuperseded,
            Revocation::Retired => ReasonForRevocation::KeyRetired,
        };
        self.update(fingerprint, |cert| {
            let mut primary = cert.primary_key().key().clone().parts_into_secret()?.into_keypair()?;
            let signature = CertRevocationBuilder::new()
                .set_signature_creation_time(system_time(now))?
                .set_reason_for_revocation(reason, message.as_bytes())?
                .build(&mut primary, cert, None)?;
            Ok(vec![signature.into()])
        })
    }

    /// The key that signs for a profile at this time.
    pub(super) fn signer(&self, profile: Profile, now: Timestamp) -> Result<KeyPair, KeyError> {
        let cert = self.current(profile, now)?;
        let policy = StandardPolicy::at(system_time(now));
        let mut keys = cert.keys().with_policy(&policy, system_time(now)).supported().alive().revoked(false);
        keys = keys.for_signing();
        let reason = CertError::NoSigning(cert.fingerprint().into());
        let key = keys.unencrypted_secret().next().ok_or(KeyError::Unusable { profile, reason })?;
        key.key().clone().into_keypair().map_err(|error| KeyError::failed(&error))
    }

    /// Our secret keys that may open something encrypted to `handle` (any, when the recipient is not named), each with
    /// the fingerprint of its certificate.
    pub(super) fn decryptors(&self, handle: Option<&KeyHandle>) -> Vec<(sequoia_openpgp::Fingerprint, KeyPair)> {
        let keys = self.certs.iter().flat_map(|cert| cert.keys().unencrypted_secret().map(move |key| (cert, key)));
        keys.filter(|(_, key)| key.key().pk_algo().for_encryption() && key.key().pk_algo().is_supported())
            .filter(|(_, key)| handle.is_none_or(|handle| key.key().key_handle().aliases(handle)))
            .filter_map(|(cert, key)| Some((cert.fingerprint(), key.key().clone().into_keypair().ok()?)))
            .collect()
    }

    pub(super) fn certs(&self) -> &[Cert] {
        &self.certs
    }

    fn current(&self, profile: Profile, now: Timestamp) -> Result<&Cert, KeyError> {
        profile.supported()?;
        let mut newest_problem = None;
        for cert in self.certs.iter().rev().filter(|cert| profile_of(cert) == profile) {
            match PublicCert::from_cert(cert.clone()).check(now) {
                Ok(()) => return Ok(cert),
                Err(reason) => newest_problem = newest_problem.or(Some(reason)),
            }
        }
        Err(newest_problem.map_or(KeyError::Missing(profile), |reason| KeyError::Unusable { profile, reason }))
    }

    fn insert(&mut self, cert: Cert) -> Fingerprint {
        let fingerprint = cert.fingerprint();
        self.certs.retain(|other| other.fingerprint() != fingerprint);
        self.certs.push(cert);
        self.certs.sort_by_cached_key(|cert| {
            (profile_of(cert), cert.primary_key().key().creation_time(), cert.fingerprint())
        });
        fingerprint.into()
    }

    fn update(
        &mut self,
        fingerprint: &Fingerprint,
        packets: impl FnOnce(&Cert) -> Result<Vec<Packet>, Failure>,
    ) -> Result<(), KeyError> {
        let found = self.certs.iter_mut().find(|cert| Fingerprint::from(cert.fingerprint()) == *fingerprint);
        let cert = found.ok_or_else(|| KeyError::Unknown(fingerprint.clone()))?;
        let updated = packets(cert).and_then(|packets| Ok(cert.clone().insert_packets(packets)?.0));
        *cert = updated.map_err(|error| KeyError::failed(&error))?;
        Ok(())
    }
}

#[cfg(test)]
impl TeamKeys {
    /// The secret keys, armored, as a careless partner would send them.
    pub(crate) fn armored_secrets_for_tests(&self) -> Vec<String> {
        use sequoia_openpgp::serialize::SerializeInto as _;
        let armored = |cert: &Cert| armor::text(&cert.as_tsk().to_vec().unwrap(), Kind::SecretKey).unwrap();
        self.certs.iter().map(|cert| String::from_utf8(armored(cert)).unwrap()).collect()
    }
}

impl fmt::Debug for TeamKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.certs.iter().map(|cert| cert.fingerprint().to_hex())).finish()
    }
}
