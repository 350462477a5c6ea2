//! Why a record does not go to a partner.

use jiff::{Timestamp, civil::Date};

use crate::{
    error::{Code, Finding},
    gate::Format,
    marking::Tlp,
    partner::Domain,
    time::WireTime,
};

/// Why a record does not go to a partner, or no order is made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SharingError {
    /// The agreement does not count today.
    #[error("the agreement counts from {from} to {until}, and it is {at}")]
    NotValid {
        /// The present time.
        at: Timestamp,
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// The agreement is with somebody else.
    #[error("found the agreement with {found}, expected that with {expected}")]
    OtherPartner {
        /// With whom it is.
        found: Domain,
        /// To whom something is to go.
        expected: String,
    },
    /// The record's marking is not agreed.
    #[error("the record is TLP:{found}{}, expected one of {agreed:?}", if *marked { "" } else { " because it has no marking" })]
    Tlp {
        /// The marking.
        found: Tlp,
        /// Whether the record says so itself.
        marked: bool,
        /// What the agreement has.
        agreed: Vec<&'static str>,
    },
    /// A marking covers what every document must have.
    #[error("{path}: {why}, and no document goes without it")]
    Marked {
        /// The place.
        path: String,
        /// The marking.
        why: String,
    },
    /// The record had to be deleted by now.
    #[error("the record had to be deleted at {expires}")]
    Expired {
        /// When.
        expires: WireTime,
    },
    /// Whose information it is must be asked first.
    #[error("the record is TLP:{tlp} and another party's information; it goes on with approval only")]
    Originator {
        /// The marking.
        tlp: Tlp,
    },
    /// The agreement does not have the format.
    #[error("the partner does not take {}", .0.as_str())]
    Format(Format),
    /// The release was made by another version of the agreement.
    #[error("found a release by version {found} of the agreement, expected version {expected}")]
    Version {
        /// The release's.
        found: u32,
        /// The agreement's.
        expected: u32,
    },
    /// Something goes by consent only.
    #[error("{count} places go with approval of the exact bytes only, first {first}")]
    NeedsApproval {
        /// How many.
        count: usize,
        /// The first place.
        first: String,
    },
    /// What was left is no record: a defect.
    #[error("what was left of the record does not read: {0}")]
    Unreadable(Box<Finding>),
    /// What was left is no record: a defect.
    #[error("what was left of the record is not one record")]
    NoRecord,
    /// A record type that does not serialise: a defect.
    #[error("the record cannot be written or read")]
    Json(#[from] serde_json::Error),
}

impl SharingError {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            SharingError::NotValid { .. } => Code::AgreementNotValid,
            SharingError::NeedsApproval { .. } => Code::GateApproval,
            SharingError::Tlp { .. }
            | SharingError::Marked { .. }
            | SharingError::Expired { .. }
            | SharingError::Originator { .. }
            | SharingError::Format(_) => Code::SharingRefused,
            SharingError::Version { .. } => Code::ReleaseMismatch,
            _ => Code::Internal,
        }
    }
}
