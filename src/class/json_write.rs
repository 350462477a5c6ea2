//! Classes to JSON, by the table (RFC 8727 for IODEF).
//!
//! Some things have no JSON form: the order among different kinds in a choice, attributes of a wrapper that JSON drops,
//! fields that the table calls absent. The value that is made is what JSON can say; [`unsayable`] names the rest.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    CodedNode, Fields, Node, Path, Slot, View,
    def::{FieldDef, JsonField, JsonForm, Kind, Wire},
    walk::steps,
};
use crate::{
    json::{Data, Member, Number, Value},
    xml::Verbatim,
};

/// The JSON form of a document, as far as there is one. `unprinted` names values (of a type, by its name in the schema)
/// that the reader's schema does not list: they are written as `ext-value` with the `ext-*` member, and read as the value
/// again.
pub fn to_json<'a>(root: &'a dyn Fields, unprinted: &'a [(&'a str, &'a str)]) -> Value<'a> {
    Out { unprinted }.class(root)
}

#[derive(Clone, Copy)]
struct Out<'a> {
    unprinted: &'a [(&'a str, &'a str)],
}
impl<'a> Out<'a> {
    fn class(self, class: &'a dyn Fields) -> Value<'a> {
        let mut members = Members { list: Vec::new(), out: self };
        members.fields(class);
        let mut list = members.list;
        match class.def().json {
            JsonForm::Transparent => list.into_iter().next().map_or_else(|| Value::string(""), |member| member.value),
            JsonForm::TextOrObject if list.len() == 1 && matches!(list[0].value.data, Data::String(_)) => {
                list.remove(0).value
            }
            _ => Value::new(Data::Object(list)),
        }
    }

    /// The value of a node; a value that the reader's schema does not list is `ext-value`.
    fn value(self, node: &'a dyn Node) -> Value<'a> {
        match node.view() {
            View::Class(inner) => self.class(inner),
            View::Coded(coded) if self.is_unprinted(coded) => Value::string("ext-value"),
            View::Coded(coded) => Value::string(coded.text()),
            View::Foreign(Verbatim::Text(text)) => Value::string(text.as_str()),
            View::Foreign(Verbatim::Markup(fragment)) => Value::string(fragment.as_str()),
            View::Simple(simple) => match simple.def().wire {
                Wire::String(_) => Value::string(simple.text()),
                Wire::Integer | Wire::Number => number(simple.text()),
            },
            // Only choices with one key per value come here; the others are spread by their owner.
            View::Choice(variant, inner) => match variant.json {
                JsonField::Member(name) => Value::object([(name, self.value(inner))]),
                _ => self.value(inner),
            },
        }
    }

    fn is_unprinted(self, coded: &dyn CodedNode) -> bool {
        self.unprinted.contains(&(coded.def().name, coded.text()))
    }
}

struct Members<'a> {
    list: Vec<Member<'a>>,
    out: Out<'a>,
}

impl<'a> Members<'a> {
    fn fields(&mut self, class: &'a dyn Fields) {
        for (index, field) in class.def().fields.iter().enumerate() {
            if let Some(slot) = class.slot(index).filter(|slot| !slot.is_empty()) {
                self.field(field, slot);
            }
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
                    self.push_to_list(name, if field.base64 { base64(node) } else { self.out.value(node) });
                }
            }
            JsonField::Member(name) => {
                for node in nodes() {
                    self.push(name, if field.base64 { base64(node) } else { self.out.value(node) });
                    let (Some(ext), View::Coded(coded)) = (field.ext, node.view()) else { continue };
                    let unprinted = self.out.is_unprinted(coded).then(|| coded.text());
                    if let Some(text) = coded.ext().or(unprinted).filter(|_| !field.json_lacks_ext) {
                        self.push(ext, Value::string(text));
                    }
                }
            }
        }
    }

    /// The fields of a group that repeats: its choices become lists, of what is single the first stays.
    fn fields_listed(&mut self, group: &'a dyn Fields) {
        for (index, field) in group.def().fields.iter().enumerate() {
            let Some(slot) = group.slot(index) else { continue };
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

    fn has(&self, key: &str) -> bool {
        self.list.iter().any(|member| member.key == key)
    }

    fn push(&mut self, key: &'static str, value: Value<'a>) {
        self.list.push(Member { offset: 0, key: Cow::Borrowed(key), value });
    }

    fn push_to_list(&mut self, key: &'static str, value: Value<'a>) {
        match self.list.iter_mut().rev().find(|member| member.key == key).map(|member| &mut member.value.data) {
            Some(Data::Array(list)) => list.push(value),
            _ => self.push(key, Value::array([value])),
        }
    }
}

/// Foreign content, that of the node or of the class that it is, as base64 over its text or markup.
fn base64(node: &dyn Node) -> Value<'_> {
    match node.view() {
        View::Foreign(foreign) => Value::string(STANDARD.encode(foreign.content().as_bytes())),
        View::Class(class) => mixed(class).and_then(|slot| slot.get(0)).map_or_else(|| Value::string(""), base64),
        _ => Value::string(""),
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

/// The JSON number that says the same as a number of XML Schema: no plus sign, no leading zeros, digits on both sides of
/// the point.
fn number(text: &str) -> Value<'_> {
    if let Some(number) = Number::new(text) {
        return number.into();
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    // The type has checked the text, so the grammar accepts this; a string is what is left if it did not.
    let text = format!("{sign}{whole}{point}{fraction}{exponent}");
    Number::new(text.clone()).map_or_else(|| Value::string(text), Value::from)
}

/// What JSON has no form for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The place.
    pub path: String,
    /// What cannot be said of it.
    pub what: &'static str,
    /// Whether the place is left out; else it is there without that.
    pub left_out: bool,
}

/// All of `root` that JSON has no form for.
pub fn unsayable(root: &dyn Fields) -> Vec<Unsaid> {
    let mut found = Found::default();
    lost(root, &Path::root(root.def().name), &mut found);
    found.0
}

#[derive(Default)]
struct Found(Vec<Unsaid>);

impl Found {
    fn say(&mut self, path: &Path<'_>, what: &'static str, left_out: bool) {
        self.0.push(Unsaid { path: path.to_string(), what, left_out });
    }
}

fn lost(class: &dyn Fields, path: &Path<'_>, found: &mut Found) {
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot(index).filter(|slot| !slot.is_empty()) else { continue };
        let nodes = || (0..slot.len()).filter_map(|i| slot.get(i));
        let steps = steps(field, slot);
        if field.json == JsonField::Absent {
            match field.kind {
                Kind::Element => found.say(&path.child(field.name), field.name, true),
                _ => found.say(path, field.name, true),
            }
            continue;
        }
        let ext = nodes().any(|node| matches!(node.view(), View::Coded(coded) if coded.ext().is_some()));
        if let Some(name) = field.ext.filter(|_| field.json_lacks_ext && ext) {
            found.say(&path.child(&format!("@{name}")), name, true);
        }
        // Markup is known again by its `dtype`, or by being base64.
        let markup = nodes().any(|node| matches!(node.view(), View::Foreign(Verbatim::Markup(_))));
        if field.kind == Kind::Mixed && markup && !field.base64 && !says_xml(class) {
            found.say(path, "markup of another dtype", false);
        }
        if let JsonField::Unwrapped(_) = field.json {
            if slot.len() > 1 {
                found.say(&path.child(field.name), "which belongs to which", false);
            }
            for (node, (name, position)) in nodes().zip(&steps) {
                attributes_of(node, &path.item(name, *position), found);
            }
        }
        if field.json == JsonField::Inline && slot.len() > 1 {
            inline(field, slot, path, found);
        }
        if field.base64 {
            for (node, (name, position)) in nodes().zip(&steps) {
                attributes_of(node, &path.item(name, *position), found);
            }
            continue;
        }
        for (node, (name, position)) in nodes().zip(steps) {
            let inner = match node.view() {
                View::Choice(_, inner) => inner,
                _ => node,
            };
            if let View::Class(inner) = inner.view() {
                lost(inner, &path.item(name, position), found);
            }
        }
    }
}

/// The attributes of what JSON has no object for.
fn attributes_of(node: &dyn Node, path: &Path<'_>, found: &mut Found) {
    let View::Class(class) = node.view() else { return };
    for (index, own) in class.def().fields.iter().enumerate() {
        if own.kind == Kind::Attribute && class.slot(index).is_some_and(|slot| !slot.is_empty()) {
            found.say(&path.child(&format!("@{}", own.name)), own.name, true);
        }
    }
}

/// Several alternatives or groups spread into one object: the order among the kinds, and what only one group can have.
fn inline(field: &FieldDef, slot: &dyn Slot, path: &Path<'_>, found: &mut Found) {
    let nodes = || (0..slot.len()).filter_map(|i| slot.get(i));
    let mut kinds: Vec<&str> = nodes().map(kind_of).collect();
    kinds.dedup();
    let runs = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    let parts = field.kind == Kind::Group && nodes().any(has_parts);
    if kinds.len() != runs || parts || (field.kind == Kind::Group && kinds.len() > 1) {
        found.say(&path.child(field.name), "the order", false);
    }
    for (i, node) in nodes().enumerate().skip(1) {
        let View::Class(group) = node.view() else { continue };
        let here = path.item(group.def().name, i + 1);
        for (index, part) in group.def().fields.iter().enumerate() {
            let written = group.slot(index).is_some_and(|slot| !slot.is_empty());
            if part.kind == Kind::Element && !part.card.many() && written {
                found.say(&here.child(part.name), part.name, true);
            }
        }
    }
}

/// Whether the class says by `dtype` that its foreign content is XML.
pub(super) fn says_xml(class: &dyn Fields) -> bool {
    let dtype = class.def().fields.iter().position(|field| field.name == "dtype");
    let node = dtype.and_then(|index| class.slot(index)?.get(0));
    matches!(node.map(|node| node.view()), Some(View::Coded(coded)) if coded.text() == "xml")
}

fn kind_of(node: &dyn Node) -> &'static str {
    match node.view() {
        View::Choice(variant, _) => variant.name,
        View::Class(group) => {
            let first = group.slot(0).and_then(|slot| slot.get(0)).map(kind_of);
            first.unwrap_or_default()
        }
        _ => "",
    }
}

/// Whether a group has more than its leading choice.
fn has_parts(node: &dyn Node) -> bool {
    let View::Class(group) = node.view() else { return false };
    (1..group.def().fields.len()).any(|index| group.slot(index).is_some_and(|slot| !slot.is_empty()))
}
