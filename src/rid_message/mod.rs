//! RID messages (RFC 6545), as far as an IODEF document is in one. The message itself is not read: who may ask what of
//! whom is a matter of its transport.

#[cfg(test)]
mod tests;

use crate::{
    error::{Code, Finding, Position, Severity},
    iodef::IODEF,
    iodef1::IODEF1,
    xml::{Event, Limits, Reader, Verbatim},
};

/// Namespace of RID (RFC 6545 §5.1).
pub const RID: &str = "urn:ietf:params:xml:ns:iodef-rid-2.0";

/// The document in a message.
#[derive(Debug)]
pub struct Enclosed {
    /// The document as bytes of its own.
    pub document: Vec<u8>,
    /// The namespace of its version.
    pub ns: &'static str,
    /// Where in the message its bytes begin.
    pub position: Position,
    /// What is odd about the way it is enclosed.
    pub findings: Vec<Finding>,
}

impl Enclosed {
    /// A finding in the document, by its place in the message.
    pub fn place(&self, mut finding: Finding) -> Finding {
        let Position { line, column, offset } = &mut finding.position;
        if *line == 1 {
            *column += self.position.column.saturating_sub(1);
        }
        *line += self.position.line.saturating_sub(1);
        *offset += self.position.offset;
        finding
    }
}

/// Finds the IODEF document of a RID message: that of the first `XMLDocument` which has one (RFC 6545 §5.4).
///
/// # Errors
/// Not XML, over a limit, no RID message, no IODEF document in it.
pub fn enclosed(bytes: &[u8], limits: Limits) -> Result<Enclosed, Finding> {
    let mut reader = Reader::new(bytes, limits);
    match reader.next()? {
        Event::Start(start) if start.name() == (RID, "RID") => {}
        Event::Start(start) => {
            let (found, expected) = (start.name().to_string(), format!("root element RID of namespace {RID}"));
            return Err(Finding::error(Code::FormatUnknown, start.position(), "/", found, expected));
        }
        _ => return Err(Finding::error(Code::FormatUnknown, Position::default(), "/", "no element", "a RID message")),
    }
    let mut found = None;
    loop {
        let wanted = match reader.next()? {
            Event::Start(start) => found.is_none() && start.name() == (RID, "XMLDocument"),
            Event::Eof => break,
            Event::Text(_) | Event::End => false,
        };
        if wanted {
            let position = reader.position();
            if let Verbatim::Markup(fragment) = reader.verbatim_content()? {
                found = document(fragment.as_str(), position, limits)?;
            }
        }
    }
    found.ok_or_else(|| {
        let expected = "an IODEF-Document in RIDPolicy/ReportSchema/XMLDocument";
        Finding::error(Code::FormatUnknown, Position::default(), "/RID", "a message without a document", expected)
    })
}

/// The content of an `XMLDocument`, if it is an IODEF document.
fn document(text: &str, position: Position, limits: Limits) -> Result<Option<Enclosed>, Finding> {
    const ROOT: &str = "IODEF-Document";
    let mut reader = Reader::new(text.as_bytes(), limits);
    let Event::Start(start) = reader.next()? else { return Ok(None) };
    let name = start.name();
    if name.local != ROOT {
        return Ok(None);
    }
    let ns = [IODEF1, IODEF].into_iter().find(|ns| name.ns == *ns);
    match ns {
        Some(ns) => Ok(Some(Enclosed { document: text.as_bytes().to_vec(), ns, position, findings: Vec::new() })),
        // RFC 6545 §9 shows one without a prefix where there is no default namespace; its parts have the prefix.
        None if name.ns.is_empty() => {
            let Some((before, after)) = text.split_once(&format!("<{ROOT}")) else { return Ok(None) };
            let (tag, rest) = after.split_once('>').unwrap_or((after, ""));
            let tag = tag.replace(" xmlns=\"\"", "");
            let document = format!("{before}<{ROOT} xmlns=\"{IODEF1}\"{tag}>{rest}").into_bytes();
            let finding = Finding::new(
                Severity::Warning,
                Code::ClassUnknownElement,
                position,
                "/IODEF-Document",
                "IODEF-Document in no namespace",
                format!("namespace {IODEF1}"),
            );
            Ok(Some(Enclosed { document, ns: IODEF1, position, findings: vec![finding] }))
        }
        None => Ok(None),
    }
}
