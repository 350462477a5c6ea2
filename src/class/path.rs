//! Where in a document: an XPath with positions, `/IODEF-Document/Incident[1]/EventData[2]/@restriction`.

use std::fmt;

use super::def::{FieldDef, Kind};

/// A path from the root, cheap to extend: each step points to the one before.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'a str,
    /// Position among the siblings of the same name, from 1; 0 for a field that can occur only once.
    position: usize,
    attribute: bool,
}

impl<'a> Path<'a> {
    /// The root element.
    pub const fn root(name: &'a str) -> Self {
        Path { parent: None, name, position: 0, attribute: false }
    }

    /// A child that can occur only once, or an attribute (`@name`).
    pub const fn child(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), name, position: 0, attribute: false }
    }

    /// An attribute; `name` is without the `@`.
    pub const fn attribute(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), name, position: 0, attribute: true }
    }

    /// One of several children; `position` counts from 1 among those of the same name.
    pub const fn item(&'a self, name: &'a str, position: usize) -> Path<'a> {
        Path { parent: Some(self), name, position, attribute: false }
    }

    /// The last step; of an attribute without the `@`.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Writes the path behind a text: an account has one for each leaf, and this is faster than making a text of each.
    pub fn write_to(&self, text: &mut String) {
        // A String takes whatever it is given.
        let _ = self.write(text);
    }

    fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write(out)?;
        }
        out.write_str(if self.attribute { "/@" } else { "/" })?;
        out.write_str(self.name)?;
        if self.position == 0 {
            return Ok(());
        }
        out.write_char('[')?;
        write_number(out, self.position)?;
        out.write_char(']')
    }

    /// Where a field of the class at this path stands. A choice or a group has no name in a document.
    pub(super) fn of(&self, field: &FieldDef) -> String {
        match field.kind {
            Kind::Attribute => format!("{self}/@{}", field.name),
            Kind::Element => format!("{self}/{}", field.name),
            Kind::Content | Kind::Mixed | Kind::Choice | Kind::Group => self.to_string(),
        }
    }

    /// The same, for one of several in the field; `item` counts from 1, and 0 is the field as a whole.
    pub(super) fn of_item(&self, field: &FieldDef, item: usize) -> String {
        let path = self.of(field);
        if item > 0 && field.kind == Kind::Element { format!("{path}[{item}]") } else { path }
    }
}

/// Formatting takes several times as long, and a large document has millions of positions.
fn write_number(out: &mut impl fmt::Write, number: usize) -> fmt::Result {
    if number >= 10 {
        write_number(out, number / 10)?;
    }
    out.write_char(char::from(b'0' + (number % 10) as u8))
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}
