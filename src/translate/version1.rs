//! Documents of IODEF version 1 and of RID among the others: they are translated by way of version 2.

#[cfg(test)]
mod tests;

use super::{
    Converted, Document, Entry, Fate, Options, Read,
    by_incident::kept,
    compose::compose,
    convert,
    iodef1::{Rest, downgrade, upgrade},
};
use crate::{
    class::Path,
    error::{Code, Finding, Position, Severity},
    format::Format,
    iodef::{self, IodefDocument},
    iodef1,
    rid_message::{self, RID},
    xml::{Event, Limits, Reader},
};

/// How much of a document is looked at to find its root.
const LOOKED_AT: usize = 64 << 10;

/// The format of an XML document, by its root. What cannot be told is left to the reader of version 2, who says why.
pub(super) fn detect(bytes: &[u8]) -> Format {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let mut reader = Reader::new(head, Limits::default());
    match reader.next() {
        Ok(Event::Start(start)) if start.name().ns == iodef1::IODEF1 => Format::Iodef1Xml,
        Ok(Event::Start(start)) if start.name() == (RID, "RID") => Format::Rid,
        _ => Format::IodefXml,
    }
}

/// Reads a document of version 1.
///
/// # Errors
/// The finding after which nothing of it can be used.
pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<(Document, Vec<Finding>), Finding> {
    let decoded = iodef1::decode_xml(bytes, limits)?;
    Ok((Document::Iodef1(Box::new(decoded.document)), decoded.findings))
}

/// Reads the document in a RID message.
///
/// # Errors
/// As [`read`]; also when there is none.
pub(super) fn read_rid(bytes: &[u8], limits: Limits) -> Result<(Document, Vec<Finding>), Finding> {
    let found = rid_message::enclosed(bytes, limits)?;
    let (document, findings) = match found.ns {
        iodef1::IODEF1 => read(&found.document, limits),
        _ => iodef::decode_xml(&found.document, limits)
            .map(|decoded| (Document::Iodef(Box::new(decoded.document)), decoded.findings)),
    }
    .map_err(|finding| found.place(finding))?;
    let mut all = vec![Finding::new(
        Severity::Note,
        Code::FormatUnknown,
        Position::default(),
        "/RID",
        "a RID message",
        "the document in it alone is read",
    )];
    all.extend(findings.into_iter().map(|finding| found.place(finding)));
    all.extend(found.findings);
    Ok((document, all))
}

/// What a RID message has around its document.
pub(super) fn envelope() -> Entry {
    Entry { path: "/RID".to_owned(), fate: Fate::Dropped { why: "RID is not translated".to_owned() } }
}

/// A document of version 1 in any format.
pub(super) fn convert_from(
    document: &iodef1::IodefDocument,
    to: Format,
    options: Options,
) -> Result<Converted, Vec<Finding>> {
    if to == Format::Iodef1Xml {
        let account = kept(document, &Path::root(iodef1::IodefDocument::DEF.name));
        return Ok(Converted { bytes: iodef1::encode_xml(document)?, account });
    }
    let (made, first) = upgrade(document);
    let read = Read { format: Format::IodefXml, document: Document::Iodef(Box::new(made)), findings: Vec::new() };
    let Converted { bytes, account } = convert(read, to, options)?;
    Ok(Converted { bytes, account: compose(first, &account) })
}

/// A document of version 2 as one of version 1.
pub(super) fn convert_to(document: &IodefDocument) -> Result<Converted, Vec<Finding>> {
    let (made, account) = downgrade(document, Rest::Carried);
    Ok(Converted { bytes: iodef1::encode_xml(&made)?, account })
}
