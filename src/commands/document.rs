//! Documents in any of the formats.

use super::Failure;
use crate::{
    cli::{Format, Input},
    error::{Code, Finding, Severity},
    iodef::{self, IodefDocument},
    json,
    record::{self, RecordDocument},
    xml,
};

/// A document that was read.
pub(super) enum Document {
    Record(Box<RecordDocument>),
    Iodef(Box<IodefDocument>),
}

/// The format that the beginning of the document is of.
pub(super) fn detect(bytes: &[u8]) -> Option<Format> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = start.trim_ascii_start();
    let within = |text: &str| start.windows(text.len()).take(4096).any(|window| window == text.as_bytes());
    match start.first()? {
        b'<' => Some(Format::IodefXml),
        b'{' if within("\"sirex-record\"") => Some(Format::Record),
        b'{' if within("\"Incident\"") => Some(Format::IodefJson),
        _ => None,
    }
}

/// Reads a document and says what is wrong with it; a document that cannot be read at all is the error.
pub(super) fn read(
    input: &Input,
    bytes: &[u8],
    format: Option<Format>,
    max_bytes: u64,
) -> Result<(Format, Document, Vec<Finding>), Failure> {
    let Some(format) = format.or_else(|| detect(bytes)) else {
        let message = format!("{input} is of no format that is read here; name it with --from or --format");
        return Err(Failure::new(Code::FormatUnknown, message));
    };
    let file = input.to_string();
    let refuse = |finding: Finding| {
        Failure::new(finding.code, format!("{input} cannot be read as {}", format.as_str())).with(&file, [finding])
    };
    let (document, findings) = match format {
        Format::Record => {
            let document = record::read(bytes).map_err(refuse)?;
            let findings = record::check_document(&document);
            (Document::Record(Box::new(document)), findings)
        }
        Format::IodefXml => {
            let limits = xml::Limits { total_bytes: max_bytes, ..xml::Limits::default() };
            let decoded = iodef::decode_xml(bytes, limits).map_err(refuse)?;
            (Document::Iodef(Box::new(decoded.document)), decoded.findings)
        }
        Format::IodefJson => {
            let limits = json::Limits { total_bytes: max_bytes, ..json::Limits::default() };
            let decoded = iodef::decode_json(bytes, &limits).map_err(refuse)?;
            (Document::Iodef(Box::new(decoded.document)), decoded.findings)
        }
    };
    Ok((format, document, findings))
}

/// Whether any finding is as bad as `from`.
pub(super) fn worst(findings: &[Finding], from: Severity) -> bool {
    findings.iter().any(|finding| finding.severity >= from)
}
