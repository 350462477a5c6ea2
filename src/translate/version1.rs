//! Documents of IODEF version 1 and of RID among the others: they are translated by way of version 2.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    Converted, Document, Entry, Fate, Read,
    by_incident::kept,
    convert,
    iodef1::{Rest, downgrade, upgrade},
};
use crate::{
    class::Path,
    error::{Code, Finding, Position, Severity},
    format::Format,
    iodef::{self, IodefDocument, Profile},
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
    profile: Profile,
) -> Result<Converted, Vec<Finding>> {
    if to == Format::Iodef1Xml {
        let account = kept(document, &Path::root(iodef1::IodefDocument::DEF.name));
        return Ok(Converted { bytes: iodef1::encode_xml(document)?, account });
    }
    let (made, first) = upgrade(document);
    let read = Read { format: Format::IodefXml, document: Document::Iodef(Box::new(made)), findings: Vec::new() };
    let Converted { bytes, account } = convert(read, to, profile)?;
    Ok(Converted { bytes, account: compose(first, &account) })
}

/// A document of version 2 as one of version 1.
pub(super) fn convert_to(document: &IodefDocument) -> Result<Converted, Vec<Finding>> {
    let (made, account) = downgrade(document, Rest::Carried);
    Ok(Converted { bytes: iodef1::encode_xml(&made)?, account })
}

/// The account of two translations, one behind the other.
pub(super) fn compose(first: Vec<Entry>, second: &[Entry]) -> Vec<Entry> {
    let mut then: BTreeMap<&str, Vec<&Fate>> = BTreeMap::new();
    for entry in second {
        then.entry(&entry.path).or_default().push(&entry.fate);
    }
    let next = |place: &str| -> Option<&Fate> {
        let exact = then.get(place).and_then(|fates| fates.iter().max_by_key(|fate| rank(fate)));
        let below = || {
            let inside = |path: &&str| path[place.len()..].starts_with(['/', '[', '.']);
            let range = then.range(place..).take_while(|(path, _)| path.starts_with(place));
            range.filter(|(path, _)| inside(path)).flat_map(|(_, fates)| fates).max_by_key(|fate| rank(fate))
        };
        exact.or_else(below).copied()
    };
    let both = |entry: Entry| {
        let place = match &entry.fate {
            Fate::Kept { to } | Fate::Moved { to } | Fate::Coarsened { to, .. } | Fate::Carried { on: to } => to,
            Fate::Dropped { .. } | Fate::Lost => return entry,
        };
        // What the first has said without a place is not in the second.
        let Some(fate) = next(place) else { return entry };
        Entry { fate: after(&entry.fate, fate), path: entry.path }
    };
    first.into_iter().map(both).collect()
}

/// How much worse a fate is than to be kept.
fn rank(fate: &Fate) -> u8 {
    match fate {
        Fate::Kept { .. } => 0,
        Fate::Moved { .. } => 1,
        Fate::Coarsened { .. } => 2,
        Fate::Carried { .. } => 3,
        Fate::Dropped { .. } => 4,
        Fate::Lost => 5,
    }
}

/// What becomes of a leaf that had one fate and then the other.
fn after(first: &Fate, second: &Fate) -> Fate {
    let place = match second {
        Fate::Kept { to } | Fate::Moved { to } | Fate::Coarsened { to, .. } | Fate::Carried { on: to } => to.clone(),
        Fate::Dropped { .. } | Fate::Lost => return second.clone(),
    };
    match (first, second) {
        (Fate::Carried { .. }, _) | (_, Fate::Carried { .. }) => Fate::Carried { on: place },
        (Fate::Coarsened { how, .. }, Fate::Coarsened { how: more, .. }) => {
            Fate::Coarsened { to: place, how: format!("{how}; {more}") }
        }
        (Fate::Coarsened { how, .. }, _) | (_, Fate::Coarsened { how, .. }) => {
            Fate::Coarsened { to: place, how: how.clone() }
        }
        (Fate::Moved { .. }, _) | (_, Fate::Moved { .. }) => Fate::Moved { to: place },
        _ => Fate::Kept { to: place },
    }
}
