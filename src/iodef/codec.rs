//! IODEF documents as bytes: strict on the way out, lenient on the way in.

use super::{
    DS, ENUM, IODEF, IodefDocument, SCI,
    mapkeys::MAPKEYS,
    profile::Profile,
    rules::Checker,
    stream::{Binding, WriteError, examine, write_whole},
};
use crate::{
    cbor,
    class::{self, Fields, Path, Rules as _},
    error::{Code, Finding, Position, Severity},
    json,
    xml::{self, Limits, Reader},
};

/// A document and what was wrong with it. A finding of severity error says that a part was not read or is missing, or that
/// it cannot be taken as it was meant.
#[derive(Debug)]
pub struct Decoded {
    /// What the document says.
    pub document: IodefDocument,
    /// In the order of the document; what concerns an element as a whole stands behind what is in it, and references that
    /// lead nowhere stand last.
    pub findings: Vec<Finding>,
}

impl Decoded {
    /// The findings of severity error.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// The prefixes that our documents declare.
pub(super) const PREFIXES: [(&str, &str); 4] = [("", IODEF), ("enum", ENUM), ("sci", SCI), ("ds", DS)];

/// Reads RFC 7970 XML.
///
/// # Errors
/// The finding that ended the reading: not XML, over a limit, another root.
pub fn decode_xml(bytes: &[u8], limits: Limits) -> Result<Decoded, Finding> {
    let mut document = IodefDocument::default();
    let findings = class::from_xml(&mut document, &mut Reader::new(bytes, limits), &mut Checker::default())?;
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
/// All findings of severity error that the document has by the tables and the rules, or the character that XML cannot hold.
pub fn encode_xml_for(document: &IodefDocument, profile: Profile) -> Result<Vec<u8>, Vec<Finding>> {
    encode(Binding::Xml(profile), document)
}

fn encode(binding: Binding, document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    let path = Path::root(IodefDocument::DEF.name);
    let (mut checker, mut findings) = (Checker::default(), Vec::new());
    examine(binding, document, &path, &[], &mut checker, &mut findings);
    checker.end(&mut |finding| findings.push(finding));
    refuse(findings)?;
    write_whole(binding, document).map_err(|error| vec![unwritable(error, &path)])
}

/// What is wrong with a document in memory, by the tables and by the [rules](super::rules::RULES). Its findings have no
/// position.
pub fn check(document: &IodefDocument) -> Vec<Finding> {
    class::check(document, &mut Checker::default())
}

/// The same for one class alone, as if nothing stood around it.
pub fn check_class(class: &dyn Fields) -> Vec<Finding> {
    class::check(class, &mut Checker::default())
}

/// Errors keep a document from being written.
pub(super) fn refuse(mut findings: Vec<Finding>) -> Result<(), Vec<Finding>> {
    findings.retain(|finding| finding.severity == Severity::Error);
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// What the form cannot hold.
pub(super) fn unwritable(error: WriteError, path: &Path<'_>) -> Finding {
    // What was written of a document stands in memory or in a temporary file.
    if let WriteError::Xml(xml::WriteError::Io(error))
    | WriteError::Json(json::WriteError::Io(error))
    | WriteError::Cbor(cbor::WriteError::Io(error)) = &error
    {
        let (code, expected) = (Code::DiskWrite, "room for temporary files (TMPDIR)");
        return Finding::error(code, Position::default(), path.to_string(), error.to_string(), expected);
    }
    let (code, expected) = match &error {
        WriteError::Xml(error) => (error.code(), "XML text"),
        WriteError::Json(error) => (error.code(), "JSON text"),
        WriteError::Cbor(error) => (error.code(), "CBOR"),
        WriteError::Disk(_) => (Code::DiskWrite, "room in the folder for temporary files"),
    };
    Finding::error(code, Position::default(), path.to_string(), error.to_string(), expected)
}

/// Reads RFC 8727 JSON.
///
/// # Errors
/// The finding that ended the reading: not JSON, over a limit, no object.
pub fn decode_json(bytes: &[u8], limits: &json::Limits) -> Result<Decoded, Finding> {
    let source = json::Document::parse(bytes, limits)?;
    let mut document = IodefDocument::default();
    let findings = class::from_json(&mut document, &source, &mut Checker::default())?;
    Ok(Decoded { document, findings })
}

/// Writes RFC 8727 JSON, two spaces to a level. What JSON has no form for is left out; [`class::unsayable`] names it.
/// Whoever wants the printed schema to accept it calls [`fit_json`](super::fit_json) first.
///
/// # Errors
/// All findings of severity error that the document has by the tables and the rules, and what JSON requires beyond XML.
pub fn encode_json(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    encode(Binding::Json, document)
}

/// Reads RFC 8727 CBOR.
///
/// # Errors
/// The finding that ended the reading: not CBOR, over a limit, no map.
pub fn decode_cbor(bytes: &[u8], limits: &cbor::Limits) -> Result<Decoded, Finding> {
    let mut document = IodefDocument::default();
    let findings = class::from_cbor(&mut document, bytes, limits, MAPKEYS, &mut Checker::default())?;
    Ok(Decoded { document, findings })
}

/// Writes RFC 8727 CBOR; what holds of [`encode_json`] holds here.
///
/// # Errors
/// As [`encode_json`].
pub fn encode_cbor(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    encode(Binding::Cbor, document)
}
