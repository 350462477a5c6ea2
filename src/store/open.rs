//! Making and opening a store.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use sqlx::{
    ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    act::{Tx, Writer},
    commit_point::{Abort, CommitPoint},
    error::{Error, Result},
    log,
    retry::RetryPolicy,
    row::{count, int, micros},
};
use crate::{
    audit::{Entry, Field, Kind, VerifierKey},
    digest::Digest,
    world::{Clock, Entropy},
};

/// Name of the database in the home.
pub const FILE: &str = "store.sqlite";

/// Every schema change, in order; the schema's version is their number. A released file is never edited.
const MIGRATIONS: &[(&str, &str)] = &[("initial", include_str!("migrations/0001_initial.sql"))];

const TABLES: &str = "SELECT count(*), count(*) FILTER (WHERE name = 'migration') FROM sqlite_schema";
const CREATE_MIGRATION: &str = "CREATE TABLE IF NOT EXISTS migration \
    (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, at INTEGER NOT NULL) STRICT";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM migration";
const APPLIED: &str = "INSERT INTO migration (version, name, digest, at) VALUES (?1, ?2, ?3, ?4)";

/// What the store is given, with its limits.
pub struct Settings {
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Longest payload that is kept in a row, in bytes; longer ones are files. Default 65,536.
    pub inline_max: usize,
    /// How long to wait for another process that writes. Default 10 s.
    pub busy_timeout: Duration,
    /// Connections that read. Default 4.
    pub readers: u32,
    /// Most acts that are committed together. Default 128.
    pub group: usize,
    /// Acts that may wait for their turn; further callers wait to be let in. Default 1,024.
    pub backlog: usize,
    /// Largest size of the database in bytes, rounded down to pages; payload files do not count. Default none.
    pub max_bytes: Option<u64>,
    /// When messages are tried again.
    pub retry: RetryPolicy,
    /// For crash tests: where to abort the process.
    pub abort: Option<Abort>,
}

impl Settings {
    /// The defaults, with this clock and this source of randomness.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Settings {
            clock,
            entropy,
            inline_max: 65_536,
            busy_timeout: Duration::from_secs(10),
            readers: 4,
            group: 128,
            backlog: 1_024,
            max_bytes: None,
            retry: RetryPolicy::default(),
            abort: None,
        }
    }
}

/// What the store's parts have in common.
pub(super) struct Shared {
    pub(super) home: PathBuf,
    pub(super) settings: Settings,
    pub(super) acts: AtomicU64,
    pub(super) commits: AtomicU64,
}

/// What the writer of this process has done since the store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Acts that were performed and kept.
    pub acts: u64,
    /// Transactions that carried them.
    pub commits: u64,
}

impl Shared {
    pub(super) fn pass(&self, point: CommitPoint) {
        if let Some(abort) = &self.settings.abort {
            abort.pass(point);
        }
    }

    /// Now, in the precision that rows keep.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.settings.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    pub(super) fn fill(&self, out: &mut [u8]) -> Result<()> {
        self.settings.entropy.fill(out).map_err(|error| Error::Database(Arc::new(error)))
    }
}

/// The durable store of one home. Clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    readers: SqlitePool,
    writer: Writer,
}

impl Store {
    /// Makes the store of a home and begins its log: `origin` is the log's name, `key` the one that will sign its
    /// checkpoints, `actor` whoever makes it. A store whose making was interrupted is completed.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is one.
    pub async fn create(home: &Path, settings: Settings, origin: &str, key: &VerifierKey, actor: &str) -> Result<Self> {
        let genesis = Entry::new(Kind::Genesis, actor).text(Field::Origin, origin).text(Field::Key, key.to_string());
        let objects = home.join("objects");
        let path = home.join(FILE);
        private(&objects, &path)?;
        let mut conn = connect(&path, &settings, true).await?;
        migrate(&mut conn, &path, settings.clock.now()).await?;
        if log::begin(&mut conn, origin, genesis, settings.clock.now()).await? {
            conn.close().await?;
            File::open(home).and_then(|home| home.sync_all()).map_err(Error::io(home))?;
            Store::open(home, settings).await
        } else {
            Err(Error::Exists(path))
        }
    }

    /// Opens the store of a home, bringing its schema up to date.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Newer`], or [`Error::Damaged`] when what it holds contradicts itself.
    pub async fn open(home: &Path, settings: Settings) -> Result<Self> {
        let path = home.join(FILE);
        if !path.try_exists().map_err(Error::io(&path))? {
            return Err(Error::Missing(path));
        }
        let mut conn = connect(&path, &settings, false).await?;
        migrate(&mut conn, &path, settings.clock.now()).await?;
        if !log::is_begun(&mut conn).await? {
            return Err(Error::Missing(path));
        }
        let options = options(&path, &settings).pragma("query_only", "1");
        let readers = SqlitePoolOptions::new().min_connections(0).max_connections(settings.readers);
        let readers = readers.acquire_timeout(settings.busy_timeout).connect_lazy_with(options);
        let shared =
            Arc::new(Shared { home: home.to_owned(), settings, acts: AtomicU64::new(0), commits: AtomicU64::new(0) });
        let writer = Writer::start(Tx::new(conn, Arc::clone(&shared)))?;
        Ok(Store { shared, readers, writer })
    }

    /// Ends the store: acts that wait are done, then the files are closed. Later acts of clones get [`Error::Closed`].
    pub async fn close(self) {
        self.writer.stop().await;
        self.readers.close().await;
    }

    /// How many acts were committed, and in how many transactions.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts { acts: read(&self.shared.acts), commits: read(&self.shared.commits) }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(super) async fn reader(&self) -> Result<PoolConnection<Sqlite>> {
        Ok(self.readers.acquire().await?)
    }
}

/// Makes folder and file for their owner alone. SQLite gives what it writes beside a database the same permissions.
fn private(objects: &Path, database: &Path) -> Result<()> {
    let (mut folder, mut file) = (DirBuilder::new(), OpenOptions::new());
    folder.recursive(true);
    file.create(true).append(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    }
    folder.create(objects).map_err(Error::io(objects))?;
    file.open(database).map(drop).map_err(Error::io(database))
}

fn options(path: &Path, settings: &Settings) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(settings.busy_timeout)
}

async fn connect(path: &Path, settings: &Settings, create: bool) -> Result<SqliteConnection> {
    let mut options = options(path, settings).journal_mode(SqliteJournalMode::Wal).create_if_missing(create);
    if let Some(bytes) = settings.max_bytes {
        options = options.page_size(PAGE).pragma("max_page_count", (bytes / u64::from(PAGE)).to_string());
    }
    Ok(options.connect().await?)
}

const PAGE: u32 = 4_096;

async fn migrate(conn: &mut SqliteConnection, path: &Path, now: Timestamp) -> Result<()> {
    let (tables, ours): (i64, i64) = sqlx::query_as(TABLES).fetch_one(&mut *conn).await?;
    if tables > 0 && ours == 0 {
        return Err(Error::Foreign(path.to_owned()));
    }
    let known = MIGRATIONS.len() as u64;
    if ours > 0 && version(conn).await? == known {
        return Ok(());
    }
    // The version is read again inside: another process may have been faster.
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(CREATE_MIGRATION).execute(&mut *tx).await?;
    let found = version(&mut tx).await?;
    if found > known {
        return Err(Error::Newer { found, known });
    }
    for (number, &(name, script)) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        sqlx::raw_sql(script).execute(&mut *tx).await?;
        let digest = Digest::of(script.as_bytes());
        let applied = sqlx::query(APPLIED).bind(int(number)).bind(name).bind(digest.as_bytes().as_slice());
        applied.bind(micros(now)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn version(conn: &mut SqliteConnection) -> Result<u64> {
    let (version,): (i64,) = sqlx::query_as(VERSION).fetch_one(conn).await?;
    count(version)
}
