//! Documents named on the command line.

use std::io::SeekFrom;

use super::{
    Failure,
    files::{self, Opened},
};
use crate::{
    cli::{Input, MAX_BYTES},
    error::{Code, Ended, Finding, Severity},
    format::Format,
    translate::{self, Bounds},
};

/// The largest STIX document that is translated as one, in bytes; memory is some 40 times that. Larger ones are record by record.
const STIX_AT_ONCE: u64 = 8 * 1024 * 1024;

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
    pub(super) input: translate::Long<'static>,
}

/// Opens a document, to be checked or, with `to`, to be translated; reads it if its format, or that of the translation, is
/// read whole. One that cannot be read at all is the error.
pub(super) fn take(
    name: &Input,
    format: Option<Format>,
    to: Option<Format>,
    max_bytes: Option<u64>,
) -> Result<Taken, Failure> {
    let opened = Opened::open(name)?;
    let Some(format) = format.or_else(|| translate::detect(opened.head())) else {
        let message = format!("{name} is of no format that is read here; name it with --from or --format");
        return Err(Failure::new(Code::FormatUnknown, message));
    };
    let record = max_bytes.unwrap_or(translate::RECORD);
    let bounds = Bounds { total: max_bytes.unwrap_or(u64::MAX), record, ..Bounds::default() };
    let by_piece = to.is_none_or(translate::is_by_piece);
    let input = match format {
        Format::IodefXml if by_piece => translate::Long::Xml(opened.forward()),
        Format::Iodef1Xml if by_piece => translate::Long::Xml1(opened.forward()),
        Format::IodefJson if by_piece => translate::Long::Json(opened.source(bounds.total)?),
        Format::IodefCbor if by_piece => translate::Long::Cbor(opened.source(bounds.total)?),
        Format::Stix | Format::Stix20 if to.is_none() => translate::Long::Stix(opened.source(bounds.total)?),
        Format::Stix => {
            let mut source = opened.source(bounds.total)?;
            let unread = |error| files::unreadable(name, &error);
            if source.seek(SeekFrom::End(0)).map_err(unread)? <= STIX_AT_ONCE {
                let mut bytes = Vec::new();
                source.rewind().and_then(|()| source.read_to_end(&mut bytes)).map_err(unread)?;
                return read_as(name, &bytes, format, bounds.total).map(Taken::Whole);
            }
            translate::Long::Stix(source)
        }
        _ => {
            let max_bytes = max_bytes.unwrap_or(MAX_BYTES);
            return read_as(name, &opened.whole(max_bytes)?, format, max_bytes).map(Taken::Whole);
        }
    };
    Ok(Taken::Long(Long { format, bounds, input }))
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
