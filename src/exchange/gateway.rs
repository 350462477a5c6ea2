//! What both pipelines work with, and the one way in which a record is filed.

use std::sync::Arc;

use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    digest::Digest,
    error::{Code, Finding},
    openpgp::TeamKeys,
    record::{self, Form, Record, RecordDocument, RevisionError, TrackingNumber, number::Prefix},
    store::{self, Body, NewRecord, Revision, Store, Tx},
    time::WireTime,
    world::{Clock, Entropy, NoEntropy},
};

/// What both pipelines work with.
#[derive(Clone)]
pub struct Gateway {
    /// The store of this home.
    pub store: Store,
    /// Our OpenPGP certificates with their secret keys.
    pub keys: Arc<TeamKeys>,
    /// Prefix of our tracking numbers.
    pub prefix: Prefix,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers and tracking numbers.
    pub entropy: Arc<dyn Entropy>,
    /// Bounds how many messages are opened and decoded at the same time.
    pub openings: Arc<Semaphore>,
}

/// Why a record is not filed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilingError {
    /// The store could not do its work, or has the record or its number already.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// No randomness for an identifier.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// There is no such record.
    #[error("no record {0}")]
    NoRecord(String),
    /// A record in the store cannot be read.
    #[error("the record in the store cannot be read: {0}")]
    Unreadable(Box<Finding>),
    /// It is no revision of that record.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The record could not be written: a defect.
    #[error("a record could not be written: {0}")]
    Record(#[from] serde_json::Error),
}

impl FilingError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            FilingError::Store(error) => error.code(),
            FilingError::NoRecord(_) => Code::NotFound,
            FilingError::Unreadable(finding) => finding.code,
            FilingError::Revision(error) => error.code(),
            FilingError::Entropy(_) | FilingError::Record(_) => Code::Internal,
        }
    }
}

/// A record that has its number and is staged, to be filed within an act.
pub(super) struct Filing {
    new: NewRecord,
    body: Body,
}

impl Filing {
    pub(super) fn number(&self) -> Option<&str> {
        self.new.number.as_deref()
    }

    pub(super) async fn enter(&self, tx: &mut Tx) -> store::Result<()> {
        tx.create_record(&self.new, &self.body).await
    }
}

impl Gateway {
    /// A new random identifier (RFC 9562 §5.4).
    pub(super) fn new_id(&self) -> Result<Uuid, NoEntropy> {
        let mut random = [0; 16];
        self.entropy.fill(&mut random)?;
        Ok(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Stages a record; one without a tracking number draws one.
    pub(super) async fn prepare_filing(
        &self,
        mut record: Record,
        author: &str,
        reason: &str,
    ) -> Result<Filing, FilingError> {
        let number = match record.number.clone() {
            Some(number) => number,
            None => TrackingNumber::draw(&self.prefix, &*self.entropy)?,
        };
        record.number = Some(number.clone());
        let new = NewRecord {
            id: record.id.to_string(),
            number: Some(number.to_string()),
            kind: record.kind.as_str().to_owned(),
            author: author.to_owned(),
            reason: reason.to_owned(),
        };
        let bytes = record::write(&RecordDocument::of(vec![record]), Form::Compact)?;
        Ok(Filing { new, body: self.store.stage(bytes).await? })
    }

    /// A record of the store, by id or tracking number, and its newest revision's number.
    ///
    /// # Errors
    /// [`FilingError::NoRecord`], or why it cannot be read.
    pub async fn record(&self, name: &str) -> Result<(Record, u64), FilingError> {
        let known = self.known(name).await?;
        Ok((self.read(known.digest).await?, known.newest))
    }

    /// A record as it was.
    ///
    /// # Errors
    /// As [`Gateway::record`].
    pub async fn revision(&self, name: &str, revision: u64) -> Result<Record, FilingError> {
        let history = self.history(name).await?;
        let found = history.into_iter().find(|one| one.revision == revision);
        let found = found.ok_or_else(|| FilingError::NoRecord(format!("{name}, revision {revision}")))?;
        self.read(found.digest).await
    }

    /// All revisions of a record, oldest first.
    ///
    /// # Errors
    /// As [`Gateway::record`].
    pub async fn history(&self, name: &str) -> Result<Vec<Revision>, FilingError> {
        let known = self.known(name).await?;
        Ok(self.store.revisions(&known.id).await?)
    }

    /// Gives a record a new revision; its number. `changed` is the record as it was shown, changed: its version says what
    /// the change was made from. `from` is the revision that it must still be at, the newest if `None`.
    ///
    /// # Errors
    /// When `changed` is of another record, changes nothing, or was made from what is no longer the newest.
    pub async fn revise(
        &self,
        name: &str,
        changed: Record,
        from: Option<u64>,
        author: &str,
        reason: &str,
    ) -> Result<u64, FilingError> {
        let known = self.known(name).await?;
        let old = self.read(known.digest).await?;
        let at = WireTime::from_timestamp(self.clock.now());
        let revised = record::next_revision(&old, changed, author, at, reason)?;
        let bytes = record::write(&RecordDocument::of(vec![revised]), Form::Compact)?;
        let body = self.store.stage(bytes).await?;
        let (expected, author, reason) = (from.unwrap_or(known.newest), author.to_owned(), reason.to_owned());
        let revise = async move |tx: &mut Tx| tx.revise_record(&known.id, expected, &body, &author, &reason).await;
        Ok(self.store.act("revise", revise).await?)
    }

    async fn known(&self, name: &str) -> Result<store::Record, FilingError> {
        self.store.record(name).await?.ok_or_else(|| FilingError::NoRecord(name.to_owned()))
    }

    async fn read(&self, digest: Digest) -> Result<Record, FilingError> {
        let bytes = self.store.bytes(digest).await?;
        let document = record::read(&bytes).map_err(|finding| FilingError::Unreadable(Box::new(finding)))?;
        document.records.into_iter().next().ok_or_else(|| FilingError::NoRecord(digest.to_string()))
    }

    /// Takes our own records into the store, all of them or none; their tracking numbers.
    ///
    /// # Errors
    /// [`FilingError`]; the store is as before then.
    pub async fn import(&self, records: Vec<Record>, author: &str) -> Result<Vec<String>, FilingError> {
        let mut filings = Vec::new();
        for record in records {
            filings.push(self.prepare_filing(record, author, "imported").await?);
        }
        let numbers = filings.iter().filter_map(|filing| filing.number().map(str::to_owned)).collect();
        let import = async move |tx: &mut Tx| {
            for filing in &filings {
                filing.enter(tx).await?;
            }
            Ok::<_, store::Error>(())
        };
        self.store.act("import", import).await?;
        Ok(numbers)
    }
}
