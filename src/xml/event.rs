//! What the reader tells.

use super::{
    Name,
    chars::is_blank,
    elements::Elements,
    scope::Scope,
    tag::{Item, Tag},
};
use crate::error::Position;

/// What the reader found next. It borrows from the reader until the next call.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A start tag, or an empty-element tag, which is followed by [`Event::End`] all the same.
    Start(Start<'a>),
    /// Character data inside the root element; never empty.
    Text(Text<'a>),
    /// The end of the innermost open element.
    End,
    /// The end of a complete document. Comes again when asked again.
    Eof,
}

/// The start of an element.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    pub(super) token: &'a str,
    pub(super) tag: &'a Tag,
    pub(super) scope: &'a Scope,
    pub(super) elements: &'a Elements,
    pub(super) position: Position,
    pub(super) empty: bool,
}

impl<'a> Start<'a> {
    /// The expanded name.
    pub fn name(&self) -> Name<'a> {
        let local = &self.token[self.tag.local_start..self.tag.name_end];
        Name { ns: self.scope.uri(self.tag.namespace), local }
    }

    /// Where the `<` stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The XPath of this element; see [`super::Reader::path`].
    pub fn path(&self) -> String {
        self.elements.path()
    }

    /// The attributes in document order, without namespace declarations.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { start: *self, next: 0 }
    }

    /// The value of the attribute with this expanded name.
    pub fn attribute(&self, name: (&str, &str)) -> Option<&'a str> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// Whether it was written as `<name/>`.
    pub fn is_empty_element(&self) -> bool {
        self.empty
    }

    /// The namespace of a prefix in scope here, for values that are QNames; `""` asks for the default namespace.
    pub fn namespace_of(&self, prefix: &str) -> Option<&'a str> {
        self.scope.find(prefix).map(|id| self.scope.uri(id))
    }
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Expanded name; without a prefix it has no namespace.
    pub name: Name<'a>,
    /// The value, normalised as XML 1.0 §3.3.3 says for attributes without a declared type.
    pub value: &'a str,
    /// Where the name begins.
    pub position: Position,
}

/// The attributes of one element, in document order.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    start: Start<'a>,
    next: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let Start { token, tag, scope, .. } = self.start;
        let item: &'a Item = tag.items.get(self.next)?;
        self.next += 1;
        let name = Name { ns: scope.uri(item.namespace), local: item.local(token) };
        Some(Attribute { name, value: tag.value(item), position: item.position })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.start.tag.items.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Attributes<'_> {}

/// A run of character data: text, CDATA sections and references joined, across comments and processing instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) position: Position,
}

impl<'a> Text<'a> {
    /// The characters, references resolved and line ends normalised to LF (XML 1.0 §2.11).
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Where the run begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether it is white space throughout, such as indentation.
    pub fn is_blank(&self) -> bool {
        is_blank(self.text)
    }
}
