//! IODEF version 2: RFC 7970 in XML and RFC 8727 in JSON.
//!
//! The files are declarations, one class each time, in the order of the RFC's sections; `crate::class` makes the reading,
//! writing and checking from them. This module adds what is particular to IODEF: the documents themselves.
//!
//! A class holds what a document said. `Coded<T>` is a value of an enumeration, registered or not; `Text`, `DateTime` and
//! the like keep the lexical form.

mod assessment;
mod codec;
mod contact;
mod document;
mod event;
mod extension;
mod fuzz;
mod generate;
mod history;
mod indicator;
mod mapkeys;
mod profile;
mod restriction;
pub mod rules;
mod schemas;
mod stream;
mod system;
#[cfg(test)]
mod tests;
mod trace;
mod traffic;
pub mod vocab;

pub use assessment::{
    Assessment, BusinessImpact, Confidence, Counter, Impact, MonetaryImpact, SystemImpact, TimeImpact,
};
pub use codec::{
    Decoded, check, check_class, decode_cbor, decode_json, decode_xml, encode_cbor, encode_json, encode_xml,
    encode_xml_for,
};
pub use contact::{Contact, Email, PostalAddress, RegistryHandle, Telephone};
pub use document::{
    AlternativeId, Campaign, Incident, IncidentId, IodefDocument, MlString, RelatedActivity, ThreatActor, Version,
};
pub use event::{DetectionPattern, Discovery, EventData, Expectation, Flow, Method, Reference, ReferenceName};
pub use extension::{AttackPattern, Extension, Software, SoftwareReference, StructuredInfo, StructuredPart};
pub use fuzz::{fuzz_cbor, fuzz_json, fuzz_roundtrip, fuzz_xml};
pub use generate::{generate, keep_rules};
pub use history::{History, HistoryItem};
pub use indicator::{
    AlternativeIndicatorId, AttackPhase, BulkObservable, BulkObservableFormat, Indicator, IndicatorContent,
    IndicatorData, IndicatorExpression, IndicatorId, IndicatorReference, Observable, ObservableContent,
    ObservableReference, Operand, OperandContent,
};
pub use profile::{Change, Part, Profile, fit, fit_json, fit_json_part, fit_part};
pub use restriction::{is_narrower, restriction_of};
pub use schemas::{cddl, json_schema, xml_schema};
pub use stream::{Binding, Encoder, stream_cbor, stream_json, stream_xml};
pub use system::{Address, DomainContacts, DomainData, Nameservers, Node, NodeAddress, NodeRole, System};
pub use trace::{
    Certificate, CertificateData, DigestMethod, File, FileData, FuzzyHash, Hash, HashData, Key, Record, RecordData,
    RecordPattern, SignatureData, WindowsRegistryKeysModified, X509Data,
};
pub use traffic::{ApplicationHeader, EmailData, Service, ServiceName};

/// Namespace of IODEF version 2 (RFC 7970 §4.1).
pub const IODEF: &str = "urn:ietf:params:xml:ns:iodef-2.0";
/// Namespace of enumeration references (RFC 7495).
pub const ENUM: &str = "urn:ietf:params:xml:ns:iodef-enum-1.0";
/// Namespace of structured cybersecurity information (RFC 7203).
pub const SCI: &str = "urn:ietf:params:xml:ns:iodef-sci-1.0";
/// Namespace of XML signatures.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
