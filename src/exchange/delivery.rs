//! The last stretch of what goes out: from the outbox to the partner, and what its receipt says.
//!
//! Every message that is due goes on its own way: a partner who is slow or away delays nobody else's.

use std::{collections::HashSet, sync::Arc};

use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::{
    dispatch::DispatchError,
    home::{Home, HomeError},
};
use crate::{
    error::{Code, is_code},
    gate, openpgp,
    partner::{Domain, Partner, Protocol},
    store::{self, Claim, Claimed, OutboxState, Outcome, ServeLock},
    tls::{Endpoint, Http},
    transport::push::{Client, ClientLimits, Target, Verdict},
};

/// Name of whoever delivers, for its leases. It has the lock of the home, and puts right first what its predecessor, that
/// was cut off, has left under the same name.
pub(super) const OWNER: &str = "serve";

/// How an attempt to deliver ended.
#[derive(Debug)]
pub struct Delivery {
    /// The message.
    pub message: String,
    /// To whom.
    pub partner: String,
    /// Where it stands now.
    pub state: OutboxState,
    /// What the partner's receipt said, or why there is none.
    pub word: String,
}

/// Sends what is due, each message on its own way.
pub(super) struct Courier {
    home: Arc<Home>,
    client: Client,
    under_way: JoinSet<Result<Delivery, DispatchError>>,
}

impl Courier {
    pub(super) fn new(home: Arc<Home>, endpoint: Arc<Endpoint>) -> Self {
        let limits = ClientLimits::of(&home.config.timeouts);
        let client = Client::new(endpoint, home.gateway.clock.clone(), limits, Http::BOTH);
        Courier { home, client, under_way: JoinSet::new() }
    }

    /// Sets out with what is due, as far as there is room; gives the messages.
    pub(super) async fn set_out(&mut self) -> Result<Vec<String>, store::Error> {
        let limits = &self.home.config.limits;
        let limit = limits.deliveries.get().saturating_sub(u32::try_from(self.under_way.len()).unwrap_or(u32::MAX));
        if limit == 0 {
            return Ok(Vec::new());
        }
        let claim = Claim {
            owner: OWNER.to_owned(),
            lease: self.lease(),
            limit,
            per_partner: limits.deliveries_per_partner.get(),
        };
        let claimed = self.home.gateway.store.claim(claim).await?;
        let messages = claimed.iter().map(|one| one.message().to_owned()).collect();
        for one in claimed {
            let (home, client) = (self.home.clone(), self.client.clone());
            self.under_way.spawn(async move { home.deliver(&client, one).await });
        }
        Ok(messages)
    }

    /// Longer than any attempt can take, since no message is larger than `limits.body_bytes`: a message must not be sent
    /// a second time while the first is under way.
    fn lease(&self) -> SignedDuration {
        let longest = ClientLimits::of(&self.home.config.timeouts).longest(self.home.config.limits.body_bytes.bytes());
        SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX).saturating_add(SignedDuration::from_mins(5))
    }

    /// The next delivery that ends; `None` when nothing is under way.
    pub(super) async fn next(&mut self) -> Option<Result<Delivery, DispatchError>> {
        loop {
            match self.under_way.join_next().await? {
                Ok(done) => return Some(done),
                // The message keeps its lease and is sent again after it.
                Err(error) => tracing::error!(%error, "a delivery broke off"),
            }
        }
    }
}

/// Delivers what is due, without a listener: until nothing is due, or what was tried comes again.
///
/// # Errors
/// When another process delivers for this home; when the home's trust cannot be made, or the store fails; deliveries that are under way then come to their end first.
pub async fn flush(home: Arc<Home>) -> Result<Vec<Delivery>, DispatchError> {
    let lock = ServeLock::take(home.folder())?;
    home.gateway.store.recover(&lock, OWNER).await?;
    let endpoint = Endpoint::new(home.tls.clone(), home.trust()?, home.gateway.clock.clone());
    let mut courier = Courier::new(home, Arc::new(endpoint.map_err(HomeError::from)?));
    let (mut deliveries, mut tried, mut again, mut failed) = (Vec::new(), HashSet::new(), false, None);
    loop {
        // After a failure, or when what was tried comes again, only what is under way is waited for.
        if !again && failed.is_none() {
            match courier.set_out().await {
                Ok(messages) => {
                    let before = tried.len();
                    let count = messages.len();
                    tried.extend(messages);
                    again = tried.len() < before + count;
                }
                Err(error) => failed = Some(error.into()),
            }
        }
        match (courier.next().await, failed) {
            (Some(Ok(done)), so_far) => {
                deliveries.push(done);
                failed = so_far;
            }
            (Some(Err(error)), so_far) => failed = so_far.or(Some(error)),
            (None, None) => return Ok(deliveries),
            (None, Some(error)) => return Err(error),
        }
    }
}

impl Home {
    async fn deliver(&self, client: &Client, claimed: Claimed) -> Result<Delivery, DispatchError> {
        let (message, partner) = (claimed.message().to_owned(), claimed.partner().to_owned());
        let (outcome, word) = match self.attempt(client, &claimed).await {
            Ok(end) => end,
            Err(error) => {
                tracing::warn!(%partner, %message, %error, "not delivered");
                failed(error.code().as_str())
            }
        };
        let state = self.gateway.store.settle(claimed, outcome).await?;
        Ok(Delivery { message, partner, state, word })
    }

    async fn attempt(&self, client: &Client, claimed: &Claimed) -> Result<(Outcome, String), DispatchError> {
        let domain: Domain = claimed.partner().parse().map_err(HomeError::from)?;
        let partner = self.partners.get(&domain).map_err(HomeError::from)?;
        let verified = partner.verified().map_err(HomeError::from)?;
        // What was released under it stays here when it has ended meanwhile.
        self.agreement_in_force(&domain)?;
        let url = verified.endpoint(Protocol::Push);
        let url = url.ok_or_else(|| DispatchError::Card { partner: domain.clone(), what: "push endpoint" })?;
        let pushed = match Target::new(domain.as_str(), url) {
            Ok(target) => client.push(&target, claimed).await,
            Err(error) => Err(error),
        };
        match pushed {
            Ok(receipt) => self.judge_receipt(claimed, &partner, receipt).await,
            Err(error) => {
                tracing::warn!(partner = %domain, message = claimed.message(), %error, "not delivered");
                let code = error.word();
                let outcome = match error.verdict() {
                    Verdict::Retry => Outcome::Failed { code: code.clone(), not_before: error.not_before() },
                    Verdict::Refused => Outcome::Refused { code: code.clone(), receipt: None },
                    Verdict::Park => Outcome::Park { code: code.clone() },
                };
                Ok((outcome, code))
            }
        }
    }

    /// What a receipt says, once it is shown to be the partner's and about this message. One that is not is no receipt:
    /// the message is tried again, and the partner gives the same one.
    async fn judge_receipt(
        &self,
        claimed: &Claimed,
        partner: &Partner,
        bytes: Vec<u8>,
    ) -> Result<(Outcome, String), DispatchError> {
        let certificates = partner.verified().map_err(HomeError::from)?.certificates();
        let receipt = match openpgp::verify_receipt(&bytes, certificates, self.gateway.clock.now()) {
            Ok((receipt, _)) => receipt,
            Err(error) => {
                tracing::warn!(partner = claimed.partner(), %error, "the receipt is not good");
                return Ok(failed(error.code().as_str()));
            }
        };
        if receipt.id != claimed.message() || receipt.digest != claimed.digest() {
            return Ok(failed("receipt-of-another-message"));
        }
        let body = Some(self.gateway.store.stage(bytes).await?);
        Ok(match receipt.outcome {
            gate::Outcome::Refused => {
                let code = receipt.code.filter(|code| is_code(code));
                let code = code.unwrap_or_else(|| Code::PartnerRefused.as_str().to_owned());
                (Outcome::Refused { code: code.clone(), receipt: body }, code)
            }
            accepted @ (gate::Outcome::Filed | gate::Outcome::Quarantined) => {
                let status = accepted.as_str().to_owned();
                (Outcome::Delivered { status: status.clone(), receipt: body }, status)
            }
        })
    }
}

/// It is tried again.
fn failed(code: &str) -> (Outcome, String) {
    (Outcome::Failed { code: code.to_owned(), not_before: None }, code.to_owned())
}
