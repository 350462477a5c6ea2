//! Our end of mutual TLS: the handshakes of both sides, with the key and the trust of this moment.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::NoServerSessionStorage,
    sign::SingleCertAndKey,
    time_provider::TimeProvider,
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{
    error::{Distrust, Error, Refusal},
    key::OwnKey,
    stream::ClientStream,
    trust::{PeerIdentity, Role, TrustSet, unix},
    verify::{AnyPartner, OnePartner},
};
use crate::world::Clock;

/// The encrypted stream of a client that called us.
pub type ServerStream<S> = tokio_rustls::server::TlsStream<S>;

/// The HTTP version that the two sides agreed on (ALPN, RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// HTTP/1.1, also when the peer does not know ALPN.
    One,
    /// HTTP/2.
    Two,
}

impl Http {
    /// Both, the better one first.
    pub const BOTH: &[Http] = &[Http::Two, Http::One];

    fn alpn(self) -> Vec<u8> {
        match self {
            Http::One => b"http/1.1".to_vec(),
            Http::Two => b"h2".to_vec(),
        }
    }

    fn agreed(alpn: Option<&[u8]>) -> Self {
        if alpn == Some(b"h2") { Http::Two } else { Http::One }
    }
}

/// A finished handshake.
#[derive(Debug)]
pub struct Secured<T> {
    /// The encrypted stream.
    pub stream: T,
    /// Who is at the other end.
    pub peer: PeerIdentity,
    /// What is spoken.
    pub http: Http,
}

/// Our end of mutual TLS. Key and trust may be replaced while it is in use: handshakes that begin afterwards use the new
/// ones, and [`Endpoint::still_trusts`] answers by the new ones at once.
pub struct Endpoint {
    present: ArcSwap<Present>,
    /// Held while one part is replaced, so that two changes at the same time are both kept.
    changing: Mutex<()>,
    clock: Arc<dyn Clock>,
}

struct Present {
    key: OwnKey,
    trust: Arc<TrustSet>,
    server: Arc<ServerConfig>,
}

impl Endpoint {
    /// An end with this key that trusts these.
    ///
    /// # Errors
    /// [`Error::Key`] when the TLS library refuses the configuration.
    pub fn new(key: OwnKey, trust: TrustSet, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let present = Present::build(key, Arc::new(trust), &clock)?;
        Ok(Endpoint { present: ArcSwap::from_pointee(present), changing: Mutex::new(()), clock })
    }

    /// Trusts these from now on, and nobody else.
    ///
    /// # Errors
    /// As [`Endpoint::new`]; nothing is changed then.
    pub fn replace_trust(&self, trust: TrustSet) -> Result<(), Error> {
        self.replace(|present| (present.key.clone(), Arc::new(trust)))
    }

    /// Shows this key from now on.
    ///
    /// # Errors
    /// As [`Endpoint::new`]; nothing is changed then.
    pub fn replace_key(&self, key: OwnKey) -> Result<(), Error> {
        self.replace(|present| (key, Arc::clone(&present.trust)))
    }

    fn replace(&self, change: impl FnOnce(&Present) -> (OwnKey, Arc<TrustSet>)) -> Result<(), Error> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, trust) = change(&self.present.load());
        self.present.store(Arc::new(Present::build(key, trust, &self.clock)?));
        Ok(())
    }

    /// The key in use.
    pub fn key(&self) -> OwnKey {
        self.present.load().key.clone()
    }

    /// Whether a peer of a live connection would still be let in. To be asked before every request.
    ///
    /// # Errors
    /// Why not.
    pub fn still_trusts(&self, peer: &PeerIdentity) -> Result<(), Distrust> {
        self.present.load().trust.judge_again(peer, self.clock.now())
    }

    /// Shakes hands as the server. The caller sets a time limit.
    ///
    /// # Errors
    /// Why not. The peer was told by an alert.
    pub async fn accept<S>(&self, stream: S) -> Result<Secured<ServerStream<S>>, Refusal>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let server = Arc::clone(&self.present.load().server);
        let stream = match TlsAcceptor::from(server).accept(stream).into_fallible().await {
            Ok(stream) => stream,
            Err((error, stream)) => {
                part(stream).await;
                return Err(error.into());
            }
        };
        let connection = stream.get_ref().1;
        let peer = self.recognise(connection.peer_certificates(), Role::Client)?;
        let http = Http::agreed(connection.alpn_protocol());
        Ok(Secured { stream, peer, http })
    }

    /// Shakes hands as the client with a server that must be this partner's. `host` is what the server is called in the
    /// address; it is sent as server name, and the partner is not recognised by it. The caller sets a time limit.
    ///
    /// In TLS 1.3 this ends before the server has judged us; a refusal then comes late ([`ClientStream::late`]).
    ///
    /// # Errors
    /// Why not.
    pub async fn connect<S>(
        &self,
        partner: &str,
        host: &str,
        http: &[Http],
        stream: S,
    ) -> Result<Secured<ClientStream<S>>, Refusal>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let host = ServerName::try_from(host.to_owned()).map_err(|_| Refusal::HostName)?;
        let config = self.present.load().client(partner, http, &self.clock)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(host, stream).await?;
        let connection = stream.get_ref().1;
        let peer = self.recognise(connection.peer_certificates(), Role::Server)?;
        if peer.partner() != partner {
            return Err(Distrust::OtherPartner.into());
        }
        let http = Http::agreed(connection.alpn_protocol());
        Ok(Secured { stream: ClientStream::new(stream), peer, http })
    }

    /// Judges by the trust of this moment: it may have changed while hands were shaken.
    fn recognise(&self, chain: Option<&[CertificateDer<'static>]>, role: Role) -> Result<PeerIdentity, Distrust> {
        self.present.load().trust.judge(chain.unwrap_or_default(), role, self.clock.now())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = self.present.load();
        f.debug_struct("Endpoint").field("key", &present.key).field("trust", &present.trust).finish_non_exhaustive()
    }
}

impl Present {
    fn build(key: OwnKey, trust: Arc<TrustSet>, clock: &Arc<dyn Clock>) -> Result<Self, Error> {
        let provider = provider();
        let verifier = AnyPartner { trust: Arc::clone(&trust), algorithms: provider.signature_verification_algorithms };
        let mut server = ServerConfig::builder_with_details(provider, Arc::new(OurTime(Arc::clone(clock))))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| Error::Key(error.to_string()))?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(key.certified())));
        server.alpn_protocols = Http::BOTH.iter().map(|http| http.alpn()).collect();
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        server.max_early_data_size = 0;
        server.require_ems = true;
        Ok(Present { key, trust, server: Arc::new(server) })
    }

    fn client(&self, partner: &str, http: &[Http], clock: &Arc<dyn Clock>) -> Result<ClientConfig, Refusal> {
        let provider = provider();
        let verifier = OnePartner {
            trust: Arc::clone(&self.trust),
            partner: partner.to_owned(),
            algorithms: provider.signature_verification_algorithms,
        };
        let mut client = ClientConfig::builder_with_details(provider, Arc::new(OurTime(Arc::clone(clock))))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|_| Refusal::Internal)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(self.key.certified())));
        client.alpn_protocols = http.iter().map(|http| http.alpn()).collect();
        client.resumption = Resumption::disabled();
        client.enable_early_data = false;
        client.require_ems = true;
        Ok(client)
    }
}

/// Leaves a refused peer in peace: were the socket closed while something of the peer's is unread, the system would reset
/// the connection, and the alert that says why might be lost.
async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    const MOMENT: Duration = Duration::from_millis(500);
    const MOST: u64 = 64 * 1024;
    let read_over = async {
        let _ = stream.shutdown().await;
        let _ = tokio::io::copy(&mut (&mut stream).take(MOST), &mut tokio::io::sink()).await;
    };
    let _ = timeout(MOMENT, read_over).await;
}

/// The cryptography that is used, named explicitly: hybrid post-quantum key agreement first, then classical.
pub(super) fn provider() -> Arc<CryptoProvider> {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};
    Arc::new(CryptoProvider {
        kx_groups: vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1],
        ..aws_lc_rs::default_provider()
    })
}

/// Our clock, for rustls.
struct OurTime(Arc<dyn Clock>);

impl TimeProvider for OurTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix(self.0.now()))
    }
}

impl fmt::Debug for OurTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OurTime")
    }
}
