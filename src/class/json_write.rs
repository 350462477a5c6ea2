//! Classes to JSON, by the table (RFC 8727 for IODEF).
//!
//! Some things have no JSON form: the order among different kinds in a choice, attributes of a wrapper that JSON drops,
//! fields that the table calls absent. The value that is made is what JSON can say; [`unsayable`] names the rest.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields, Node, Path, Slot, View,
    def::{FieldDef, JsonField, JsonForm, Kind, Wire},
};
use crate::{
    json::{Data, Member, Number, Value},
    xml::Verbatim,
};

/// The JSON form of a document, as far as there is one.
pub fn to_json(root: &dyn Fields) -> Value<'_> {
    class(root)
}

fn class(class: &dyn Fields) -> Value<'_> {
    let mut members = Members::default();
    members.fields(class);
    let def = class.def();
    match def.json {
        JsonForm::Transparent => members.0.into_iter().next().map_or_else(|| Value::string(""), |member| member.value),
        JsonForm::TextOrObject if members.0.len() == 1 && matches!(members.0[0].value.data, Data::String(_)) => {
            members.0.remove(0).value
        }
        _ => Value::new(Data::Object(members.0)),
    }
}

#[derive(Default)]
struct Members<'a>(Vec<Member<'a>>);

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
                        self.push_to_list(name, value(inner));
                    }
                }
            }
            JsonField::Member(name) if field.card.many() => {
                for node in nodes() {
                    self.push_to_list(name, value(node));
                }
            }
            JsonField::Member(name) => {
                for node in nodes() {
                    self.push(name, if field.base64 { base64(node) } else { value(node) });
                    if let (Some(ext), View::Coded(coded)) = (field.ext, node.view())
                        && let Some(text) = coded.ext()
                    {
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
                    (_, JsonField::Member(name)) if field.card.many() => self.push_to_list(name, value(node)),
                    (_, JsonField::Member(name)) if !self.has(name) => self.push(name, value(node)),
                    _ => {}
                }
            }
        }
    }

    fn variant(&mut self, variant: &'static FieldDef, inner: &'a dyn Node, listed: bool) {
        let JsonField::Member(name) = variant.json else { return };
        if listed { self.push_to_list(name, value(inner)) } else { self.push(name, value(inner)) }
    }

    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|member| member.key == key)
    }

    fn push(&mut self, key: &'static str, value: Value<'a>) {
        self.0.push(Member { offset: 0, key: Cow::Borrowed(key), value });
    }

    fn push_to_list(&mut self, key: &'static str, value: Value<'a>) {
        match self.0.iter_mut().rev().find(|member| member.key == key).map(|member| &mut member.value.data) {
            Some(Data::Array(list)) => list.push(value),
            _ => self.push(key, Value::array([value])),
        }
    }
}

/// Foreign content as base64 over its text or markup.
fn base64(node: &dyn Node) -> Value<'_> {
    let View::Foreign(foreign) = node.view() else { return Value::string("") };
    Value::string(STANDARD.encode(foreign.content().as_bytes()))
}

/// What stands in a wrapper's only element.
fn elements_of(wrapper: &dyn Node) -> Vec<&dyn Node> {
    let View::Class(class) = wrapper.view() else { return Vec::new() };
    let element = class.def().fields.iter().position(|field| field.kind == Kind::Element);
    let slot = element.and_then(|index| class.slot(index));
    slot.map_or_else(Vec::new, |slot| (0..slot.len()).filter_map(|i| slot.get(i)).collect())
}

fn value(node: &dyn Node) -> Value<'_> {
    match node.view() {
        View::Class(inner) => class(inner),
        View::Coded(coded) => Value::string(coded.text()),
        View::Foreign(Verbatim::Text(text)) => Value::string(text.as_str()),
        View::Foreign(Verbatim::Markup(fragment)) => Value::string(fragment.as_str()),
        View::Simple(simple) => match simple.def().wire {
            Wire::String(_) => Value::string(simple.text()),
            Wire::Integer | Wire::Number => number(simple.text()),
        },
        // Only choices with one key per value come here; the others are spread by their owner.
        View::Choice(variant, inner) => match variant.json {
            JsonField::Member(name) => Value::object([(name, value(inner))]),
            _ => value(inner),
        },
    }
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

/// The places of `root` that JSON has no form for.
pub fn unsayable(root: &dyn Fields) -> Vec<String> {
    let mut places = Vec::new();
    lost(root, &Path::root(root.def().name), &mut places);
    places
}

fn lost(class: &dyn Fields, path: &Path<'_>, places: &mut Vec<String>) {
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        let count = slot.len();
        let nodes = || (0..count).filter_map(|i| Some((i, slot.get(i)?)));
        if field.json == JsonField::Absent && count > 0 {
            places.push(format!("{path}/{}", field.name));
            continue;
        }
        // Markup is known again by its `dtype`, or by being base64.
        let markup = nodes().any(|(_, node)| matches!(node.view(), View::Foreign(Verbatim::Markup(_))));
        if field.kind == Kind::Mixed && markup && !field.base64 && !says_xml(class) {
            places.push(format!("{path} (markup of another dtype)"));
        }
        if let JsonField::Unwrapped(_) = field.json {
            if count > 1 {
                places.push(format!("{path}/{} (which belongs to which)", field.name));
            }
            for (i, node) in nodes() {
                let View::Class(wrapper) = node.view() else { continue };
                for (at, own) in wrapper.def().fields.iter().enumerate() {
                    if own.kind == Kind::Attribute && wrapper.slot(at).is_some_and(|slot| !slot.is_empty()) {
                        places.push(format!("{path}/{}[{}]/@{}", field.name, i + 1, own.name));
                    }
                }
            }
        }
        if field.json == JsonField::Inline && field.card.many() && count > 1 {
            let mut kinds: Vec<&str> = nodes().map(|(_, node)| kind_of(node)).collect();
            let parts = field.kind == Kind::Group && nodes().any(|(_, node)| has_parts(node));
            let runs = {
                kinds.dedup();
                kinds.len()
            };
            kinds.sort_unstable();
            kinds.dedup();
            if kinds.len() != runs || parts || (field.kind == Kind::Group && kinds.len() > 1) {
                places.push(format!("{path}/{} (the order)", field.name));
            }
        }
        for (i, node) in nodes() {
            let here = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            match node.view() {
                View::Class(inner) => lost(inner, &here, places),
                View::Choice(_, inner) => {
                    if let View::Class(inner) = inner.view() {
                        lost(inner, &here, places);
                    }
                }
                _ => {}
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
