//! What a form of IODEF cannot say, and what is written instead.
//!
//! RFC 7970's schema, its text and its errata differ, and RFC 8727's schema differs from all of them (`docs/schemas.md`
//! lists where). Partners check with the schemas, so that is what our documents keep to; where a schema has no form for
//! something, the nearest form is written and the change is named.

mod dialects;
mod json;
#[cfg(test)]
mod tests;
mod xml;

pub use json::fit_json;
pub use xml::fit;

use schemars::JsonSchema;
use serde::Deserialize;

use super::IodefDocument;
use crate::class::{self, ClassDef, Dialect, Fields, Path, Slot, View, ViewMut};
pub(super) use dialects::{RFC8727, RFC8727_CDDL};

/// Which schema of RFC 7970 the reader checks by. Our readers read both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "XmlProfile")]
pub enum Profile {
    /// The schema as printed in RFC 7970.
    #[default]
    Rfc7970,
    /// The schema with the errata and what the text of RFC 7970 has.
    Errata,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 2] = [Profile::Rfc7970, Profile::Errata];

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<Profile> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == name)
    }

    /// Its name, as users write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Profile::Rfc7970 => "rfc7970",
            Profile::Errata => "errata",
        }
    }

    /// What its schema says otherwise than the tables.
    pub(super) const fn dialect(self) -> &'static Dialect {
        match self {
            Profile::Rfc7970 => &dialects::RFC7970,
            Profile::Errata => &dialects::ERRATA,
        }
    }
}

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

/// Leaves out what is not whole: what a partner may not see can leave holes, and what cannot stand with the hole goes too.
/// An incident that is not whole stays: whoever writes it says what it lacks.
fn prune(document: &mut IodefDocument, lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>, changes: &mut Vec<Change>) {
    let root = Path::root("IODEF-Document");
    for (i, incident) in document.incident.iter_mut().enumerate() {
        for (path, lack) in class::prune(incident, &root.item("Incident", i + 1), lacks) {
            let how = format!("left out: it has no {lack}, which the class requires");
            changes.push(Change { path, how, left_out: true });
        }
    }
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

/// A node without name and address: an address that says so, since a system cannot be without a node.
fn unknown_address(node: &mut dyn Fields) {
    if let Some(ViewMut::Choice(choice)) = slot_mut(node, "address").map(|slot| slot.add().view_mut())
        && let ViewMut::Class(address) = choice.choose(0).view_mut()
    {
        code(address, "category", "ext-value", Some("unknown"));
        write(address, "value", "");
    }
}

/// Of fields that exclude each other, the first that is there stays.
fn one_of(class: &mut dyn Fields, path: &Path<'_>, dialect: &Dialect, why: &str) -> Vec<Change> {
    let Some(set) = dialect.one_of(class.def()) else { return Vec::new() };
    let later: Vec<&str> = set.fields.iter().copied().filter(|field| has(class, field)).skip(1).collect();
    let leave = |field: &str| {
        clear(class, field);
        Change { path: place(class.def(), path, field), how: format!("left out: {why}"), left_out: true }
    };
    later.into_iter().map(leave).collect()
}

/// What a class needs beyond its table: one of the fields that exclude each other.
fn lacks_one_of(class: &dyn Fields, dialect: &Dialect) -> Option<&'static str> {
    let set = dialect.one_of(class.def()).filter(|set| set.required)?;
    (!set.fields.iter().any(|field| has(class, field))).then_some("one of the alternatives")
}

/// Where a field stands.
fn place(class: &ClassDef, path: &Path<'_>, rust: &str) -> String {
    let field = class.fields.iter().find(|field| field.rust == rust);
    match field.map(|field| (field.kind, field.name)) {
        Some((class::Kind::Attribute, name)) => path.child(&format!("@{name}")).to_string(),
        Some((_, name)) => path.child(name).to_string(),
        None => path.to_string(),
    }
}

/// A rating without a number, where the schema wants one, stands beside its place in words, if the class has a place.
fn confidence_in_words(around: &mut dyn Fields, path: &Path<'_>, why: &str) -> Option<Change> {
    let rating = match slot(around, "confidence")?.get(0)?.view() {
        View::Class(class) if class.def().name == "Confidence" && !has(class, "value") => text_of(class, "rating"),
        _ => return None,
    };
    clear(around, "confidence");
    let path = path.child("Confidence").to_string();
    // Operands of an expression share one AdditionalData in JSON, which could not say whose rating it is.
    let word = rating.filter(|_| around.def().name != "Operand");
    let Some(block) = word.as_ref().and_then(|_| add(around, "additional_data")) else {
        return Some(Change { path, how: format!("left out: {why}"), left_out: true });
    };
    code(block, "dtype", "string", None);
    write(block, "meaning", "confidence");
    write(block, "content", word.as_deref().unwrap_or_default());
    Some(Change { path, how: format!("stands in AdditionalData: {why}"), left_out: false })
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
