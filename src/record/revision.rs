//! Revisions: a record is never overwritten; a change makes the next revision, with author, time and reason
//! (requirements 5 and 174).

use super::{root::Record, write::digest};
use crate::{error::Code, time::WireTime};

#[cfg(test)]
mod tests;

/// Why a change makes no revision.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// A change without a reason is none.
    #[error("found an empty reason, expected why the record is changed")]
    NoReason,
    /// A change without an author is none.
    #[error("found an empty author, expected who changes the record")]
    NoAuthor,
    /// The change is to another record.
    #[error("found a change to record {found}, expected one to record {expected}")]
    OtherRecord {
        /// Id of the changed record.
        found: super::base::RecordId,
        /// Id of the record.
        expected: super::base::RecordId,
    },
    /// Somebody else has made a revision since this change was begun.
    #[error("found a change to version {found}, expected one to the present version {expected}")]
    Stale {
        /// Version from which the change was made.
        found: u64,
        /// Version of the record.
        expected: u64,
    },
    /// A number stays with its record for ever (requirement 27).
    #[error("found another tracking number, expected {expected}, which the record keeps")]
    NumberChanged {
        /// The record's number.
        expected: String,
    },
    /// Nothing but the revision itself would differ.
    #[error("found no change, expected one")]
    Unchanged,
    /// The clock is behind the revision before.
    #[error("found the time {found}, expected one not before the last revision of {expected}")]
    TimeRunsBack {
        /// Time of the change.
        found: WireTime,
        /// Time of the revision before.
        expected: WireTime,
    },
    /// A record type that does not serialise: a defect.
    #[error("the record cannot be written")]
    Unwritable(#[from] serde_json::Error),
}

impl RevisionError {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            RevisionError::NoReason | RevisionError::NoAuthor => Code::Usage,
            RevisionError::Unwritable(_) => Code::Internal,
            _ => Code::RecordInvariant,
        }
    }
}

/// The next revision of `old`, with the content of `changed`: version one higher, digest of `old`, author, time, reason.
/// `created` stays that of `old`. `changed` is a copy of `old` that was changed, so its version must be that of `old`.
///
/// # Errors
/// See [`RevisionError`]; `old` is still the present revision then.
pub fn next_revision(
    old: &Record,
    changed: Record,
    author: &str,
    at: WireTime,
    reason: &str,
) -> Result<Record, RevisionError> {
    if reason.trim().is_empty() {
        return Err(RevisionError::NoReason);
    }
    if author.trim().is_empty() {
        return Err(RevisionError::NoAuthor);
    }
    if changed.id != old.id {
        return Err(RevisionError::OtherRecord { found: changed.id, expected: old.id });
    }
    let version = old.version.unwrap_or(1);
    let based_on = changed.version.unwrap_or(1);
    if based_on != version {
        return Err(RevisionError::Stale { found: based_on, expected: version });
    }
    if let Some(number) = &old.number
        && changed.number.as_ref() != Some(number)
    {
        return Err(RevisionError::NumberChanged { expected: number.to_string() });
    }
    if let Some(last) = &old.modified
        && last.cmp_instant(&at) == Some(std::cmp::Ordering::Greater)
    {
        return Err(RevisionError::TimeRunsBack { found: at, expected: last.clone() });
    }
    let same_frame = Record {
        created: old.created.clone(),
        modified: old.modified.clone(),
        recorded_by: old.recorded_by.clone(),
        version: old.version,
        supersedes: old.supersedes,
        change_reason: old.change_reason.clone(),
        ..changed
    };
    if same_frame == *old {
        return Err(RevisionError::Unchanged);
    }
    Ok(Record {
        modified: Some(at),
        recorded_by: Some(author.to_owned()),
        version: Some(version.saturating_add(1)),
        supersedes: Some(digest(old)?),
        change_reason: Some(reason.to_owned()),
        ..same_frame
    })
}
