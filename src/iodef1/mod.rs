//! IODEF version 1: RFC 5070 in XML, for partners who have nothing newer.
//!
//! The files are declarations, one class each time, by the sections of the RFC; `crate::class` makes the reading, writing
//! and checking from them. Version 2 (RFC 7970) is `crate::iodef`; `translate` knows both.

mod assessment;
mod codec;
mod contact;
mod document;
mod event;
mod extension;
mod record;
mod system;
#[cfg(test)]
mod tests;
pub mod vocab;

pub use assessment::{Assessment, Confidence, Counter, Impact, ImpactItem, MonetaryImpact, TimeImpact};
pub use codec::{Decoded, Encoder, PREFIXES, decode_xml, encode_xml, fuzz_xml, stream_xml};
pub use contact::{Contact, ContactMeans, PostalAddress, RegistryHandle};
pub use document::{
    AlternativeId, History, HistoryItem, Incident, IncidentId, IodefDocument, Language, MlString, RelatedActivity,
    Version,
};
pub use event::{EventData, Expectation, Flow, Method, MethodItem, Reference};
pub use extension::{Extension, Software};
pub use record::{Record, RecordData, RecordPattern};
pub use system::{Address, Node, NodeAddress, NodeRole, Ports, Service, System};

/// Namespace of IODEF version 1 (RFC 5070 §4.1).
pub const IODEF1: &str = "urn:ietf:params:xml:ns:iodef-1.0";
