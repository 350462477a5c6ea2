//! Content kept as it was written.

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use super::{
    Event, Limits, Reader,
    chars::is_name_char,
    scope::{BindingId, Scope},
    tag::Tag,
    writer::{escape_attribute, escape_text},
};
use crate::error::{Code, Finding, Position};

const XSI_NS: &str = "http://www.w3.org/2001/XMLSchema-instance";
const EXCLUSIVE_C14N_NS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The content of an element whose inside is not ours to understand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Verbatim {
    /// No element inside: the characters, unescaped.
    Text(String),
    /// At least one element inside.
    Markup(Fragment),
}

impl Verbatim {
    /// As content of an element in XML, which [`Verbatim::parse`] reads.
    pub fn content(&self) -> Cow<'_, str> {
        match self {
            Verbatim::Text(text) => escape_text(text),
            Verbatim::Markup(fragment) => Cow::Borrowed(fragment.as_str()),
        }
    }

    /// Reads a fragment from text, such as one kept in JSON; the way back from [`Verbatim::content`].
    ///
    /// # Errors
    /// When it is not the content of an element: well-formed, and with every prefix declared inside. The limits are
    /// those of a document.
    pub fn parse(text: &str, limits: &Limits) -> Result<Verbatim, Finding> {
        const OPEN: &str = "<fragment>";
        const CLOSE: &str = "</fragment>";
        let limits = Limits {
            depth: limits.depth.saturating_add(1),
            total_bytes: limits.total_bytes.saturating_add((OPEN.len() + CLOSE.len()) as u64),
            ..*limits
        };
        let input = std::io::Read::chain(std::io::Read::chain(OPEN.as_bytes(), text.as_bytes()), CLOSE.as_bytes());
        let read = || {
            let mut reader = Reader::new(input, limits);
            reader.next()?;
            let content = reader.verbatim_content()?;
            match reader.next()? {
                Event::Eof => Ok(content),
                _ => Err(Finding::error(Code::Internal, reader.position(), "/", "content", "the end")),
            }
        };
        read().map_err(|mut finding: Finding| {
            let shift = OPEN.len() as u64;
            let Position { line, column, offset } = &mut finding.position;
            *offset = offset.saturating_sub(shift);
            if *line == 1 {
                *column = column.saturating_sub(shift).max(1);
            }
            finding
        })
    }
}

/// XML content with at least one element, complete in itself: every prefix that is used in it is declared in it, so
/// that it means the same wherever it is put. Only the reader makes one, so it is well-formed.
///
/// It is the bytes of the document, comments, references and quotes included, with one addition: a declaration that
/// stood outside and is used inside is written into the start tag of each outermost element that uses it. Used means:
/// in the name of an element or attribute; in a QName at any place of an attribute value or of text, as in `xsi:type`
/// or an XPath; or in the `PrefixList` of exclusive canonicalisation. Where names without prefix are in no namespace,
/// `xmlns=""` is written. Exclusive canonicalisation (RFC 3741) renders only what is visibly used, so an XML signature
/// in the fragment that signs parts of the fragment still verifies. A signature under inclusive canonicalisation need
/// not, since that depends on the place. A QName in text that stands beside the outermost elements keeps its prefix
/// but not its declaration, as there is no element to hold one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fragment(String);

impl Fragment {
    /// The content.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The content.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Collects the content of one element.
pub(super) struct Capture {
    raw: String,
    /// Bindings from here on were made inside.
    inside: BindingId,
    /// The bindings in scope outside, one per prefix, sorted by prefix.
    outer: Vec<BindingId>,
    /// Those that the current outermost element uses.
    used: Vec<BindingId>,
    /// Where declarations for the current outermost element go.
    insert_at: usize,
    inserts: Vec<(usize, String)>,
    inserted: usize,
    in_top: bool,
    elements: bool,
}

impl Capture {
    pub(super) fn new(scope: &Scope) -> Self {
        let inside = scope.next_id();
        // Later bindings hide earlier ones: sort them first among equals, and keep the first.
        let mut outer: Vec<BindingId> = (Scope::NONE..inside).rev().collect();
        outer.sort_by(|&a, &b| scope.prefix(a).cmp(scope.prefix(b)));
        outer.dedup_by(|&mut a, &mut b| scope.prefix(a) == scope.prefix(b));
        Capture {
            raw: String::new(),
            inside,
            outer,
            used: Vec::new(),
            insert_at: 0,
            inserts: Vec::new(),
            inserted: 0,
            in_top: false,
            elements: false,
        }
    }

    pub(super) fn has_elements(&self) -> bool {
        self.elements
    }

    pub(super) fn len(&self) -> usize {
        self.raw.len() + self.inserted
    }

    pub(super) fn push(&mut self, token: &str) {
        self.raw.push_str(token);
    }

    /// Notes what a start tag uses; called before its token is pushed.
    pub(super) fn start(&mut self, token: &str, tag: &Tag, scope: &Scope, top: bool) {
        self.elements = true;
        if top {
            self.in_top = true;
            self.used.clear();
            self.insert_at = self.raw.len() + tag.name_end;
        }
        self.note(tag.namespace);
        for item in &tag.items {
            if !item.prefix(token).is_empty() {
                self.note(item.namespace);
            }
            let value = tag.value(item);
            self.text(value, scope);
            match (scope.uri(item.namespace), item.local(token)) {
                (XSI_NS, "type") if !value.contains(':') => self.note_prefix("", scope),
                ("", "PrefixList") if scope.uri(tag.namespace) == EXCLUSIVE_C14N_NS => {
                    for prefix in value.split_ascii_whitespace() {
                        self.note_prefix(if prefix == "#default" { "" } else { prefix }, scope);
                    }
                }
                _ => {}
            }
        }
    }

    /// Notes the prefixes of what looks like a QName in text.
    pub(super) fn text(&mut self, text: &str, scope: &Scope) {
        let mut from = 0;
        while let Some(len) = text[from..].find(':') {
            let before = &text[from..from + len];
            let prefix = before.rsplit(|c| !is_name_char(c)).next().unwrap_or_default();
            if !prefix.is_empty() {
                self.note_prefix(prefix, scope);
            }
            from += len + 1;
        }
    }

    /// The current outermost element has ended, and its last token is pushed.
    pub(super) fn end_top(&mut self, scope: &Scope) {
        self.in_top = false;
        if self.used.is_empty() {
            return;
        }
        self.used.sort_by(|&a, &b| scope.prefix(a).cmp(scope.prefix(b)));
        let mut declarations = String::new();
        for &id in &self.used {
            let (prefix, uri) = (scope.prefix(id), scope.uri(id));
            let colon = if prefix.is_empty() { "" } else { ":" };
            // Writing to a String cannot fail.
            let _ = write!(declarations, " xmlns{colon}{prefix}=\"{}\"", escape_attribute(uri));
        }
        self.inserted += declarations.len();
        self.inserts.push((self.insert_at, declarations));
    }

    pub(super) fn finish(self, text: String) -> Verbatim {
        if !self.elements {
            return Verbatim::Text(text);
        }
        if self.inserts.is_empty() {
            return Verbatim::Markup(Fragment(self.raw));
        }
        let mut xml = String::with_capacity(self.raw.len() + self.inserted);
        let mut done = 0;
        for (at, declarations) in self.inserts {
            xml.push_str(piece(&self.raw, done..at));
            xml.push_str(&declarations);
            done = at;
        }
        xml.push_str(piece(&self.raw, done..self.raw.len()));
        Verbatim::Markup(Fragment(xml))
    }

    fn note_prefix(&mut self, prefix: &str, scope: &Scope) {
        // Most words before a colon are no prefix: the search among the few sorted ones settles that at once.
        if self.outer.binary_search_by(|&id| scope.prefix(id).cmp(prefix)).is_ok() {
            self.note(scope.find(prefix).unwrap_or(Scope::XML));
        }
    }

    fn note(&mut self, id: BindingId) {
        if self.in_top && id != Scope::XML && id < self.inside && !self.used.contains(&id) {
            self.used.push(id);
        }
    }
}

fn piece(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}
