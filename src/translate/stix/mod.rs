//! STIX 2.1 and the record, both ways.
//!
//! A document in memory is JSON, and so is a record; between them stand tables ([`table`]) that say for each type of object which
//! properties are which members of the record ([`pair`]). What no member says is residue of the element that the object has
//! become; an object of which no element is made is residue of the record. What no property says stands in our own extension
//! ([`extension`]). Documents are read whole.

mod account;
mod around;
mod convert;
mod dropped;
mod extension;
mod frame;
mod fresh;
mod ids;
mod inward;
mod lists;
mod marking;
mod observable;
mod outward;
mod pair;
mod pattern;
mod reach;
mod residue;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod tree;

pub use ids::IdKey;
pub use inward::from_stix;
pub(super) use inward::kept_as_it_is;
pub use outward::to_stix;

/// The format that residue is of.
const FORMAT: &str = "stix";
