//! Documents in any format that is read and written here, and the way from each to each.

use jiff::Timestamp;

use super::{
    Entry, Fate,
    between::{Between, Tell, fit},
    carrier::{self, Said},
    compose::compose,
    iodef::{leave_out_hollow, say_states, say_what_is_unsaid},
    refit,
    stix::{IdKey, IncidentShape, broken, extension, from_stix_but, kept_as_it_is},
    to_iodef, to_stix, upgrade, version1,
    withheld::leave_out_elements,
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
    time::WireTime,
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
    /// One of STIX 2.0, or with objects of it, as 2.1 has it.
    Stix20(Box<stix::Upgraded>),
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

    /// The first finding for which there is no translation. Our own records may contradict themselves while they are worked on; of
    /// a STIX document, an object of which something is wrong is carried as it came, and the others go on.
    pub fn obstacle(&self) -> Option<&Finding> {
        match &self.document {
            Document::Record(_) => None,
            Document::Stix(document) if broken(document, &self.findings).is_some() => None,
            _ => self.error(),
        }
    }
}

/// How a document is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For whose schema, where the format is IODEF in XML.
    pub profile: Profile,
    /// The shape of what others know of an incident, where the format is STIX.
    pub incident: IncidentShape,
    /// Nothing that is for a gateway of ours alone.
    pub plain: bool,
    /// When the document is written, where the source has no time of its own and the format requires one.
    pub at: Option<Timestamp>,
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
            let stix::Decoded { document, findings, .. } = stix::decode(bytes, &limits)?;
            if stix::is_outdated(&document) {
                let upgraded = stix::upgrade(&document);
                let findings = stix::check_document(&upgraded.document);
                (Document::Stix20(Box::new(upgraded)), findings)
            } else {
                (Document::Stix(Box::new(document)), findings)
            }
        }
    };
    Ok(Read { format, document, findings })
}

/// Writes a document in another format, or anew in its own.
///
/// # Errors
/// What the target requires and the document does not have.
pub fn convert(source: Read, to: Format, options: Options) -> Result<Converted, Vec<Finding>> {
    let profile = options.profile;
    if source.format == Format::Rid {
        let mut converted = convert(Read { format: Format::IodefXml, ..source }, to, options)?;
        converted.account.push(version1::envelope());
        return Ok(converted);
    }
    match (source.document, to) {
        (Document::Record(document), Format::Record) => write_record(&document).map(Converted::unchanged),
        (Document::Iodef(document), Format::Record) => {
            let (made, account) = carrier::from_iodef_and_blocks(*document);
            Ok(Converted { bytes: write_record(&made)?, account })
        }
        (Document::Stix20(upgraded), to) => {
            let (document, account) = (Document::Stix(Box::new(upgraded.document)), upgraded.account);
            let read = Read { format: Format::Stix, document, findings: Vec::new() };
            then(account.into_iter().map(Entry::from).collect(), convert(read, to, options)?)
        }
        (Document::Stix(document), Format::Stix) => {
            let mut account = kept_as_it_is(&document);
            let document = plainly(*document, options, &mut account);
            Ok(Converted { bytes: write_stix(&document)?, account })
        }
        (Document::Stix(document), to) => {
            let carried = broken(&document, &source.findings).unwrap_or_default();
            let (made, account) = from_stix_but(*document, &carried);
            match to {
                Format::Record => Ok(Converted { bytes: write_record(&made)?, account }),
                _ => then(account, record_to_iodef_and_blocks(made, to, options)?),
            }
        }
        (Document::Record(document), Format::Stix) => {
            record_to_stix(*document, &[], options).map(|written| written.converted)
        }
        (Document::Iodef(document), Format::Stix) => {
            let (made, mut account, said) = carrier::read_with_frame(*document);
            let written = record_to_stix(made, &said, options)?;
            for (from, to) in written.from_frame {
                let of_it = account.iter_mut().filter(|entry| entry.path == from);
                of_it.for_each(|entry| entry.fate = Fate::Kept { to: to.clone() });
            }
            then(account, written.converted)
        }
        (Document::Record(document), to) => record_to_iodef_and_blocks(*document, to, options),
        (Document::Iodef1(document), to) => version1::convert_from(&document, to, options),
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

/// Records as an IODEF document in one of its bindings, for somebody else: nothing is in it that the classes do not say, and
/// nothing is invented. `profile` says for whose schema, where the binding is XML.
///
/// # Errors
/// What IODEF requires and a record does not have.
pub fn record_to_iodef(document: RecordDocument, to: Format, profile: Profile) -> Result<Converted, Vec<Finding>> {
    let (made, account) = to_iodef(document);
    fitted(made, account, to, profile, true)?.written(to, profile)
}

/// The same with all that the classes do not say, and with what RFC 7970 requires and the records do not say.
fn record_to_iodef_and_blocks(
    document: RecordDocument,
    to: Format,
    options: Options,
) -> Result<Converted, Vec<Finding>> {
    let (document, account) = iodef_and_blocks(document, to, options, true)?;
    Fitted { document, account }.written(to, options.profile)
}

/// The same before it is written. `is_whole` is for a document of which these are all records.
pub(super) fn iodef_and_blocks(
    mut document: RecordDocument,
    to: Format,
    Options { profile, plain, at, .. }: Options,
    is_whole: bool,
) -> Result<(IodefDocument, Vec<Entry>), Vec<Finding>> {
    let left_out = leave_out_elements(&mut document);
    let (mut made, mut account) = to_iodef(document.clone());
    carrier::complete(&mut made, &document, at);
    if plain {
        carrier::leave_out(&mut made, &mut account);
    }
    let mut fitted = fitted(made, account, to, profile, is_whole)?;
    if plain || carrier::is_needed(&document) {
        let Converted { bytes, .. } = fitted.clone().written(to, profile)?;
        let again = match read(&bytes, to, u64::MAX).map_err(|finding| vec![finding])?.document {
            Document::Iodef(again) => *again,
            Document::Iodef1(again) => upgrade(&again).0,
            _ => return Err(vec![unable(to, "written")]),
        };
        let (again, back) = carrier::read_again(again);
        if plain {
            carrier::say_moved(&document, &mut fitted.account, &again, &back);
        } else {
            carrier::write(&mut fitted.document, &document, &again, &mut fitted.account, &back);
        }
    }
    left_out.tell(&mut fitted.account);
    Ok((fitted.document, fitted.account))
}

/// An IODEF document that fits its binding, and the account of what it was made of.
#[derive(Clone)]
struct Fitted {
    document: IodefDocument,
    account: Vec<Entry>,
}

fn fitted(
    mut document: IodefDocument,
    mut account: Vec<Entry>,
    to: Format,
    profile: Profile,
    is_whole: bool,
) -> Result<Fitted, Vec<Finding>> {
    if to != Format::Iodef1Xml {
        let binding = binding(to, profile).ok_or_else(|| vec![unable(to, "written")])?;
        if is_whole {
            say_what_is_unsaid(&mut document)
        } else {
            say_states(&mut document)
        }
        let (mut changes, _) = fit(&mut Part::whole(&mut document), binding);
        changes.extend(leave_out_hollow(&mut document));
        refit(&mut account, &changes);
    }
    Ok(Fitted { document, account })
}

impl Fitted {
    fn written(self, to: Format, profile: Profile) -> Result<Converted, Vec<Finding>> {
        let Fitted { document, account } = self;
        if to == Format::Iodef1Xml {
            return then(account, version1::convert_to(&document)?);
        }
        let binding = binding(to, profile).ok_or_else(|| vec![unable(to, "written")])?;
        let encoded = Encoder::new(binding).finish(&document)?;
        Ok(Converted { bytes: encoded.into_bytes().map_err(|error| vec![aside(&error)])?, account })
    }
}

/// A STIX bundle, and what in it is of the frame of the document: where it stood, and where in a record it was put.
struct Framed {
    converted: Converted,
    from_frame: Vec<(String, String)>,
}

/// Records as a STIX bundle; ids follow from the records by the key that everybody knows. What STIX requires of a record and
/// it does not say is what the document has `said` that it came in.
fn record_to_stix(mut document: RecordDocument, said: &[Said], options: Options) -> Result<Framed, Vec<Finding>> {
    let key = IdKey::public();
    let mut written = to_stix(document.clone(), &key, options.incident);
    let mut from_frame = Vec::new();
    if written.is_err() && !said.is_empty() {
        for (i, (record, said)) in document.records.iter_mut().zip(said).enumerate() {
            if record.modified.is_none() && said.modified.is_some() {
                record.modified.clone_from(&said.modified);
                let from = format!("/IODEF-Document/Incident[{}]/GenerationTime", i + 1);
                from_frame.push((from, format!("$.records[{i}].modified")));
            }
            if record.title.is_none() && record.aliases.is_empty() {
                record.aliases.clone_from(&said.aliases);
                let from = format!("/IODEF-Document/Incident[{}]/IncidentID", i + 1);
                let number = format!("$.records[{i}].aliases[0].number");
                from_frame.extend((!said.aliases.is_empty()).then_some((from, number)));
            }
        }
        written = to_stix(document.clone(), &key, options.incident);
    }
    let written = match (written, options.at) {
        // What needs no time gets none.
        (Err(_), Some(at)) => {
            let untimed = document.records.iter_mut().enumerate().filter(|(_, record)| record.modified.is_none());
            let mut given = Vec::new();
            for (i, record) in untimed {
                record.modified = Some(WireTime::with_precision(at, 0));
                given.push(format!("$.records[{i}].modified"));
            }
            to_stix(document, &key, options.incident).map(|(made, mut account)| {
                account.retain(|entry| !given.contains(&entry.path));
                (made, account)
            })
        }
        (written, _) => written,
    };
    let (made, mut account) = written?;
    let made = plainly(made, options, &mut account);
    Ok(Framed { converted: Converted { bytes: write_stix(&made)?, account }, from_frame })
}

/// A STIX document as it is wanted: with our extension or without.
fn plainly(made: StixDocument, Options { plain, .. }: Options, account: &mut [Entry]) -> StixDocument {
    if plain { extension::leave_out(made, account) } else { made }
}

/// A translation behind another.
fn then(first: Vec<Entry>, second: Converted) -> Result<Converted, Vec<Finding>> {
    Ok(Converted { bytes: second.bytes, account: compose(first, &second.account) })
}

impl From<stix::Leaf> for Entry {
    fn from(leaf: stix::Leaf) -> Self {
        let fate = match leaf.end {
            stix::End::Kept { to } => Fate::Kept { to },
            stix::End::Moved { to } => Fate::Moved { to },
            stix::End::Coarsened { to, how } => Fate::Coarsened { to, how: how.to_owned() },
            stix::End::Dropped { why } => Fate::Dropped { why: why.to_owned() },
        };
        Entry { path: leaf.path, fate }
    }
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
