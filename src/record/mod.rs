//! The internal incident record: the hub between all formats, and the only form in which a case is kept.
//!
//! Each type is declared once (see `declare`); from that declaration come the struct, its JSON form, the schema in
//! `schemas/record.schema.json`, its rows of the visibility table and its generator. The schema says what every field
//! means, `src/record/visibility.tsv` who may see it. The sections (§) without an RFC in the documentation of fields are
//! those of that table; §0a is what all elements have, §21 the rules of [`mod@check`]. This module knows no exchange format.
//!
//! * [`read()`], [`write()`], [`schema()`]: the `record` format;
//! * [`check()`]: rules over several fields, as findings;
//! * [`visibility()`], [`walk`], [`table`]: who may see what;
//! * [`Released`]: a record from which was removed what its reader may not have;
//! * [`next_revision`], [`digest`]: a change makes a new revision, never an overwritten one;
//! * [`TrackingNumber`]: numbers for people;
//! * [`generate`]: random records.

mod declare;

pub mod actions;
pub mod base;
pub mod check;
pub mod classification;
mod codes;
pub mod event;
pub mod evidence;
pub mod files;
pub mod forms;
pub mod generate;
pub mod handling;
pub mod identity;
pub mod impact;
pub mod indicator;
pub mod intake;
pub mod intelligence;
pub mod ledger;
pub mod letters;
pub mod method;
pub mod number;
mod object;
mod part;
pub mod party;
mod read;
mod references;
pub mod regulatory;
mod released;
mod revision;
mod root;
mod schema;
pub mod software;
pub mod system;
pub mod timeline;
mod visibility;
mod write;

pub use check::{check, check_document, check_source, is_listed_currency};
pub use codes::{ListedCode, listed_code, listed_codes};
pub use letters::{Letter, Letters, Visibility};
pub use number::TrackingNumber;
pub use part::{Element, Field, Node, NodeMut, Part, Place, Refined, Segment, Sight};
pub use read::{MAX_DEPTH, name_elements, read};
pub use released::{Recipient, Released, Removal};
pub use revision::{RevisionError, next_revision};
pub use root::{Document, FORMAT_VERSION, FormatVersion, Record, RecordDocument, anchor_digest};
pub use schema::schema;
pub use visibility::{Row, table, visibility, walk};
pub use write::{Form, digest, write, write_around, write_element};
