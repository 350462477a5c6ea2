//! Classes to XML, by the table. The caller has checked the value ([`check`](super::check())); what no table rule
//! covers is refused here.

use std::io::Write;

use super::{
    Fields, Node, View,
    def::{FieldDef, Kind},
};
use crate::xml::{self, Writer};

/// Why nothing, or not all, was written.
pub type WriteError = xml::WriteError;

/// Writes a document whose root is `root`.
///
/// # Errors
/// When the sink fails, or a text has a character that XML cannot hold.
///
/// `unprinted` names values (of a type, by its name in the schema) that the reader's schema does not list: they are
/// written as `ext-value` with the `ext-*` attribute, and read as the value again.
pub fn to_xml<W: Write>(
    root: &dyn Fields,
    unprinted: &[(&str, &str)],
    writer: &mut Writer<W>,
) -> Result<(), WriteError> {
    let def = root.def();
    let mut out = Out { writer, unprinted };
    out.writer.start((def.ns, def.name))?;
    out.class(root)?;
    out.writer.end()
}

/// Writes one node as an element of this namespace and name, where a class is of a type that several elements have.
///
/// # Errors
/// As [`to_xml`].
pub fn element_to_xml<W: Write>(
    name: (&str, &str),
    node: &dyn Node,
    unprinted: &[(&str, &str)],
    writer: &mut Writer<W>,
) -> Result<(), WriteError> {
    let mut out = Out { writer, unprinted };
    out.writer.start(name)?;
    out.content(node)?;
    out.writer.end()
}

struct Out<'o, W> {
    writer: &'o mut Writer<W>,
    unprinted: &'o [(&'o str, &'o str)],
}

impl<W: Write> Out<'_, W> {
    /// Attributes and content; the start tag is open.
    fn class(&mut self, class: &dyn Fields) -> Result<(), WriteError> {
        let def = class.def();
        for (index, field) in def.fields.iter().enumerate() {
            let Some(slot) = class.slot(index) else { continue };
            for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
                match field.kind {
                    Kind::Attribute => self.attribute(field, node)?,
                    Kind::Content | Kind::Mixed => self.content(node)?,
                    Kind::Element => self.element(field, node, def.ns)?,
                    Kind::Choice => self.choice(node, def.ns)?,
                    Kind::Group => {
                        // The parts of a group are children of this element: the same loop, one level in.
                        if let View::Class(group) = node.view() {
                            self.class(group)?;
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
                let unprinted = field.ext.is_some() && self.unprinted.contains(&(coded.def().name, coded.text()));
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

    fn content(&mut self, node: &dyn Node) -> Result<(), WriteError> {
        match node.view() {
            View::Simple(simple) => self.writer.text(simple.text()),
            View::Coded(coded) => self.writer.text(coded.text()),
            View::Foreign(verbatim) => self.writer.verbatim(verbatim),
            View::Class(inner) => self.class(inner),
            View::Choice(..) => Ok(()),
        }
    }

    fn element(&mut self, field: &FieldDef, node: &dyn Node, ns: &str) -> Result<(), WriteError> {
        self.writer.start((field.ns.unwrap_or(ns), field.name))?;
        self.content(node)?;
        self.writer.end()
    }

    fn choice(&mut self, node: &dyn Node, ns: &str) -> Result<(), WriteError> {
        match node.view() {
            View::Choice(variant, inner) => self.element(variant, inner, ns),
            _ => Ok(()),
        }
    }
}
