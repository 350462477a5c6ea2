//! The gateway at work: the partner listener on one side, the outbox on the other.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    audit::{Entry, Field, Kind},
    error::Code,
    gate::{self, Protocol, Reply},
    partner::{Domain, Stamp},
    store::{self, ServeLock, Tx},
    tls::{Endpoint, PeerIdentity},
    transport::{
        Counters, Counts, Limits, Listener,
        push::{self, MessageId, Pushed},
    },
};

use super::{
    Delivery, DispatchError, IntakeError, Message,
    delivery::{Courier, OWNER},
    home::{Home, HomeError},
};

/// How often the outbox and the partners are looked at. Partners are verified and removed by other processes: what TLS
/// trusts follows within this time.
const TICK: Duration = Duration::from_millis(500);

/// How often refused connections are entered in the log, if there were any.
const SUMMARY: Duration = Duration::from_secs(60);

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
}

impl ServeError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            ServeError::Home(error) => error.code(),
            ServeError::Store(error) => error.code(),
            ServeError::Listen(error) => error.code(),
            ServeError::Tls(error) => error.code(),
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
struct Door(Arc<Home>);

impl Serving {
    /// Takes the serve lock, puts right what a crash left, and takes the address.
    ///
    /// # Errors
    /// When another process serves this home, or the address is in use.
    pub async fn start(home: Home) -> Result<Self, ServeError> {
        let lock = ServeLock::take(home.folder())?;
        home.gateway.store.recover(&lock, OWNER).await?;
        let endpoint = Arc::new(Endpoint::new(home.tls.clone(), home.trust()?, home.gateway.clock.clone())?);
        let home = Arc::new(home);
        let config = &home.config;
        let limits = Limits::of(&config.limits, &config.timeouts);
        let routes = push::routes(Arc::new(Door(home.clone())), home.gateway.clock.clone());
        let listener = Listener::bind(config.listen.partner, endpoint.clone(), routes, limits).await?;
        home.gateway.resume(|partner| home.sender_named(partner)).await?;
        Ok(Serving { home, endpoint, listener, _lock: lock })
    }

    /// The address taken.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Serves until `stop` is ready. Requests and deliveries that have begun have `timeouts.drain` to end then.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Serving { home, endpoint, listener, _lock } = self;
        let courier = Courier::new(home.clone(), endpoint.clone());
        let (stopped, stopping) = watch::channel(());
        let refusals = Refusals { counters: listener.counters(), told: Counts::default() };
        let outbox = tokio::spawn(work(home, endpoint, courier, refusals, stopping));
        let stop = async move {
            stop.await;
            drop(stopped);
        };
        tokio::join!(listener.serve(stop), async {
            // It ends after `stop`, and is told so by the channel that closes.
            if let Err(error) = outbox.await {
                tracing::error!(%error, "the outbox was given up");
            }
        });
    }
}

/// Works on the outbox and keeps TLS's trust up to date, until `stopping` closes.
async fn work(
    home: Arc<Home>,
    endpoint: Arc<Endpoint>,
    mut courier: Courier,
    mut refusals: Refusals,
    mut stopping: watch::Receiver<()>,
) {
    let mut summary = tokio::time::interval(SUMMARY);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut trusted = None;
    loop {
        tokio::select! {
            _ = stopping.changed() => break,
            Some(done) = courier.next() => tell(done),
            _ = summary.tick() => refusals.tell(&home).await,
            _ = tick.tick() => {
                renew_trust(&home, &endpoint, &mut trusted);
                if let Err(error) = courier.set_out().await {
                    tracing::error!(%error, "the outbox cannot be worked on");
                }
            }
        }
    }
    // A delivery that is cut off here keeps its lease until the next start, and is then sent again with the same id.
    let rest = async {
        while let Some(done) = courier.next().await {
            tell(done);
        }
    };
    if tokio::time::timeout(home.config.timeouts.drain.into(), rest).await.is_err() {
        tracing::warn!("deliveries were cut off; they are made again");
    }
    refusals.tell(&home).await;
}

/// Connections that were refused, of which the log has how many and why; nothing else of them is kept.
struct Refusals {
    counters: Arc<Counters>,
    told: Counts,
}

impl Refusals {
    async fn tell(&mut self, home: &Home) {
        let now = self.counters.counts();
        let leaf =
            |(code, count)| Entry::new(Kind::Refusals, "system").number(Field::Count, count).text(Field::Code, code);
        let leaves: Vec<Entry> = now.refused_since(&self.told).into_iter().map(leaf).collect();
        if leaves.is_empty() {
            return;
        }
        let logged = home.gateway.store.act("refusals", async move |tx: &mut Tx| {
            for leaf in leaves {
                tx.log(leaf).await?;
            }
            Ok::<_, store::Error>(())
        });
        match logged.await {
            Ok(()) => self.told = now,
            Err(error) => tracing::error!(%error, "refused connections are not in the log yet"),
        }
    }
}

fn tell(done: Result<Delivery, DispatchError>) {
    match done {
        Ok(done) => tracing::info!(message = done.message, partner = done.partner, word = done.word, "delivery"),
        Err(error) => tracing::error!(%error, "a delivery was not settled; it is made again"),
    }
}

fn renew_trust(home: &Home, endpoint: &Endpoint, trusted: &mut Option<Stamp>) {
    let renewed = home.partners.stamp().map_err(HomeError::from).and_then(|stamp| {
        if trusted.as_ref() != Some(&stamp) {
            endpoint.replace_trust(home.trust()?)?;
            *trusted = Some(stamp);
        }
        Ok(())
    });
    if let Err(error) = renewed {
        tracing::error!(%error, "the trust in partners' keys was not renewed");
    }
}

impl Door {
    async fn take_in(&self, pushed: Pushed) -> Result<Reply, Code> {
        let partner = pushed.peer.partner().to_owned();
        let sender = self.0.sender_named(&partner).map_err(|error| {
            tracing::error!(partner, %error, "the partner cannot be served");
            // Ours to set right: the partner tries again.
            Code::StoreFailed
        })?;
        let id = match pushed.id {
            MessageId::Chosen(id) => Some(id),
            MessageId::OfBody(_) => None,
        };
        let message = Message { id, media_type: pushed.media_type.to_owned(), body: pushed.body };
        match self.0.gateway.take_in(&sender, message).await {
            Ok(receipt) => Ok(gate::protocol(&Protocol::SignedReceipt(&receipt))),
            Err(error) => {
                tracing::warn!(partner, %error, "a message was not settled");
                Err(match error {
                    IntakeError::Store(_) | IntakeError::TooLarge { .. } => error.code(),
                    _ => Code::StoreFailed,
                })
            }
        }
    }

    async fn outcome_of(&self, peer: &PeerIdentity, id: MessageId) -> Result<Reply, Code> {
        let store = &self.0.gateway.store;
        let found = store.received(peer.partner(), &id.to_string()).await.map_err(|error| error.code())?;
        let receipt = found.and_then(|found| found.receipt).ok_or(Code::NotFound)?;
        let bytes = store.bytes(receipt).await.map_err(|error| error.code())?;
        let signed = gate::SignedReceipt::from_signed(bytes.to_vec());
        Ok(gate::protocol(&Protocol::SignedReceipt(&signed)))
    }
}

impl push::Intake for Door {
    fn max_bytes(&self, peer: &PeerIdentity) -> u64 {
        // A partner without agreement gets its answer from `accept`, and may not have us read much before.
        let agreement = peer.partner().parse::<Domain>().ok().and_then(|partner| self.0.agreement(&partner).ok());
        agreement.map_or(0, |agreement| self.0.max_bytes(&agreement))
    }

    async fn accept(&self, pushed: Pushed) -> Reply {
        self.take_in(pushed).await.unwrap_or_else(|code| gate::protocol(&Protocol::Problem(code)))
    }

    async fn outcome(&self, peer: PeerIdentity, id: MessageId) -> Reply {
        self.outcome_of(&peer, id).await.unwrap_or_else(|code| gate::protocol(&Protocol::Problem(code)))
    }
}
