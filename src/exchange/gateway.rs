//! What both pipelines work with, and the one way in which a record is filed.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    error::Code,
    openpgp::TeamKeys,
    record::{self, Form, Record, RecordDocument, TrackingNumber, number::Prefix},
    store::{self, Body, NewRecord, Store, Tx},
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
    /// The record could not be written: a defect.
    #[error("a record could not be written: {0}")]
    Record(#[from] serde_json::Error),
}

impl FilingError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            FilingError::Store(error) => error.code(),
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
