//! What can go wrong in the store.

use std::{io, path::PathBuf, sync::Arc};

use crate::{audit::LeafError, digest::Digest, error::Code};

/// Result of a store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store did not do something. Nothing was acknowledged then, and nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no store in the home.
    #[error("no store at {}", .0.display())]
    Missing(PathBuf),
    /// There is a store already.
    #[error("there is a store at {} already", .0.display())]
    Exists(PathBuf),
    /// The file is some other database.
    #[error("{} is not a store of this program", .0.display())]
    Foreign(PathBuf),
    /// The store was written by a newer version.
    #[error("the store has schema {found}, this program knows up to {known}: use the newer version")]
    Newer {
        /// Version of the store's schema.
        found: u64,
        /// Newest version that this program knows.
        known: u64,
    },
    /// A `serve` holds the home.
    #[error("another serve works on this home (it holds {})", .0.display())]
    Serving(PathBuf),
    /// Another process held the database for longer than the busy timeout.
    #[error("the database is busy with another process")]
    Busy,
    /// No space on disk, or the configured limit is reached.
    #[error("no space left for the database")]
    Full,
    /// The database cannot be written.
    #[error("the database is read-only")]
    ReadOnly,
    /// Reading or writing a file failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The database could not do it.
    #[error("the database failed: {0}")]
    Database(Arc<dyn std::error::Error + Send + Sync>),
    /// What is stored contradicts itself.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// An act ended by a defect.
    #[error("the act was stopped by a defect of this program")]
    Defect,
    /// The store was closed, or an act went on after the database had failed.
    #[error("the store is closed")]
    Closed,

    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which identifier.
        id: String,
    },
    /// There is one already.
    #[error("there is a {what} {id} already")]
    Taken {
        /// What.
        what: &'static str,
        /// Its identifier.
        id: String,
    },
    /// Somebody else changed the record in between.
    #[error("the record {record} has revision {found}, expected {expected}")]
    Stale {
        /// The record.
        record: String,
        /// The revision that the change was made from.
        expected: u64,
        /// The newest.
        found: u64,
    },
    /// The same message id came with other bytes.
    #[error("message {message} of {partner} was received as {kept}, now came {came}")]
    Conflict {
        /// The partner.
        partner: String,
        /// The message id.
        message: String,
        /// Digest of what was kept.
        kept: Digest,
        /// Digest of what came now.
        came: Digest,
    },
    /// The message has its receipt already; the act is undone so that nothing happens twice.
    #[error("message {message} of {partner} is settled already")]
    Settled {
        /// The partner.
        partner: String,
        /// The message id.
        message: String,
    },
    /// The state does not allow it.
    #[error("the {what} {id} is {found}, expected {expected}")]
    State {
        /// What.
        what: &'static str,
        /// Its identifier.
        id: String,
        /// The state that it has.
        found: String,
        /// The state that it must have.
        expected: &'static str,
    },
    /// A release, its approval and the message do not fit together.
    #[error("release {release}: the {what} is {found}, expected {expected}")]
    Mismatch {
        /// The release.
        release: String,
        /// What differs.
        what: &'static str,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The lease of a claimed message ended, and another has it.
    #[error("the lease of message {0} was lost")]
    LeaseLost(String),
    /// A leaf was not of the right shape, or of a kind that only the store itself writes.
    #[error("the audit leaf is malformed: {0}")]
    Leaf(#[from] LeafError),
    /// A leaf of a kind that has its own function.
    #[error("a leaf of kind {0} is written by the store itself")]
    ReservedKind(&'static str),
}

impl Error {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            Error::Missing(_) => Code::HomeMissing,
            Error::Exists(_) | Error::Foreign(_) => Code::StoreUnusable,
            Error::Newer { .. } => Code::StoreNewer,
            Error::Serving(_) => Code::AlreadyServing,
            Error::Busy => Code::StoreBusy,
            Error::Full | Error::ReadOnly | Error::Io { .. } => Code::DiskWrite,
            Error::Database(_) | Error::Closed => Code::StoreFailed,
            Error::Damaged(_) => Code::StoreDamaged,
            Error::Defect | Error::Leaf(_) | Error::ReservedKind(_) => Code::Internal,
            Error::NotFound { .. } => Code::NotFound,
            Error::Taken { .. } => Code::Taken,
            Error::Stale { .. } => Code::RecordStale,
            Error::Conflict { .. } => Code::MessageConflict,
            Error::Settled { .. } | Error::State { .. } => Code::WrongState,
            Error::Mismatch { .. } => Code::ReleaseMismatch,
            Error::LeaseLost(_) => Code::LeaseLost,
        }
    }

    /// Whether the database itself failed, so that no act of the running transaction can count.
    pub(super) fn is_fatal(&self) -> bool {
        use Error::{Busy, Closed, Damaged, Database, Full, Io, ReadOnly};
        matches!(self, Busy | Closed | Damaged(_) | Database(_) | Full | Io { .. } | ReadOnly)
    }

    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, source: Arc::new(source) }
    }
}

/// Primary result codes of SQLite (<https://www.sqlite.org/rescode.html>).
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|database| database.code()?.parse::<i32>().ok());
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Error::Busy,
            Some(8) => Error::ReadOnly,
            Some(10 | 14) => Error::io(super::open::FILE)(io::Error::other(error)),
            Some(11 | 26) => Error::Damaged(error.to_string()),
            Some(13) => Error::Full,
            _ => Error::Database(Arc::new(error)),
        }
    }
}
