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

/// An inherited attribute: its name, its value and its extension.
type Inherited = (&'static str, String, Option<String>);

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
    if !field.inherits {
        return;
    }
    let written = match slot.get(0).map(|node| node.view()) {
        Some(View::Simple(simple)) => (simple.text().to_owned(), None),
        Some(View::Coded(coded)) => (coded.text().to_owned(), coded.ext().map(str::to_owned)),
        _ => return,
    };
    inherited.retain(|(name, ..)| *name != field.name);
    inherited.push((field.name, written.0, written.1));
}
