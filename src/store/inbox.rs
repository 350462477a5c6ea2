//! The inbox: one row for each message of a partner, and its one receipt.
//!
//! The key is (partner, message id). A message that comes again with the same bytes gets the same receipt, byte for
//! byte; with other bytes it is a conflict. Until it has its receipt, a message counts as not yet handled, so that a
//! copy that comes after a crash is handled as if it were the first.

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    object::Body,
    originals::{self, Original},
    row::{digest, maybe_digest, micros, time},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
    gate,
};

const INSERT: &str = "INSERT INTO inbox (partner, message, digest, original, state, received_at) \
    VALUES (?1, ?2, ?3, ?4, 'received', ?5)";
const AGAIN: &str = "UPDATE inbox SET copies = copies + 1 WHERE partner = ?1 AND message = ?2";
const SETTLE: &str = "UPDATE inbox SET state = ?3, code = ?4, reason = ?5, number = ?6, receipt = ?7, settled_at = ?8 \
    WHERE partner = ?1 AND message = ?2";
const DECIDE: &str =
    "UPDATE inbox SET state = ?3, code = ?4, reason = ?5, number = ?6 WHERE partner = ?1 AND message = ?2";
const NAMED: &str = "SELECT partner, message, digest, original, state, code, reason, number, receipt, received_at, \
    settled_at, copies FROM inbox WHERE message = ?1 AND (?2 IS NULL OR partner = ?2) ORDER BY partner";
const SELECT: &str = "SELECT partner, message, digest, original, state, code, reason, number, receipt, received_at, \
    settled_at, copies FROM inbox WHERE partner = ?1 AND message = ?2";
const LIST: &str = "SELECT partner, message, digest, original, state, code, reason, number, receipt, received_at, \
    settled_at, copies FROM inbox WHERE ?1 IS NULL OR state = ?1 ORDER BY received_at DESC, partner, message LIMIT ?2";

/// What a message is when it comes.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// It came for the first time; or a first copy came and was never answered. To be handled.
    New(Original),
    /// It was handled: the digest of its receipt, which is to be given again as it is.
    Done(Digest),
}

/// How a message is settled.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// How it ended.
    pub outcome: gate::Outcome,
    /// Error code, when it was not filed; a word.
    pub code: Option<String>,
    /// Why, for our own people.
    pub reason: Option<String>,
    /// Our tracking number, when it has one.
    pub number: Option<String>,
    /// The receipt's bytes, as they are sent.
    pub receipt: Body,
}

/// What somebody here has decided about a message that was quarantined.
#[derive(Clone, Debug)]
pub struct Decision {
    /// [`gate::Outcome::Filed`] or [`gate::Outcome::Refused`].
    pub outcome: gate::Outcome,
    /// Error code, when it is refused; a word.
    pub code: Option<String>,
    /// Why, for our own people.
    pub reason: Option<String>,
    /// Our tracking number, when it is filed.
    pub number: Option<String>,
    /// Who has decided.
    pub actor: String,
}

/// A message of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Who sent it.
    pub partner: String,
    /// The sender's message id.
    pub message: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Identifier of the original.
    pub original: String,
    /// How it ended; `None` while it is not settled.
    pub outcome: Option<gate::Outcome>,
    /// Error code.
    pub code: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Our tracking number.
    pub number: Option<String>,
    /// Digest of the receipt.
    pub receipt: Option<Digest>,
    /// When the first copy came.
    pub received_at: Timestamp,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// How often it came.
    pub copies: u32,
}

impl Tx {
    /// Takes note of a message: keeps the original when it is new.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the id came before with other bytes.
    pub async fn arrive(
        &mut self,
        partner: &str,
        message: &str,
        media_type: &str,
        body: &Body,
        received_at: Timestamp,
    ) -> Result<Arrival> {
        let Some(known) = self.received(partner, message).await? else {
            let original = self.keep_original(partner, media_type, body, received_at).await?;
            self.with(async |conn| {
                let query = sqlx::query(INSERT).bind(partner).bind(message).bind(body.digest().as_bytes().as_slice());
                query.bind(original.id()).bind(micros(received_at)).execute(conn).await?;
                Ok(())
            })
            .await?;
            return Ok(Arrival::New(original));
        };
        if known.digest != body.digest() {
            let (partner, message) = (partner.to_owned(), message.to_owned());
            return Err(Error::Conflict { partner, message, kept: known.digest, came: body.digest() });
        }
        self.with(async |conn| {
            sqlx::query(AGAIN).bind(partner).bind(message).execute(&mut *conn).await?;
            match known.receipt {
                Some(receipt) => Ok(Arrival::Done(receipt)),
                None => {
                    let (kept, _) = originals::select(conn, &known.original).await?;
                    Ok(Arrival::New(originals::with_bytes(kept, body)))
                }
            }
        })
        .await
    }

    /// Gives a message its one receipt, in the act that files it.
    ///
    /// # Errors
    /// [`Error::Settled`] when it has one already: the act must fail then, so that nothing is filed twice.
    pub async fn settle_received(&mut self, partner: &str, message: &str, how: &Settlement) -> Result<()> {
        let known = self.received(partner, message).await?;
        let known = known.ok_or_else(|| Error::NotFound { what: "message", id: message.to_owned() })?;
        if known.receipt.is_some() {
            return Err(Error::Settled { partner: partner.to_owned(), message: message.to_owned() });
        }
        self.put(&how.receipt).await?;
        let now = self.now();
        let receipt = how.receipt.digest();
        self.with(async |conn| {
            let query = sqlx::query(SETTLE).bind(partner).bind(message).bind(how.outcome.as_str()).bind(&how.code);
            let query = query.bind(&how.reason).bind(&how.number).bind(receipt.as_bytes().as_slice());
            query.bind(micros(now)).execute(conn).await?;
            Ok(())
        })
        .await?;
        let leaf = received_leaf("system", &known, how.outcome, how.code.as_deref(), how.number.as_deref());
        self.append(leaf).await?;
        let leaf = Entry::new(Kind::ReceiptIssued, "system")
            .text(Field::Partner, partner)
            .text(Field::Message, message)
            .digest(Field::Receipt, receipt);
        self.append(leaf).await?;
        Ok(())
    }

    /// Ends the quarantine of a message. Its receipt stays what it was.
    ///
    /// # Errors
    /// [`Error::State`] when it is not quarantined.
    pub async fn decide_received(&mut self, partner: &str, message: &str, decision: &Decision) -> Result<()> {
        let known = self.received(partner, message).await?;
        let known = known.ok_or_else(|| Error::NotFound { what: "message", id: message.to_owned() })?;
        if known.outcome != Some(gate::Outcome::Quarantined) || decision.outcome == gate::Outcome::Quarantined {
            let found = known.outcome.map_or("unsettled", gate::Outcome::as_str).to_owned();
            return Err(Error::State { what: "message", id: message.to_owned(), found, expected: "quarantined" });
        }
        let Decision { outcome, code, reason, number, actor } = decision;
        self.with(async |conn| {
            let query = sqlx::query(DECIDE).bind(partner).bind(message).bind(outcome.as_str()).bind(code);
            query.bind(reason).bind(number).execute(conn).await?;
            Ok(())
        })
        .await?;
        self.append(received_leaf(actor, &known, *outcome, code.as_deref(), number.as_deref())).await?;
        Ok(())
    }

    /// A message of the inbox, as this act sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn received(&mut self, partner: &str, message: &str) -> Result<Option<Received>> {
        self.with(async |conn| received(conn, partner, message).await).await
    }
}

impl Store {
    /// A message of the inbox.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn received(&self, partner: &str, message: &str) -> Result<Option<Received>> {
        received(&mut *self.reader().await?, partner, message).await
    }

    /// The messages of the inbox with this id: one for each partner that has used it, or that partner's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn received_as(&self, message: &str, partner: Option<&str>) -> Result<Vec<Received>> {
        let query = sqlx::query(NAMED).bind(message).bind(partner);
        query.fetch_all(&mut *self.reader().await?).await?.iter().map(from_row).collect()
    }

    /// Messages of the inbox, newest first: all, or those that ended in one way.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn inbox(&self, outcome: Option<gate::Outcome>, limit: u32) -> Result<Vec<Received>> {
        self.inbox_in(outcome.map(gate::Outcome::as_str), limit).await
    }

    /// Messages that were received and are not settled, newest first: what a crash interrupted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettled(&self, limit: u32) -> Result<Vec<Received>> {
        self.inbox_in(Some("received"), limit).await
    }

    async fn inbox_in(&self, state: Option<&str>, limit: u32) -> Result<Vec<Received>> {
        let query = sqlx::query(LIST).bind(state).bind(limit);
        query.fetch_all(&mut *self.reader().await?).await?.iter().map(from_row).collect()
    }
}

fn received_leaf(
    actor: &str,
    known: &Received,
    outcome: gate::Outcome,
    code: Option<&str>,
    number: Option<&str>,
) -> Entry {
    let leaf = Entry::new(Kind::Received, actor)
        .text(Field::Partner, &known.partner)
        .text(Field::Message, &known.message)
        .text(Field::Status, outcome.as_str())
        .text(Field::Original, &known.original)
        .digest(Field::Digest, known.digest);
    let further = [(Field::Code, code), (Field::Number, number)];
    further.into_iter().fold(leaf, |leaf, (field, value)| match value {
        Some(value) => leaf.text(field, value),
        None => leaf,
    })
}

async fn received(conn: &mut SqliteConnection, partner: &str, message: &str) -> Result<Option<Received>> {
    let row = sqlx::query(SELECT).bind(partner).bind(message).fetch_optional(conn).await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &SqliteRow) -> Result<Received> {
    Ok(Received {
        partner: row.try_get("partner")?,
        message: row.try_get("message")?,
        digest: digest(row.try_get("digest")?)?,
        original: row.try_get("original")?,
        outcome: outcome(row.try_get("state")?),
        code: row.try_get("code")?,
        reason: row.try_get("reason")?,
        number: row.try_get("number")?,
        receipt: maybe_digest(row.try_get("receipt")?)?,
        received_at: time(row.try_get("received_at")?)?,
        settled_at: row.try_get::<Option<i64>, _>("settled_at")?.map(time).transpose()?,
        copies: row.try_get("copies")?,
    })
}

/// `None` for the one state of a message that has no outcome yet.
fn outcome(state: &str) -> Option<gate::Outcome> {
    gate::Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == state)
}
