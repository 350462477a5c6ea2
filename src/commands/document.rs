//! Documents named on the command line.

use std::io::BufRead;

use super::{
    Failure,
    files::{self, Opened},
};
use crate::{
    cli::{Input, MAX_BYTES},
    error::{Code, Finding, Severity},
    format::Format,
    json,
    spool::Source,
    stix,
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
    Forward(Box<dyn BufRead>),
    Source(Box<dyn Source>),
}

impl Long {
    /// What is wrong with it.
    pub(super) fn check(&mut self) -> Result<Vec<Finding>, Vec<Finding>> {
        match (self.format, &mut self.bytes) {
            (Format::Stix | Format::Stix20, Bytes::Source(bytes)) => {
                let limits = json::Limits { total_bytes: self.bounds.total, ..json::Limits::default() };
                stix::check(bytes, &limits).map_err(|finding| vec![finding])
            }
            _ => {
                let bounds = self.bounds;
                translate::check(self.input(), bounds)
            }
        }
    }

    /// Its bytes, for the reader of its format.
    pub(super) fn input(&mut self) -> translate::Long<'_> {
        match &mut self.bytes {
            Bytes::Forward(bytes) => translate::Long::Xml(bytes),
            Bytes::Source(bytes) => translate::Long::Json(bytes),
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
    let detect = || stix::detect(opened.head()).or_else(|| translate::detect(opened.head()));
    let Some(format) = format.or_else(detect) else {
        let message = format!("{input} is of no format that is read here; name it with --from or --format");
        return Err(Failure::new(Code::FormatUnknown, message));
    };
    let bounds = Bounds { total: max_bytes.unwrap_or(u64::MAX), ..Bounds::default() };
    let by_piece = to.is_none_or(|to| matches!(to, Format::IodefXml | Format::IodefJson | Format::IodefCbor));
    let bytes = match format {
        Format::IodefXml if by_piece => Bytes::Forward(opened.forward()),
        Format::IodefJson if by_piece => Bytes::Source(opened.source(bounds.total)?),
        Format::Stix | Format::Stix20 if to.is_none() => Bytes::Source(opened.source(bounds.total)?),
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
    read.map(Box::new).map_err(|finding| unreadable(input, format, vec![finding]))
}

/// A document of which nothing can be used; the last finding says why.
pub(super) fn unreadable(input: &Input, format: Format, findings: Vec<Finding>) -> Failure {
    let code = findings.last().map_or(Code::Internal, |finding| finding.code);
    Failure::new(code, format!("{input} cannot be read as {format}")).with(&input.to_string(), findings)
}

/// Whether a part was not read, is missing, or contradicts another.
pub(super) fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
