//! What a form of IODEF cannot say, and what is written instead.
//!
//! RFC 7970's schema, its text and its errata differ, and RFC 8727's schema differs from all of them (`docs/schemas.md`
//! lists where). Partners check with the schemas, so that is what our documents keep to; where a schema has no form for
//! something, the nearest form is written and the change is named.

mod json;
#[cfg(test)]
mod tests;
mod xml;

pub use json::fit_json;
pub use xml::fit;

pub(super) use json::UNPRINTED as UNPRINTED_JSON;
pub(super) use xml::UNPRINTED;

use std::collections::BTreeSet;

use super::IodefDocument;
use crate::class::{self, Fields, Leaf, Path, Slot, View, ViewMut};

/// A change that the schema forces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The place in the document.
    pub path: String,
    /// What was written instead.
    pub how: String,
    /// Whether nothing was: the place is left out.
    pub left_out: bool,
}

/// Leaves out what is not whole: what a partner may not see can leave holes, and what cannot stand with the hole goes too,
/// down to references to what is gone. An incident that is not whole stays: whoever writes it says what it lacks.
fn prune(
    document: &mut IodefDocument,
    lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>,
    lost: &Lost,
    changes: &mut Vec<Change>,
) {
    let root = Path::root("IODEF-Document");
    loop {
        for (i, incident) in document.incident.iter_mut().enumerate() {
            for (path, lack) in class::prune(incident, &root.item("Incident", i + 1), lacks) {
                let how = format!("left out: it has no {lack}, which the class requires");
                changes.push(Change { path, how, left_out: true });
            }
        }
        if !cut_references(document, lost, changes) {
            return;
        }
    }
}

/// Removes `uid-ref`s that lead nowhere; whether there were any.
fn cut_references(document: &mut IodefDocument, lost: &Lost, changes: &mut Vec<Change>) -> bool {
    let root = Path::root("IODEF-Document");
    let mut refers = false;
    class::each_class(document, &root, &mut |class, _| refers |= has(class, "uid_ref"));
    let open = if refers { open_references(document, &lost(document)) } else { Vec::new() };
    let open: BTreeSet<String> = open.into_iter().map(|(path, _)| path).collect();
    if open.is_empty() {
        return false;
    }
    class::each_class(document, &root, &mut |class, path| {
        let path = path.child("@uid-ref").to_string();
        if has(class, "uid_ref") && open.contains(&path) {
            clear(class, "uid_ref");
            changes.push(Change { path, how: "left out: what it refers to is left out".to_owned(), left_out: true });
        }
    });
    true
}

/// The `uid-ref`s, by path and id, whose id is nowhere in the document but at places that are lost.
pub(super) fn open_references(document: &IodefDocument, lost: &BTreeSet<String>) -> Vec<(String, String)> {
    let (mut ids, mut references) = (BTreeSet::new(), Vec::new());
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        let Leaf::Text(text) = leaf else { return };
        match path.name() {
            "@uid-ref" => references.push((path.to_string(), text)),
            "@observable-id" if lost.is_empty() || !lost.contains(&path.to_string()) => _ = ids.insert(text),
            "IndicatorID" => _ = ids.insert(text),
            _ => {}
        }
    });
    references.retain(|(_, id)| !ids.contains(id));
    references
}

/// The places of ids that the form has no place for.
type Lost = dyn Fn(&IodefDocument) -> BTreeSet<String>;

/// The ids that JSON cannot say.
pub(super) fn unsayable_ids(document: &IodefDocument) -> BTreeSet<String> {
    let unsaid = class::unsayable(document).into_iter().filter(|unsaid| unsaid.left_out).map(|unsaid| unsaid.path);
    unsaid.filter(|path| path.ends_with("/@observable-id")).collect()
}

/// What a class of alternatives needs beyond its table: one of them.
fn lacks_alternative(class: &dyn Fields) -> Option<&'static str> {
    let fields = match class.def().name {
        "Observable" => ["content", "additional_data"],
        "IndicatorReference" => ["uid_ref", "euid_ref"],
        _ => return None,
    };
    (!fields.iter().any(|field| has(class, field))).then_some("one of the alternatives")
}

/// RFC 7970 requires an impact of an assessment; `unknown` is what it has for "nothing is said".
fn unknown_impact(class: &mut dyn Fields) {
    let says = |field: &class::FieldDef| field.name != "restriction" && has(class, field.rust);
    if class.def().name != "Assessment" || has(class, "impact") || !class.def().fields.iter().any(says) {
        return;
    }
    if let Some(ViewMut::Choice(impact)) = slot_mut(class, "impact").map(|slot| slot.add().view_mut())
        && let ViewMut::Class(system) = impact.choose(0).view_mut()
    {
        code(system, "kind", "unknown", None);
    }
}

/// The field of this Rust name.
fn slot<'c>(class: &'c dyn Fields, rust: &str) -> Option<&'c dyn Slot> {
    class.slot(class.def().fields.iter().position(|field| field.rust == rust)?)
}

/// The same, to be changed.
fn slot_mut<'c>(class: &'c mut dyn Fields, rust: &str) -> Option<&'c mut dyn Slot> {
    class.slot_mut(class.def().fields.iter().position(|field| field.rust == rust)?)
}

fn has(class: &dyn Fields, rust: &str) -> bool {
    slot(class, rust).is_some_and(|slot| !slot.is_empty())
}

/// Empties a field; whether there was something.
fn clear(class: &mut dyn Fields, rust: &str) -> bool {
    let Some(slot) = slot_mut(class, rust).filter(|slot| !slot.is_empty()) else { return false };
    while !slot.is_empty() {
        slot.pop();
    }
    true
}

/// The text of a simple or coded field.
fn text_of(class: &dyn Fields, rust: &str) -> Option<String> {
    match slot(class, rust)?.get(0)?.view() {
        View::Simple(simple) => Some(simple.text().to_owned()),
        View::Coded(coded) => Some(coded.ext().unwrap_or(coded.text()).to_owned()),
        _ => None,
    }
}

/// Gives a field one more node, for a class that the caller fills.
fn add<'c>(class: &'c mut dyn Fields, rust: &str) -> Option<&'c mut dyn Fields> {
    match slot_mut(class, rust)?.add().view_mut() {
        ViewMut::Class(inner) => Some(inner),
        _ => None,
    }
}

/// Sets a coded field.
fn code(class: &mut dyn Fields, rust: &str, value: &str, ext: Option<&str>) {
    if let Some(ViewMut::Coded(coded)) = slot_mut(class, rust).map(|slot| slot.add().view_mut()) {
        coded.set(value, ext);
    }
}

/// Sets a text.
fn write(class: &mut dyn Fields, rust: &str, text: &str) {
    match slot_mut(class, rust).map(|slot| slot.add().view_mut()) {
        Some(ViewMut::Simple(simple)) => {
            simple.set(text);
        }
        Some(ViewMut::Foreign(place)) => *place = crate::xml::Verbatim::Text(text.to_owned()),
        _ => {}
    }
}
