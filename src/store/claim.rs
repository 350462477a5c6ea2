//! Taking messages out of the outbox to send them, and saying how it went.
//!
//! A claim leases messages for a while. Whoever waited longest comes first, partner by partner: a partner with many
//! messages, or one that answers slowly, takes no more than its share. A lease that ends without a word is taken up by
//! the next claim; the message may then be sent twice, with the same id and the same bytes, and the partner's gateway
//! answers both with one receipt.
//!
//! Times in rows are believed as far as they can be right: nothing is ever put off for longer than a message lives. What
//! is, was written while the clock was ahead, and is due.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::SqliteConnection;

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    object::Body,
    outbox::{self, Message, OutboxState},
    retry::{Next, RetryPolicy},
    row::{json, micros},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
    gate::Clearance,
};

const IS_DUE: &str = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN ('queued', 'claimed') AND next_at <= ?1) \
    OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('queued', 'claimed') AND next_at > ?2) \
    OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('queued', 'claimed') AND deadline <= ?1)";
/// Partners with something in the outbox, found by one step in the index for each.
const PARTNERS: &str = "WITH RECURSIVE lane_of (partner) AS ( \
        SELECT min(partner) FROM outbox WHERE state IN ('queued', 'claimed') \
        UNION ALL SELECT (SELECT min(partner) FROM outbox WHERE state IN ('queued', 'claimed') AND partner > lane_of.partner) \
        FROM lane_of WHERE lane_of.partner IS NOT NULL) \
    SELECT l.partner FROM lane_of l LEFT JOIN lane t ON t.partner = l.partner \
    WHERE l.partner IS NOT NULL ORDER BY coalesce(t.turn, 0), l.partner";
const LEASED: &str = "SELECT count(*) FROM outbox WHERE state = 'claimed' AND partner = ?1 AND next_at > ?2 \
    AND next_at <= ?3";
const DUE: &str = "SELECT message FROM outbox WHERE state IN ('queued', 'claimed') AND partner = ?1 \
    AND (next_at <= ?2 OR next_at > ?3) ORDER BY next_at LIMIT ?4";
const TURN: &str = "INSERT INTO lane (partner, turn) VALUES (?1, (SELECT coalesce(max(turn), 0) + 1 FROM lane)) \
    ON CONFLICT (partner) DO UPDATE SET turn = excluded.turn";
const LEASE: &str = "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, lease_owner = ?2, next_at = ?3 \
    WHERE message = ?1";
const CLEARANCE: &str = "SELECT clearance FROM outbox WHERE message = ?1";
const BEGIN: &str = "INSERT INTO attempt (message, attempt, owner, began_at) VALUES (?1, ?2, ?3, ?4)";
const END: &str = "UPDATE attempt SET ended_at = ?3, outcome = ?4 WHERE message = ?1 AND attempt = ?2";
const OVERDUE: &str = "SELECT message FROM outbox WHERE state IN ('queued', 'claimed') AND deadline <= ?1 \
    AND (state = 'queued' OR next_at <= ?1) ORDER BY deadline LIMIT ?2";
const IS_LEASED: &str =
    "SELECT count(*) FROM outbox WHERE message = ?1 AND state = 'claimed' AND lease_owner = ?2 AND attempts = ?3";
const AGAIN: &str =
    "UPDATE outbox SET state = 'queued', lease_owner = NULL, next_at = ?2, code = ?3 WHERE message = ?1";
const FINISH: &str = "UPDATE outbox SET state = ?2, lease_owner = NULL, code = ?3, receipt = ?4 WHERE message = ?1";
const DISCLOSE: &str = "INSERT INTO disclosure (message, release, record, revision, partner, cleartext, delivered_at, \
    receipt) SELECT ?1, id, record, revision, partner, cleartext, ?3, ?4 FROM release WHERE id = ?2";

/// Most messages that one claim gives up as overdue; the next claim goes on.
const OVERDUE_AT_ONCE: u32 = 100;

/// How to claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Who sends: a name that is the same after a restart, such as `serve`.
    pub owner: String,
    /// For how long. It must be longer than an attempt can take.
    pub lease: SignedDuration,
    /// Most messages.
    pub limit: u32,
    /// Most messages of one partner that may be leased at the same time.
    pub per_partner: u32,
}

/// A message that this process may send now. Its bytes were read from the store and have the digest that was enqueued
/// beside the clearance. There is no other maker than [`Store::claim`], and transports take nothing else.
#[derive(Debug)]
pub struct Claimed {
    message: Message,
    owner: String,
    wire: Arc<Vec<u8>>,
    clearance: Clearance,
}

impl Claimed {
    /// The message id.
    pub fn message(&self) -> &str {
        &self.message.message
    }

    /// To whom, by domain.
    pub fn partner(&self) -> &str {
        &self.message.partner
    }

    /// The release that it carries.
    pub fn release(&self) -> &str {
        &self.message.release
    }

    /// Media type of the wire bytes.
    pub fn media_type(&self) -> &str {
        &self.message.media_type
    }

    /// The bytes that travel.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Digest of the wire bytes.
    pub fn digest(&self) -> Digest {
        self.message.wire
    }

    /// What the gate certified.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// Number of this attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.message.attempts
    }

    /// When the lease ends.
    pub fn until(&self) -> Timestamp {
        self.message.next_at
    }
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The partner has the message.
    Delivered {
        /// What became of it there: a word such as `filed` or `quarantined`.
        status: String,
        /// The receipt as it came, when there is one.
        receipt: Option<Body>,
    },
    /// The partner refused it for good.
    Refused {
        /// The partner's code, a word.
        code: String,
        /// The receipt as it came, when there is one.
        receipt: Option<Body>,
    },
    /// It did not get through; to be tried again as [`super::RetryPolicy`] says.
    Failed {
        /// Why, a word.
        code: String,
        /// What the partner asked for.
        not_before: Option<Timestamp>,
    },
    /// A person must look at it.
    Park {
        /// Why, a word.
        code: String,
    },
}

impl Store {
    /// Leases messages whose time has come. Those whose deadline has passed are given up first; one whose bytes are
    /// damaged is parked.
    ///
    /// # Errors
    /// When the act fails.
    pub async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>> {
        // Looking costs no write when there is nothing to do.
        let now = self.shared().now();
        let query =
            sqlx::query_as(IS_DUE).bind(micros(now)).bind(micros(latest(self.shared().settings.retry, &claim, now)));
        let due: (bool,) = query.fetch_one(&mut *self.reader().await?).await?;
        if !due.0 {
            return Ok(Vec::new());
        }
        let owner = claim.owner.clone();
        let leased = self.act("claim", async move |tx| tx.lease(&claim).await).await?;
        let mut claimed = Vec::new();
        for (message, clearance) in leased {
            let (owner, found) = (owner.clone(), self.bytes(message.wire).await);
            match found {
                Ok(wire) => claimed.push(Claimed { message, owner, wire, clearance }),
                Err(error) => {
                    tracing::error!(message = message.message, %error, "the bytes of a message are damaged");
                    let claimed = Claimed { message, owner, wire: Arc::default(), clearance };
                    let outcome = Outcome::Park { code: "wire-damaged".into() };
                    self.act("park", async move |tx| tx.settle(claimed, outcome).await).await?;
                }
            }
        }
        Ok(claimed)
    }

    /// Says how an attempt ended; see [`Tx::settle`].
    ///
    /// # Errors
    /// When the act fails. The lease then ends by itself and the message is sent again.
    pub async fn settle(&self, claimed: Claimed, outcome: Outcome) -> Result<OutboxState> {
        self.act("settle", async move |tx| tx.settle(claimed, outcome).await).await
    }
}

impl Tx {
    /// Says how an attempt ended; gives the message's new state. A delivery is entered in the disclosure register.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] when the lease ended and the message was claimed again.
    pub async fn settle(&mut self, claimed: Claimed, outcome: Outcome) -> Result<OutboxState> {
        let Claimed { message, owner, .. } = claimed;
        let leased = self.with(async |conn| is_leased(conn, &message, &owner).await).await?;
        if !leased {
            return Err(Error::LeaseLost(message.message));
        }
        let now = self.now();
        match outcome {
            Outcome::Delivered { status, receipt } => {
                self.end_attempt(&message, OutboxState::Delivered.as_str()).await?;
                self.finish(&message, OutboxState::Delivered, &status, None, receipt.as_ref()).await?;
                let receipt = receipt.map(|receipt| receipt.digest());
                self.with(async |conn| disclose(conn, &message, now, receipt).await).await?;
                Ok(OutboxState::Delivered)
            }
            Outcome::Refused { code, receipt } => {
                self.end_attempt(&message, &code).await?;
                self.finish(&message, OutboxState::Refused, "refused", Some(&code), receipt.as_ref()).await?;
                Ok(OutboxState::Refused)
            }
            Outcome::Park { code } => {
                self.end_attempt(&message, &code).await?;
                self.finish(&message, OutboxState::Parked, "parked", Some(&code), None).await?;
                Ok(OutboxState::Parked)
            }
            Outcome::Failed { code, not_before } => {
                self.end_attempt(&message, &code).await?;
                let mut random = [0; 4];
                self.shared().fill(&mut random)?;
                let retry = self.shared().settings.retry;
                let random = u32::from_be_bytes(random);
                match retry.next(message.attempts, message.deadline, now, not_before, random) {
                    Next::At(at) => {
                        self.with(async |conn| {
                            let query = sqlx::query(AGAIN).bind(&message.message).bind(micros(at)).bind(&code);
                            query.execute(conn).await?;
                            Ok(OutboxState::Queued)
                        })
                        .await
                    }
                    Next::Expired => {
                        self.finish(&message, OutboxState::Expired, "expired", Some(&code), None).await?;
                        Ok(OutboxState::Expired)
                    }
                }
            }
        }
    }

    async fn lease(&mut self, claim: &Claim) -> Result<Vec<(Message, Clearance)>> {
        let now = self.now();
        for message in self.with(async |conn| overdue(conn, now).await).await? {
            self.finish(&message, OutboxState::Expired, "expired", Some("deadline"), None).await?;
        }
        let latest = latest(self.shared().settings.retry, claim, now);
        self.with(async |conn| {
            let mut leased = Vec::new();
            for (partner, message) in choose(conn, claim, now, latest).await? {
                let until = now.checked_add(claim.lease).unwrap_or(Timestamp::MAX);
                let lease = sqlx::query(LEASE).bind(&message).bind(&claim.owner).bind(micros(until));
                lease.execute(&mut *conn).await?;
                sqlx::query(TURN).bind(&partner).execute(&mut *conn).await?;
                let message = outbox::select(conn, &message).await?;
                let begin = sqlx::query(BEGIN).bind(&message.message).bind(message.attempts).bind(&claim.owner);
                begin.bind(micros(now)).execute(&mut *conn).await?;
                let (clearance,): (String,) =
                    sqlx::query_as(CLEARANCE).bind(&message.message).fetch_one(&mut *conn).await?;
                leased.push((message, json(&clearance, "clearance")?));
            }
            Ok(leased)
        })
        .await
    }

    async fn end_attempt(&mut self, message: &Message, outcome: &str) -> Result<()> {
        let now = self.now();
        self.with(async |conn| {
            let query = sqlx::query(END).bind(&message.message).bind(message.attempts).bind(micros(now));
            query.bind(outcome).execute(conn).await?;
            Ok(())
        })
        .await
    }

    /// Ends a message for good, or until a person comes, with its leaf.
    async fn finish(
        &mut self,
        message: &Message,
        state: OutboxState,
        status: &str,
        code: Option<&str>,
        receipt: Option<&Body>,
    ) -> Result<()> {
        if let Some(receipt) = receipt {
            self.put(receipt).await?;
        }
        let receipt = receipt.map(Body::digest);
        self.with(async |conn| {
            let query = sqlx::query(FINISH).bind(&message.message).bind(state.as_str()).bind(code);
            query.bind(receipt.as_ref().map(|receipt| receipt.as_bytes().as_slice())).execute(conn).await?;
            Ok(())
        })
        .await?;
        let leaf = |kind| {
            Entry::new(kind, "system")
                .text(Field::Message, &message.message)
                .text(Field::Partner, &message.partner)
                .text(Field::Status, status)
        };
        if let Some(receipt) = receipt {
            self.append(leaf(Kind::ReceiptReceived).digest(Field::Receipt, receipt)).await?;
        }
        let mut ended = leaf(Kind::DeliveryOutcome).number(Field::Attempt, u64::from(message.attempts));
        if let Some(code) = code {
            ended = ended.text(Field::Code, code);
        }
        if let Some(receipt) = receipt {
            ended = ended.digest(Field::Receipt, receipt);
        }
        self.append(ended).await?;
        Ok(())
    }
}

/// The latest time for which something can have been put off by a clock that was right.
fn latest(retry: RetryPolicy, claim: &Claim, now: Timestamp) -> Timestamp {
    now.checked_add(retry.deadline.max(claim.lease)).unwrap_or(Timestamp::MAX)
}

/// Which messages to lease: one of each partner in turn, the partner first whose turn was longest ago.
async fn choose(
    conn: &mut SqliteConnection,
    claim: &Claim,
    now: Timestamp,
    latest: Timestamp,
) -> Result<Vec<(String, String)>> {
    let partners: Vec<(String,)> = sqlx::query_as(PARTNERS).fetch_all(&mut *conn).await?;
    let mut lanes = Vec::new();
    for (partner,) in partners {
        let query = sqlx::query_as(LEASED).bind(&partner).bind(micros(now)).bind(micros(latest));
        let (leased,): (u32,) = query.fetch_one(&mut *conn).await?;
        let free = claim.per_partner.saturating_sub(leased).min(claim.limit);
        let query = sqlx::query_as(DUE).bind(&partner).bind(micros(now)).bind(micros(latest)).bind(free);
        let due: Vec<(String,)> = query.fetch_all(&mut *conn).await?;
        lanes.push((partner, due.into_iter()));
    }
    let mut chosen = Vec::new();
    loop {
        let before = chosen.len();
        for (partner, due) in &mut lanes {
            if chosen.len() < claim.limit as usize
                && let Some((message,)) = due.next()
            {
                chosen.push((partner.clone(), message));
            }
        }
        if chosen.len() == before {
            return Ok(chosen);
        }
    }
}

async fn overdue(conn: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Message>> {
    let query = sqlx::query_as(OVERDUE).bind(micros(now)).bind(OVERDUE_AT_ONCE);
    let rows: Vec<(String,)> = query.fetch_all(&mut *conn).await?;
    let mut messages = Vec::new();
    for (message,) in rows {
        messages.push(outbox::select(conn, &message).await?);
    }
    Ok(messages)
}

async fn is_leased(conn: &mut SqliteConnection, message: &Message, owner: &str) -> Result<bool> {
    let query = sqlx::query_as(IS_LEASED).bind(&message.message).bind(owner).bind(message.attempts);
    let (rows,): (u32,) = query.fetch_one(conn).await?;
    Ok(rows == 1)
}

async fn disclose(
    conn: &mut SqliteConnection,
    message: &Message,
    now: Timestamp,
    receipt: Option<Digest>,
) -> Result<()> {
    let query = sqlx::query(DISCLOSE).bind(&message.message).bind(&message.release).bind(micros(now));
    query.bind(receipt.as_ref().map(|receipt| receipt.as_bytes().as_slice())).execute(conn).await?;
    Ok(())
}
