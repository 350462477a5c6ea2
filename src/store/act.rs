//! Acts: changes that stand or fall together, and the one thread that performs them.
//!
//! Acts of one process are done one after another by a writer thread. Those that wait at the same time share a
//! transaction: each runs in a savepoint of its own, so that one that fails takes back only its own changes, and all of
//! them are answered after one commit. Other processes write the same home between such transactions; whatever an act
//! builds on (a revision, a lease, the log's head) is therefore read inside it.
//!
//! After the database failed, SQLite may have taken the whole transaction back, and what runs then would stand alone.
//! So a failure of the database ends the group, and all its acts are answered with it.
//!
//! An act is handed over whole. When whoever asked for it goes away, it is done all the same or not begun.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    thread,
};

use jiff::Timestamp;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::{
    Store,
    commit_point::CommitPoint,
    error::{Error, Result},
    open::Shared,
};

impl Store {
    /// Performs an act: all that `work` does through its [`Tx`] is on disk when this returns a value, and none of it
    /// happened when this returns an error. `label` names the act in traces.
    ///
    /// ```text
    /// let body = store.stage(bytes).await?;
    /// store.act("file", async move |tx: &mut Tx| tx.create_record(&new, &body).await).await?;
    /// ```
    ///
    /// # Errors
    /// What `work` returned, or why the database could not commit.
    pub async fn act<T, E, F>(&self, label: &'static str, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.writer().hand_over(Box::new(Pending { label, work, answer })).await?;
        // The channel closes unanswered only when the act panicked.
        answered.await.unwrap_or_else(|_| Err(Error::Defect.into()))
    }
}

/// The transaction that an act works in. Its functions are in the modules of the things they change.
pub struct Tx {
    conn: SqliteConnection,
    shared: Arc<Shared>,
    now: Timestamp,
    /// The database failed, or a statement was given up half way: SQLite may have ended the transaction by itself, so
    /// nothing more may run in it.
    broken: Option<Error>,
    /// A leaf could not be written: the act must not count, whatever its work makes of the error.
    spoilt: Option<Error>,
}

impl Tx {
    pub(super) fn new(conn: SqliteConnection, shared: Arc<Shared>) -> Self {
        Tx { conn, now: shared.now(), shared, broken: None, spoilt: None }
    }

    /// The time of the act, read once at its beginning.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A new random identifier (UUID version 4).
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn new_id(&mut self) -> Result<String> {
        let mut bytes = [0; 16];
        self.shared.fill(&mut bytes)?;
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Refuses the act, also when its work does not.
    pub(super) fn spoil(&mut self, error: &Error) {
        self.spoilt.get_or_insert_with(|| error.clone());
    }

    /// The one way to the database. After it failed, or when `work` is dropped before its end, nothing more runs.
    pub(super) async fn with<T>(&mut self, work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        self.broken = Some(Error::Defect);
        let result = work(&mut self.conn).await;
        self.broken = result.as_ref().err().filter(|error| error.is_fatal()).cloned();
        result
    }

    async fn run(&mut self, statement: &'static str) -> Result<()> {
        self.with(async |conn| {
            sqlx::query(statement).persistent(true).execute(conn).await?;
            Ok(())
        })
        .await
    }
}

type Local<'t, T> = Pin<Box<dyn Future<Output = T> + 't>>;

/// An act that waits for its turn.
trait Act: Send {
    fn label(&self) -> &'static str;
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> Local<'t, Ran>;
    fn refuse(self: Box<Self>, error: Error);
}

/// An act that has run, with the answer that is given once its fate is known.
struct Ran {
    keep: bool,
    answer: Box<dyn FnOnce(Result<()>)>,
}

struct Pending<F, T, E> {
    label: &'static str,
    work: F,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Act for Pending<F, T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
{
    fn label(&self) -> &'static str {
        self.label
    }

    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> Local<'t, Ran> {
        let Pending { work, answer, .. } = *self;
        Box::pin(async move {
            let result = work(tx).await;
            let result = match tx.spoilt.take() {
                Some(error) if result.is_ok() => Err(error.into()),
                _ => result,
            };
            // A caller that went away is not told; its act counts all the same.
            Ran {
                keep: result.is_ok(),
                answer: Box::new(move |fate| {
                    let _ = answer.send(match (result, fate) {
                        (Ok(_), Err(error)) => Err(error.into()),
                        (result, _) => result,
                    });
                }),
            }
        })
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.answer.send(Err(error.into()));
    }
}

enum Command {
    Act(Box<dyn Act>),
    Stop(oneshot::Sender<()>),
}

/// The way to the writer thread.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Command>);

impl Writer {
    /// Starts the thread; it ends when the last handle is gone or [`Writer::stop`] was called.
    pub(super) fn start(tx: Tx) -> Result<Self> {
        let (sender, receiver) = mpsc::channel(tx.shared.settings.backlog.max(1));
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(Error::io("runtime"))?;
        thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || runtime.block_on(serve(tx, receiver)))
            .map_err(Error::io("thread"))?;
        Ok(Writer(sender))
    }

    async fn hand_over(&self, act: Box<dyn Act>) -> Result<()> {
        self.0.send(Command::Act(act)).await.map_err(|_| Error::Closed)
    }

    pub(super) async fn stop(&self) {
        let (stopped, wait) = oneshot::channel();
        if self.0.send(Command::Stop(stopped)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

async fn serve(mut tx: Tx, mut commands: mpsc::Receiver<Command>) {
    let mut stopped = None;
    while stopped.is_none() {
        match commands.recv().await {
            Some(Command::Act(first)) => stopped = group(&mut tx, first, &mut commands).await,
            Some(Command::Stop(answer)) => stopped = Some(answer),
            None => break,
        }
    }
    // Acts that came after the stop find their channel closed.
    drop(commands);
    let _ = tx.conn.close().await;
    if let Some(answer) = stopped {
        let _ = answer.send(());
    }
}

/// One transaction: the first act and those that wait behind it.
async fn group(
    tx: &mut Tx,
    first: Box<dyn Act>,
    commands: &mut mpsc::Receiver<Command>,
) -> Option<oneshot::Sender<()>> {
    tx.broken = None;
    if let Err(error) = tx.run("BEGIN IMMEDIATE").await {
        first.refuse(error);
        return None;
    }
    tx.shared.pass(CommitPoint::BeforeAct);
    let mut stopped = None;
    let mut ran = Vec::new();
    let mut next = Some(first);
    let mut fate = Ok(());
    while let Some(act) = next.take() {
        fate = one(tx, act, &mut ran).await;
        if fate.is_ok() && ran.len() < tx.shared.settings.group {
            match commands.try_recv() {
                Ok(Command::Act(act)) => next = Some(act),
                Ok(Command::Stop(answer)) => stopped = Some(answer),
                Err(_) => {}
            }
        }
    }
    tx.shared.pass(CommitPoint::BeforeCommit);
    if fate.is_ok() {
        fate = tx.run("COMMIT").await;
    }
    match &fate {
        Ok(()) => {
            tx.shared.commits.fetch_add(1, Ordering::Relaxed);
            tx.shared.acts.fetch_add(ran.iter().filter(|ran| ran.keep).count() as u64, Ordering::Relaxed);
            tx.shared.pass(CommitPoint::AfterCommit);
        }
        Err(error) => {
            tracing::warn!(acts = ran.len(), %error, "the store could not commit");
            tx.broken = None;
            // Fails when SQLite has taken the transaction back by itself.
            let _ = tx.run("ROLLBACK").await;
        }
    }
    for act in ran {
        (act.answer)(fate.clone());
    }
    stopped
}

/// One act, in its savepoint. An error means that the whole transaction is lost.
async fn one(tx: &mut Tx, act: Box<dyn Act>, ran: &mut Vec<Ran>) -> Result<()> {
    let label = act.label();
    tx.now = tx.shared.now();
    tx.spoilt = None;
    if let Err(error) = tx.run("SAVEPOINT act").await {
        act.refuse(error.clone());
        return Err(error);
    }
    let outcome = guarded(act.run(tx)).await;
    if outcome.is_none() {
        tracing::error!(label, "an act panicked");
    }
    let keep = outcome.as_ref().is_some_and(|ran| ran.keep);
    ran.extend(outcome);
    if !keep {
        tx.run("ROLLBACK TO act").await?;
    }
    tx.run("RELEASE act").await
}

/// The future's value, or nothing when it panicked.
async fn guarded<T>(mut future: Local<'_, T>) -> Option<T> {
    let polled = poll_fn(|context| {
        let step = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match step {
            Ok(poll) => poll.map(Some),
            Err(_) => std::task::Poll::Ready(None),
        }
    });
    polled.await
}
