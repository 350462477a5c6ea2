//! The gateway at work: the partner listener on one side, the outbox on the other.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    error::Code,
    gate::{self, Protocol, Reply},
    partner::Domain,
    store::ServeLock,
    tls::{Endpoint, Http, PeerIdentity},
    transport::{
        Limits, Listener,
        push::{self, Client, ClientLimits, MessageId, Pushed},
    },
};

use super::{
    DispatchError, Intake, IntakeError, Message,
    home::{Home, HomeError},
};

/// How often the outbox and the partners are looked at.
const TICK: Duration = Duration::from_millis(500);

/// How many messages left by a crash are taken up at once.
const RESUMED: u32 = 1_000;

/// Why the gateway does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// The address.
    #[error(transparent)]
    Listen(#[from] crate::transport::ListenError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] crate::tls::Error),
    /// The address in the configuration is none.
    #[error("listen.partner: {0:?} is no address and port")]
    Address(String),
}

impl ServeError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            ServeError::Home(error) => error.code(),
            ServeError::Store(error) => error.code(),
            ServeError::Listen(error) => error.code(),
            ServeError::Tls(error) => error.code(),
            ServeError::Address(_) => Code::ConfigInvalid,
        }
    }
}

/// A gateway that has recovered and taken its address.
pub struct Serving {
    home: Arc<Home>,
    endpoint: Arc<Endpoint>,
    listener: Listener,
    _lock: ServeLock,
}

/// Takes in what partners push.
struct Door {
    home: Arc<Home>,
    intake: Intake,
}

impl Serving {
    /// Takes the serve lock, puts right what a crash left, and takes the address.
    ///
    /// # Errors
    /// When another process serves this home, or the address is in use.
    pub async fn start(home: Home) -> Result<Self, ServeError> {
        let lock = ServeLock::take(home.folder())?;
        home.gateway.store.recover(&lock, "serve").await?;
        let address = &home.config.listen.partner;
        let address: SocketAddr = address.parse().map_err(|_| ServeError::Address(address.clone()))?;
        let endpoint = Arc::new(Endpoint::new(home.tls.clone(), home.trust()?, home.gateway.clock.clone())?);
        let home = Arc::new(home);
        let door = Arc::new(Door { home: home.clone(), intake: Intake::new(home.gateway.clone()) });
        let routes = push::routes(door.clone(), home.gateway.clock.clone());
        let listener = Listener::bind(address, endpoint.clone(), routes, Limits::default()).await?;
        door.resume().await;
        Ok(Serving { home, endpoint, listener, _lock: lock })
    }

    /// The address taken.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Serves until `stop` is ready; requests that have begun are answered.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Serving { home, endpoint, listener, _lock } = self;
        let client = Client::new(endpoint.clone(), home.gateway.clock.clone(), ClientLimits::default(), Http::BOTH);
        let outbox = tokio::spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tick.tick().await;
                // Partners are verified and removed by other processes: what TLS trusts follows within a tick.
                match home.trust() {
                    Ok(trust) => {
                        if let Err(error) = endpoint.replace_trust(trust) {
                            tracing::error!(%error, "the trust in partners' keys was not renewed");
                        }
                    }
                    Err(error) => tracing::error!(%error, "the partners cannot be listed"),
                }
                match home.deliver(&client, "serve").await {
                    Ok(deliveries) => {
                        for done in deliveries {
                            tracing::info!(message = %done.message, partner = %done.partner, word = %done.word, "delivery");
                        }
                    }
                    Err(error) => tracing::error!(%error, "the outbox cannot be worked on"),
                }
            }
        });
        listener.serve(stop).await;
        outbox.abort();
    }
}

impl Door {
    /// Takes up what a crash left without outcome.
    async fn resume(&self) {
        let partners = match self.home.partners.list() {
            Ok(partners) => partners,
            Err(error) => {
                tracing::error!(%error, "the partners cannot be listed");
                return;
            }
        };
        for (domain, _) in partners {
            if let Ok(sender) = self.home.sender(&domain)
                && let Err(error) = self.intake.resume(&sender, RESUMED).await
            {
                tracing::error!(%domain, %error, "messages that a crash left are not settled");
            }
        }
    }

    async fn take_in(&self, pushed: Pushed) -> Result<Reply, Code> {
        let partner: Domain = pushed.peer.partner().parse().map_err(|_| Code::Internal)?;
        let sender = self.home.sender(&partner).map_err(|error| {
            tracing::error!(%partner, %error, "the partner cannot be served");
            // Ours to set right: the partner tries again.
            Code::StoreFailed
        })?;
        let id = match pushed.id {
            MessageId::Chosen(id) => Some(id),
            MessageId::OfBody(_) => None,
        };
        let message = Message { id, media_type: pushed.media_type.to_owned(), body: pushed.body };
        match self.intake.take_in(&sender, message).await {
            Ok(receipt) => Ok(gate::protocol(&Protocol::SignedReceipt(&receipt))),
            Err(error) => {
                tracing::warn!(%partner, %error, "a message was not settled");
                Err(match error {
                    IntakeError::Store(_) | IntakeError::TooLarge { .. } => error.code(),
                    _ => Code::StoreFailed,
                })
            }
        }
    }

    async fn outcome_of(&self, peer: &PeerIdentity, id: MessageId) -> Result<Reply, Code> {
        let store = &self.home.gateway.store;
        let found = store.received(peer.partner(), &id.to_string()).await.map_err(|error| error.code())?;
        let receipt = found.and_then(|found| found.receipt).ok_or(Code::NotFound)?;
        let bytes = store.bytes(receipt).await.map_err(|error| error.code())?;
        let signed = gate::SignedReceipt::from_signed(bytes.to_vec());
        Ok(gate::protocol(&Protocol::SignedReceipt(&signed)))
    }
}

impl push::Intake for Door {
    fn max_bytes(&self, peer: &PeerIdentity) -> u64 {
        let partner = peer.partner().parse::<Domain>().ok();
        partner.and_then(|partner| self.home.sender(&partner).ok()).map_or(0, |sender| sender.max_bytes)
    }

    async fn accept(&self, pushed: Pushed) -> Reply {
        self.take_in(pushed).await.unwrap_or_else(|code| gate::protocol(&Protocol::Problem(code)))
    }

    async fn outcome(&self, peer: PeerIdentity, id: MessageId) -> Reply {
        self.outcome_of(&peer, id).await.unwrap_or_else(|code| gate::protocol(&Protocol::Problem(code)))
    }
}

/// Delivers what is due once, without a listener.
///
/// # Errors
/// When the home's trust cannot be made, or the store fails.
pub async fn flush(home: &Home) -> Result<Vec<super::Delivery>, DispatchError> {
    let trust = home.trust()?;
    let endpoint = Endpoint::new(home.tls.clone(), trust, home.gateway.clock.clone()).map_err(HomeError::from)?;
    let client = Client::new(Arc::new(endpoint), home.gateway.clock.clone(), ClientLimits::default(), Http::BOTH);
    home.deliver(&client, "flush").await
}
