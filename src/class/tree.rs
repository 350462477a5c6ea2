//! Classes to the tree that JSON and CBOR share, by the table (RFC 8727 for IODEF).
//!
//! Some things have no form there: the order among different kinds in a choice, attributes of a wrapper that is dropped,
//! fields that the table calls absent. The tree that is made is what can be said; [`unsayable`](super::unsayable()) names
//! the rest.

use super::{
    CodedNode, Fields, Node, Slot, View,
    def::{FieldDef, JsonField, JsonForm, Kind, SimpleDef},
    filled,
};
use crate::xml::Verbatim;

/// What the tree is made of: JSON or CBOR.
pub(super) trait Form<'a>: Copy {
    /// A value of the tree.
    type Value;
    /// A text that is of no simple type.
    fn text(self, text: &'a str) -> Self::Value;
    /// A value of a simple type.
    fn simple(self, def: &'static SimpleDef, text: &'a str) -> Self::Value;
    /// Bytes (BYTE of RFC 8727 §2.1).
    fn bytes(self, bytes: Vec<u8>) -> Self::Value;
    /// A value that stands where the RFC has BYTE, though it is none.
    fn byte(self, value: Self::Value) -> Self::Value;
    /// A list.
    fn array(self, values: Vec<Self::Value>) -> Self::Value;
    /// Members by their names.
    fn object(self, members: Vec<(&'static str, Self::Value)>) -> Self::Value;
    /// Whether the value is a text.
    fn is_text(value: &Self::Value) -> bool;
    /// The object of a class. Who only writes it can make it when its turn comes.
    fn class(out: Out<'a, Self>, class: &'a dyn Fields) -> Self::Value {
        out.form.object(out.members(class))
    }
}

/// The tree of a document, as far as there is a form for it. `unprinted` names values (of a type, by its name in the
/// schema) that the reader's schema does not list: they are written as `ext-value` with the `ext-*` member, and read as
/// the value again.
pub(super) fn tree<'a, F: Form<'a>>(form: F, root: &'a dyn Fields, unprinted: &'a [(&'a str, &'a str)]) -> F::Value {
    Out { form, unprinted }.class(root)
}

/// What makes values.
#[derive(Clone, Copy)]
pub(super) struct Out<'a, F> {
    pub(super) form: F,
    pub(super) unprinted: &'a [(&'a str, &'a str)],
}

impl<'a, F: Form<'a>> Out<'a, F> {
    pub(super) fn class(self, class: &'a dyn Fields) -> F::Value {
        let form = class.def().json;
        if !matches!(form, JsonForm::Transparent | JsonForm::TextOrObject) {
            return F::class(self, class);
        }
        let mut members = self.members(class);
        match (form, members.len()) {
            (JsonForm::Transparent, 0) => self.form.text(""),
            (JsonForm::Transparent, _) => members.swap_remove(0).1,
            (_, 1) if F::is_text(&members[0].1) => members.swap_remove(0).1,
            _ => self.form.object(members),
        }
    }

    /// What stands in the object of a class.
    pub(super) fn members(self, class: &'a dyn Fields) -> Vec<(&'static str, F::Value)> {
        let mut members = Members { list: Vec::with_capacity(class.filled().count()), out: self };
        members.fields(class);
        members.list.into_iter().map(|(name, entry)| (name, entry.value(self.form))).collect()
    }

    /// The value of a node; a value that the reader's schema does not list is `ext-value`.
    fn value(self, node: &'a dyn Node) -> F::Value {
        match node.view() {
            View::Class(inner) => self.class(inner),
            View::Coded(coded) if self.is_unprinted(coded) => self.form.text("ext-value"),
            View::Coded(coded) => self.form.text(coded.text()),
            View::Foreign(Verbatim::Text(text)) => self.form.text(text.as_str()),
            View::Foreign(Verbatim::Markup(fragment)) => self.form.text(fragment.as_str()),
            View::Simple(simple) => self.form.simple(simple.def(), simple.text()),
            // Only choices with one key per value come here; the others are spread by their owner.
            View::Choice(variant, inner) => match variant.json {
                JsonField::Member(name) => self.form.object(vec![(name, self.value(inner))]),
                _ => self.value(inner),
            },
        }
    }

    fn is_unprinted(self, coded: &dyn CodedNode) -> bool {
        self.unprinted.contains(&(coded.def().name, coded.text()))
    }
}

/// What stands under one name.
enum Entry<V> {
    One(V),
    List(Vec<V>),
}

impl<V> Entry<V> {
    fn value<'a, F: Form<'a, Value = V>>(self, form: F) -> V {
        match self {
            Entry::One(value) => value,
            Entry::List(values) => form.array(values),
        }
    }
}

struct Members<'a, F: Form<'a>> {
    list: Vec<(&'static str, Entry<F::Value>)>,
    out: Out<'a, F>,
}

impl<'a, F: Form<'a>> Members<'a, F> {
    fn fields(&mut self, class: &'a dyn Fields) {
        for (_, field, slot) in filled(class) {
            self.field(field, slot);
        }
    }

    fn field(&mut self, field: &'static FieldDef, slot: &'a dyn Slot) {
        let nodes = || (0..slot.len()).filter_map(|i| slot.get(i));
        match field.json {
            JsonField::Absent => {}
            JsonField::Inline => {
                for node in nodes() {
                    match node.view() {
                        View::Class(group) => self.fields_listed(group),
                        View::Choice(variant, inner) => self.variant(variant, inner, field.card.many()),
                        _ => {}
                    }
                }
            }
            JsonField::Unwrapped(name) => {
                for node in nodes() {
                    for inner in elements_of(node) {
                        self.push_to_list(name, self.out.value(inner));
                    }
                }
            }
            JsonField::Member(name) if field.card.many() || field.json_list => {
                for node in nodes() {
                    self.push_to_list(name, self.one(field, node));
                }
            }
            JsonField::Member(name) => {
                for node in nodes() {
                    self.push(name, self.one(field, node));
                    let (Some(ext), View::Coded(coded)) = (field.ext, node.view()) else { continue };
                    let unprinted = self.out.is_unprinted(coded).then(|| coded.text());
                    if let Some(text) = coded.ext().or(unprinted).filter(|_| !field.json_lacks_ext) {
                        self.push(ext, self.out.form.text(text));
                    }
                }
            }
        }
    }

    /// The fields of a group that repeats: its choices become lists, of what is single the first stays.
    fn fields_listed(&mut self, group: &'a dyn Fields) {
        for (_, field, slot) in filled(group) {
            for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
                match (node.view(), field.json) {
                    (View::Choice(variant, inner), _) => self.variant(variant, inner, true),
                    (_, JsonField::Member(name)) if field.card.many() => self.push_to_list(name, self.out.value(node)),
                    (_, JsonField::Member(name)) if !self.has(name) => self.push(name, self.out.value(node)),
                    _ => {}
                }
            }
        }
    }

    fn variant(&mut self, variant: &'static FieldDef, inner: &'a dyn Node, listed: bool) {
        let JsonField::Member(name) = variant.json else { return };
        if listed { self.push_to_list(name, self.out.value(inner)) } else { self.push(name, self.out.value(inner)) }
    }

    fn one(&self, field: &'static FieldDef, node: &'a dyn Node) -> F::Value {
        match (field.base64, field.cbor_byte) {
            (true, _) => self.out.form.bytes(content(node)),
            (false, true) => self.out.form.byte(self.out.value(node)),
            (false, false) => self.out.value(node),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.list.iter().any(|(name, _)| *name == key)
    }

    fn push(&mut self, key: &'static str, value: F::Value) {
        self.list.push((key, Entry::One(value)));
    }

    fn push_to_list(&mut self, key: &'static str, value: F::Value) {
        match self.list.iter_mut().rev().find(|(name, _)| *name == key) {
            Some((_, Entry::List(list))) => list.push(value),
            _ => self.list.push((key, Entry::List(vec![value]))),
        }
    }
}

/// Foreign content, that of the node or of the class that it is: its text or markup.
fn content(node: &dyn Node) -> Vec<u8> {
    match node.view() {
        View::Foreign(foreign) => foreign.content().as_bytes().to_vec(),
        View::Class(class) => mixed(class).and_then(|slot| slot.get(0)).map_or_else(Vec::new, content),
        _ => Vec::new(),
    }
}

/// The place for foreign content.
fn mixed(class: &dyn Fields) -> Option<&dyn Slot> {
    class.slot(class.def().fields.iter().position(|field| field.kind == Kind::Mixed)?)
}

/// What stands in a wrapper's only element.
fn elements_of(wrapper: &dyn Node) -> Vec<&dyn Node> {
    let View::Class(class) = wrapper.view() else { return Vec::new() };
    let element = class.def().fields.iter().position(|field| field.kind == Kind::Element);
    let slot = element.and_then(|index| class.slot(index));
    slot.map_or_else(Vec::new, |slot| (0..slot.len()).filter_map(|i| slot.get(i)).collect())
}
