//! STIX 2.1 and the record, both ways.
//!
//! A document in memory is JSON, and so is a record; between them stand tables ([`table`]) that say for each type of object which
//! properties are which members of the record ([`pair`]). What no member says is residue of the element that the object has
//! become; an object of which no element is made is residue of the record. What no property says stands in our own extension
//! ([`extension`]).

mod account;
mod around;
mod convert;
mod core;
pub(super) mod extension;
mod frame;
mod fresh;
mod ids;
mod inward;
mod level;
mod marking;
mod observable;
mod outside;
mod outward;
mod pair;
mod reach;
mod reading;
mod residue;
mod summary;
mod table;
#[cfg(test)]
mod tests;
pub(super) mod tree;
mod versions;

pub use core::IncidentShape;
pub use ids::IdKey;
pub use inward::from_stix;
pub(super) use inward::{Survey, broken, from_stix_but, kept_around, kept_as_it_is, kept_object, path};
pub(super) use outside::is_inner;
pub use outward::to_stix;
#[cfg(test)]
pub(super) use reach::PACK;

/// The format that residue is of.
pub(super) const FORMAT: &str = "stix";
