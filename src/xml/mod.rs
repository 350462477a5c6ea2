//! The strict entry and exit for XML; the only module that names quick-xml.
//!
//! quick-xml cuts the input into tokens; everything that makes a document out of them is checked here: one root, no
//! text around it, matching tags, names, characters, references, attributes, namespaces, the XML declaration, and
//! the [`Limits`]. Document type declarations are refused, and with them all entities but the five predefined ones.
//! Accepted is XML 1.0 (fifth edition) with Namespaces in XML 1.0, in UTF-8. Not offered on purpose: DTDs, XML 1.1,
//! other encodings, XInclude, schema locations, recovery after an error.

mod chars;
mod elements;
mod event;
mod input;
mod reader;
mod scope;
mod tag;
#[cfg(test)]
mod tests;
mod tokens;
mod verbatim;
mod writer;

use std::fmt;

pub use chars::is_ncname;
pub use event::{Attribute, Attributes, Event, Start, Text};
pub use reader::Reader;
pub use scope::XML_NS;
pub use verbatim::{Fragment, Verbatim};
pub use writer::{Layout, WriteError, Writer};

/// How much of a document is accepted. Exceeding one is `limit-exceeded`, with the field's name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements open at the same time.
    pub depth: usize,
    /// Attributes of one element, namespace declarations aside.
    pub attributes: usize,
    /// Bytes of one attribute value, normalised.
    pub attribute_bytes: usize,
    /// Bytes of one run of text, of one subtree kept verbatim, and of any one piece of markup.
    pub text_bytes: usize,
    /// Bytes of the document.
    pub total_bytes: u64,
    /// Namespace declarations of one element.
    pub namespaces: usize,
    /// Namespace declarations in scope at the same time. It bounds what looking up a prefix costs.
    pub namespaces_in_scope: usize,
    /// Bytes of one element or attribute name, with its prefix.
    pub name_bytes: usize,
}

impl Limits {
    /// Those that hold unless others are given.
    pub const DEFAULT: Limits = Limits {
        depth: 64,
        attributes: 64,
        attribute_bytes: 64 * 1024,
        text_bytes: 16 * 1024 * 1024,
        total_bytes: 26_214_400,
        namespaces: 32,
        namespaces_in_scope: 128,
        name_bytes: 1024,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::DEFAULT
    }
}

/// An expanded name (Namespaces in XML 1.0 §2.1). Compares with a pair `(namespace, local)` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name<'a> {
    /// Namespace name; empty for a name in no namespace.
    pub ns: &'a str,
    /// Local part.
    pub local: &'a str,
}

impl PartialEq<(&str, &str)> for Name<'_> {
    fn eq(&self, &(ns, local): &(&str, &str)) -> bool {
        self.local == local && self.ns == ns
    }
}

impl<'a> From<(&'a str, &'a str)> for Name<'a> {
    fn from((ns, local): (&'a str, &'a str)) -> Self {
        Name { ns, local }
    }
}

/// `{namespace}local`, or `local` without a namespace.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ns.is_empty() { f.write_str(self.local) } else { write!(f, "{{{}}}{}", self.ns, self.local) }
    }
}

/// Body of a fuzz target: reads everything, twice, once event by event and once keeping the root's content verbatim;
/// what was kept is read again. Any bytes may be given.
pub fn fuzz(bytes: &[u8]) {
    let limits = Limits::default();
    let mut reader = Reader::new(bytes, limits);
    loop {
        match reader.next() {
            Ok(Event::Start(start)) => {
                let _ = start.name().to_string();
                let _ = start.attributes().map(|attribute| attribute.value.len()).sum::<usize>();
            }
            Ok(Event::Text(text)) => {
                let _ = text.is_blank();
            }
            Ok(Event::End) => {
                let _ = reader.path();
            }
            Ok(Event::Eof) | Err(_) => break,
        }
    }
    let mut reader = Reader::new(bytes, limits);
    if let Ok(Event::Start(_)) = reader.next()
        && let Ok(Verbatim::Markup(fragment)) = reader.verbatim_content()
    {
        let _ = Verbatim::parse(fragment.as_str(), &limits);
    }
}
