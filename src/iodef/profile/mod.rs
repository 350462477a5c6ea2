//! What a form of IODEF cannot say, and what is written instead.
//!
//! RFC 7970's schema, its text and its errata differ, and RFC 8727's schema differs from all of them (`docs/schemas.md`
//! lists where). Partners check with the schemas, so that is what our documents keep to; where a schema has no form for
//! something, the nearest form is written and the change is named.

mod actors;
mod dialects;
mod json;
#[cfg(test)]
mod tests;
mod xml;

pub use json::{fit_json, fit_json_part};
pub use xml::{fit, fit_part};

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Incident, IodefDocument};
use crate::class::{self, ClassDef, Dialect, Fields, Inherited, Leaf, Path, Slot, View, ViewMut};
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
    /// Where it stands instead, where that is elsewhere.
    pub to: Option<String>,
    /// Whether nothing was: the place is left out.
    pub left_out: bool,
}

/// A document, or an element of one of its long lists that is written by itself.
pub struct Part<'p> {
    /// It.
    pub class: &'p mut dyn Fields,
    /// Its place in the document.
    pub path: &'p Path<'p>,
    /// What it inherits.
    pub around: &'p [Inherited],
    /// Whether it is all of the document, so that what is not in it is nowhere.
    pub all: bool,
}

impl<'p> Part<'p> {
    const ROOT: Path<'static> = Path::root("IODEF-Document");

    /// A whole document.
    pub fn whole(document: &'p mut IodefDocument) -> Self {
        Part { class: document, path: &Self::ROOT, around: &[], all: true }
    }

    /// Leaves out what is not whole: what a partner may not see can leave holes, and what cannot stand with the hole goes
    /// too, down to references to what is gone; false when that is the part itself. An incident that is not whole stays:
    /// whoever writes it says what it lacks.
    fn prune(
        &mut self,
        lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>,
        lost: &Lost,
        changes: &mut Vec<Change>,
    ) -> bool {
        loop {
            let whole = self.prune_once(lacks, changes);
            if !self.all || !cut_references(self, lost, changes) {
                return whole;
            }
        }
    }

    fn prune_once(&mut self, lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>, changes: &mut Vec<Change>) -> bool {
        let mut leave_out = |path, lack| {
            let how = format!("left out: it has no {lack}, which the class requires");
            changes.push(Change { path, how, to: None, left_out: true });
        };
        if self.class.def().name == IodefDocument::DEF.name {
            let Some(incidents) = slot_mut(self.class, "incident") else { return true };
            for i in 0..incidents.len() {
                if let Some(incident) = class::element(incidents, i) {
                    let (removed, _) = class::prune(incident, &self.path.item("Incident", i + 1), lacks);
                    removed.into_iter().for_each(|(path, lack)| leave_out(path, lack));
                }
            }
            return true;
        }
        let (removed, lack) = class::prune(self.class, self.path, lacks);
        removed.into_iter().for_each(|(path, lack)| leave_out(path, lack));
        match lack.filter(|_| self.class.def().name != Incident::DEF.name) {
            Some(lack) => {
                leave_out(self.path.to_string(), lack);
                false
            }
            None => true,
        }
    }

    /// The version is that of the data model; neither RFC 7970 nor RFC 8727 has another.
    fn set_version(&mut self) {
        if self.class.def().name == IodefDocument::DEF.name && text_of(self.class, "version").as_deref() != Some("2.00")
        {
            write(self.class, "version", "2.00");
        }
    }
}

/// Removes `uid-ref`s that lead nowhere; whether there were any.
fn cut_references(part: &mut Part<'_>, lost: &Lost, changes: &mut Vec<Change>) -> bool {
    let mut refers = false;
    class::each_class(part.class, part.path, &mut |class, _| refers |= has(class, "uid_ref"));
    if !refers {
        return false;
    }
    let open = open_references(part, &lost(part.class, part.path));
    if open.is_empty() {
        return false;
    }
    class::each_class(part.class, part.path, &mut |class, path| {
        if !has(class, "uid_ref") {
            return;
        }
        let path = path.child("@uid-ref").to_string();
        if open.contains(&path) {
            clear(class, "uid_ref");
            let how = "left out: what it refers to is left out".to_owned();
            changes.push(Change { path, how, to: None, left_out: true });
        }
    });
    true
}

/// The `uid-ref`s, by path, whose id is nowhere in the document but at places that are lost.
fn open_references(part: &Part<'_>, lost: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut ids, mut references) = (BTreeSet::new(), Vec::new());
    class::leaves(part.class, part.path, &mut |path, leaf| {
        let Leaf::Text(text) = leaf else { return };
        match path.name() {
            "uid-ref" => references.push((path.to_string(), text)),
            "observable-id" if lost.is_empty() || !lost.contains(&path.to_string()) => _ = ids.insert(text),
            "IndicatorID" => _ = ids.insert(text),
            _ => {}
        }
    });
    references.into_iter().filter(|(_, id)| !ids.contains(id)).map(|(path, _)| path).collect()
}

/// The places of ids that the form has no place for.
type Lost = dyn Fn(&dyn Fields, &Path<'_>) -> BTreeSet<String>;

/// The ids that JSON cannot say.
pub(super) fn unsayable_ids(part: &dyn Fields, path: &Path<'_>) -> BTreeSet<String> {
    let unsaid = class::unsayable_at(part, path).into_iter().filter(|unsaid| unsaid.left_out).map(|unsaid| unsaid.path);
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
        Change { path: place(class.def(), path, field), how: format!("left out: {why}"), to: None, left_out: true }
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
        Some((class::Kind::Attribute, name)) => path.attribute(name).to_string(),
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
        return Some(Change { path, how: format!("left out: {why}"), to: None, left_out: true });
    };
    code(block, "dtype", "string", None);
    write(block, "meaning", "confidence");
    write(block, "content", word.as_deref().unwrap_or_default());
    Some(Change { path, how: format!("stands in AdditionalData: {why}"), to: None, left_out: false })
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
