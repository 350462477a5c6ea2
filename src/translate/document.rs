//! Documents in any format that is read and written here, and the way from each to each.

use super::{
    Entry, Fate,
    between::{Between, Tell, fit},
    from_iodef, from_stix,
    iodef::{leave_out_hollow, say_what_is_unsaid},
    refit,
    stix::{IdKey, kept_as_it_is},
    to_iodef, to_stix, version1,
};
use crate::{
    cbor,
    error::{Code, Finding, Position, Severity},
    format::Format,
    iodef::{self, Binding, Decoded, Encoder, IodefDocument, Part, Profile},
    iodef1,
    json::{self, Layout},
    record::{self, Form, RecordDocument},
    stix::{self, StixDocument},
    xml,
};

/// The formats that are read and written here.
pub const FORMATS: &[Format] =
    &[Format::Record, Format::IodefXml, Format::IodefJson, Format::IodefCbor, Format::Iodef1Xml, Format::Stix];

/// The formats that are only read here.
pub const READ_ONLY: &[Format] = &[Format::Stix20, Format::Rid];

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
    /// A STIX bundle or object.
    Stix(Box<StixDocument>),
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
    // RFC 8949 §3.4.6: a tag that says that this is CBOR, and nothing else.
    let bytes = bytes.strip_prefix(b"\xd9\xd9\xf7").unwrap_or(bytes);
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = start.trim_ascii_start();
    if let Some(format) = stix::detect(start) {
        return Some(format);
    }
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
            let limits = json::Limits { total_bytes: max_bytes, ..json::Limits::default() };
            let stix::Decoded { document, mut findings, .. } = stix::decode(bytes, &limits)?;
            if stix::is_outdated(&document) {
                findings = outdated(&document, &limits)?;
            }
            (Document::Stix(Box::new(document)), findings)
        }
    };
    Ok(Read { format, document, findings })
}

/// Writes a document in another format, or anew in its own; `profile` says for whose schema, where the format is XML.
///
/// # Errors
/// What the target requires and the document does not have; nothing is invented for it.
pub fn convert(source: Read, to: Format, profile: Profile) -> Result<Converted, Vec<Finding>> {
    if source.format == Format::Rid {
        let mut converted = convert(Read { format: Format::IodefXml, ..source }, to, profile)?;
        converted.account.push(version1::envelope());
        return Ok(converted);
    }
    match (source.document, to) {
        (Document::Record(document), Format::Record) => write_record(&document).map(Converted::unchanged),
        (Document::Iodef(document), Format::Record) => {
            let (made, account) = from_iodef(*document);
            Ok(Converted { bytes: write_record(&made)?, account })
        }
        (Document::Stix(document), to) if stix::is_outdated(&document) => {
            let (document, account) = upgraded(&document);
            let source = Read { format: Format::Stix, document, findings: source.findings };
            then(account, convert(source, to, profile)?)
        }
        (Document::Stix(document), Format::Stix) => {
            let account = kept_as_it_is(&document);
            Ok(Converted { bytes: write_stix(&document)?, account })
        }
        (Document::Stix(document), to) => {
            let (made, account) = from_stix(*document);
            match to {
                Format::Record => Ok(Converted { bytes: write_record(&made)?, account }),
                _ => then(account, record_to_iodef(made, to, profile)?),
            }
        }
        (Document::Record(document), Format::Stix) => record_to_stix(*document),
        (Document::Iodef(document), Format::Stix) => {
            let (made, account) = from_iodef(*document);
            then(account, record_to_stix(made)?)
        }
        (Document::Record(document), to) => record_to_iodef(*document, to, profile),
        (Document::Iodef1(document), to) => version1::convert_from(&document, to, profile),
        (Document::Iodef(document), Format::Iodef1Xml) => version1::convert_to(&document),
        (Document::Iodef(document), to) => {
            let binding = binding(to, profile).ok_or_else(|| vec![unable(to, "written")])?;
            let mut account = Vec::new();
            let tell = Tell { all: true, line: &mut |entry| account.push(entry) };
            let between = Between::new(source.format == Format::IodefXml, binding, Some(tell));
            let encoded = between.finish(*document).0?;
            Ok(Converted { bytes: encoded.into_bytes().map_err(|error| vec![aside(&error)])?, account })
        }
    }
}

/// Records as an IODEF document in one of its bindings; `profile` says for whose schema, where that is XML.
///
/// # Errors
/// As [`convert`].
pub fn record_to_iodef(document: RecordDocument, to: Format, profile: Profile) -> Result<Converted, Vec<Finding>> {
    let (mut made, mut account) = to_iodef(document);
    if to == Format::Iodef1Xml {
        let Converted { bytes, account: then } = version1::convert_to(&made)?;
        return Ok(Converted { bytes, account: version1::compose(account, &then) });
    }
    let binding = binding(to, profile).ok_or_else(|| vec![unable(to, "written")])?;
    say_what_is_unsaid(&mut made);
    let (mut changes, _) = fit(&mut Part::whole(&mut made), binding);
    changes.extend(leave_out_hollow(&mut made));
    refit(&mut account, &changes);
    let encoded = Encoder::new(binding).finish(&made)?;
    Ok(Converted { bytes: encoded.into_bytes().map_err(|error| vec![aside(&error)])?, account })
}

/// Records as a STIX bundle; ids follow from the records by the key that everybody knows.
fn record_to_stix(document: RecordDocument) -> Result<Converted, Vec<Finding>> {
    let (made, account) = to_stix(document, &IdKey::public())?;
    Ok(Converted { bytes: write_stix(&made)?, account })
}

/// A translation behind another.
fn then(first: Vec<Entry>, second: Converted) -> Result<Converted, Vec<Finding>> {
    Ok(Converted { bytes: second.bytes, account: version1::compose(first, &second.account) })
}

/// What is wrong with a document of STIX 2.0 when it is one of 2.1, at its places there.
fn outdated(document: &StixDocument, limits: &json::Limits) -> Result<Vec<Finding>, Finding> {
    let upgraded = stix::upgrade(document).document;
    let bytes = stix::encode(&upgraded, Layout::Compact).map_err(|error| {
        let expected = "a document that can be written";
        Finding::error(error.code(), Position::default(), "$", error.to_string(), expected)
    })?;
    // It may be longer than the document that it was made of.
    let mut findings = stix::decode(&bytes, &json::Limits { total_bytes: u64::MAX, ..*limits })?.findings;
    findings.iter_mut().for_each(|finding| finding.position = Position::default());
    Ok(findings)
}

/// What is of STIX 2.0 in a document, as 2.1 has it.
fn upgraded(document: &StixDocument) -> (Document, Vec<Entry>) {
    let stix::Upgraded { document, account } = stix::upgrade(document);
    let fate = |end| match end {
        stix::End::Kept { to } => Fate::Kept { to },
        stix::End::Moved { to } => Fate::Moved { to },
        stix::End::Coarsened { to, how } => Fate::Coarsened { to, how: how.to_owned() },
        stix::End::Dropped { why } => Fate::Dropped { why: why.to_owned() },
    };
    let account = account.into_iter().map(|leaf| Entry { path: leaf.path, fate: fate(leaf.end) });
    (Document::Stix(Box::new(document)), account.collect())
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

fn write_stix(document: &StixDocument) -> Result<Vec<u8>, Vec<Finding>> {
    stix::encode(document, Layout::Indented).map_err(|error| {
        vec![Finding::error(error.code(), Position::default(), "$", error.to_string(), "a bundle that can be written")]
    })
}

/// The binding of IODEF that a format is.
pub(super) fn binding(format: Format, profile: Profile) -> Option<Binding> {
    match format {
        Format::IodefXml => Some(Binding::Xml(profile)),
        Format::IodefJson => Some(Binding::Json),
        Format::IodefCbor => Some(Binding::Cbor),
        _ => None,
    }
}

/// What was put aside while a document was written cannot be read again.
pub(super) fn aside(error: &std::io::Error) -> Finding {
    let expected = "room for temporary files (TMPDIR)";
    Finding::error(Code::DiskWrite, Position::default(), "$", error.to_string(), expected)
}

pub(super) fn unable(format: Format, done: &str) -> Finding {
    let expected = format!("a format that is {done} here");
    Finding::error(Code::FormatUnknown, Position::default(), "$", format.as_str(), expected)
}
