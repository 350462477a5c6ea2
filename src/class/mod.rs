//! The class mechanism: an exchange format's class is declared once, and everything else follows from the table.
//!
//! A declaration ([`class!`](macro@crate::class), [`choice!`](macro@crate::choice), [`enumeration!`](macro@crate::enumeration)) makes a struct and a
//! [`ClassDef`]. From these the functions here do XML reading and writing, JSON reading and writing, the check, the normal
//! form, the leaves, schema printing and the random generator of the property tests. None of them knows any class.
//!
//! How it works: every value is a [`Node`] that can show itself as a [`View`]; every field is a [`Slot`] that holds
//! nodes. So each function here is one match over `View`, whatever the format has for classes.
//!
//! A struct made by `class!` holds what a document *said*, also when it is incomplete: every field is an `Option` or a
//! `Vec`. Cardinality is a rule of the table that [`check`] applies: readers report, writers refuse.

mod bignum;
mod cbor;
mod cbor_read;
mod check;
mod child;
#[cfg(test)]
pub(crate) mod coverage;
mod def;
mod dialect;
mod generate;
mod hole;
mod json_read;
mod json_stream;
mod json_write;
mod leaves;
mod macros;
mod normal;
mod path;
mod prune;
mod rules;
pub mod schema;
mod simple;
mod stream;
mod tree;
mod unsayable;
mod walk;
mod xml_read;
mod xml_write;

pub use cbor::{MapKeys, cbor_form, to_cbor, write_cbor};
pub use cbor_read::{from_cbor, stream_cbor};
pub use check::{check, check_json, check_json_at, check_part};
pub use child::{Child, add_child, children, count_children, descend, field_of, first_lacking, pop_child};
pub use def::{
    Card, ChoiceDef, ClassDef, EnumDef, Facet, FieldDef, JsonField, JsonForm, Kind, Marked, Shape, SimpleDef, Wire,
};
pub use dialect::{Dialect, OneOf};
pub use generate::{Dice, generate};
pub use hole::{Hole, members_of};
pub use json_read::from_json;
pub use json_stream::stream_json;
pub use json_write::{json_form, write_json};
pub use leaves::{BadLeaf, Leaf, count_leaves, each_leaf, field_leaves, is_empty, leaves, put};
pub use normal::{Inherited, normalise, normalise_where, normalise_within};
pub use path::Path;
pub use prune::prune;
pub use rules::{Place, Rules};
pub use simple::{
    Base64, Coded, CodedNode, DateTime, Enumeration, Id, IdRef, Integer, Lang, Lexical, LexicalKind, NcName, Portlist,
    PositiveReal, Real, SimpleNode, Text, Timezone, Uri,
};
pub use stream::{List, REST, Sink, WINDOW, Window, element, fields_of};
pub use unsayable::{Unsaid, unsayable, unsayable_at};
pub use walk::each_class;
pub use xml_read::{from_xml, stream_xml};
pub use xml_write::{WriteError, node_to_xml, to_xml, write_element};

use std::any::Any;

use crate::xml::Verbatim;

/// Anything that stands in a document: a text, a coded value, a class, a choice, foreign content.
pub trait Node {
    /// Itself, to be read.
    fn view(&self) -> View<'_>;
    /// Itself, to be filled.
    fn view_mut(&mut self) -> ViewMut<'_>;
}

/// A node's form and content.
pub enum View<'a> {
    /// A simple value, kept in its lexical form.
    Simple(&'a dyn SimpleNode),
    /// A value of an enumeration, with its extension.
    Coded(&'a dyn CodedNode),
    /// A class with fields.
    Class(&'a dyn Fields),
    /// One of several: the variant's field definition, and what is in it.
    Choice(&'static FieldDef, &'a dyn Node),
    /// Foreign content, untouched.
    Foreign(&'a Verbatim),
}

/// The same as [`View`], to be filled.
pub enum ViewMut<'a> {
    /// A simple value.
    Simple(&'a mut dyn SimpleNode),
    /// A value of an enumeration.
    Coded(&'a mut dyn CodedNode),
    /// A class with fields.
    Class(&'a mut dyn Fields),
    /// One of several.
    Choice(&'a mut dyn Choose),
    /// Foreign content.
    Foreign(&'a mut Verbatim),
}

/// A type whose shape is known without a value of it.
pub trait Shaped: Node + Blank {
    /// The shape.
    fn shape() -> Shape;
}

/// Makes the node that a reader fills. It is no valid value yet; a reader that cannot fill it removes it again.
pub trait Blank {
    /// An empty one.
    fn blank() -> Self;
}

/// The fields of a class, by the index of its definition.
pub trait Fields {
    /// The class's table.
    fn def(&self) -> &'static ClassDef;
    /// The struct itself, for what knows classes by their type.
    fn any(&self) -> &dyn Any;
    /// The same, to be changed.
    fn any_mut(&mut self) -> &mut dyn Any;
    /// Which fields have something in them: mostly few of many.
    fn filled(&self) -> Marked;
    /// The field of this index; `None` beyond the last.
    fn slot(&self, index: usize) -> Option<&dyn Slot>;
    /// The field of this index, to be filled.
    fn slot_mut(&mut self, index: usize) -> Option<&mut dyn Slot>;
}

/// The fields of a class that have something in them, in order.
pub fn filled(class: &dyn Fields) -> impl Iterator<Item = (usize, &'static FieldDef, &dyn Slot)> {
    let def = class.def();
    class.filled().indices().filter_map(move |index| Some((index, def.fields.get(index)?, class.slot(index)?)))
}

/// A value that is one of several variants.
pub trait Choose {
    /// The table of variants.
    fn def(&self) -> &'static ChoiceDef;
    /// Becomes the variant of this index, blank. An index beyond the last leaves it as it is.
    fn choose(&mut self, variant: usize) -> &mut dyn Node;
    /// What is in it, to be filled.
    fn inner_mut(&mut self) -> &mut dyn Node;
}

/// A field: a place for at most one node or for many.
pub trait Slot {
    /// How many nodes are there.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The node of this index.
    fn get(&self, index: usize) -> Option<&dyn Node>;
    /// The node of this index, to be changed.
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Node>;
    /// Adds a blank node (a place for one replaces what it had).
    fn add(&mut self) -> &mut dyn Node;
    /// Removes the last node.
    fn pop(&mut self);
    /// Removes all nodes but the last.
    fn keep_last(&mut self);
    /// Removes the node of this index; an index beyond the last removes nothing.
    fn remove(&mut self, index: usize);
}

impl<T: Node + Blank> Slot for Option<T> {
    fn len(&self) -> usize {
        usize::from(self.is_some())
    }
    fn get(&self, index: usize) -> Option<&dyn Node> {
        self.as_ref().filter(|_| index == 0).map(|node| node as &dyn Node)
    }
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Node> {
        self.as_mut().filter(|_| index == 0).map(|node| node as &mut dyn Node)
    }
    fn add(&mut self) -> &mut dyn Node {
        self.insert(T::blank())
    }
    fn pop(&mut self) {
        *self = None;
    }
    fn keep_last(&mut self) {}
    fn remove(&mut self, index: usize) {
        if index == 0 {
            *self = None;
        }
    }
}

impl<T: Node + Blank> Slot for Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }
    fn get(&self, index: usize) -> Option<&dyn Node> {
        self.as_slice().get(index).map(|node| node as &dyn Node)
    }
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Node> {
        self.as_mut_slice().get_mut(index).map(|node| node as &mut dyn Node)
    }
    fn add(&mut self) -> &mut dyn Node {
        // Most lists have one element, and room for four would be most of what a document takes.
        if self.is_empty() {
            self.reserve_exact(1);
        }
        self.push_mut(T::blank())
    }
    fn pop(&mut self) {
        Vec::pop(self);
    }
    fn keep_last(&mut self) {
        if let Some(last) = Vec::pop(self) {
            self.clear();
            self.push(last);
        }
    }
    fn remove(&mut self, index: usize) {
        if index < Vec::len(self) {
            Vec::remove(self, index);
        }
    }
}

impl<T: Node> Node for Box<T> {
    fn view(&self) -> View<'_> {
        T::view(self)
    }
    fn view_mut(&mut self) -> ViewMut<'_> {
        T::view_mut(self)
    }
}

impl<T: Blank> Blank for Box<T> {
    fn blank() -> Self {
        Box::new(T::blank())
    }
}

impl<T: Shaped> Shaped for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl Node for Verbatim {
    fn view(&self) -> View<'_> {
        View::Foreign(self)
    }
    fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut::Foreign(self)
    }
}

impl Blank for Verbatim {
    fn blank() -> Self {
        Verbatim::Text(String::new())
    }
}

impl Shaped for Verbatim {
    fn shape() -> Shape {
        Shape::Foreign
    }
}
