//! Rules that a table cannot state. A format has them; what reads and what checks shows them every class, one at a time.

use super::{Fields, def::FieldDef};
use crate::error::{Finding, Position};

/// The rules of a format, over one document.
pub trait Rules {
    /// Looks at a class of which everything was read; what is in it was shown before. A reader may have dropped long lists
    /// of classes from it by then, so a rule that needs such a list remembers what it saw of it.
    fn class(&mut self, class: &dyn Fields, place: &dyn Place, findings: &mut Vec<Finding>);
    /// The document has ended: what was still open is wrong, and told. It may be more than is to be held at once.
    fn end(&mut self, tell: &mut dyn FnMut(Finding));
}

/// No rules beyond the tables.
impl Rules for () {
    fn class(&mut self, _: &dyn Fields, _: &dyn Place, _: &mut Vec<Finding>) {}
    fn end(&mut self, _: &mut dyn FnMut(Finding)) {}
}

/// Where a class stands in its document. Both are asked for only when there is something to tell.
pub trait Place {
    /// Whether the document is JSON, or CBOR, which has the same tree.
    fn json(&self) -> bool;
    /// Line and column of the class, or of one of its fields where that is known. `item` counts from 1 within the field; 0
    /// is the field as a whole.
    fn position(&self, field: Option<&FieldDef>, item: usize) -> Position;
    /// Whether something stands in this field that could not be taken, which was told where it stands.
    fn tried(&self, field: &FieldDef) -> bool;
    /// The path of the class, or of one of its fields.
    fn path(&self, field: Option<&FieldDef>, item: usize) -> String;
}
