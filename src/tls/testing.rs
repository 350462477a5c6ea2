//! Peers for tests, here and on the floors above.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{NewKey, OwnKey, Pin, TrustEntry, TrustSet, endpoint::provider};
use crate::world::Clock;

/// A clock that is set by hand.
#[derive(Debug)]
pub(crate) struct Hands(AtomicI64);

impl Hands {
    /// The day on which the tests take place.
    pub(crate) const NOW: &str = "2026-06-01T12:00:00Z";

    pub(crate) fn new() -> Arc<Self> {
        let now: Timestamp = Self::NOW.parse().unwrap();
        Arc::new(Hands(AtomicI64::new(now.as_second())))
    }

    pub(crate) fn forward(&self, days: i64) {
        self.0.fetch_add(days * 86_400, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A fresh key of this domain, valid for a year from [`Hands::NOW`].
pub(crate) fn key(domain: &str) -> OwnKey {
    OwnKey::generate(&NewKey { loopback: true, ..NewKey::of(domain) }, &*Hands::new()).unwrap()
}

pub(crate) fn pinned(partner: &str, pins: &[Pin]) -> TrustEntry {
    TrustEntry { partner: partner.into(), pins: pins.to_vec(), authority: None }
}

/// Trust in the keys of these partners.
pub(crate) fn trust(partners: &[(&str, &OwnKey)]) -> TrustSet {
    TrustSet::new(partners.iter().map(|(partner, key)| pinned(partner, &[key.pin()])).collect()).unwrap()
}

/// A foreign client that trusts anybody; what it shows and how it speaks is the test's.
pub(crate) struct Foreign {
    pub(crate) shows: Option<CertifiedKey>,
    pub(crate) provider: CryptoProvider,
    pub(crate) versions: &'static [&'static rustls::SupportedProtocolVersion],
    pub(crate) alpn: Vec<Vec<u8>>,
}

impl Foreign {
    pub(crate) fn anonymous() -> Self {
        let provider = Arc::unwrap_or_clone(provider());
        Foreign { shows: None, provider, versions: rustls::ALL_VERSIONS, alpn: Vec::new() }
    }

    pub(crate) fn with(key: &OwnKey) -> Self {
        let shown = key.certified();
        Foreign { shows: Some(CertifiedKey::new(shown.cert.clone(), Arc::clone(&shown.key))), ..Self::anonymous() }
    }

    pub(crate) fn config(self) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::new(self.provider))
            .with_protocol_versions(self.versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody));
        let mut config = match self.shows {
            Some(key) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key))),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.alpn;
        config
    }

    pub(crate) async fn connect<S>(self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let host = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(self.config())).connect(host, stream).await
    }
}

#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
