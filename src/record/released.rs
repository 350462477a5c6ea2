//! A record from which was taken what its reader may not have: the only input of outbound translation.

use super::root::Record;
use crate::{digest::Digest, marking::Audience};

/// A record for somebody. It has the same form as any record; what was removed is absent.
///
/// One maker: the sanitiser of `sharing`, for a partner. Without one no order to send can be made.
///
/// The record's `id` and the ids of elements are never removed, as generated ids are derived from them; no format
/// writes them plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    record: Record,
    revision: Digest,
    recipient: Recipient,
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
        Released { record, revision, recipient, removed }
    }

    /// What the reader may have.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Digest of the revision from which it was made.
    pub fn revision(&self) -> Digest {
        self.revision
    }

    /// For whom, and by which agreement.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
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
    fn it_says_for_whom_and_what_was_removed() {
        let record = Record::new(RecordId(uuid::Uuid::from_u128(7)), Kind::Incident);
        let revision = digest(&record).unwrap();
        let recipient = Recipient { partner: "cert.example".into(), audience: Audience::TrustedCert, agreement: 3 };
        let removed = vec![Removal { path: "$.title".into(), why: "rule 1".into() }];
        let released = Released::for_partner(record.clone(), revision, recipient.clone(), removed.clone());
        assert_eq!((released.record(), released.revision()), (&record, revision));
        assert_eq!((released.recipient(), released.removed()), (&recipient, &removed[..]));
    }
}
