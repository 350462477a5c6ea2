//! Documents of version 1 as bytes: strict on the way out, lenient on the way in.

use std::io::BufRead;

use super::{IODEF1, IodefDocument, RelatedActivity};
use crate::{
    class::{self, Dialect, Fields, Hole, Kind, Path, Place, Rules, Window},
    error::{Code, Ended, Finding, Position, Severity},
    spool::{Rope, Spool, Twine, Whole},
    xml::{self, Layout, Limits, Reader, Writer},
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
    let mut findings = class::from_xml(&mut document, &mut Reader::new(bytes, limits), &mut Related)?;
    soften(&mut findings);
    Ok(Decoded { document, findings })
}

/// The same for a document that may be long: beyond the window, incidents go to its sink and are not in the result.
///
/// # Errors
/// As [`decode_xml`], and what the sink gives.
pub fn stream_xml<R: BufRead>(input: R, limits: Limits, window: Window<'_>) -> Result<Decoded, Ended> {
    let mut document = IodefDocument::default();
    match class::stream_xml(&mut document, &mut Reader::new(input, limits), &mut Related, window) {
        Ok(mut findings) => {
            soften(&mut findings);
            Ok(Decoded { document, findings })
        }
        Err(mut ended) => {
            soften(&mut ended.before);
            Err(ended)
        }
    }
}

/// RFC 5901 itself has `purpose="mitigation" ext-purpose="create"`: the registered value counts.
fn soften(findings: &mut [Finding]) {
    let needless = |finding: &&mut Finding| finding.code == Code::ExtValuePair && finding.found != EXT_ALONE;
    findings.iter_mut().filter(needless).for_each(|finding| finding.severity = Severity::Warning);
}

/// Writes RFC 5070 XML, two spaces to a level.
///
/// # Errors
/// All findings of severity error that the document has by the tables, or the character that XML cannot hold.
pub fn encode_xml(document: &IodefDocument) -> Result<Vec<u8>, Vec<Finding>> {
    let whole = Encoder::default().finish(document)?;
    whole.into_bytes().map_err(|error| vec![unwritable(&xml::WriteError::Io(error), &ROOT)])
}

const ROOT: Path<'static> = Path::root(IodefDocument::DEF.name);

/// Writes a document whose incidents come one by one, the rest of it at the end.
#[derive(Debug, Default)]
pub struct Encoder {
    spool: Spool,
    incidents: Rope,
    count: usize,
}

impl Encoder {
    /// Writes an incident behind those that were written. `path` is its place.
    ///
    /// # Errors
    /// What the incident lacks, or the character that XML cannot hold.
    pub fn incident(&mut self, incident: &dyn Fields, path: &Path<'_>) -> Result<(), Vec<Finding>> {
        refuse(incident, path, &[])?;
        let mut write = || {
            let mut writer = Writer::within(Twine::new(&mut self.spool), &PREFIXES, Layout::Indented, 1)?;
            class::write_element(incident, (IODEF1, "Incident"), &Dialect::TABLES, &mut writer, &[])?;
            Ok(writer.finish_within(1)?.finish()?)
        };
        self.incidents.append(&write().map_err(|error| vec![unwritable(&error, path)])?);
        self.count += 1;
        Ok(())
    }

    /// Ends the document: writes what is around the incidents, or all of it if none was written.
    ///
    /// # Errors
    /// What the document lacks, or the character that XML cannot hold.
    pub fn finish(mut self, document: &IodefDocument) -> Result<Whole, Vec<Finding>> {
        let list = IodefDocument::DEF.fields.iter().position(|field| field.name == "Incident");
        let route: Vec<usize> = list.into_iter().collect();
        let fill = |out: &mut Twine<'_>| out.splice(&self.incidents);
        let hole = Hole { route: &route, count: self.count, fill: &fill };
        let holes = if self.count > 0 { std::slice::from_ref(&hole) } else { &[] };
        refuse(document, &ROOT, &holes.iter().map(|hole| hole.route).collect::<Vec<_>>())?;
        let write = |spool| {
            let mut writer = Writer::new(Twine::new(spool), &PREFIXES, Layout::Indented)?;
            class::to_xml(document, &Dialect::TABLES, &mut writer, holes)?;
            Ok(writer.finish()?.finish()?)
        };
        let rope = write(&mut self.spool).map_err(|error| vec![unwritable(&error, &ROOT)])?;
        Ok(Whole::new(self.spool, rope))
    }
}

/// What keeps a part from being written, but for lists (by the routes to them) that were looked at before.
fn refuse(part: &dyn Fields, path: &Path<'_>, seen: &[&[usize]]) -> Result<(), Vec<Finding>> {
    let mut findings = Vec::new();
    class::check_part(part, path, seen, &mut Related, &mut findings);
    findings.retain(|finding| finding.severity == Severity::Error || finding.code == Code::ClassRepeated);
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

fn unwritable(error: &xml::WriteError, path: &Path<'_>) -> Finding {
    let expected = match error {
        xml::WriteError::Io(_) => "room for temporary files (TMPDIR)",
        _ => "XML text",
    };
    Finding::error(error.code(), Position::default(), path.to_string(), error.to_string(), expected)
}

/// Related activity is named by numbers or by URLs (§3.5), by at least one (erratum 3333): the tables cannot say it.
struct Related;

impl Rules for Related {
    fn class(&mut self, class: &dyn Fields, place: &dyn Place, findings: &mut Vec<Finding>) {
        if class.def().name != RelatedActivity::DEF.name {
            return;
        }
        let none = |name| class::count_children(class, Kind::Element, name) == 0;
        let (severity, code, found) = match (none("IncidentID"), none("URL")) {
            (true, true) => (Severity::Error, Code::ClassMissing, "nothing"),
            (false, false) => (Severity::Warning, Code::ClassRepeated, "IncidentID and URL"),
            _ => return,
        };
        let expected = "one or more IncidentID, or one or more URL";
        findings.push(Finding::new(severity, code, place.position(None, 0), place.path(None, 0), found, expected));
    }

    fn end(&mut self, _: &mut dyn FnMut(Finding)) {}
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
