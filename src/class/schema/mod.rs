//! Schemas out of the tables: XML Schema, JSON Schema and CDDL.
//!
//! A printer knows tables only. What a published schema says otherwise comes as a [`Dialect`](super::Dialect), so that one
//! printer prints the schema as it was published, as it was corrected, and as the text has it.

mod cddl;
mod json;
mod tree;
mod xsd;

pub use cddl::Cddl;
pub use json::JsonSchema;
pub use xsd::XmlSchema;
