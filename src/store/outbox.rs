//! The outbox: messages that may leave, until each has ended in one named state.
//!
//! [`Tx::enqueue`] is the only way in and takes only what passed the gate; [`Store::claim`] the only way out. Wire
//! bytes, message id and clearance never change after that: a message that is tried again is the same message.

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    intents::Intent,
    object::Body,
    row::{digest, int, maybe_digest, micros, time, to_json},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
    gate::{Clearance, Outgoing},
};

const INSERT: &str = "INSERT INTO outbox (message, release, partner, media_type, wire, clearance, intent, state, \
    queued_at, next_at, deadline) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', ?8, ?8, ?9)";
const SELECT: &str = "SELECT message, release, partner, media_type, wire, state, attempts, queued_at, next_at, deadline, \
    code, receipt FROM outbox WHERE message = ?1";
const LIST: &str = "SELECT message, release, partner, media_type, wire, state, attempts, queued_at, next_at, deadline, \
    code, receipt FROM outbox WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR partner = ?2) \
    ORDER BY queued_at, message LIMIT ?3";
const REQUEUE: &str = "UPDATE outbox SET state = 'queued', next_at = ?2, deadline = ?3, lease_owner = NULL, code = NULL \
    WHERE message = ?1";
const PARK: &str = "UPDATE outbox SET state = 'parked', lease_owner = NULL, code = ?2 WHERE message = ?1";
const RELEASE_LEASES: &str = "UPDATE outbox SET state = 'queued', next_at = ?2, lease_owner = NULL \
    WHERE state = 'claimed' AND (lease_owner = ?1 OR next_at <= ?2)";
const ATTEMPTS: &str = "SELECT attempt, began_at, ended_at, outcome FROM attempt WHERE message = ?1 ORDER BY attempt";

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutboxState {
    /// Waits for its time.
    Queued,
    /// Somebody is sending it.
    Claimed,
    /// The partner has it and said so.
    Delivered,
    /// The partner refused it for good.
    Refused,
    /// Waits for a person.
    Parked,
    /// Could not be delivered before its deadline.
    Expired,
}

impl OutboxState {
    /// Every state.
    pub const ALL: &'static [OutboxState] = {
        use OutboxState::{Claimed, Delivered, Expired, Parked, Queued, Refused};
        &[Queued, Claimed, Delivered, Refused, Parked, Expired]
    };

    /// The word in rows and leaves.
    pub const fn as_str(self) -> &'static str {
        match self {
            OutboxState::Queued => "queued",
            OutboxState::Claimed => "claimed",
            OutboxState::Delivered => "delivered",
            OutboxState::Refused => "refused",
            OutboxState::Parked => "parked",
            OutboxState::Expired => "expired",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let found = OutboxState::ALL.iter().copied().find(|state| state.as_str() == text);
        found.ok_or_else(|| Error::Damaged(format!("{text} is not a state of a message")))
    }
}

/// A message that passed the gate, with its wire bytes ready to be named by an act.
#[derive(Debug)]
pub struct Ready {
    body: Body,
    media_type: &'static str,
    clearance: Clearance,
}

impl Ready {
    /// What the gate certified.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// Digest of the wire bytes.
    pub fn digest(&self) -> Digest {
        self.body.digest()
    }
}

/// A message of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, for ever.
    pub message: String,
    /// The release that it carries.
    pub release: String,
    /// To whom.
    pub partner: String,
    /// Media type of the wire bytes.
    pub media_type: String,
    /// Digest of the wire bytes; read by [`Store::bytes`].
    pub wire: Digest,
    /// Where it stands.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was put in the outbox.
    pub queued_at: Timestamp,
    /// Not tried before; while it is claimed, the end of the lease.
    pub next_at: Timestamp,
    /// Given up after.
    pub deadline: Timestamp,
    /// Why it stands where it stands.
    pub code: Option<String>,
    /// Digest of the partner's receipt, as it came.
    pub receipt: Option<Digest>,
}

/// One attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub attempt: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` while it lasts, or for ever when the process died.
    pub ended_at: Option<Timestamp>,
    /// How: `delivered`, or an error code.
    pub outcome: Option<String>,
}

impl Store {
    /// Makes a message ready to be put in the outbox: wire bytes that are large are written to disk.
    ///
    /// # Errors
    /// When writing fails.
    pub async fn stage_outgoing(&self, outgoing: Outgoing) -> Result<Ready> {
        let (media_type, clearance) = (outgoing.media_type(), outgoing.clearance().clone());
        let body = self.stage(outgoing.wire().to_vec()).await?;
        match body.digest() == outgoing.digest() {
            true => Ok(Ready { body, media_type, clearance }),
            false => Err(Error::Defect),
        }
    }

    /// A message of the outbox.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn message(&self, message: &str) -> Result<Message> {
        select(&mut *self.reader().await?, message).await
    }

    /// Messages of the outbox, oldest first: all, or of one state, or for one partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox(&self, state: Option<OutboxState>, partner: Option<&str>, limit: u32) -> Result<Vec<Message>> {
        let query = sqlx::query(LIST).bind(state.map(OutboxState::as_str)).bind(partner).bind(limit);
        query.fetch_all(&mut *self.reader().await?).await?.iter().map(from_row).collect()
    }

    /// The attempts to deliver a message.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempts(&self, message: &str) -> Result<Vec<Attempt>> {
        let rows: Vec<(u32, i64, Option<i64>, Option<String>)> =
            sqlx::query_as(ATTEMPTS).bind(message).fetch_all(&mut *self.reader().await?).await?;
        let attempt = |(attempt, began, ended, outcome): (u32, i64, Option<i64>, Option<String>)| {
            Ok(Attempt { attempt, began_at: time(began)?, ended_at: ended.map(time).transpose()?, outcome })
        };
        rows.into_iter().map(attempt).collect()
    }
}

impl Tx {
    /// Puts a message in the outbox and closes its intent. The release must be approved, of the record as it is now and
    /// of `policy`, the version of the agreement in force; the clearance must be of exactly its bytes.
    ///
    /// # Errors
    /// [`Error::State`] or [`Error::Mismatch`] when they do not fit together.
    pub async fn enqueue(
        &mut self,
        ready: Ready,
        release: &str,
        policy: u32,
        message: Uuid,
        intent: Intent,
        actor: &str,
    ) -> Result<Message> {
        let release = self.sendable(release, &ready.clearance, policy).await?;
        let message = message.to_string();
        if self.with(async |conn| find(conn, &message).await).await?.is_some() {
            return Err(Error::Taken { what: "message", id: message });
        }
        let number = intent.number();
        let (wire, now) = (ready.body.digest(), self.now());
        let leaf = Entry::new(Kind::Sent, actor)
            .text(Field::Message, &message)
            .text(Field::Release, &release.id)
            .text(Field::Partner, &release.partner)
            .digest(Field::Cleartext, release.cleartext)
            .digest(Field::Wire, wire);
        self.close_intent(intent, leaf).await?;
        self.put(&ready.body).await?;
        let clearance = to_json(&ready.clearance)?;
        self.release_sent(&release.id, &clearance).await?;
        let deadline = self.shared().settings.retry.deadline(now);
        self.with(async |conn| {
            let query = sqlx::query(INSERT).bind(&message).bind(&release.id).bind(&release.partner);
            let query = query.bind(ready.media_type).bind(wire.as_bytes().as_slice()).bind(&clearance);
            query.bind(int(number)).bind(micros(now)).bind(micros(deadline)).execute(&mut *conn).await?;
            select(conn, &message).await
        })
        .await
    }

    /// Has a message tried again at once, with a new deadline: one that waits, was parked or expired.
    ///
    /// # Errors
    /// [`Error::State`] when it is being sent or has ended for good.
    pub async fn requeue(&mut self, message: &str, actor: &str) -> Result<()> {
        use OutboxState::{Expired, Parked, Queued};
        self.in_state(message, &[Queued, Parked, Expired], "queued, parked or expired").await?;
        let now = self.now();
        let deadline = self.shared().settings.retry.deadline(now);
        self.with(async |conn| {
            let query = sqlx::query(REQUEUE).bind(message).bind(micros(now)).bind(micros(deadline));
            query.execute(conn).await?;
            Ok(())
        })
        .await?;
        self.changed(message, actor, "retry").await
    }

    /// Holds a message back until somebody has it tried again.
    ///
    /// # Errors
    /// [`Error::State`] when it does not wait.
    pub async fn park(&mut self, message: &str, actor: &str) -> Result<()> {
        self.in_state(message, &[OutboxState::Queued], "queued").await?;
        self.with(async |conn| {
            sqlx::query(PARK).bind(message).bind("by-hand").execute(conn).await?;
            Ok(())
        })
        .await?;
        self.changed(message, actor, "park").await
    }

    async fn changed(&mut self, message: &str, actor: &str, what: &str) -> Result<()> {
        let leaf = Entry::new(Kind::OutboxChanged, actor).text(Field::Message, message).text(Field::What, what);
        self.append(leaf).await?;
        Ok(())
    }

    async fn in_state(&mut self, message: &str, allowed: &[OutboxState], expected: &'static str) -> Result<()> {
        let found = self.with(async |conn| select(conn, message).await).await?.state;
        match allowed.contains(&found) {
            true => Ok(()),
            false => {
                let (id, found) = (message.to_owned(), found.as_str().to_owned());
                Err(Error::State { what: "message", id, found, expected })
            }
        }
    }
}

/// Queues messages again that this owner had leased, or whose lease has ended; gives their number.
pub(super) async fn release_leases(conn: &mut SqliteConnection, owner: &str, now: Timestamp) -> Result<u64> {
    Ok(sqlx::query(RELEASE_LEASES).bind(owner).bind(micros(now)).execute(conn).await?.rows_affected())
}

async fn find(conn: &mut SqliteConnection, message: &str) -> Result<Option<Message>> {
    let row = sqlx::query(SELECT).bind(message).fetch_optional(conn).await?;
    row.as_ref().map(from_row).transpose()
}

pub(super) async fn select(conn: &mut SqliteConnection, message: &str) -> Result<Message> {
    find(conn, message).await?.ok_or_else(|| Error::NotFound { what: "message", id: message.to_owned() })
}

fn from_row(row: &SqliteRow) -> Result<Message> {
    Ok(Message {
        message: row.try_get("message")?,
        release: row.try_get("release")?,
        partner: row.try_get("partner")?,
        media_type: row.try_get("media_type")?,
        wire: digest(row.try_get("wire")?)?,
        state: OutboxState::parse(row.try_get("state")?)?,
        attempts: row.try_get("attempts")?,
        queued_at: time(row.try_get("queued_at")?)?,
        next_at: time(row.try_get("next_at")?)?,
        deadline: time(row.try_get("deadline")?)?,
        code: row.try_get("code")?,
        receipt: maybe_digest(row.try_get("receipt")?)?,
    })
}
