//! Numbers of outbound acts, drawn before the act.
//!
//! The number is a leaf of the log, committed before anything else happens. The act's own leaf closes it; if there is no
//! act, an `abandoned` leaf does. So an act that is missing from the log leaves a number that nothing closes.

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    lock::ServeLock,
    object::{blocking, sweep},
    outbox,
    row::{count, int},
};
use crate::audit::{Entry, Field, Kind};

const INSERT: &str = "INSERT INTO intent (seq) VALUES (?1)";
const IS_OPEN: &str = "SELECT seq FROM intent WHERE seq = ?1 AND closed_by IS NULL";
const CLOSE: &str = "UPDATE intent SET closed_by = ?2 WHERE seq = ?1";
const OPEN: &str = "SELECT seq FROM intent WHERE closed_by IS NULL ORDER BY seq";

/// A drawn number that must be closed. It is used up by the act that closes it.
#[derive(Debug)]
pub struct Intent(u64);

impl Intent {
    /// The number: the place of the intent's leaf in the log.
    pub fn number(&self) -> u64 {
        self.0
    }
}

/// What was put right before serving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Intents that were closed with an `abandoned` leaf.
    pub abandoned: Vec<u64>,
    /// Messages whose lease was ended, now queued again.
    pub released: u64,
    /// Half-written payload files that were removed.
    pub removed: u64,
}

impl Store {
    /// Draws the number of an outbound act. `what` is a word such as `push`; `actor` whoever acts.
    ///
    /// # Errors
    /// When the act fails.
    pub async fn draw_intent(&self, actor: &str, what: &str) -> Result<Intent> {
        let entry = Entry::new(Kind::Intent, actor).text(Field::What, what);
        self.act("intent", async move |tx| {
            let seq = tx.append(entry).await?;
            tx.with(async |conn| {
                sqlx::query(INSERT).bind(int(seq)).execute(conn).await?;
                Ok(Intent(seq))
            })
            .await
        })
        .await
    }

    /// Draws a number, performs the act that closes it, and closes it with `abandoned` when the act fails.
    ///
    /// # Errors
    /// What the act returned. If also abandoning fails, recovery does it.
    pub async fn outbound<T, E, F>(&self, actor: &str, what: &'static str, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFnOnce(&mut Tx, Intent) -> Result<T, E> + Send + 'static,
    {
        let intent = self.draw_intent(actor, what).await?;
        let number = intent.number();
        let result = self.act(what, async move |tx| work(tx, intent).await).await;
        if result.is_err() {
            let abandoned = self.act("abandon", async move |tx| tx.abandon(number).await).await;
            if let Err(error) = abandoned {
                tracing::warn!(number, %error, "an intent stays open until the next start");
            }
        }
        result
    }

    /// Intents that nothing has closed yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_intents(&self) -> Result<Vec<u64>> {
        open(&mut *self.reader().await?).await
    }

    /// Puts right what a crash left: closes every open intent with an `abandoned` leaf, queues messages again that
    /// `owner` had leased or whose lease has ended, removes half-written payloads. To be called before serving, by
    /// whoever holds the serve lock. An outbound act of another process that is at work at this moment fails.
    ///
    /// # Errors
    /// When the act fails.
    pub async fn recover(&self, _lock: &ServeLock, owner: &str) -> Result<Recovered> {
        let owner = owner.to_owned();
        let home = self.shared().home.clone();
        let removed = blocking(move || sweep(&home)).await?;
        self.act("recover", async move |tx| {
            let abandoned = tx.with(async |conn| open(conn).await).await?;
            for number in &abandoned {
                tx.abandon(*number).await?;
            }
            let now = tx.now();
            let released = tx.with(async |conn| outbox::release_leases(conn, &owner, now).await).await?;
            Ok(Recovered { abandoned, released, removed })
        })
        .await
    }
}

impl Tx {
    /// Appends the leaf of an outbound act and closes its intent with it. The entry must be of a kind that closes one;
    /// its field `intent` is set here.
    ///
    /// # Errors
    /// [`Error::State`] when the intent was closed in between.
    pub async fn close_intent(&mut self, intent: Intent, entry: Entry) -> Result<u64> {
        self.close(intent.0, entry).await
    }

    async fn abandon(&mut self, number: u64) -> Result<u64> {
        self.close(number, Entry::new(Kind::Abandoned, "system")).await
    }

    async fn close(&mut self, number: u64, entry: Entry) -> Result<u64> {
        let is_open: Option<(i64,)> =
            self.with(async |conn| Ok(sqlx::query_as(IS_OPEN).bind(int(number)).fetch_optional(conn).await?)).await?;
        if is_open.is_none() {
            let (id, found) = (number.to_string(), "closed".to_owned());
            return Err(Error::State { what: "intent", id, found, expected: "open" });
        }
        let seq = self.append(entry.number(Field::Intent, number)).await?;
        self.with(async |conn| {
            sqlx::query(CLOSE).bind(int(number)).bind(int(seq)).execute(conn).await?;
            Ok(seq)
        })
        .await
    }
}

async fn open(conn: &mut sqlx::SqliteConnection) -> Result<Vec<u64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(OPEN).fetch_all(conn).await?;
    rows.into_iter().map(|(seq,)| count(seq)).collect()
}
