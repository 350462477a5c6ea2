//! The writer: well-formed by construction.

use std::{
    borrow::Cow,
    io::{self, Write},
    ops::Range,
};

use super::{
    Limits, Name, Verbatim,
    chars::{first_forbidden, is_ncname},
    scope::{BindingId, Scope, XML_NS, XMLNS_NS},
};
use crate::error::Code;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed.
    #[error("cannot write XML")]
    Io(#[from] io::Error),
    /// A value holds a character that XML 1.0 cannot hold in any form (§2.2).
    #[error("XML 1.0 cannot hold the character U+{0:04X}")]
    Character(u32),
    /// A local name that is no `NCName`.
    #[error("{0:?} is not an XML name")]
    Name(String),
    /// A prefix that is no `NCName`, is reserved, or stands twice in the table; or a namespace that nothing may bind.
    #[error("the prefix {prefix:?} cannot stand for the namespace {uri:?}")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// The namespace.
        uri: String,
    },
    /// A second attribute of the same expanded name.
    #[error("the attribute {0} stands twice")]
    RepeatedAttribute(String),
    /// An attribute after content, a second root, an end too many, or text outside the root.
    #[error("{0} cannot stand here")]
    Misplaced(&'static str),
    /// The writer was finished with an open element, or without a root.
    #[error("the document is not complete")]
    Incomplete,
    /// Our own reader would not take it.
    #[error("{what}, over the limit {limit} of {most}")]
    Limit {
        /// What is too much.
        what: &'static str,
        /// The limit of [`Limits`].
        limit: &'static str,
        /// Its value.
        most: usize,
    },
}

impl WriteError {
    /// The row of the error table.
    pub fn code(&self) -> Code {
        match self {
            WriteError::Io(_) => Code::DiskWrite,
            WriteError::Character(_) | WriteError::Name(_) => Code::ValueInvalid,
            WriteError::Limit { .. } => Code::LimitExceeded,
            WriteError::Prefix { .. }
            | WriteError::RepeatedAttribute(_)
            | WriteError::Misplaced(_)
            | WriteError::Incomplete => Code::Internal,
        }
    }
}

/// White space between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// None.
    Compact,
    /// Each element on its own line, two spaces per level, where no text stands beside elements.
    Indented,
}

/// Writes one XML 1.0 document in UTF-8.
///
/// The root declares the prefixes of a table (the default namespace only if it is itself in a namespace); an element or attribute in a namespace that has no prefix yet declares
/// one (`ns1`, `ns2` ...) on the spot. Escaping is that of Canonical XML (§2.3), so that what the reader reads is what
/// was written, line ends and white space in attributes included.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    layout: Layout,
    table: Vec<(String, String)>,
    scope: Scope,
    open: Vec<Open>,
    /// Qualified names of the open elements, one behind the other.
    names: String,
    /// The attributes of the tag being written: the bindings of their namespaces, and the local names in `locals`.
    attributes: Vec<(BindingId, Range<usize>)>,
    locals: String,
    in_tag: bool,
    rooted: bool,
    generated: usize,
}

/// What we write is read again by those who limit as we do.
const LIMITS: Limits = Limits::DEFAULT;

fn within(what: &'static str, found: usize, limit: &'static str, most: usize) -> Result<(), WriteError> {
    if found > most { Err(WriteError::Limit { what, limit, most }) } else { Ok(()) }
}

#[derive(Debug)]
struct Open {
    /// Where its name begins.
    name: usize,
    scope: super::scope::Mark,
    content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Nothing,
    /// Elements on lines of their own.
    Elements,
    /// Text, or elements that no white space may be put between.
    Mixed,
}

impl<W: Write> Writer<W> {
    /// Starts a document with its XML declaration. `prefixes` are (prefix, namespace), the empty prefix standing for
    /// the default namespace; the root declares them all, in this order.
    ///
    /// # Errors
    /// A prefix that cannot be declared, and output errors.
    pub fn new(mut out: W, prefixes: &[(&str, &str)], layout: Layout) -> Result<Self, WriteError> {
        let table = table_of(prefixes)?;
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        Ok(Writer {
            out,
            layout,
            table,
            scope: Scope::new(),
            open: Vec::new(),
            names: String::new(),
            attributes: Vec::new(),
            locals: String::new(),
            in_tag: false,
            rooted: false,
            generated: 0,
        })
    }

    /// Starts in the midst of a document, `depth` elements below its root and itself among elements only; the root has
    /// declared `prefixes` (in whose first element no other default namespace stands) and no other is in scope. What is
    /// written can be put there with [`Writer::splice`].
    ///
    /// # Errors
    /// A prefix that cannot be declared.
    pub fn within(out: W, prefixes: &[(&str, &str)], layout: Layout, depth: usize) -> Result<Self, WriteError> {
        let table = table_of(prefixes)?;
        let mut scope = Scope::new();
        table.iter().for_each(|(prefix, uri)| _ = scope.declare(prefix, uri));
        let content = if layout == Layout::Compact { Content::Mixed } else { Content::Elements };
        let outer = |_| Open { name: 0, scope: scope.mark(), content };
        let open = (0..depth).map(outer).collect();
        Ok(Writer {
            out,
            layout,
            table,
            scope,
            open,
            names: String::new(),
            attributes: Vec::new(),
            locals: String::new(),
            in_tag: false,
            rooted: true,
            generated: 0,
        })
    }

    /// Ends what [`Writer::within`] has started, and gives the output back.
    ///
    /// # Errors
    /// When an element is open that was started since.
    pub fn finish_within(self, depth: usize) -> Result<W, WriteError> {
        if self.open.len() == depth && !self.in_tag { Ok(self.out) } else { Err(WriteError::Incomplete) }
    }

    /// Puts in elements that were written before, for this place and layout.
    ///
    /// # Errors
    /// Beside text or outside the root; output errors.
    pub fn splice(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> Result<(), WriteError> {
        self.close_tag()?;
        let compact = self.layout == Layout::Compact;
        match self.open.last_mut() {
            Some(open) if compact || open.content != Content::Mixed => {
                open.content = if compact { Content::Mixed } else { Content::Elements };
            }
            _ => return Err(WriteError::Misplaced("elements that were written before")),
        }
        Ok(write(&mut self.out)?)
    }

    /// Starts an element.
    ///
    /// # Errors
    /// A bad name, a second root, deeper than [`Limits`] allow a reader, output errors.
    pub fn start<'n>(&mut self, name: impl Into<Name<'n>>) -> Result<(), WriteError> {
        let name = name.into();
        if !is_ncname(name.local) {
            return Err(WriteError::Name(name.local.to_owned()));
        }
        if self.open.is_empty() && self.rooted {
            return Err(WriteError::Misplaced("a second root element"));
        }
        within("an element deeper in others", self.open.len() + 1, "depth", LIMITS.depth)?;
        let content = self.child_content()?;
        let scope = self.scope.mark();
        let mut declarations = String::new();
        if self.open.is_empty() {
            // A root in no namespace leaves no room for a default namespace.
            for (prefix, uri) in self.table.iter().filter(|(prefix, _)| !(prefix.is_empty() && name.ns.is_empty())) {
                self.scope.declare(prefix, uri);
                push_declaration(&mut declarations, prefix, uri);
            }
        }
        let binding = match (name.ns, self.binding_for(name.ns, true)) {
            (_, Some(id)) => id,
            ("", None) => {
                push_declaration(&mut declarations, "", "");
                self.scope.declare("", "")
            }
            (uri, None) => self.declare_new(uri, &mut declarations)?,
        };
        let start = self.names.len();
        push_qualified(&mut self.names, self.scope.prefix(binding), name.local);
        self.out.write_all(b"<")?;
        self.out.write_all(&self.names.as_bytes()[start..])?;
        self.out.write_all(declarations.as_bytes())?;
        self.open.push(Open { name: start, scope, content });
        self.attributes.clear();
        self.locals.clear();
        self.in_tag = true;
        self.rooted = true;
        Ok(())
    }

    /// Adds an attribute to the element just started. A name without namespace gets no prefix.
    ///
    /// # Errors
    /// After content, twice the same, a bad name, a character that XML cannot hold, a value longer than [`Limits`] allow a
    /// reader, output errors.
    pub fn attribute<'n>(&mut self, name: impl Into<Name<'n>>, value: &str) -> Result<(), WriteError> {
        let name = name.into();
        if !self.in_tag {
            return Err(WriteError::Misplaced("an attribute after content"));
        }
        if !is_ncname(name.local) || (name.ns.is_empty() && name.local == "xmlns") {
            return Err(WriteError::Name(name.local.to_owned()));
        }
        check(value)?;
        within("a longer attribute value", value.len(), "attribute_bytes", LIMITS.attribute_bytes)?;
        let is_it = |(id, local): &(BindingId, Range<usize>)| {
            self.locals[local.clone()] == *name.local && self.scope.uri(*id) == name.ns
        };
        if self.attributes.iter().any(is_it) {
            return Err(WriteError::RepeatedAttribute(name.to_string()));
        }
        let mut declarations = String::new();
        let binding = match (name.ns, self.binding_for(name.ns, false)) {
            ("", _) => Scope::NONE,
            (_, Some(id)) => id,
            (uri, None) => self.declare_new(uri, &mut declarations)?,
        };
        self.out.write_all(declarations.as_bytes())?;
        self.out.write_all(b" ")?;
        let prefix = self.scope.prefix(binding);
        if !prefix.is_empty() {
            self.out.write_all(prefix.as_bytes())?;
            self.out.write_all(b":")?;
        }
        self.out.write_all(name.local.as_bytes())?;
        self.out.write_all(b"=\"")?;
        self.out.write_all(escape_attribute(value).as_bytes())?;
        self.out.write_all(b"\"")?;
        let start = self.locals.len();
        self.locals.push_str(name.local);
        self.attributes.push((binding, start..self.locals.len()));
        Ok(())
    }

    /// Says that the element just started has text beside elements, so that nothing inside it is indented.
    ///
    /// # Errors
    /// After content.
    pub fn mixed(&mut self) -> Result<(), WriteError> {
        match self.open.last_mut() {
            Some(open) if self.in_tag => {
                open.content = Content::Mixed;
                Ok(())
            }
            _ => Err(WriteError::Misplaced("a mark for mixed content")),
        }
    }

    /// Writes character data. The empty string writes nothing.
    ///
    /// # Errors
    /// Outside the root; behind an indented child element (then [`Writer::mixed`] was due, as the indentation would
    /// become part of the text); a character that XML cannot hold; output errors.
    pub fn text(&mut self, text: &str) -> Result<(), WriteError> {
        check(text)?;
        within("longer text", text.len(), "text_bytes", LIMITS.text_bytes)?;
        if text.is_empty() {
            return Ok(());
        }
        self.begin_unindented()?;
        self.out.write_all(escape_text(text).as_bytes())?;
        Ok(())
    }

    /// Writes content that was kept verbatim, or text.
    ///
    /// # Errors
    /// As [`Writer::text`].
    pub fn verbatim(&mut self, content: &Verbatim) -> Result<(), WriteError> {
        match content {
            Verbatim::Text(text) => self.text(text),
            Verbatim::Markup(fragment) => {
                self.begin_unindented()?;
                self.out.write_all(fragment.as_str().as_bytes())?;
                Ok(())
            }
        }
    }

    /// Ends the innermost open element.
    ///
    /// # Errors
    /// When none is open; output errors.
    pub fn end(&mut self) -> Result<(), WriteError> {
        let Some(open) = self.open.pop() else {
            return Err(WriteError::Misplaced("an end"));
        };
        self.scope.restore(open.scope);
        if self.in_tag {
            self.in_tag = false;
            self.out.write_all(b"/>")?;
        } else {
            if open.content == Content::Elements {
                self.new_line()?;
            }
            self.out.write_all(b"</")?;
            self.out.write_all(&self.names.as_bytes()[open.name..])?;
            self.out.write_all(b">")?;
        }
        self.names.truncate(open.name);
        Ok(())
    }

    /// Writes an element that holds only text.
    ///
    /// # Errors
    /// As [`Writer::start`] and [`Writer::text`].
    pub fn element<'n>(&mut self, name: impl Into<Name<'n>>, text: &str) -> Result<(), WriteError> {
        self.start(name)?;
        self.text(text)?;
        self.end()
    }

    /// Ends the document with a line end, flushes the output and gives it back.
    ///
    /// # Errors
    /// When an element is open or none was written; output errors.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if !self.open.is_empty() || !self.rooted {
            return Err(WriteError::Incomplete);
        }
        self.out.write_all(b"\n")?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Makes room for a child element; gives the content that the child starts with.
    fn child_content(&mut self) -> Result<Content, WriteError> {
        self.close_tag()?;
        let Some(parent) = self.open.last_mut() else { return Ok(Content::Nothing) };
        if parent.content == Content::Mixed || self.layout == Layout::Compact {
            parent.content = Content::Mixed;
            return Ok(parent.content);
        }
        parent.content = Content::Elements;
        self.new_line()?;
        Ok(Content::Nothing)
    }

    fn begin_unindented(&mut self) -> Result<(), WriteError> {
        match self.open.last_mut() {
            None => return Err(WriteError::Misplaced("text outside the root element")),
            Some(open) if open.content == Content::Elements => {
                return Err(WriteError::Misplaced("text behind an indented element"));
            }
            Some(open) => open.content = Content::Mixed,
        }
        self.close_tag()
    }

    fn close_tag(&mut self) -> Result<(), WriteError> {
        if self.in_tag {
            self.in_tag = false;
            self.out.write_all(b">")?;
        }
        Ok(())
    }

    fn new_line(&mut self) -> Result<(), WriteError> {
        // As deep as a reader takes it.
        const LINE: [u8; 1 + 2 * LIMITS.depth] = {
            let mut line = [b' '; 1 + 2 * LIMITS.depth];
            line[0] = b'\n';
            line
        };
        Ok(self.out.write_all(&LINE[..LINE.len().min(1 + 2 * self.open.len())])?)
    }

    /// A binding in scope for a namespace; one of the empty prefix only where that may be used.
    fn binding_for(&self, uri: &str, empty_allowed: bool) -> Option<BindingId> {
        (0..self.scope.next_id()).find(|&id| {
            let prefix = self.scope.prefix(id);
            self.scope.uri(id) == uri && (empty_allowed || !prefix.is_empty()) && self.scope.find(prefix) == Some(id)
        })
    }

    fn declare_new(&mut self, uri: &str, declarations: &mut String) -> Result<BindingId, WriteError> {
        check(uri)?;
        if uri == XMLNS_NS {
            return Err(WriteError::Prefix { prefix: String::new(), uri: uri.to_owned() });
        }
        let prefix = loop {
            self.generated += 1;
            let prefix = format!("ns{}", self.generated);
            if self.scope.find(&prefix).is_none() {
                break prefix;
            }
        };
        push_declaration(declarations, &prefix, uri);
        Ok(self.scope.declare(&prefix, uri))
    }
}

fn table_of(prefixes: &[(&str, &str)]) -> Result<Vec<(String, String)>, WriteError> {
    let mut table: Vec<(String, String)> = Vec::with_capacity(prefixes.len());
    for &(prefix, uri) in prefixes {
        let named = prefix.is_empty() || (is_ncname(prefix) && prefix != "xml" && prefix != "xmlns");
        let bindable = !uri.is_empty() && uri != XML_NS && uri != XMLNS_NS;
        if !named || !bindable || table.iter().any(|(known, _)| known == prefix) {
            return Err(WriteError::Prefix { prefix: prefix.to_owned(), uri: uri.to_owned() });
        }
        check(uri)?;
        table.push((prefix.to_owned(), uri.to_owned()));
    }
    Ok(table)
}

fn push_qualified(out: &mut String, prefix: &str, local: &str) {
    if !prefix.is_empty() {
        out.push_str(prefix);
        out.push(':');
    }
    out.push_str(local);
}

fn push_declaration(out: &mut String, prefix: &str, uri: &str) {
    out.push_str(" xmlns");
    if !prefix.is_empty() {
        out.push(':');
        out.push_str(prefix);
    }
    out.push_str("=\"");
    out.push_str(&escape_attribute(uri));
    out.push('"');
}

fn check(text: &str) -> Result<(), WriteError> {
    match first_forbidden(text) {
        None => Ok(()),
        Some((_, c)) => Err(WriteError::Character(u32::from(c))),
    }
}

/// Character data in the escaping of Canonical XML §2.3.
pub(super) fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    })
}

/// An attribute value for double quotes in the escaping of Canonical XML §2.3.
pub(super) fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    })
}

/// What is replaced is ASCII.
fn escape(text: &str, replacement: impl Fn(u8) -> Option<&'static str>) -> Cow<'_, str> {
    let next = |rest: &str| rest.bytes().enumerate().find_map(|(at, byte)| Some((at, replacement(byte)?)));
    let (mut rest, mut out) = (text, String::new());
    while let Some((at, escaped)) = next(rest) {
        if out.is_empty() {
            out.reserve(text.len() + 16);
        }
        out.push_str(&rest[..at]);
        out.push_str(escaped);
        rest = &rest[at + 1..];
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}
