//! Documents named on the command line.

use std::io::BufRead;

use super::{
    Failure,
    files::{self, Opened},
};
use crate::{
    cli::{Input, MAX_BYTES},
    error::{Code, Ended, Finding, Severity},
    format::Format,
    spool::Source,
    translate::{self, Bounds},
};

/// A document that was opened: one that is read whole, or one that is read piece by piece.
pub(super) enum Taken {
    /// It was read.
    Whole(Box<translate::Read>),
    /// It is to be read.
    Long(Long),
}

/// A document that is read piece by piece.
pub(super) struct Long {
    pub(super) format: Format,
    pub(super) bounds: Bounds,
    bytes: Bytes,
}

enum Bytes {
    Xml(Box<dyn BufRead>),
    Xml1(Box<dyn BufRead>),
    Json(Box<dyn Source>),
    Cbor(Box<dyn Source>),
    Stix(Box<dyn Source>),
}

impl Long {
    /// Its bytes, for the reader of its format.
    pub(super) fn input(&mut self) -> translate::Long<'_> {
        match &mut self.bytes {
            Bytes::Xml(bytes) => translate::Long::Xml(bytes),
            Bytes::Xml1(bytes) => translate::Long::Xml1(bytes),
            Bytes::Json(bytes) => translate::Long::Json(bytes),
            Bytes::Cbor(bytes) => translate::Long::Cbor(bytes),
            Bytes::Stix(bytes) => translate::Long::Stix(bytes),
        }
    }
}

/// Opens a document, to be checked or, with `to`, to be translated; reads it if its format, or that of the translation, is
/// read whole. One that cannot be read at all is the error.
pub(super) fn take(
    input: &Input,
    format: Option<Format>,
    to: Option<Format>,
    max_bytes: Option<u64>,
) -> Result<Taken, Failure> {
    let opened = Opened::open(input)?;
    let Some(format) = format.or_else(|| translate::detect(opened.head())) else {
        let message = format!("{input} is of no format that is read here; name it with --from or --format");
        return Err(Failure::new(Code::FormatUnknown, message));
    };
    let bounds = Bounds { total: max_bytes.unwrap_or(u64::MAX), ..Bounds::default() };
    let by_piece = to.is_none_or(|to| !matches!(to, Format::Record | Format::Stix));
    let bytes = match format {
        Format::IodefXml if by_piece => Bytes::Xml(opened.forward()),
        Format::Iodef1Xml if by_piece => Bytes::Xml1(opened.forward()),
        Format::IodefJson if by_piece => Bytes::Json(opened.source(bounds.total)?),
        Format::IodefCbor if by_piece => Bytes::Cbor(opened.source(bounds.total)?),
        Format::Stix | Format::Stix20 if to.is_none() => Bytes::Stix(opened.source(bounds.total)?),
        _ => {
            let max_bytes = max_bytes.unwrap_or(MAX_BYTES);
            return read_as(input, &opened.whole(max_bytes)?, format, max_bytes).map(Taken::Whole);
        }
    };
    Ok(Taken::Long(Long { format, bounds, bytes }))
}

/// Reads a document of a known format whole.
pub(super) fn read(input: &Input, format: Format, max_bytes: u64) -> Result<Box<translate::Read>, Failure> {
    read_as(input, &files::read(input, max_bytes)?, format, max_bytes)
}

fn read_as(input: &Input, bytes: &[u8], format: Format, max_bytes: u64) -> Result<Box<translate::Read>, Failure> {
    let read = translate::read(bytes, format, max_bytes);
    read.map(Box::new).map_err(|finding| unreadable(input, format, finding.into()))
}

/// A document of which nothing can be used.
pub(super) fn unreadable(input: &Input, format: Format, ended: Ended) -> Failure {
    let message = format!("{input} cannot be read as {format}");
    Failure::new(ended.end.code, message).with(&input.to_string(), ended.all())
}

/// Whether a part was not read, is missing, or contradicts another.
pub(super) fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
