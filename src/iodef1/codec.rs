//! Documents of version 1 as bytes: strict on the way out, lenient on the way in.

use super::{IODEF1, IodefDocument};
use crate::{
    class::{self, Path},
    error::{Code, Finding, Position, Severity},
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

/// How the reader names an `ext-value` that says no value.
const EXT_ALONE: &str = "ext-value alone";

/// The prefixes that our documents declare.
pub const PREFIXES: [(&str, &str); 1] = [("", IODEF1)];

/// Reads RFC 5070 XML.
///
/// # Errors
/// The finding that ended the reading: not XML, over a limit, another root.
pub fn decode_xml(bytes: &[u8], limits: Limits) -> Result<Decoded, Finding> {
    let mut document = IodefDocument::default();
    let mut findings = class::from_xml(&mut document, &mut Reader::new(bytes, limits), &mut ())?;
    // RFC 5901 itself has `purpose="mitigation" ext-purpose="create"`: the registered value counts.
    let needless = |finding: &&mut Finding| finding.code == Code::ExtValuePair && finding.found != EXT_ALONE;
    findings.iter_mut().filter(needless).for_each(|finding| finding.severity = Severity::Warning);
    findings.extend(related_activity(&document));
    Ok(Decoded { document, findings })
}

/// Writes RFC 5070 XML, two spaces to a level.
///
/// # Errors
/// All findings of severity error that the document has by the tables, or the character that XML cannot hold.
pub fn encode_xml(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    let mut findings = class::check(document, &mut ());
    findings.retain(|finding| finding.severity == Severity::Error);
    findings.extend(related_activity(document));
    if !findings.is_empty() {
        return Err(findings);
    }
    let write = || {
        let mut writer = Writer::new(Vec::new(), &PREFIXES, Layout::Indented)?;
        class::to_xml(document, &class::Dialect::TABLES, &mut writer, &[])?;
        writer.finish()
    };
    write().map_err(|error| {
        vec![Finding::error(error.code(), Position::default(), "/IODEF-Document", error.to_string(), "XML text")]
    })
}

/// Related activity is named by numbers or by URLs (§3.5), by at least one (erratum 3333): the tables cannot say it.
fn related_activity(document: &IodefDocument) -> Vec<Finding> {
    let root = Path::root("IODEF-Document");
    let mut findings = Vec::new();
    for (i, incident) in document.incident.iter().enumerate() {
        let Some(related) = &incident.related_activity else { continue };
        let (severity, code, found) = match (related.incident_id.is_empty(), related.url.is_empty()) {
            (true, true) => (Severity::Error, Code::ClassMissing, "nothing"),
            (false, false) => (Severity::Warning, Code::ClassRepeated, "IncidentID and URL"),
            _ => continue,
        };
        let at = root.item("Incident", i + 1);
        let at = at.child("RelatedActivity").to_string();
        let expected = "one or more IncidentID, or one or more URL";
        findings.push(Finding::new(severity, code, Position::default(), at, found, expected));
    }
    findings
}

/// Body of a fuzz target: reads the bytes, writes what was read and reads that. Any bytes may be given.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_xml(bytes: &[u8]) {
    let Ok(Decoded { document, .. }) = decode_xml(bytes, Limits::default()) else { return };
    let Ok(written) = encode_xml(&document) else { return };
    match decode_xml(&written, Limits::default()) {
        Ok(again) => assert!(again.document == document, "what was written is read as something else"),
        // Our writing may be longer than what was read, so a limit is no fault.
        Err(finding) => assert!(finding.code == Code::LimitExceeded, "what was written is not read: {finding}"),
    }
}
