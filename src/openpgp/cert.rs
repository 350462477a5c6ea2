//! Certificates of partners.

use std::fmt;

use jiff::Timestamp;
use sequoia_openpgp::{
    Cert,
    anyhow::Error as Failure,
    armor::Kind,
    cert::CertParser,
    parse::Parse as _,
    policy::StandardPolicy,
    serialize::SerializeInto as _,
    types::{PublicKeyAlgorithm, RevocationStatus},
};
use serde::Serialize;

use super::{
    armor::{self, Around, BadArmor},
    fingerprint::Fingerprint,
    guarded,
    profile::{Profile, is_post_quantum},
    system_time, timestamp,
};
use crate::error::{Code, excerpt};

/// Largest certificate that is read, in bytes as received.
pub const CERT_BYTES: usize = 1024 * 1024;

/// A certificate ("public key") without secrets.
///
/// That it could be read says nothing about its validity: [`PublicCert::check`] does, for a given time.
#[derive(Clone, PartialEq)]
pub struct PublicCert {
    cert: Cert,
}

/// A user id as far as it has the usual form, `NAME <ADDRESS>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserId {
    /// The name.
    pub name: Option<String>,
    /// The mail address.
    pub address: Option<String>,
}

/// What to show of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertInfo {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The strongest profile that it fits.
    pub profile: Profile,
    /// When it was made.
    #[serde(serialize_with = "super::time_text")]
    pub created: Timestamp,
    /// When it ends; `None` is never, or unknown because it is not valid.
    #[serde(serialize_with = "super::maybe_time_text")]
    pub expires: Option<Timestamp>,
    /// Whether its owner revoked it.
    pub revoked: bool,
    /// Its user ids, made safe to print.
    pub user_ids: Vec<String>,
    /// Why it cannot be used now; `None` if it can.
    pub problem: Option<String>,
}

/// Why a certificate is not taken, or cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertError {
    /// The file is too large.
    #[error("the certificate has {found} bytes, at most {CERT_BYTES} are read")]
    TooLarge {
        /// Its size.
        found: usize,
    },
    /// It is no certificate.
    #[error("not an OpenPGP certificate: {0}")]
    Malformed(String),
    /// It holds secret keys.
    #[error("the file holds SECRET keys: export the certificate without them, and tell its owner that they leaked")]
    Secret,
    /// There are several.
    #[error("the file holds {0} certificates, expected one")]
    Several(usize),
    /// Its owner revoked it.
    #[error("the certificate {0} is revoked")]
    Revoked(Fingerprint),
    /// Its time is over.
    #[error("the certificate {fingerprint} expired on {at}")]
    Expired {
        /// Which.
        fingerprint: Fingerprint,
        /// When.
        at: Timestamp,
    },
    /// Its time has not come.
    #[error("the certificate {fingerprint} is valid from {at} only")]
    NotYet {
        /// Which.
        fingerprint: Fingerprint,
        /// When.
        at: Timestamp,
    },
    /// It is bound with algorithms that are no longer safe, or not bound at all.
    #[error("the certificate {fingerprint} is not acceptable: {reason}")]
    Policy {
        /// Which.
        fingerprint: Fingerprint,
        /// What the policy says.
        reason: String,
    },
    /// It has no valid subkey to encrypt to.
    #[error("the certificate {0} has no valid encryption key that this program can use")]
    NoEncryption(Fingerprint),
    /// It has no valid key to sign with.
    #[error("the certificate {0} has no valid signing key that this program can use")]
    NoSigning(Fingerprint),
}

impl CertError {
    /// The error's row.
    pub fn code(&self) -> Code {
        Code::PgpCertificate
    }
}

impl PublicCert {
    /// Reads one certificate, armored (text around the block is passed over) or binary. Validity is not looked at.
    ///
    /// # Errors
    /// When it is none, several, too large, or has secrets.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertError> {
        if bytes.len() > CERT_BYTES {
            return Err(CertError::TooLarge { found: bytes.len() });
        }
        if armor::is_text(bytes) && armor::find(bytes, b"-----BEGIN PGP PRIVATE KEY BLOCK").is_some() {
            return Err(CertError::Secret);
        }
        let binary = armor::binary(bytes, Kind::PublicKey, Around::Text).map_err(|error| match error {
            BadArmor::Several(count) => CertError::Several(count),
            BadArmor::Form(text) => CertError::Malformed(text),
        })?;
        let malformed = |error: Failure| CertError::Malformed(excerpt(&error.to_string()));
        let read = || CertParser::from_bytes(&binary)?.collect::<Result<Vec<Cert>, _>>();
        let certs = guarded(read, || Failure::msg("the OpenPGP library failed on it")).map_err(malformed)?;
        match <[Cert; 1]>::try_from(certs) {
            Ok([cert]) if cert.is_tsk() => Err(CertError::Secret),
            Ok([cert]) => Ok(PublicCert { cert }),
            Err(none) if none.is_empty() => Err(CertError::Malformed("there is no certificate in it".to_owned())),
            Err(several) => Err(CertError::Several(several.len())),
        }
    }

    /// Reads one certificate that can be used at this time: [`PublicCert::parse`], then [`PublicCert::check`].
    ///
    /// # Errors
    /// Theirs.
    pub fn import(bytes: &[u8], now: Timestamp) -> Result<Self, CertError> {
        let cert = PublicCert::parse(bytes)?;
        cert.check(now)?;
        Ok(cert)
    }

    /// Whether we can encrypt to it and accept its signatures at this time.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self, now: Timestamp) -> Result<(), CertError> {
        let (policy, time) = (StandardPolicy::at(system_time(now)), system_time(now));
        let fingerprint = self.fingerprint();
        if matches!(self.cert.revocation_status(&policy, time), RevocationStatus::Revoked(_)) {
            return Err(CertError::Revoked(fingerprint));
        }
        if self.created() > now {
            return Err(CertError::NotYet { fingerprint, at: self.created() });
        }
        let valid = match self.cert.with_policy(&policy, time) {
            Ok(valid) => valid,
            Err(error) => return Err(CertError::Policy { fingerprint, reason: causes(&error) }),
        };
        match self.expires(now) {
            Some(at) if at <= now => return Err(CertError::Expired { fingerprint, at }),
            _ => {}
        }
        if let Err(error) = valid.alive() {
            return Err(CertError::Policy { fingerprint, reason: causes(&error) });
        }
        let usable = || valid.keys().supported().alive().revoked(false);
        if usable().for_transport_encryption().for_storage_encryption().next().is_none() {
            return Err(CertError::NoEncryption(fingerprint));
        }
        if usable().for_signing().next().is_none() {
            return Err(CertError::NoSigning(fingerprint));
        }
        Ok(())
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        self.cert.fingerprint().into()
    }

    /// The strongest profile that it fits, judged by the version of its keys and their algorithms.
    pub fn profile(&self) -> Profile {
        profile_of(&self.cert)
    }

    /// Its user ids. They say what its owner, or for one that nobody signed anybody, wrote there.
    pub fn user_ids(&self) -> Vec<UserId> {
        let part = |part: Result<Option<&str>, Failure>| part.ok().flatten().map(str::to_owned);
        let ids = self.cert.userids().map(|id| id.userid());
        ids.map(|id| UserId { name: part(id.name()), address: part(id.email()) }).collect()
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        timestamp(self.cert.primary_key().key().creation_time())
    }

    /// When it ends, as known at `now`; `None` is never, or that it is not valid.
    pub fn expires(&self, now: Timestamp) -> Option<Timestamp> {
        let policy = StandardPolicy::at(system_time(now));
        let valid = self.cert.with_policy(&policy, system_time(now)).ok()?;
        valid.primary_key().key_expiration_time().map(timestamp)
    }

    /// What to show of it.
    pub fn info(&self, now: Timestamp) -> CertInfo {
        let policy = StandardPolicy::at(system_time(now));
        let revocation = self.cert.revocation_status(&policy, system_time(now));
        let user_ids = self.cert.userids().map(|id| excerpt(&String::from_utf8_lossy(id.userid().value())));
        CertInfo {
            fingerprint: self.fingerprint(),
            profile: self.profile(),
            created: self.created(),
            expires: self.expires(now),
            revoked: matches!(revocation, RevocationStatus::Revoked(_)),
            user_ids: user_ids.collect(),
            problem: self.check(now).err().map(|error| error.to_string()),
        }
    }

    /// The certificate with what another copy of it knows beside: what its owner once signed, a revocation above all, is
    /// not undone by a copy that leaves it out.
    ///
    /// # Errors
    /// [`CertError::Malformed`] when it is no copy but another certificate.
    pub fn with_known(&self, copy: &PublicCert) -> Result<Self, CertError> {
        let cert = self.cert.clone().merge_public(copy.cert.clone());
        cert.map(|cert| PublicCert { cert }).map_err(|error| CertError::Malformed(causes(&error)))
    }

    /// Its binary form.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising a certificate that was parsed can only fail by I/O, and a vector has none; an empty text would not
        // be read as a certificate.
        self.cert.to_vec().unwrap_or_default()
    }

    /// Its armored form.
    pub fn to_armored(&self) -> String {
        let text = armor::text(&self.to_bytes(), Kind::PublicKey).unwrap_or_default();
        String::from_utf8(text).unwrap_or_default()
    }

    pub(super) fn from_cert(cert: Cert) -> Self {
        PublicCert { cert: cert.strip_secret_key_material() }
    }

    pub(super) fn cert(&self) -> &Cert {
        &self.cert
    }
}

#[cfg(test)]
impl PublicCert {
    /// Several certificates in one armored block, as no card may have it.
    pub(crate) fn joined_for_tests(certs: &[&PublicCert]) -> String {
        let bytes: Vec<u8> = certs.iter().flat_map(|cert| cert.to_bytes()).collect();
        String::from_utf8(armor::text(&bytes, Kind::PublicKey).unwrap()).unwrap()
    }
}

impl fmt::Debug for PublicCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicCert({})", self.fingerprint())
    }
}

pub(super) fn profile_of(cert: &Cert) -> Profile {
    let post_quantum = |keep: fn(&PublicKeyAlgorithm) -> bool| {
        let mut algorithms = cert.keys().map(|key| key.key().pk_algo()).filter(keep).peekable();
        algorithms.peek().is_some() && algorithms.all(is_post_quantum)
    };
    if cert.primary_key().key().version() < 6 {
        Profile::Rfc4880
    } else if post_quantum(PublicKeyAlgorithm::for_encryption) && post_quantum(PublicKeyAlgorithm::for_signing) {
        Profile::Pqc
    } else {
        Profile::Rfc9580
    }
}

/// An error of sequoia with its causes, in one line.
pub(super) fn causes(error: &Failure) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
