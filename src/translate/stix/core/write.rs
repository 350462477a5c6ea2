//! The core extension of an incident in the shape that is wanted, of what [`super::derive`] finds in a record. It says only what our
//! own extension says, and is marked so.

use serde_json::Value as Json;

use super::{
    derive::{self, Thing},
    nested::owned,
    place::{IncidentShape, referring, shape},
    table::{CORE, TYPES_OF_CORE},
    words,
};
use crate::{
    json::{Data, Value},
    translate::{
        ledger::each_leaf,
        stix::{
            account::Account,
            extension,
            fresh::{self, Fresh, Properties},
            level::{hollow, is_narrower},
            pair::object,
            tree::{self, Group, members},
        },
    },
};

/// What is written for those who know the core extension.
#[derive(Debug)]
pub(in crate::translate::stix) struct Derived {
    /// The extension, if the record says what it requires.
    core: Option<Value<'static>>,
    /// The objects beside the incident.
    objects: Vec<Value<'static>>,
}

/// The name by which our own extension tells that the core extension says nothing of its own.
pub(in crate::translate::stix) const DERIVED: &str = CORE;

impl Derived {
    /// Of a record, in this shape; `references` are the other objects of the incident.
    pub fn of(record: &dyn Fn() -> Json, wanted: IncidentShape, fresh: &Fresh, references: &[String]) -> Option<Self> {
        if wanted == IncidentShape::None {
            return None;
        }
        let mut record = record();
        // What says nothing keeps its place in a list, as it does in our own extension.
        tree::tidy(&mut record);
        let Json::Object(record) = record else { return None };
        let record = extension::allowed(record, "");
        let Some(mut core) = derive::core(&hollow(&record, fresh.level())) else {
            return Some(Derived { core: None, objects: Vec::new() });
        };
        let mut things = derive::things(&record, fresh.level());
        let mut objects = Vec::new();
        match wanted {
            IncidentShape::None => {}
            IncidentShape::V1 => {
                // In the incident nothing stands that is narrower than it.
                things.retain(|thing| !is_narrower(thing.level, fresh.level()));
                first(&mut core, &things, &record);
            }
            IncidentShape::V2 | IncidentShape::OsThreat => {
                objects = second(&mut core, things, wanted == IncidentShape::OsThreat, fresh);
            }
        }
        if wanted == IncidentShape::OsThreat && !references.is_empty() {
            core.insert(
                "other_object_refs".to_owned(),
                Value::array(references.iter().map(|id| Value::string(id.clone()))),
            );
        }
        let mut members = vec![("extension_type".to_owned(), Value::string("property-extension"))];
        members.extend(core);
        Some(Derived { core: Some(Value::object(members)), objects })
    }

    /// Whether there is an extension.
    pub fn is_written(&self) -> bool {
        self.core.is_some()
    }

    /// Puts the extension where it belongs; the objects beside the incident.
    pub fn put(self, properties: &mut Properties) -> Vec<Value<'static>> {
        let mut all = properties.get("extensions").map(owned).unwrap_or_default();
        all.retain(|(key, _)| key != CORE);
        all.extend(self.core.map(|core| (CORE.to_owned(), core)));
        properties.insert("extensions".to_owned(), Value::object(all));
        self.objects
    }

    /// Whether this is what stands in a document, but for what the objects are called and when they were made.
    fn says(&self, core: &Value<'static>, objects: &[&Value<'static>]) -> bool {
        let all = |objects: &mut dyn Iterator<Item = &Value<'static>>| {
            let mut all: Vec<String> = objects.map(|one| content(one, OF_ALL)).collect();
            all.sort();
            all
        };
        self.core.as_ref().is_some_and(|now| content(now, REFERENCES) == content(core, REFERENCES))
            && all(&mut self.objects.iter()) == all(&mut objects.iter().copied())
    }
}

/// Properties that all objects have, or that follow from their ids.
const OF_ALL: &[&str] = &["id", "created", "modified", "created_by_ref", "object_marking_refs"];
const REFERENCES: &[&str] = &["events", "tasks", "impact_refs", "event_refs", "task_refs"];

/// What an object says beside these properties. Places in lists are no part of it.
fn content(object: &Value<'static>, without: &[&str]) -> String {
    let mut all: Vec<String> = members(object)
        .iter()
        .filter(|member| !without.contains(&member.key.as_ref()))
        .map(|member| {
            let value = match &member.value.data {
                Data::Array(list) => {
                    let mut list: Vec<String> = list.iter().map(content_of).collect();
                    list.sort();
                    list.join(",")
                }
                _ => content_of(&member.value),
            };
            format!("{}:{value}", member.key)
        })
        .collect();
    all.sort();
    all.join(";")
}

/// A value whose members stand in the order of their names.
fn content_of(value: &Value<'static>) -> String {
    tree::to_record(value).map(|value| value.to_string()).unwrap_or_default()
}

/// What came as derived from the record is written anew if the record says something else now; what stood there before is taken
/// out of the objects that came.
pub(in crate::translate::stix) fn superseded(
    record: &dyn Fn() -> Json,
    fresh: &Fresh,
    references: &[String],
    came: &Properties,
    whole: &mut Vec<(u64, Value<'static>)>,
    account: &mut Account,
) -> Option<Derived> {
    let extensions = came.get("extensions");
    let core = extensions?.get(CORE).filter(|_| extension::derived(extensions).contains(DERIVED))?;
    let objects: Vec<&Value<'static>> = whole.iter().map(|(_, one)| one).filter(|one| is_derived(one)).collect();
    // Where little is said, one shape looks like another.
    let shapes = [shape(core), IncidentShape::V1, IncidentShape::V2, IncidentShape::OsThreat];
    let mut all = shapes.iter().filter_map(|shape| Derived::of(record, *shape, fresh, references));
    let now = all.next()?;
    if now.says(core, &objects) || all.any(|other| other.says(core, &objects)) {
        return None;
    }
    whole.retain(|(_, one)| !is_derived(one));
    for (i, one) in record().get("carried").and_then(Json::as_array).into_iter().flatten().enumerate() {
        let value = one.get("value").and_then(Json::as_str).and_then(tree::parse);
        if value.is_some_and(|value| is_derived(&value)) {
            let why = "derived from what the record said before";
            each_leaf(one, format!("$.carried[{i}]"), &mut |path, _| account.change(path, why));
        }
    }
    Some(now)
}

/// Whether an object of the second shape says only what our extension of the incident says.
fn is_derived(object: &Value<'static>) -> bool {
    let kind = object.get("type").and_then(|kind| kind.as_str().ok());
    TYPES_OF_CORE.iter().any(|(known, _)| kind == Some(*known)) && extension::is_derived(object)
}

/// Objects beside the incident, which lists them.
fn second(core: &mut Properties, things: Vec<Thing>, is_os: bool, fresh: &Fresh) -> Vec<Value<'static>> {
    let mut objects = Vec::new();
    let mut lists: Vec<(&str, Vec<Value<'static>>)> = Vec::new();
    // In this shape a task has a name.
    let things =
        things.into_iter().filter(|thing| !is_os || thing.kind != "task" || thing.properties.contains_key("name"));
    for (place, Thing { kind, category, properties, level }) in things.enumerate() {
        let (id, mut made) = fresh.object(kind, place, level);
        let own = ["description", "criticality", "start_time", "start_time_fidelity", "end_time", "end_time_fidelity"];
        for (name, value) in properties {
            match category.is_empty() || own.contains(&name.as_str()) {
                true => made.insert(name, value),
                false => made.insert(format!("extensions.{category}-ext.{name}"), value),
            };
        }
        if !category.is_empty() {
            made.insert("impact_category".to_owned(), Value::string(category));
        }
        fresh::derived_in_core(&mut made);
        define(kind, &mut made);
        let (list, entry) = match (kind, is_os) {
            ("event", false) => ("events", Some("event_ref")),
            ("event", true) => ("event_refs", None),
            ("task", false) => ("tasks", Some("task_ref")),
            ("task", true) => ("task_refs", None),
            _ => ("impact_refs", None),
        };
        match lists.iter_mut().find(|(known, _)| *known == list) {
            Some((_, all)) => all.push(referring(&id, entry)),
            None => lists.push((list, vec![referring(&id, entry)])),
        }
        objects.push(object(made));
    }
    core.extend(lists.into_iter().map(|(name, list)| (name.to_owned(), Value::array(list))));
    objects
}

/// The extension that defines a type of object.
fn define(kind: &str, properties: &mut Properties) {
    if let Some((_, id)) = TYPES_OF_CORE.iter().find(|(known, _)| *known == kind) {
        properties.insert(format!("extensions.{id}.extension_type"), Value::string("new-sdo"));
    }
}

/// What an object of the second shape needs that is new in a document that has some; what of it says only what others say.
pub(in crate::translate::stix) fn complete(kind: &str, list: &str, properties: &mut Properties) -> Vec<String> {
    if TYPES_OF_CORE.iter().all(|(known, _)| *known != kind) {
        return Vec::new();
    }
    define(kind, properties);
    properties.insert("spec_version".to_owned(), Value::string("2.1"));
    let mut add = |name: &str, value: Value<'static>| {
        let is_new = !properties.contains_key(name);
        if is_new {
            properties.insert(name.to_owned(), value);
        }
        is_new
    };
    match (kind, list) {
        ("event", _) => _ = add("status", Value::string("undetermined")),
        ("task", _) => _ = add("outcome", Value::string("unknown")),
        (_, "costs") => {
            add("impact_category", Value::string("monetary"));
            add("extensions.monetary-ext.variety", Value::string("uncategorized"));
            let least = properties.get("extensions.monetary-ext.min_amount").cloned();
            let most = "extensions.monetary-ext.max_amount";
            if let (Some(least), false) = (least, properties.contains_key(most)) {
                properties.insert(most.to_owned(), least);
                return vec![most.to_owned()];
            }
        }
        _ => {}
    }
    Vec::new()
}

/// All in the incident itself.
fn first(core: &mut Properties, things: &[Thing], record: &Group) {
    let mut lists: Vec<(&str, Vec<Value<'static>>)> = Vec::new();
    let mut unavailable: Option<u64> = None;
    for Thing { kind, category, properties, .. } in things {
        let (list, made) = match (*kind, *category) {
            ("event", _) => ("attacker_activities", attacker(properties)),
            ("task", _) => match defender(properties) {
                Some(made) => ("defender_activities", made),
                None => continue,
            },
            (_, "confidentiality") => {
                ("confidentiality_impacts", some(properties, &["information_type", "loss_type", "description"]))
            }
            (_, "monetary") => ("monetary_impacts", properties.clone()),
            (_, "external") => {
                let word = properties.get("impact_type").cloned().into_iter();
                match lists.iter_mut().find(|(known, _)| *known == "external_impacts") {
                    Some((_, all)) if all.is_empty() => all.extend(word),
                    Some(_) => {}
                    None => lists.push(("external_impacts", word.collect())),
                }
                continue;
            }
            _ => {
                let value = properties.get("availability_impact").and_then(|value| value.as_u64().ok());
                unavailable = unavailable.max(value);
                continue;
            }
        };
        match lists.iter_mut().find(|(known, _)| *known == list) {
            Some((_, all)) => all.push(Value::object(made)),
            None => lists.push((list, vec![Value::object(made)])),
        }
    }
    core.extend(lists.into_iter().map(|(name, list)| (name.to_owned(), Value::array(list))));
    core.extend(unavailable.map(|value| ("availability_impact".to_owned(), Value::from(value))));
    if let Some(word) = core.get("determination").and_then(|word| word.as_str().ok()) {
        let is_low = record.get("status").and_then(Json::as_str) == Some("no-action") && word == "suspected";
        let word = if is_low { "low-value" } else { words::first_determination(word) };
        core.insert("determination".to_owned(), Value::string(word.to_owned()));
    }
}

fn some(properties: &Properties, names: &[&str]) -> Properties {
    let one = |name: &&str| Some(((*name).to_owned(), properties.get(*name)?.clone()));
    names.iter().filter_map(one).collect()
}

/// An activity of the attacker: it has no name, and its outcome is what became of it.
fn attacker(properties: &Properties) -> Properties {
    let times = ["goal", "start_time", "start_time_fidelity", "end_time", "end_time_fidelity"];
    let mut made = some(properties, &times);
    let texts = ["name", "description"].iter().filter_map(|name| properties.get(*name)?.as_str().ok());
    let text = texts.collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        made.insert("description".to_owned(), Value::string(text));
    }
    let is_ongoing = properties.get("status").is_some_and(|status| status.as_str() == Ok("ongoing"));
    made.insert("outcome".to_owned(), Value::string(if is_ongoing { "ongoing" } else { "unknown" }));
    made
}

/// An activity of the defender, which is of a type and has a time.
fn defender(properties: &Properties) -> Option<Properties> {
    let mut made = Properties::new();
    let kind = properties.get("task_types").and_then(|list| list.as_array().ok()?.first()).cloned();
    made.insert("activity_type".to_owned(), kind?);
    let end = if properties.contains_key("end_time") { "end_time" } else { "start_time" };
    made.insert("timestamp".to_owned(), properties.get(end)?.clone());
    let fidelity = properties.get(&format!("{end}_fidelity")).cloned();
    made.extend(fidelity.map(|fidelity| ("timestamp_fidelity".to_owned(), fidelity)));
    let texts = ["name", "description"].iter().filter_map(|name| properties.get(*name)?.as_str().ok());
    made.insert("description".to_owned(), Value::string(texts.collect::<Vec<_>>().join("\n\n")));
    let is_ahead = properties.get("outcome").is_some_and(|word| matches!(word.as_str(), Ok("pending" | "ongoing")));
    if is_ahead {
        made.insert("is_projection".to_owned(), Value::from(true));
    }
    Some(made)
}
