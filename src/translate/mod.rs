//! Records and exchange formats, and the account of what each translation did.
//!
//! A translation brings each leaf of its source to an end ([`Fate`]); what it forgets is entered as lost, and what it has no rule
//! for is carried as residue or dropped, with the reason. [`read`] and [`convert`] are the way from each format to each;
//! [`translate`] is the same for documents that are larger than memory. Each folder is one format and the record, or two formats; `pattern` is what STIX and
//! IODEF both need of what an indicator looks for. See `docs/architecture.md`.

mod anchors;
mod between;
mod by_incident;
mod by_record;
mod carrier;
mod compose;
mod document;
mod iodef;
mod iodef1;
mod ledger;
mod long;
mod pattern;
mod reasons;
mod stix;
#[cfg(test)]
mod tests;
mod trial;
mod version1;
mod withheld;

pub use between::Tell;
pub use document::{Converted, Document, FORMATS, Options, READ_ONLY, Read, convert, detect, read, record_to_iodef};
pub use iodef::{from_iodef, to_iodef};
pub use iodef1::{Rest, downgrade, upgrade};
pub use ledger::{Counts, Entry, Fate, Ledger, counts, refit};
pub use long::{Bounds, Long, RECORD, Translated, check, is_by_piece, translate};
pub use stix::{IdKey, IncidentShape, from_stix, to_stix};
pub use trial::{fuzz, trial};
