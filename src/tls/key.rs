//! Our own TLS key and certificate.

use std::{fmt, net::IpAddr, path::Path, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

use super::{certificate::Certificate, endpoint::provider, error::Error, pin::Pin};
use crate::{
    config::{self, Access},
    world::Clock,
};

/// What a new key is for.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The team's domain: subject and first name.
    pub domain: String,
    /// Further DNS names or IP addresses under which the gateway is reached.
    pub names: Vec<String>,
    /// Whether it is also valid for `localhost`, 127.0.0.1 and ::1 (demonstrations and tests).
    pub loopback: bool,
    /// Validity in days. [`NewKey::DAYS`] is usual.
    pub days: u16,
}

impl NewKey {
    /// Validity of a certificate in days, unless asked otherwise.
    pub const DAYS: u16 = 365;

    /// How long before now a certificate becomes valid, in seconds: partners' clocks may be behind.
    const BACKDATED: i64 = 3_600;

    const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

    /// A key for this domain alone, with the usual validity.
    pub fn of(domain: impl Into<String>) -> Self {
        NewKey { domain: domain.into(), names: Vec::new(), loopback: false, days: Self::DAYS }
    }
}

/// Our private key with its certificate, and the certificates of its authority if it has one.
#[derive(Clone)]
pub struct OwnKey {
    pem: Arc<Zeroizing<String>>,
    certified: Arc<CertifiedKey>,
    certificate: Certificate,
}

impl OwnKey {
    /// Name of the file in the folder of the TLS key: private key and certificates in PEM, in one file so that they
    /// change together.
    pub const FILE: &str = "own.pem";

    /// Longest file that is read, in bytes.
    const LONGEST: u64 = 256 * 1024;

    /// Makes a key (ECDSA P-256, which every TLS library of the last decade accepts) and a self-signed certificate for
    /// server and client.
    ///
    /// # Errors
    /// [`Error::Name`] for a name that cannot be one, [`Error::Key`] when the library fails.
    pub fn generate(new: &NewKey, clock: &dyn Clock) -> Result<Self, Error> {
        let failed = |error: rcgen::Error| Error::Key(error.to_string());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let certificate = parameters(new, clock)?.self_signed(&key).map_err(failed)?;
        let pem = Zeroizing::new(key.serialize_pem());
        Self::from_pem(&format!("{}{}", pem.as_str(), certificate.pem()))
    }

    /// Reads a private key (PKCS#8, PKCS#1 or SEC1) and its certificate, followed by those of its authority, in PEM.
    ///
    /// # Errors
    /// When one of them is missing, or they do not belong together.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let unreadable = |error: rustls::pki_types::pem::Error| Error::Pem(error.to_string());
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(unreadable)?;
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(unreadable)?;
        let own = chain.first().ok_or_else(|| Error::Pem("there is no certificate".into()))?;
        let certificate = Certificate::read(own).map_err(|error| Error::Key(error.to_string()))?;
        let certified =
            CertifiedKey::from_der(chain, key, &provider()).map_err(|error| Error::Key(error.to_string()))?;
        Ok(OwnKey { pem: Arc::new(Zeroizing::new(pem.to_owned())), certified: Arc::new(certified), certificate })
    }

    /// Reads [`OwnKey::FILE`] in this folder.
    ///
    /// # Errors
    /// When others can read it; otherwise as [`OwnKey::from_pem`].
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(Self::FILE);
        let pem = config::read_secret(&path, Self::LONGEST)?;
        Self::from_pem(std::str::from_utf8(&pem).map_err(|error| Error::Pem(error.to_string()))?)
    }

    /// Writes [`OwnKey::FILE`] in this folder, which is made if need be: readable by the owner alone, whole or not at all.
    ///
    /// # Errors
    /// When writing fails; what was there before is then unchanged.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        config::make_folder(folder, Access::Owner)?;
        Ok(config::write(&folder.join(Self::FILE), self.pem.as_bytes(), Access::Owner)?)
    }

    /// What the certificate says.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What partners pin.
    pub fn pin(&self) -> Pin {
        self.certificate.pin
    }

    /// The certificate in DER.
    pub fn certificate_der(&self) -> &[u8] {
        self.certified.cert.first().map_or(&[], |certificate| certificate)
    }

    /// The certificate in PEM (RFC 7468), without the key.
    pub fn certificate_pem(&self) -> String {
        let text = STANDARD.encode(self.certificate_der());
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    }

    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

#[cfg(test)]
impl OwnKey {
    pub(crate) fn pem_for_tests(&self) -> String {
        self.pem.as_str().to_owned()
    }
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnKey").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn parameters(new: &NewKey, clock: &dyn Clock) -> Result<CertificateParams, Error> {
    let loopback = NewKey::LOOPBACK.iter().map(|name| (*name).to_owned()).filter(|_| new.loopback);
    let mut names: Vec<String> = Vec::new();
    for name in std::iter::once(new.domain.clone()).chain(new.names.iter().cloned()).chain(loopback) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut parameters = CertificateParams::default();
    parameters.subject_alt_names = names.into_iter().map(alternative_name).collect::<Result<_, _>>()?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, new.domain.as_str());
    parameters.distinguished_name = subject;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let start = clock.now().as_second().saturating_sub(NewKey::BACKDATED);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    parameters.not_before = epoch + Duration::from_secs(u64::try_from(start).unwrap_or(0));
    parameters.not_after = parameters.not_before + Duration::from_secs(u64::from(new.days) * 86_400);
    Ok(parameters)
}

fn alternative_name(name: String) -> Result<SanType, Error> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let is_name = rustls::pki_types::DnsName::try_from(name.as_str()).is_ok();
    match (is_name, name.as_str().try_into()) {
        (true, Ok(dns)) => Ok(SanType::DnsName(dns)),
        _ => Err(Error::Name(name)),
    }
}
