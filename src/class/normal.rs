//! The normal form: what a document leaves to inheritance and defaults is made explicit, and nothing else is changed.

use super::{
    Fields, Node, Slot, View, ViewMut,
    def::{FieldDef, Kind},
};

/// Writes inherited attributes (`xml:lang`, `restriction`) and attribute defaults where they are absent, in `root` and below.
pub fn normalise(root: &mut dyn Fields) {
    class(root, &mut Vec::new(), &|_, _| true);
}

/// The same, where `takes(class, attribute)` says which classes are given an inherited attribute that they lack. The
/// others pass it on to what is in them.
pub fn normalise_where(root: &mut dyn Fields, takes: &dyn Fn(&str, &str) -> bool) {
    class(root, &mut Vec::new(), takes);
}

/// The same for a part of a document, which inherits `around`.
pub fn normalise_within(root: &mut dyn Fields, around: &[Inherited], takes: &dyn Fn(&str, &str) -> bool) {
    class(root, &mut around.to_vec(), takes);
}

/// An inherited attribute: its name, its value and its extension.
pub type Inherited = (&'static str, String, Option<String>);

/// Makes of what a class inherits what is inherited from it.
pub(super) fn inherit(class: &dyn Fields, around: &mut Vec<Inherited>) {
    for index in class.def().implied.indices() {
        let Some(field) = class.def().fields.get(index).filter(|field| field.inherits) else { continue };
        let own = class.slot(index).and_then(|slot| slot.get(0)).and_then(written);
        let known = around.iter().any(|(name, ..)| *name == field.name);
        if let Some((value, ext)) = own.or(field.default.filter(|_| !known).map(|value| (value, None))) {
            around.retain(|(known, ..)| *known != field.name);
            around.push((field.name, value.to_owned(), ext.map(str::to_owned)));
        }
    }
}

/// What stands in an attribute, and its extension.
fn written(node: &dyn Node) -> Option<(&str, Option<&str>)> {
    match node.view() {
        View::Simple(simple) => Some((simple.text(), None)),
        View::Coded(coded) => Some((coded.text(), coded.ext())),
        _ => None,
    }
}

/// `inherited` is what the class inherits; of two of one name the last counts.
fn class(class: &mut dyn Fields, inherited: &mut Vec<Inherited>, takes: &dyn Fn(&str, &str) -> bool) {
    let def = class.def();
    let outside = inherited.len();
    for index in class.filled().and(def.implied).indices() {
        let (Some(field), Some(slot)) = (def.fields.get(index), class.slot_mut(index)) else { continue };
        if field.kind == Kind::Attribute {
            attribute(field, slot, inherited, takes(def.name, field.name));
            continue;
        }
        for i in 0..slot.len() {
            if let Some(node) = slot.get_mut(i) {
                below(node, inherited, takes);
            }
        }
    }
    inherited.truncate(outside);
}

fn below(node: &mut dyn Node, inherited: &mut Vec<Inherited>, takes: &dyn Fn(&str, &str) -> bool) {
    match node.view_mut() {
        ViewMut::Class(inner) => class(inner, inherited, takes),
        ViewMut::Choice(choice) => below(choice.inner_mut(), inherited, takes),
        ViewMut::Simple(_) | ViewMut::Coded(_) | ViewMut::Foreign(_) => {}
    }
}

fn attribute(field: &'static FieldDef, slot: &mut dyn Slot, inherited: &mut Vec<Inherited>, takes: bool) {
    let around = inherited.iter().rev().find(|(name, ..)| field.inherits && *name == field.name);
    let around = around.map(|(_, value, ext)| (value.as_str(), ext.as_deref()));
    if slot.is_empty()
        && let Some((value, ext)) = around.filter(|_| takes).or(field.default.map(|value| (value, None)))
    {
        match slot.add().view_mut() {
            ViewMut::Coded(coded) => coded.set(value, ext),
            ViewMut::Simple(simple) => {
                simple.set(value);
            }
            _ => slot.pop(),
        }
    }
    let own = slot.get(0).filter(|_| field.inherits).and_then(written);
    if let Some((value, ext)) = own.filter(|_| own != around) {
        inherited.push((field.name, value.to_owned(), ext.map(str::to_owned)));
    }
}
