//! The gate's own reading of a document: its leaves with the way to them, by the strict entry layers alone.

use super::{refusal::Reason, table::Element};
use crate::{
    json::{self, Data, Value},
    xml::{Event, Limits, Reader},
};

/// Namespaces and the prefixes that path tables write for them; the format's own has none.
const PREFIXES: &[(&str, &str)] = &[
    ("urn:ietf:params:xml:ns:iodef-2.0", ""),
    ("urn:ietf:params:xml:ns:iodef-enum-1.0", "enum:"),
    ("urn:ietf:params:xml:ns:iodef-sci-1.0", "sci:"),
    ("http://www.w3.org/2000/09/xmldsig#", "ds:"),
    ("http://www.w3.org/XML/1998/namespace", "xml:"),
    ("urn:sirex:record:1", "sirex:"),
    ("", "no-namespace:"),
];

/// What a visit is called with.
pub(super) enum Visit<'v> {
    /// An element begins; the last of the way is itself.
    Begin(&'v [Element]),
    /// An attribute or a text: the way, `@name` or empty, and the value.
    Leaf(&'v [Element], &'v str, &'v str),
    /// The innermost element ends.
    End,
}

/// Reads the whole document. What the strict reader passes over without showing it (comments, processing instructions,
/// CDATA sections, a document type) has no business in what we write, and refuses.
pub(super) fn read_xml(bytes: &[u8], mut visit: impl FnMut(Visit<'_>)) -> Result<(), Reason> {
    let text = std::str::from_utf8(bytes).map_err(|_| Reason::Unreadable("not UTF-8".to_owned()))?;
    let body = text.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest);
    if let Some(mark) = ["<!", "<?"].iter().find(|mark| body.contains(**mark)) {
        return Err(Reason::Unreadable(format!("markup that hides text: {mark}")));
    }
    let limits = Limits { total_bytes: bytes.len() as u64, ..Limits::default() };
    let mut reader = Reader::new(bytes, limits);
    let mut way: Vec<Element> = Vec::new();
    loop {
        match reader.next().map_err(|finding| Reason::Unreadable(finding.to_string()))? {
            Event::Start(start) => {
                let own = |(ns, local): (&str, &str), attribute: bool| match PREFIXES.iter().find(|(uri, _)| *uri == ns)
                {
                    _ if attribute && ns.is_empty() => local.to_owned(),
                    Some((_, prefix)) => format!("{prefix}{local}"),
                    None => format!("{{{ns}}}{local}"),
                };
                let attributes = start
                    .attributes()
                    .map(|a| (own((a.name.ns, a.name.local), true), a.value.to_owned()))
                    .collect::<Vec<_>>();
                let name = start.name();
                way.push(Element { name: own((name.ns, name.local), false), attributes });
                visit(Visit::Begin(&way));
                if let Some(element) = way.last() {
                    for (name, value) in &element.attributes {
                        visit(Visit::Leaf(&way, &format!("@{name}"), value));
                    }
                }
            }
            Event::Text(text) => {
                if !text.is_blank() {
                    visit(Visit::Leaf(&way, "", text.as_str()));
                }
            }
            Event::End => {
                visit(Visit::End);
                way.pop();
            }
            Event::Eof => return Ok(()),
        }
    }
}

/// The same for JSON. A member with a simple value is an attribute of the object, all others are elements, one for each item
/// of a list; the document itself is called `IODEF-Document`.
pub(super) fn read_json(bytes: &[u8], mut visit: impl FnMut(Visit<'_>)) -> Result<(), Reason> {
    let limits = json::Limits { total_bytes: bytes.len() as u64, ..json::Limits::default() };
    let document = json::Document::parse(bytes, &limits).map_err(|finding| Reason::Unreadable(finding.to_string()))?;
    if !matches!(document.root().data, Data::Object(_)) {
        return Err(Reason::Unreadable("not an object".to_owned()));
    }
    element("IODEF-Document", document.root(), &mut Vec::new(), &mut visit)
}

/// The text of a simple value; nothing for an object and a list.
fn simple(value: &Value<'_>) -> Result<Option<String>, Reason> {
    match &value.data {
        Data::String(text) => Ok(Some(text.to_string())),
        Data::Number(number) => Ok(Some(number.as_str().to_owned())),
        Data::Object(_) | Data::Array(_) => Ok(None),
        Data::Bool(_) | Data::Null => Err(Reason::Unreadable("a truth value or null, which IODEF has not".to_owned())),
    }
}

/// One element with all that is in it. The depth is bounded by the reader.
fn element(
    name: &str,
    value: &Value<'_>,
    way: &mut Vec<Element>,
    visit: &mut impl FnMut(Visit<'_>),
) -> Result<(), Reason> {
    let members = match &value.data {
        Data::Object(members) => members.as_slice(),
        Data::Array(_) => return Err(Reason::Unreadable("a list within a list, which IODEF has not".to_owned())),
        _ => &[],
    };
    let mut attributes = Vec::new();
    for member in members {
        attributes.extend(simple(&member.value)?.map(|text| (member.key.to_string(), text)));
    }
    way.push(Element { name: name.to_owned(), attributes });
    visit(Visit::Begin(way));
    if let Some(text) = simple(value)? {
        visit(Visit::Leaf(way, "", &text));
    }
    // In the order of the document, so that a word split over several places is whole again.
    for member in members {
        match &member.value.data {
            Data::Array(items) if items.is_empty() => {
                return Err(Reason::Unreadable("an empty list, which IODEF has not".to_owned()));
            }
            Data::Array(items) => items.iter().try_for_each(|item| element(&member.key, item, way, visit))?,
            Data::Object(_) => element(&member.key, &member.value, way, visit)?,
            _ => {
                let text = simple(&member.value)?.unwrap_or_default();
                visit(Visit::Leaf(way, &format!("@{}", member.key), &text));
            }
        }
    }
    visit(Visit::End);
    way.pop();
    Ok(())
}
