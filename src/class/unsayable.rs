//! What JSON, and with it CBOR, has no form for.

use super::{
    Fields, Node, Path, Slot, View,
    def::{FieldDef, JsonField, Kind},
    filled,
    walk::steps,
};
use crate::xml::Verbatim;

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
    unsayable_at(root, &Path::root(root.def().name))
}

/// The same for what stands at `path`.
pub fn unsayable_at(root: &dyn Fields, path: &Path<'_>) -> Vec<Unsaid> {
    let mut found = Found::default();
    lost(root, path, &mut found);
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
    for (_, field, slot) in filled(class) {
        let nodes = || (0..slot.len()).filter_map(|i| slot.get(i));
        if field.json == JsonField::Absent {
            match field.kind {
                Kind::Element => found.say(&path.child(field.name), field.name, true),
                _ => found.say(path, field.name, true),
            }
            continue;
        }
        let ext = || nodes().any(|node| matches!(node.view(), View::Coded(coded) if coded.ext().is_some()));
        if let Some(name) = field.ext.filter(|_| field.json_lacks_ext && ext()) {
            found.say(&path.attribute(name), name, true);
        }
        // Markup is known again by its `dtype`, or by being base64.
        let markup = || nodes().any(|node| matches!(node.view(), View::Foreign(Verbatim::Markup(_))));
        if field.kind == Kind::Mixed && !field.base64 && markup() && !says_xml(class) {
            found.say(path, "markup of another dtype", false);
        }
        if let JsonField::Unwrapped(_) = field.json {
            if slot.len() > 1 {
                found.say(&path.child(field.name), "which belongs to which", false);
            }
            for ((name, position), node) in steps(field, slot) {
                attributes_of(node, &path.item(name, position), found);
            }
        }
        if field.json == JsonField::Inline && slot.len() > 1 {
            inline(field, slot, path, found);
        }
        if field.base64 {
            for ((name, position), node) in steps(field, slot) {
                attributes_of(node, &path.item(name, position), found);
            }
            continue;
        }
        if !field.has_classes() {
            continue;
        }
        for ((name, position), node) in steps(field, slot) {
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
    for (_, own, slot) in filled(class).filter(|(_, own, _)| own.kind == Kind::Attribute) {
        found.say(&path.attribute(own.name), own.name, true);
        let extended = matches!(slot.get(0).map(|node| node.view()), Some(View::Coded(coded)) if coded.ext().is_some());
        if let Some(ext) = own.ext.filter(|_| extended) {
            found.say(&path.attribute(ext), ext, true);
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
        for (_, part, _) in filled(group) {
            if part.kind == Kind::Element && !part.card.many() {
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
