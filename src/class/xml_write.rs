//! Classes to XML, by the table. The caller has checked the value ([`check`](super::check())); what no table rule
//! covers is refused here.

use std::io::Write;

use super::{
    Dialect, Fields, Node, View,
    def::{FieldDef, Kind},
    hole::Hole,
};
use crate::xml::{self, Writer};

/// Why nothing, or not all, was written.
pub type WriteError = xml::WriteError;

/// Writes a document whose root is `root`. Of a list with a hole for it, what is in the class is not written.
///
/// `dialect` is that of the reader's schema: values that it does not list are written as `ext-value` with the `ext-*`
/// attribute and read as the value again; names and order of elements are its own.
///
/// # Errors
/// When the sink fails, or a text has a character that XML cannot hold.
pub fn to_xml<W: Write>(
    root: &dyn Fields,
    dialect: &Dialect,
    writer: &mut Writer<W>,
    holes: &[Hole<'_, W>],
) -> Result<(), WriteError> {
    let def = root.def();
    write_element(root, (def.ns, def.name), dialect, writer, holes)
}

/// The same for an element in the midst of a document.
///
/// # Errors
/// As [`to_xml`].
pub fn write_element<W: Write>(
    class: &dyn Fields,
    name: (&str, &str),
    dialect: &Dialect,
    writer: &mut Writer<W>,
    holes: &[Hole<'_, W>],
) -> Result<(), WriteError> {
    let mut out = Out { writer, dialect };
    out.writer.start(name)?;
    out.class(class, holes)?;
    out.writer.end()
}

/// Writes one node as an element of this namespace and name, where a class is of a type that several elements have.
///
/// # Errors
/// As [`to_xml`].
pub fn node_to_xml<W: Write>(
    name: (&str, &str),
    node: &dyn Node,
    dialect: &Dialect,
    writer: &mut Writer<W>,
) -> Result<(), WriteError> {
    let mut out = Out { writer, dialect };
    out.writer.start(name)?;
    out.content(node, &[])?;
    out.writer.end()
}

struct Out<'o, W> {
    writer: &'o mut Writer<W>,
    dialect: &'o Dialect,
}

impl<W: Write> Out<'_, W> {
    /// Attributes and content; the start tag is open.
    fn class(&mut self, class: &dyn Fields, holes: &[Hole<'_, W>]) -> Result<(), WriteError> {
        let def = class.def();
        let filled = class.filled();
        for index in self.dialect.order(def).filter(|index| filled.has(*index)) {
            let (Some(field), Some(slot)) = (def.fields.get(index), class.slot(index)) else { continue };
            let below: Vec<Hole<'_, W>> = holes.iter().filter_map(|hole| hole.below(index)).collect();
            if let Some(hole) = below.iter().find(|hole| hole.route.is_empty()) {
                self.writer.splice(hole.fill)?;
                continue;
            }
            for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
                match field.kind {
                    Kind::Attribute => self.attribute(field, node)?,
                    Kind::Content | Kind::Mixed => self.content(node, &[])?,
                    Kind::Element => self.element(self.dialect.name(def, field), field, node, def.ns, &below)?,
                    Kind::Choice => self.choice(node, def.ns)?,
                    Kind::Group => {
                        // The parts of a group are children of this element: the same loop, one level in.
                        if let View::Class(group) = node.view() {
                            self.class(group, &[])?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn attribute(&mut self, field: &FieldDef, node: &dyn Node) -> Result<(), WriteError> {
        match node.view() {
            View::Simple(simple) => match field.name.strip_prefix("xml:") {
                Some(local) => self.writer.attribute((xml::XML_NS, local), simple.text()),
                None => self.writer.attribute(("", field.name), simple.text()),
            },
            View::Coded(coded) => {
                let unprinted = field.ext.is_some() && self.dialect.lacks(coded.def(), coded.text());
                let (value, ext) =
                    if unprinted { ("ext-value", Some(coded.text())) } else { (coded.text(), coded.ext()) };
                self.writer.attribute(("", field.name), value)?;
                match (field.ext, ext) {
                    (Some(name), Some(ext)) => self.writer.attribute(("", name), ext),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn content(&mut self, node: &dyn Node, holes: &[Hole<'_, W>]) -> Result<(), WriteError> {
        match node.view() {
            View::Simple(simple) => self.writer.text(simple.text()),
            View::Coded(coded) => self.writer.text(coded.text()),
            View::Foreign(verbatim) => self.writer.verbatim(verbatim),
            View::Class(inner) => self.class(inner, holes),
            View::Choice(..) => Ok(()),
        }
    }

    fn element(
        &mut self,
        name: &str,
        field: &FieldDef,
        node: &dyn Node,
        ns: &str,
        holes: &[Hole<'_, W>],
    ) -> Result<(), WriteError> {
        self.writer.start((field.ns.unwrap_or(ns), name))?;
        self.content(node, holes)?;
        self.writer.end()
    }

    fn choice(&mut self, node: &dyn Node, ns: &str) -> Result<(), WriteError> {
        match node.view() {
            View::Choice(variant, inner) => self.element(variant.name, variant, inner, ns, &[]),
            _ => Ok(()),
        }
    }
}
