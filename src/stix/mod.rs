//! STIX 2.1: declarations of objects, the rules, reading with findings, and writing.
//!
//! A declaration ([`Def`]) says of each property what it is; [`rules()`] has what declarations cannot say, and where it stands in
//! the specification. A document in memory ([`StixDocument`]) is what was read and nothing else, so that it is written as it
//! came. [`pattern`] has the patterns of indicators. [`upgrade`] makes documents of 2.1 of those of 2.0.

mod check;
mod common;
mod constraints;
mod def;
mod detect;
mod document;
mod domain;
mod extension;
mod forms;
mod fuzz;
mod id;
mod marking;
mod meta;
mod observable;
mod parts;
pub mod pattern;
mod read;
mod relationships;
mod rules;
mod tables;
#[cfg(test)]
mod tests;
mod upgrade;
mod versions;
mod vocab;

pub use constraints::Constraint;
pub use def::{Def, Family, Property, Targets, Type, Values};
pub use detect::detect;
pub use document::{Object, StixDocument, encode, encode_around};
pub use forms::Form;
pub use fuzz::{fuzz, fuzz_pattern};
pub use id::{Computed, NAMESPACE, computed};
pub use marking::{TLP_2, TLP_MARKINGS, TlpMarking};
pub use read::{Decoded, OBJECT_BYTES, Shelf, check, check_document, decode};
pub use relationships::{RELATIONSHIPS, is_defined};
pub use rules::{Rule, Word, all as rules};
pub use tables::{OBJECTS, PARTS, object};
pub use upgrade::{End, Leaf, Upgraded, is_outdated, upgrade};
pub use vocab::{ALL as VOCABULARIES, Vocabulary};
