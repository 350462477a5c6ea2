//! The normal form: what a document leaves to inheritance and defaults is made explicit, and nothing else is changed.

use super::{
    Fields, Node, Slot, View, ViewMut,
    def::{FieldDef, Kind},
};

/// Writes inherited attributes (`xml:lang`, `restriction`) and attribute defaults where they are absent, in `root` and below.
pub fn normalise(root: &mut dyn Fields) {
    class(root, &[], &|_, _| true);
}

/// The same, where `takes(class, attribute)` says which classes are given an inherited attribute that they lack. The
/// others pass it on to what is in them.
pub fn normalise_where(root: &mut dyn Fields, takes: &dyn Fn(&str, &str) -> bool) {
    class(root, &[], takes);
}

/// The same for a part of a document, which inherits `around`.
pub fn normalise_within(root: &mut dyn Fields, around: &[Inherited], takes: &dyn Fn(&str, &str) -> bool) {
    class(root, around, takes);
}

/// An inherited attribute: its name, its value and its extension.
pub type Inherited = (&'static str, String, Option<String>);

/// Makes of what a class inherits what is inherited from it.
pub(super) fn inherit(class: &dyn Fields, around: &mut Vec<Inherited>) {
    for (index, field) in class.def().fields.iter().enumerate().filter(|(_, field)| field.inherits) {
        match class.slot(index).and_then(|slot| slot.get(0)).and_then(written) {
            Some((value, ext)) => set(around, field.name, value, ext),
            None if around.iter().any(|(name, ..)| *name == field.name) => {}
            None => field.default.iter().for_each(|value| set(around, field.name, (*value).to_owned(), None)),
        }
    }
}

fn set(inherited: &mut Vec<Inherited>, name: &'static str, value: String, ext: Option<String>) {
    inherited.retain(|(known, ..)| *known != name);
    inherited.push((name, value, ext));
}

/// What stands in an attribute, and its extension.
fn written(node: &dyn Node) -> Option<(String, Option<String>)> {
    match node.view() {
        View::Simple(simple) => Some((simple.text().to_owned(), None)),
        View::Coded(coded) => Some((coded.text().to_owned(), coded.ext().map(str::to_owned))),
        _ => None,
    }
}

fn class(class: &mut dyn Fields, around: &[Inherited], takes: &dyn Fn(&str, &str) -> bool) {
    let def = class.def();
    let mut inherited = around.to_vec();
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot_mut(index) else { continue };
        if field.kind == Kind::Attribute {
            attribute(field, slot, &mut inherited, takes(def.name, field.name));
            continue;
        }
        for i in 0..slot.len() {
            if let Some(node) = slot.get_mut(i) {
                below(node, &inherited, takes);
            }
        }
    }
}

fn below(node: &mut dyn Node, inherited: &[Inherited], takes: &dyn Fn(&str, &str) -> bool) {
    match node.view_mut() {
        ViewMut::Class(inner) => class(inner, inherited, takes),
        ViewMut::Choice(choice) => below(choice.inner_mut(), inherited, takes),
        ViewMut::Simple(_) | ViewMut::Coded(_) | ViewMut::Foreign(_) => {}
    }
}

fn attribute(field: &'static FieldDef, slot: &mut dyn Slot, inherited: &mut Vec<Inherited>, takes: bool) {
    if slot.is_empty() {
        let from_around = inherited.iter().find(|(name, ..)| takes && field.inherits && *name == field.name);
        let from_table = field.default.map(|value| (value.to_owned(), None));
        let value = from_around.map(|(_, value, ext)| (value.clone(), ext.clone())).or(from_table);
        if let Some((value, ext)) = value {
            match slot.add().view_mut() {
                ViewMut::Coded(coded) => coded.set(&value, ext.as_deref()),
                ViewMut::Simple(simple) => {
                    simple.set(&value);
                }
                _ => slot.pop(),
            }
        }
    }
    if let Some((value, ext)) = slot.get(0).filter(|_| field.inherits).and_then(written) {
        set(inherited, field.name, value, ext);
    }
}
