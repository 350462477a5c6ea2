//! Documents in any format that is read and written here, and the way from each to each.

use std::collections::BTreeMap;

use super::{Entry, Fate, from_iodef, refit, to_iodef, version1};
use crate::{
    cbor,
    class::{self, Path},
    error::{Code, Finding, Position, Severity},
    format::Format,
    iodef::{self, Decoded, IodefDocument},
    iodef1, json,
    record::{self, Form, RecordDocument},
    xml,
};

/// The formats that are read and written here.
pub const FORMATS: &[Format] =
    &[Format::Record, Format::IodefXml, Format::IodefJson, Format::IodefCbor, Format::Iodef1Xml];

/// The formats that are only read here.
pub const READ_ONLY: &[Format] = &[Format::Rid];

/// A document as its format has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Document {
    /// Records.
    Record(Box<RecordDocument>),
    /// An IODEF document, whichever binding it came in.
    Iodef(Box<IodefDocument>),
    /// An IODEF document of version 1.
    Iodef1(Box<iodef1::IodefDocument>),
}

/// A document that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read {
    /// Its format.
    pub format: Format,
    /// What it says.
    pub document: Document,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl Read {
    /// The first finding of severity error: a part was not read, is missing, or contradicts another.
    pub fn error(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Error)
    }
}

/// A document that was written, and what became of every leaf of its source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Converted {
    /// The document.
    pub bytes: Vec<u8>,
    /// The account; empty between records, where nothing is translated.
    pub account: Vec<Entry>,
}

/// The format that the beginning of a document is of.
pub fn detect(bytes: &[u8]) -> Option<Format> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = start.trim_ascii_start();
    let within = |text: &str| start.windows(text.len()).take(4096).any(|window| window == text.as_bytes());
    match start.first()? {
        b'<' => Some(version1::detect(start)),
        // A map whose first key is one of a document's own (RFC 8727 §5: -24 to -18).
        0xa0..=0xbf if matches!(bytes.get(1), Some(0x31..=0x37)) => Some(Format::IodefCbor),
        b'{' if within("\"sirex-record\"") => Some(Format::Record),
        b'{' if within("\"Incident\"") => Some(Format::IodefJson),
        _ => None,
    }
}

/// Reads a document of at most `max_bytes` and says what is wrong with it.
///
/// # Errors
/// The finding after which nothing of it can be used.
pub fn read(bytes: &[u8], format: Format, max_bytes: u64) -> Result<Read, Finding> {
    if bytes.len() as u64 > max_bytes {
        let (found, expected) = (format!("{} bytes", bytes.len()), format!("at most {max_bytes} bytes"));
        return Err(Finding::error(Code::LimitExceeded, Position::default(), "$", found, expected));
    }
    let iodef = |decoded: Decoded| (Document::Iodef(Box::new(decoded.document)), decoded.findings);
    let (document, findings) = match format {
        Format::Record => {
            let document = record::read(bytes)?;
            let findings = record::check_source(&document, bytes);
            (Document::Record(Box::new(document)), findings)
        }
        Format::IodefXml => {
            let limits = xml::Limits { total_bytes: max_bytes, ..xml::Limits::default() };
            iodef(iodef::decode_xml(bytes, limits)?)
        }
        Format::IodefJson => {
            let limits = json::Limits { total_bytes: max_bytes, ..json::Limits::default() };
            iodef(iodef::decode_json(bytes, &limits)?)
        }
        Format::IodefCbor => {
            let limits = cbor::Limits { total_bytes: max_bytes, ..cbor::Limits::default() };
            iodef(iodef::decode_cbor(bytes, &limits)?)
        }
        Format::Iodef1Xml | Format::Rid => {
            let limits = xml::Limits { total_bytes: max_bytes, ..xml::Limits::default() };
            if format == Format::Rid { version1::read_rid(bytes, limits)? } else { version1::read(bytes, limits)? }
        }
        Format::Stix | Format::Stix20 => {
            return Err(unable(format, "read"));
        }
    };
    Ok(Read { format, document, findings })
}

/// Writes a document in another format, or anew in its own.
///
/// # Errors
/// What the target requires and the document does not have; nothing is invented for it.
pub fn convert(source: Read, to: Format) -> Result<Converted, Vec<Finding>> {
    if source.format == Format::Rid {
        let mut converted = convert(Read { format: Format::IodefXml, ..source }, to)?;
        converted.account.push(version1::envelope());
        return Ok(converted);
    }
    match (source.document, to) {
        (Document::Record(document), Format::Record) => write_record(&document).map(Converted::unchanged),
        (Document::Iodef(document), Format::Record) => {
            let (made, account) = from_iodef(*document);
            Ok(Converted { bytes: write_record(&made)?, account })
        }
        (Document::Record(document), to) => record_to_iodef(*document, to),
        (Document::Iodef1(document), to) => version1::convert_from(&document, to),
        (Document::Iodef(document), Format::Iodef1Xml) => version1::convert_to(&document),
        (Document::Iodef(document), to) => between(*document, source.format, to),
    }
}

/// Records as an IODEF document in one of its bindings.
///
/// # Errors
/// As [`convert`].
pub fn record_to_iodef(document: RecordDocument, to: Format) -> Result<Converted, Vec<Finding>> {
    let (mut made, mut account) = to_iodef(document);
    if to == Format::Iodef1Xml {
        let Converted { bytes, account: then } = version1::convert_to(&made)?;
        return Ok(Converted { bytes, account: version1::compose(account, &then) });
    }
    refit(&mut account, &fit(&mut made, to));
    Ok(Converted { bytes: write_iodef(&made, to)?, account })
}

impl Converted {
    fn unchanged(bytes: Vec<u8>) -> Self {
        Converted { bytes, account: Vec::new() }
    }
}

fn write_record(document: &RecordDocument) -> Result<Vec<u8>, Vec<Finding>> {
    record::write(document, Form::Pretty).map_err(|error| {
        vec![Finding::error(
            Code::Internal,
            Position::default(),
            "$",
            error.to_string(),
            "a record that can be written",
        )]
    })
}

fn write_iodef(document: &IodefDocument, to: Format) -> Result<Vec<u8>, Vec<Finding>> {
    match to {
        Format::IodefXml => iodef::encode_xml(document),
        Format::IodefJson => iodef::encode_json(document),
        Format::IodefCbor => iodef::encode_cbor(document),
        _ => Err(vec![unable(to, "written")]),
    }
}

fn unable(format: Format, done: &str) -> Finding {
    let expected = format!("a format that is {done} here");
    Finding::error(Code::FormatUnknown, Position::default(), "$", format.as_str(), expected)
}

/// Between the two bindings of RFC 7970 and RFC 8727. What the other cannot hold is seen by reading back what was written.
fn between(mut document: IodefDocument, from: Format, to: Format) -> Result<Converted, Vec<Finding>> {
    if from == Format::IodefXml && to != from {
        // JSON and CBOR require what XML leaves to its defaults.
        class::normalise(&mut document);
    }
    let before = leaves(&document);
    let changes = fit(&mut document, to);
    let bytes = write_iodef(&document, to)?;
    let back = match read(&bytes, to, u64::MAX).map_err(|finding| vec![finding])?.document {
        Document::Iodef(document) => document,
        Document::Record(_) | Document::Iodef1(_) => Box::default(),
    };
    let after = leaves(&back);
    let kept = |path: &String| Entry { path: path.clone(), fate: Fate::Kept { to: path.clone() } };
    let mut account: Vec<Entry> = before.keys().map(kept).collect();
    refit(&mut account, &changes);
    for entry in &mut account {
        let (was, is) = (before.get(&entry.path), after.get(&entry.path));
        if matches!(entry.fate, Fate::Kept { .. }) && was != is {
            entry.fate = match is {
                Some(_) => Fate::Coarsened { to: entry.path.clone(), how: format!("as {to} writes it") },
                None => Fate::Dropped { why: format!("{to} has no form for it") },
            };
        }
    }
    Ok(Converted { bytes, account })
}

/// Makes the document such that the schema of the target accepts it; what was changed for that.
fn fit(document: &mut IodefDocument, to: Format) -> Vec<iodef::Change> {
    match to {
        Format::IodefJson | Format::IodefCbor => iodef::fit_json(document),
        _ => iodef::fit(document),
    }
}

fn leaves(document: &IodefDocument) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        all.insert(path.to_string(), format!("{leaf:?}"));
    });
    all
}
