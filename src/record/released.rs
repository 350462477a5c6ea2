//! A record from which was taken what its reader may not have: the only input of outbound translation.

use super::root::Record;
use crate::{digest::Digest, marking::Audience};

/// A record for somebody. It has the same form as any record; what was removed is absent.
///
/// Two makers, both inside the program: the sanitiser of `sharing`, for a partner, and `Released::local`, for commands
/// whose output stays on the machine. One made by the latter says so and has no [`Recipient`], without which no order to
/// send can be made.
///
/// The record's `id` and the ids of elements are never removed, as generated ids are derived from them; no format
/// writes them plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    record: Record,
    revision: Digest,
    recipient: Option<Recipient>,
    removed: Vec<Removal>,
}

/// For whom a record was released, and by which agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The partner, by domain.
    pub partner: String,
    /// The audience whose letters applied.
    pub audience: Audience,
    /// Version of the agreement.
    pub agreement: u32,
}

/// One thing that was removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Removal {
    /// JSONPath in the record before.
    pub path: String,
    /// The rule or letter that removed it.
    pub why: String,
}

impl Released {
    /// A record that was sanitised for a partner. Called by `sharing` only. `revision` is the digest of the record
    /// before, `record` what remains of it.
    pub(crate) fn for_partner(record: Record, revision: Digest, recipient: Recipient, removed: Vec<Removal>) -> Self {
        Released { record, revision, recipient: Some(recipient), removed }
    }

    /// The whole record, for output that stays on the machine.
    ///
    /// # Errors
    /// Never for a value of the record types; the signature is serde's.
    pub(crate) fn local(record: Record) -> Result<Self, serde_json::Error> {
        let revision = super::write::digest(&record)?;
        Ok(Released { record, revision, recipient: None, removed: Vec::new() })
    }

    /// What the reader may have.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Digest of the revision from which it was made.
    pub fn revision(&self) -> Digest {
        self.revision
    }

    /// For whom; `None` when it was made for local output, which can never be sent.
    pub fn recipient(&self) -> Option<&Recipient> {
        self.recipient.as_ref()
    }

    /// Whether it was made for local output.
    pub fn is_local(&self) -> bool {
        self.recipient.is_none()
    }

    /// What was removed, in the order of the record.
    pub fn removed(&self) -> &[Removal] {
        &self.removed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{base::RecordId, digest, identity::Kind};

    #[test]
    fn what_is_local_has_no_recipient() {
        let record = Record::new(RecordId(uuid::Uuid::from_u128(7)), Kind::Incident);
        let revision = digest(&record).unwrap();
        let local = Released::local(record.clone()).unwrap();
        assert!(local.is_local() && local.recipient().is_none() && local.removed().is_empty());
        assert_eq!((local.record(), local.revision()), (&record, revision));
        let recipient = Recipient { partner: "cert.example".into(), audience: Audience::TrustedCert, agreement: 3 };
        let removed = vec![Removal { path: "$.title".into(), why: "rule 1".into() }];
        let released = Released::for_partner(record, revision, recipient.clone(), removed.clone());
        assert!(!released.is_local());
        assert_eq!((released.recipient(), released.removed()), (Some(&recipient), &removed[..]));
    }
}
