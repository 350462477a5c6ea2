//! Why a certificate, a handshake or a configuration is not accepted.

use std::{error::Error as StdError, io};

use rustls::CertificateError;

use crate::{config::FileError, error::Code};

/// Why a certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Distrust {
    /// The peer showed none.
    #[error("no certificate was shown")]
    Missing,
    /// It is not an X.509 v3 certificate.
    #[error("the certificate cannot be read")]
    Malformed,
    /// It belongs to nobody we know: neither pinned nor issued by a partner's authority for one of his names.
    #[error("the certificate is of no known partner")]
    Unknown,
    /// Two partners claim it.
    #[error("the certificate fits more than one partner")]
    Ambiguous,
    /// It belongs to another partner than the one who was called.
    #[error("the certificate is of another partner")]
    OtherPartner,
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
    /// Its time has not come.
    #[error("the certificate is not yet valid")]
    NotYetValid,
    /// It is not meant for this role (extended key usage, key usage).
    #[error("the certificate is not meant for this use")]
    Purpose,
    /// Its authority revoked it.
    #[error("the certificate was revoked")]
    Revoked,
    /// The authority's revocation lists do not cover it or are out of date.
    #[error("whether the certificate was revoked cannot be told")]
    RevocationUnknown,
}

impl Distrust {
    /// The stable reason code, a word for counters and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Distrust::Missing => "no-certificate",
            Distrust::Malformed => "certificate-malformed",
            Distrust::Unknown => "certificate-unknown",
            Distrust::Ambiguous => "certificate-ambiguous",
            Distrust::OtherPartner => "certificate-of-another",
            Distrust::Expired => "certificate-expired",
            Distrust::NotYetValid => "certificate-not-yet-valid",
            Distrust::Purpose => "certificate-purpose",
            Distrust::Revoked => "certificate-revoked",
            Distrust::RevocationUnknown => "revocation-unknown",
        }
    }

    /// The error's row.
    pub const fn code(self) -> Code {
        Code::PeerNotTrusted
    }
}

/// As rustls wants it, which makes the alert of it that the peer sees.
impl From<Distrust> for rustls::Error {
    fn from(distrust: Distrust) -> Self {
        rustls::Error::InvalidCertificate(match distrust {
            Distrust::Missing => return rustls::Error::NoCertificatesPresented,
            Distrust::Malformed => CertificateError::BadEncoding,
            Distrust::Unknown => CertificateError::UnknownIssuer,
            Distrust::Ambiguous => CertificateError::ApplicationVerificationFailure,
            Distrust::OtherPartner => CertificateError::NotValidForName,
            Distrust::Expired => CertificateError::Expired,
            Distrust::NotYetValid => CertificateError::NotValidYet,
            Distrust::Purpose => CertificateError::InvalidPurpose,
            Distrust::Revoked => CertificateError::Revoked,
            Distrust::RevocationUnknown => CertificateError::UnknownRevocationStatus,
        })
    }
}

impl From<&CertificateError> for Distrust {
    fn from(error: &CertificateError) -> Self {
        use CertificateError as E;
        match error {
            // A signature in the chain that is not the authority's; the handshake's own is told apart in `Refusal`.
            E::UnknownIssuer | E::BadSignature => Distrust::Unknown,
            E::ApplicationVerificationFailure => Distrust::Ambiguous,
            E::NotValidForName | E::NotValidForNameContext { .. } => Distrust::OtherPartner,
            E::Expired | E::ExpiredContext { .. } => Distrust::Expired,
            E::NotValidYet | E::NotValidYetContext { .. } => Distrust::NotYetValid,
            E::InvalidPurpose | E::InvalidPurposeContext { .. } => Distrust::Purpose,
            E::Revoked => Distrust::Revoked,
            E::UnknownRevocationStatus | E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => {
                Distrust::RevocationUnknown
            }
            // Everything else is about the form of the certificate or of its chain.
            _ => Distrust::Malformed,
        }
    }
}

/// Why a handshake did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// We do not trust the peer's certificate.
    #[error(transparent)]
    Certificate(#[from] Distrust),
    /// The peer does not have the key of its certificate.
    #[error("the handshake signature is wrong")]
    Signature,
    /// No version, suite or group that both sides accept.
    #[error("no TLS version, cipher suite or group in common")]
    NothingInCommon,
    /// No application protocol (ALPN) that both sides accept.
    #[error("no application protocol in common")]
    NoProtocol,
    /// The peer refused us, with this alert of RFC 8446 §6.
    #[error("the peer refused the handshake: {0}")]
    ByPeer(String),
    /// What the peer sent is not TLS, or breaks its rules.
    #[error("the peer does not speak TLS")]
    NotTls,
    /// The connection ended before the handshake did.
    #[error("the connection was cut")]
    Cut,
    /// The host's name cannot be one.
    #[error("the host name is neither a DNS name nor an IP address")]
    HostName,
    /// Our own side could not do it.
    #[error("the handshake failed on this side")]
    Internal,
}

impl Refusal {
    /// The stable reason code, a word for counters and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Refusal::Certificate(distrust) => distrust.as_str(),
            Refusal::Signature => "handshake-signature",
            Refusal::NothingInCommon => "nothing-in-common",
            Refusal::NoProtocol => "no-protocol",
            Refusal::ByPeer(_) => "refused-by-peer",
            Refusal::NotTls => "not-tls",
            Refusal::Cut => "cut",
            Refusal::HostName => "host-name",
            Refusal::Internal => "internal",
        }
    }

    /// The refusal that is somewhere among the causes of this error. In TLS 1.3 a server judges the client's certificate
    /// after the client has finished, so a client meets the refusal only when it reads.
    pub fn among_causes(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Some(Refusal::from(tls));
            }
            // An io::Error gives its inner error's cause as its own and skips the inner error itself.
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = match inner {
                Some(inner) => Some(inner as &(dyn StdError + 'static)),
                None => error.source(),
            };
        }
        None
    }
}

impl From<&rustls::Error> for Refusal {
    fn from(error: &rustls::Error) -> Self {
        use rustls::Error as E;
        match error {
            E::NoCertificatesPresented => Refusal::Certificate(Distrust::Missing),
            E::InvalidCertificate(CertificateError::BadSignature) => Refusal::Signature,
            E::InvalidCertificate(error) => Refusal::Certificate(error.into()),
            E::PeerIncompatible(_) => Refusal::NothingInCommon,
            E::NoApplicationProtocol => Refusal::NoProtocol,
            E::AlertReceived(alert) => Refusal::ByPeer(format!("{alert:?}")),
            E::InvalidMessage(_)
            | E::InappropriateMessage { .. }
            | E::InappropriateHandshakeMessage { .. }
            | E::PeerMisbehaved(_)
            | E::PeerSentOversizedRecord
            | E::DecryptError => Refusal::NotTls,
            _ => Refusal::Internal,
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::among_causes(&error).unwrap_or(Refusal::Cut)
    }
}

/// Why our own key or our configuration of trust cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading or writing a file failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The text is not one private key and its certificate in PEM.
    #[error("not a private key and its certificate in PEM: {0}")]
    Pem(String),
    /// Key and certificate do not fit together or cannot be used.
    #[error("the TLS key or certificate cannot be used: {0}")]
    Key(String),
    /// A name that cannot stand in a certificate.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    Name(String),
    /// The same partner twice in one trust set.
    #[error("partner {0} is named twice")]
    PartnerTwice(String),
    /// Two partners with one key or one name: their messages could not be told apart.
    #[error("{what} is claimed by {first} and by {second}")]
    Shared {
        /// The pin or the name.
        what: String,
        /// One partner.
        first: String,
        /// The other.
        second: String,
    },
    /// A partner whom nothing identifies.
    #[error("partner {0} has neither a pin nor an authority with names")]
    Nothing(String),
    /// A partner's authority cannot be used.
    #[error("the certificate authority of {partner} cannot be used: {why}")]
    Authority {
        /// The partner.
        partner: String,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            Error::File(error) => error.code(),
            Error::Pem(_) | Error::Key(_) | Error::Name(_) => Code::TlsKeyUnusable,
            Error::PartnerTwice(_) | Error::Shared { .. } | Error::Nothing(_) | Error::Authority { .. } => {
                Code::TrustInvalid
            }
        }
    }
}
