//! Schemas out of the tables: XML Schema, JSON Schema and CDDL.
//!
//! A printer knows tables only. What a published schema says otherwise comes as a [`Dialect`](super::Dialect), so that one
//! printer prints the schema as it was published, as it was corrected, and as the text has it.

mod xsd;

pub use xsd::XmlSchema;
