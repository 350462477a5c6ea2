//! The trust set as rustls calls it. The judgement over certificates is ours, the check of the handshake signature is
//! rustls' own, with the algorithms of the provider.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::{
    error::Distrust,
    trust::{Role, TrustSet},
};

/// Lets in whoever the trust set recognises.
#[derive(Debug)]
pub(super) struct AnyPartner {
    pub(super) trust: Arc<TrustSet>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

/// Talks to one partner alone.
#[derive(Debug)]
pub(super) struct OnePartner {
    pub(super) trust: Arc<TrustSet>,
    pub(super) partner: String,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

fn judge(
    trust: &TrustSet,
    own: &CertificateDer<'_>,
    issuers: &[CertificateDer<'_>],
    role: Role,
    now: UnixTime,
) -> Result<super::PeerIdentity, Error> {
    let now = i64::try_from(now.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let now = now.ok_or(Error::FailedToGetCurrentTime)?;
    let chain: Vec<&CertificateDer<'_>> = std::iter::once(own).chain(issuers).collect();
    Ok(trust.judge(&chain, role, now)?)
}

/// What both have alike.
macro_rules! signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls12_signature(message, certificate, signature, &self.algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.algorithms.supported_schemes()
        }
    };
}

impl ClientCertVerifier for AnyPartner {
    /// None: the names of authorities would tell strangers who our partners are.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        issuers: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        judge(&self.trust, own, issuers, Role::Client, now)?;
        Ok(ClientCertVerified::assertion())
    }

    signatures!();
}

impl ServerCertVerifier for OnePartner {
    /// The host name does not count: a partner is known by his key or by the names that his entry has, wherever he
    /// stands.
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        issuers: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let peer = judge(&self.trust, own, issuers, Role::Server, now)?;
        if peer.partner() != self.partner {
            return Err(Distrust::OtherPartner.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    signatures!();
}
