//! What a certificate says about itself.

use std::net::IpAddr;

use jiff::Timestamp;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _, time::ASN1Time, x509::X509Name,
};

use super::{error::Distrust, pin::Pin, trust::Role};
use crate::{digest::Digest, error::excerpt};

/// The parts of a certificate that are shown to people and that decide about it (RFC 5280 §4). Text is shortened and
/// free of control characters. What it says is its holder's claim until a [`super::TrustSet`] has judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Subject as a distinguished name.
    pub subject: String,
    /// Issuer as a distinguished name; the same as the subject when it is self-signed.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// DNS names (lower case) and IP addresses of the subjectAltName extension.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until. What lies beyond the range of our clock, such as 9999-12-31, is its end.
    pub not_after: Timestamp,
    /// Whether it may be used by a TLS server.
    pub server: bool,
    /// Whether it may be used by a TLS client.
    pub client: bool,
    /// Digest of the public key.
    pub pin: Pin,
    /// Digest of the whole certificate in DER.
    pub digest: Digest,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`Distrust::Malformed`] when it is not exactly one X.509 v3 certificate.
    pub fn read(der: &[u8]) -> Result<Self, Distrust> {
        let pin = Pin::of_certificate(der)?;
        let malformed = |_| Distrust::Malformed;
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| Distrust::Malformed)?;
        if !rest.is_empty() {
            return Err(Distrust::Malformed);
        }
        let names = match parsed.subject_alternative_name().map_err(malformed)? {
            Some(extension) => extension.value.general_names.iter().filter_map(name).collect(),
            None => Vec::new(),
        };
        // An absent extension leaves the use open (RFC 5280 §4.2.1.3, §4.2.1.12).
        let signs = parsed.key_usage().map_err(malformed)?.is_none_or(|extension| extension.value.digital_signature());
        let purposes = parsed.extended_key_usage().map_err(malformed)?.map(|extension| extension.value);
        let serves = |role: fn(&x509_parser::extensions::ExtendedKeyUsage<'_>) -> bool| {
            signs && purposes.is_none_or(|purposes| purposes.any || role(purposes))
        };
        Ok(Certificate {
            subject: distinguished(parsed.subject()),
            issuer: distinguished(parsed.issuer()),
            serial: excerpt(&parsed.raw_serial_as_string()),
            names,
            not_before: time(parsed.validity().not_before),
            not_after: time(parsed.validity().not_after),
            server: serves(|purposes| purposes.server_auth),
            client: serves(|purposes| purposes.client_auth),
            pin,
            digest: Digest::of(der),
        })
    }

    /// Whether it can be used now, in this role.
    ///
    /// # Errors
    /// [`Distrust::NotYetValid`], [`Distrust::Expired`] or [`Distrust::Purpose`].
    pub fn usable(&self, role: Role, now: Timestamp) -> Result<(), Distrust> {
        let fits = match role {
            Role::Client => self.client,
            Role::Server => self.server,
        };
        if now < self.not_before {
            Err(Distrust::NotYetValid)
        } else if now > self.not_after {
            Err(Distrust::Expired)
        } else if !fits {
            Err(Distrust::Purpose)
        } else {
            Ok(())
        }
    }
}

fn distinguished(name: &X509Name<'_>) -> String {
    excerpt(&name.to_string())
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(excerpt(&name.to_ascii_lowercase())),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            v4.or(v6).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

fn time(time: ASN1Time) -> Timestamp {
    let end = if time.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(time.timestamp()).unwrap_or(end)
}
