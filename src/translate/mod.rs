//! Records and exchange formats, and the account of what each translation did.
//!
//! A translation takes values out of its source and brings each to an end ([`Fate`]); what it forgets is entered as lost,
//! and what it has no rule for is carried as residue or dropped, with the reason. See `docs/architecture.md`.

mod between;
mod by_incident;
mod convert;
mod document;
mod iodef;
mod iodef1;
mod ledger;
mod long;
mod mirror;
mod reasons;
mod stix;
mod taken;
#[cfg(test)]
mod tests;
mod trail;
mod version1;

pub use between::Tell;
pub use document::{Converted, Document, FORMATS, READ_ONLY, Read, convert, detect, read, record_to_iodef};
pub use iodef::{from_iodef, to_iodef};
pub use iodef1::{Rest, downgrade, upgrade};
pub use ledger::{Counts, Entry, Fate, Ledger, counts, refit};
pub use long::{Bounds, Long, Translated, check, translate};
pub use stix::{IdKey, from_stix, to_stix};
