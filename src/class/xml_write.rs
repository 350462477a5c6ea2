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
pub fn to_xml<W: Write>(root: &dyn Fields, writer: &mut Writer<W>) -> Result<(), WriteError> {
    let def = root.def();
    writer.start((def.ns, def.name))?;
    class(root, writer)?;
    writer.end()
}

/// Attributes and content; the start tag is open.
fn class<W: Write>(class: &dyn Fields, writer: &mut Writer<W>) -> Result<(), WriteError> {
    let def = class.def();
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
            match field.kind {
                Kind::Attribute => attribute(field, node, writer)?,
                Kind::Content | Kind::Mixed => content(node, writer)?,
                Kind::Element => element(field, node, def.ns, writer)?,
                Kind::Choice => choice(node, def.ns, writer)?,
                Kind::Group => {
                    let View::Class(group) = node.view() else { continue };
                    // The parts of a group are children of this element: the same loop, one level in.
                    self::class(group, writer)?;
                }
            }
        }
    }
    Ok(())
}

fn attribute<W: Write>(field: &FieldDef, node: &dyn Node, writer: &mut Writer<W>) -> Result<(), WriteError> {
    match node.view() {
        View::Simple(simple) => match field.name.strip_prefix("xml:") {
            Some(local) => writer.attribute((xml::XML_NS, local), simple.text()),
            None => writer.attribute(("", field.name), simple.text()),
        },
        View::Coded(coded) => {
            writer.attribute(("", field.name), coded.text())?;
            match (field.ext, coded.ext()) {
                (Some(name), Some(ext)) => writer.attribute(("", name), ext),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn content<W: Write>(node: &dyn Node, writer: &mut Writer<W>) -> Result<(), WriteError> {
    match node.view() {
        View::Simple(simple) => writer.text(simple.text()),
        View::Coded(coded) => writer.text(coded.text()),
        View::Foreign(verbatim) => writer.verbatim(verbatim),
        View::Class(inner) => class(inner, writer),
        View::Choice(..) => Ok(()),
    }
}

fn element<W: Write>(field: &FieldDef, node: &dyn Node, ns: &str, writer: &mut Writer<W>) -> Result<(), WriteError> {
    writer.start((field.ns.unwrap_or(ns), field.name))?;
    content(node, writer)?;
    writer.end()
}

fn choice<W: Write>(node: &dyn Node, ns: &str, writer: &mut Writer<W>) -> Result<(), WriteError> {
    match node.view() {
        View::Choice(variant, inner) => element(variant, inner, ns, writer),
        _ => Ok(()),
    }
}
