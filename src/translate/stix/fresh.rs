//! What an object needs that did not come as one: its id, when it was made, by whom, what it is marked with, and what its type
//! requires where the record says it in other words.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    FORMAT,
    convert::{marking, milliseconds},
    core, extension,
    ids::IdKey,
    observable,
    pair::{Pair, object},
    summary,
    tree::{self, Group, get},
};
use crate::{
    json::Value,
    marking::Tlp,
    record::{Record, base::Carried, identity::Kind},
    stix::{Family, TLP_2},
    translate::pattern,
};

/// The property with what an object is marked with.
pub(super) const MARKS: &str = "object_marking_refs";

/// Properties by their names.
pub(super) type Properties = BTreeMap<String, Value<'static>>;

/// What new objects of a record have in common.
#[derive(Debug)]
pub(super) struct Fresh {
    key: IdKey,
    record: String,
    created: Option<Value<'static>>,
    modified: Option<Value<'static>>,
    level: Option<Tlp>,
    /// The id of the object that the record itself is.
    frame: String,
    /// The team that makes the document.
    creator: Option<Creator>,
}

#[derive(Debug)]
struct Creator {
    id: String,
    name: String,
    contact: Option<String>,
}

impl Fresh {
    /// Of this record, which is so narrow.
    pub fn of(record: &Record, key: &IdKey, level: Option<Tlp>) -> Self {
        let modified = record.modified.as_ref().and_then(|time| milliseconds(time.as_str()));
        let created = record.created.as_ref().and_then(|time| milliseconds(time.as_str()));
        let name = record.id.to_string();
        let creator = record.creator.as_ref().and_then(|creator| {
            let called = creator.name.as_ref().and_then(|name| name.text.clone()).or(creator.domain.clone())?;
            let id = key.id("identity", &[&name, "creator"]);
            Some(Creator { id, name: called, contact: creator.email.clone() }).filter(|made| !made.name.is_empty())
        });
        let own =
            |carried: &&Carried| carried.format.as_deref() == Some(FORMAT) && carried.path.as_deref() == Some("id");
        let came = record.carried.iter().find(own).and_then(|carried| tree::parse(carried.value.as_deref()?));
        let kind = if record.kind == Kind::Intelligence { "report" } else { "incident" };
        let frame = came.and_then(|id| id.as_str().ok().map(str::to_owned)).unwrap_or_else(|| key.id(kind, &[&name]));
        Fresh {
            frame,
            key: key.clone(),
            record: name,
            // What is known first of a record is this revision, if it does not say when it was begun.
            created: created.or_else(|| modified.clone()),
            modified,
            level,
            creator,
        }
    }

    /// How narrow the record is.
    pub fn level(&self) -> Option<Tlp> {
        self.level
    }

    /// Makes an object whole that did not come as one, of an element that is so narrow; which of its properties say only what
    /// others say.
    pub fn complete(
        &self,
        pair: &Pair,
        mut properties: Properties,
        group: &Group,
        id: &str,
        level: Option<Tlp>,
    ) -> (Properties, Vec<String>) {
        if properties.contains_key("id") {
            return (properties, Vec::new());
        }
        let mut derived = Vec::new();
        if !properties.contains_key(MARKS) && level.is_some() {
            derived.push(MARKS.to_owned());
        }
        self.common(&mut properties, id, pair.def().is_none_or(|def| def.family != Family::Observable), level);
        let mut derive = |name: &str, value: Option<Value<'static>>, properties: &mut Properties| {
            if let (Some(value), false) = (value, properties.contains_key(name)) {
                properties.insert(name.to_owned(), value);
                derived.push(name.to_owned());
            }
        };
        match pair.kind {
            "indicator" => {
                let made = if properties.contains_key("pattern") { None } else { pattern::of(group) };
                if let Some(made) = made {
                    derive("pattern", Some(Value::string(made.pattern)), &mut properties);
                    derive("pattern_type", Some(Value::string(made.language)), &mut properties);
                    derive("pattern_version", made.version.map(Value::string), &mut properties);
                }
                // It holds at least since it was said.
                derive("valid_from", self.modified.clone(), &mut properties);
            }
            "infrastructure" => {
                let names = ["/domains/0/name", "/addresses/0/value"];
                let name = names.iter().find_map(|name| get(group, name)?.as_str().filter(|name| !name.is_empty()));
                derive("name", name.map(|name| Value::string(name.to_owned())), &mut properties);
            }
            "note" | "opinion" => {
                derive("object_refs", Some(Value::array([Value::string(self.frame.clone())])), &mut properties);
                // When it was: a note has no other place for it.
                let at = group.get("at").and_then(summary::time).filter(|_| pair.kind == "note");
                derive("abstract", at.map(|(time, _)| Value::string(time)), &mut properties);
            }
            "observed-data" => {
                let seen = observable::objects(group).into_iter().map(|(id, _)| Value::string(id));
                let seen: Vec<_> = seen.collect();
                if !seen.is_empty() {
                    derive("object_refs", Some(Value::array(seen)), &mut properties);
                }
                let (first, last) =
                    (properties.get("first_observed").cloned(), properties.get("last_observed").cloned());
                derive("first_observed", last, &mut properties);
                derive("last_observed", first, &mut properties);
                // It was seen at least once.
                derive("number_observed", Some(Value::from(1_u64)), &mut properties);
            }
            kind => derived.extend(core::complete(kind, pair.list, &mut properties)),
        }
        (properties, derived)
    }

    /// An object of this type beside the incident, the so manieth and so narrow: its id, and what all have.
    pub fn object(&self, kind: &str, place: usize, level: Option<Tlp>) -> (String, Properties) {
        let id = self.key.id(kind, &[&self.record, "core", &place.to_string()]);
        let fixed = [("type", kind), ("spec_version", "2.1")];
        let mut made: Properties =
            fixed.into_iter().map(|(name, value)| (name.to_owned(), Value::string(value.to_owned()))).collect();
        self.common(&mut made, &id, true, level);
        (id, made)
    }

    /// What all new objects have.
    fn common(&self, properties: &mut Properties, id: &str, has_versions: bool, level: Option<Tlp>) {
        properties.insert("id".to_owned(), Value::string(id.to_owned()));
        if has_versions {
            let creator = self.creator.as_ref().map(|creator| Value::string(creator.id.clone()));
            let all =
                [("created", self.created.clone()), ("modified", self.modified.clone()), ("created_by_ref", creator)];
            for (name, value) in all {
                if let (Some(value), false) = (value, properties.contains_key(name)) {
                    properties.insert(name.to_owned(), value);
                }
            }
        }
        if let (Some(marking), false) = (level.and_then(marking), properties.contains_key(MARKS)) {
            properties.insert(MARKS.to_owned(), Value::array([Value::string(marking.id)]));
        }
    }

    /// The same for the record itself.
    pub fn frame(
        &self,
        pair: &Pair,
        properties: Properties,
        record: &Group,
        references: &[String],
        id: &str,
    ) -> (Properties, Vec<String>) {
        let dated = properties.contains_key("created");
        let (mut properties, mut derived) = self.complete(pair, properties, record, id, self.level);
        if !dated && properties.contains_key("created") {
            derived.push("created".to_owned());
        }
        if !properties.contains_key("name") {
            let aliases = record.get("aliases").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            // Our own number is the last.
            if let Some(name) = aliases.last().and_then(|alias| alias.get("number")?.as_str()) {
                properties.insert("name".to_owned(), Value::string(name.to_owned()));
                derived.push("name".to_owned());
            }
        }
        if let (Some(summary), false) = (summary::of(record), properties.contains_key("description")) {
            properties.insert("description".to_owned(), Value::string(summary));
            derived.push("description".to_owned());
        }
        if pair.kind == "report" {
            self.list(&mut properties, references);
            derived.extend(["published", "object_refs"].map(str::to_owned));
        }
        (properties, derived)
    }

    /// What a report requires: when it was made, and what it is about.
    fn list(&self, properties: &mut Properties, references: &[String]) {
        if let Some(modified) = &self.modified {
            properties.insert("published".to_owned(), modified.clone());
        }
        let all = references.iter().map(|id| Value::string(id.clone()));
        properties.insert("object_refs".to_owned(), Value::array(all));
    }

    /// Objects that stand beside that of an element, which is so narrow: what was observed, and what a system consists of.
    pub fn beside(
        &self,
        pair: &Pair,
        group: &Group,
        properties: &Properties,
        level: Option<Tlp>,
    ) -> Vec<Value<'static>> {
        let Some(own) = properties.get("id").and_then(|id| id.as_str().ok()) else { return Vec::new() };
        let objects = match pair.kind {
            "observed-data" => observable::objects(group),
            "infrastructure" => observable::of_system(group),
            _ => Vec::new(),
        };
        let mut made = Vec::new();
        for (id, mut seen) in objects {
            if let Some(marking) = properties.get(MARKS) {
                seen.insert(MARKS.to_owned(), marking.clone());
            }
            made.push(derived(seen));
            if pair.kind == "infrastructure" {
                let mut link = Properties::new();
                self.common(&mut link, &self.key.id("relationship", &[&self.record, own, &id]), true, level);
                let ends = [("relationship_type", "consists-of"), ("source_ref", own), ("target_ref", &id)];
                let fixed = [("type", "relationship"), ("spec_version", "2.1")];
                let all = ends.into_iter().chain(fixed);
                link.extend(all.map(|(name, value)| (name.to_owned(), Value::string(value.to_owned()))));
                made.push(derived(link));
            }
        }
        made
    }

    /// Objects that stand beside that of the record: a report of all that belongs to an incident, for those who look for
    /// objects of one case together, the team, and the markings.
    pub fn around(&self, frame: &Value<'static>, references: &[String]) -> Vec<Value<'static>> {
        let text = |name: &str| frame.get(name).and_then(|value| value.as_str().ok());
        let mut made = Vec::new();
        if let (Some("incident"), Some(own), false) = (text("type"), text("id"), references.is_empty()) {
            let mut report = Properties::new();
            self.common(&mut report, &self.key.id("report", &[&self.record]), true, self.level);
            for name in ["spec_version", "created", "modified", "lang", "name", MARKS] {
                report.extend(frame.get(name).map(|value| (name.to_owned(), value.clone())));
            }
            report.insert("type".to_owned(), Value::string("report"));
            let all: Vec<String> = std::iter::once(own.to_owned()).chain(references.iter().cloned()).collect();
            self.list(&mut report, &all);
            made.push(derived(report));
        }
        made
    }

    /// The team, for the objects that it has made.
    pub fn team(&self) -> Option<Value<'static>> {
        let Creator { id, name, contact } = self.creator.as_ref()?;
        let mut team = Properties::new();
        self.common(&mut team, id, true, self.level);
        let fixed = [("type", "identity"), ("spec_version", "2.1"), ("identity_class", "organization"), ("name", name)];
        team.extend(fixed.map(|(name, value)| (name.to_owned(), Value::string(value.to_owned()))));
        team.remove("created_by_ref");
        team.extend(contact.clone().map(|contact| ("contact_information".to_owned(), Value::string(contact))));
        Some(derived(team))
    }
}

/// The marking definition of TLP 2.0 with this id, as its extension defines it.
pub(super) fn definition(id: &str) -> Option<Value<'static>> {
    let (tlp, known) =
        Tlp::ALL.iter().filter_map(|tlp| Some((tlp, marking(*tlp)?))).find(|(_, known)| known.id == id)?;
    let level = Value::string(known.level);
    let ours = Value::object([("extension_type", Value::string("property-extension")), ("tlp_2_0", level)]);
    let all = [
        ("type", Value::string("marking-definition")),
        ("spec_version", Value::string("2.1")),
        ("id", Value::string(known.id)),
        ("created", Value::string("2022-10-01T00:00:00.000Z")),
        ("name", Value::string(format!("TLP:{tlp}"))),
        ("extensions", Value::object([(TLP_2, ours)])),
    ];
    Some(object(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

/// An object that says only what others say, and that it does.
fn derived(mut properties: Properties) -> Value<'static> {
    let entry = extension::entry_of_all(&object(properties.clone()));
    if let Some(extensions) = extension::with(properties.get("extensions"), &Group::new(), &[entry]) {
        properties.insert("extensions".to_owned(), extensions);
    }
    object(properties)
}

/// The same of what an incident says of by the core extension: there it stays derived, whatever it says.
pub(super) fn derived_in_core(properties: &mut Properties) {
    let entry = extension::entry(extension::WHOLE, None);
    if let Some(extensions) = extension::with(properties.get("extensions"), &Group::new(), &[entry]) {
        properties.insert("extensions".to_owned(), extensions);
    }
}
