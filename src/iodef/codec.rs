//! IODEF documents as bytes: strict on the way out, lenient on the way in.

use super::{
    DS, ENUM, IODEF, IodefDocument, SCI,
    mapkeys::MAPKEYS,
    profile::{Profile, RFC8727},
};
use crate::{
    cbor, class,
    error::{Code, Finding, Position, Severity},
    json,
    xml::{Layout, Limits, Reader, Writer},
};

/// A document and what was wrong with it. A finding of severity error says that a part was not read or is missing.
#[derive(Debug)]
pub struct Decoded {
    /// What the document says.
    pub document: IodefDocument,
    /// In the order of the document; what an element lacks stands behind what is in it.
    pub findings: Vec<Finding>,
}

impl Decoded {
    /// The findings of severity error.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// The prefixes that our documents declare.
const PREFIXES: [(&str, &str); 4] = [("", IODEF), ("enum", ENUM), ("sci", SCI), ("ds", DS)];

/// Reads RFC 7970 XML.
///
/// # Errors
/// The finding that ended the reading: not XML, over a limit, another root.
pub fn decode_xml(bytes: &[u8], limits: Limits) -> Result<Decoded, Finding> {
    let mut document = IodefDocument::default();
    let findings = class::from_xml(&mut document, &mut Reader::new(bytes, limits))?;
    Ok(Decoded { document, findings })
}

/// As [`encode_xml_for`], in the profile of the schema as printed.
///
/// # Errors
/// As [`encode_xml_for`].
pub fn encode_xml(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    encode_xml_for(document, Profile::default())
}

/// Writes RFC 7970 XML, two spaces to a level. Whoever wants the schema of the profile to accept it calls
/// [`fit`](super::fit) first.
///
/// # Errors
/// All findings of severity error that the document has by the tables, or the character that XML cannot hold.
pub fn encode_xml_for(document: &IodefDocument, profile: Profile) -> Result<Vec<u8>, Vec<Finding>> {
    refuse_errors(document)?;
    let write = || {
        let mut writer = Writer::new(Vec::new(), &PREFIXES, Layout::Indented)?;
        class::to_xml(document, profile.dialect(), &mut writer)?;
        writer.finish()
    };
    write().map_err(|error| {
        vec![Finding::error(error.code(), Position::default(), "/IODEF-Document", error.to_string(), "XML text")]
    })
}

fn refuse_errors(document: &IodefDocument) -> Result<(), Vec<Finding>> {
    let mut findings = class::check(document);
    findings.retain(|finding| finding.severity == Severity::Error);
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Reads RFC 8727 JSON.
///
/// # Errors
/// The finding that ended the reading: not JSON, over a limit, no object.
pub fn decode_json(bytes: &[u8], limits: &json::Limits) -> Result<Decoded, Finding> {
    let source = json::Document::parse(bytes, limits)?;
    let mut document = IodefDocument::default();
    let findings = class::from_json(&mut document, &source)?;
    Ok(Decoded { document, findings })
}

/// Writes RFC 8727 JSON, two spaces to a level. What JSON has no form for is left out; [`class::unsayable`] names it.
/// Whoever wants the printed schema to accept it calls [`fit_json`](super::fit_json) first.
///
/// # Errors
/// All findings of severity error that the document has by the tables, and what JSON requires beyond XML.
pub fn encode_json(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    refuse_errors(document)?;
    let required = class::check_json(document);
    if !required.is_empty() {
        return Err(required);
    }
    json::to_string(&class::to_json(document, RFC8727.lacks), json::Layout::Indented)
        .map(String::into_bytes)
        .map_err(|error| vec![Finding::error(error.code(), Position::default(), "$", error.to_string(), "JSON text")])
}

/// Reads RFC 8727 CBOR.
///
/// # Errors
/// The finding that ended the reading: not CBOR, over a limit, no map.
pub fn decode_cbor(bytes: &[u8], limits: &cbor::Limits) -> Result<Decoded, Finding> {
    let mut document = IodefDocument::default();
    let findings = class::from_cbor(&mut document, bytes, limits, MAPKEYS)?;
    Ok(Decoded { document, findings })
}

/// Writes RFC 8727 CBOR; what holds of [`encode_json`] holds here.
///
/// # Errors
/// As [`encode_json`].
pub fn encode_cbor(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    refuse_errors(document)?;
    let required = class::check_json(document);
    if !required.is_empty() {
        return Err(required);
    }
    let item = class::to_cbor(document, RFC8727.lacks, MAPKEYS);
    cbor::to_vec(&item, cbor::Order::AsGiven)
        .map_err(|error| vec![Finding::error(error.code(), Position::default(), "$", error.to_string(), "CBOR")])
}

/// Body of a fuzz target: as [`fuzz_json`], for CBOR.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_cbor(bytes: &[u8]) {
    let limits = cbor::Limits::default();
    let Ok(Decoded { document, .. }) = decode_cbor(bytes, &limits) else { return };
    let Ok(written) = encode_cbor(&document) else { return };
    if class::unsayable(&document).is_empty() {
        comes_back(&document, decode_cbor(&written, &limits));
    }
}

/// Body of a fuzz target: reads the bytes as XML, writes what was read and reads that. Any bytes may be given.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_xml(bytes: &[u8]) {
    let Ok(Decoded { document, .. }) = decode_xml(bytes, Limits::default()) else { return };
    let Ok(written) = encode_xml(&document) else { return };
    comes_back(&document, decode_xml(&written, Limits::default()));
}

/// Body of a fuzz target: reads the bytes as JSON, writes what was read and, unless JSON cannot say all of it, reads that.
/// Any bytes may be given.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_json(bytes: &[u8]) {
    let limits = json::Limits::default();
    let Ok(Decoded { document, .. }) = decode_json(bytes, &limits) else { return };
    let Ok(written) = encode_json(&document) else { return };
    if class::unsayable(&document).is_empty() {
        comes_back(&document, decode_json(&written, &limits));
    }
}

/// Our writing may be longer than what was read, so a limit is no fault.
fn comes_back(document: &IodefDocument, again: Result<Decoded, Finding>) {
    match again {
        Ok(again) => assert!(again.document == *document, "what was written is read as something else"),
        Err(finding) => assert!(finding.code == Code::LimitExceeded, "what was written is not read: {finding}"),
    }
}
