//! The incident core extension of OASIS, a draft of which three shapes are in use under one id (docs/stix.md): what stands in the
//! incident or beside it becomes elements and members of the record by tables like those of other objects, and a record from
//! elsewhere is written in the shape that is wanted.

mod convert;
mod derive;
pub(super) mod nested;
mod place;
mod table;
mod words;
mod write;

pub use place::IncidentShape;
pub(super) use place::{Came, Entry, Placed, can_be, entry, is_embedded, loosen, rows, settle, take_embedded};
pub(super) use table::{CORE, FRAME, pair_of};
pub(super) use write::{DERIVED, Derived, complete, superseded};
