//! Markings of objects, of which the record has TLP (record model §14); and what of an incident stays beside what the record says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{
    account::Account,
    convert, extension,
    fresh::{self, MARKS},
    level::{Levels, is_narrower, outermost},
    pair::PARTS,
    reach,
    tree::{self, Group, members},
};
use crate::{
    json::{Data, Value},
    marking::Tlp,
    stix::{TLP_2, TLP_MARKINGS},
};

/// Marking definitions that say something else than TLP, by their ids.
#[derive(Debug, Default)]
pub(super) struct Markings(BTreeSet<String>);

impl Markings {
    /// Those among these objects.
    pub fn of<'v>(objects: impl Iterator<Item = &'v Value<'static>>) -> Self {
        let mut markings = Markings::default();
        objects.for_each(|object| markings.note(object));
        markings
    }

    /// Takes note of an object.
    pub fn note(&mut self, object: &Value<'static>) {
        let kind = object.get("definition_type").and_then(|kind| kind.as_str().ok());
        let of_tlp = kind == Some("tlp") || object.get("extensions").is_some_and(|all| all.get(TLP_2).is_some());
        let id = reach::id(object).filter(|id| id.starts_with("marking-definition--") && !of_tlp);
        self.0.extend(id.map(str::to_owned));
    }
}

/// Whether it is known what a marking definition says: it is one of TLP, or in the document and none of TLP.
pub(super) fn means_something(id: &str, markings: &Markings) -> bool {
    TLP_MARKINGS.iter().any(|known| known.id == id) || markings.0.contains(id)
}

/// Whether an incident is still as narrow as the markings say that it came with, of which nobody knows what they mean.
pub(super) fn keeps_marking(
    record: &Group,
    residue: &BTreeMap<String, Value<'static>>,
    objects: &[(u64, Value<'static>)],
) -> bool {
    let is_red = tree::get(record, "/handling/tlp") == Some(&json!(Tlp::Red));
    if !is_red || marks(residue.get("object_marking_refs")).next().is_none() {
        return false;
    }
    let markings = Markings::of(objects.iter().map(|(_, object)| object));
    marks(residue.get("object_marking_refs")).any(|id| !means_something(id, &markings))
}

/// What an incident is marked with beside TLP stays, when its label has changed.
pub(super) fn keep_statements(
    properties: &mut BTreeMap<String, Value<'static>>,
    residue: &BTreeMap<String, Value<'static>>,
) {
    let now: Vec<&str> = marks(properties.get("object_marking_refs")).collect();
    let is_tlp = |id: &str| TLP_MARKINGS.iter().any(|known| known.id == id);
    let others = marks(residue.get("object_marking_refs"));
    let others: Vec<&str> = others.filter(|id: &&str| !is_tlp(id) && !now.contains(id)).collect();
    if !others.is_empty() {
        let all = now.into_iter().chain(others).map(|id| Value::string(id.to_owned()));
        let all = Value::array(all.collect::<Vec<_>>());
        properties.insert("object_marking_refs".to_owned(), all);
    }
}

/// References of an incident that are no number of the case stay, when its numbers have changed.
pub(super) fn keep_references(
    properties: &mut BTreeMap<String, Value<'static>>,
    residue: &BTreeMap<String, Value<'static>>,
) {
    let list = |from: &BTreeMap<String, Value<'static>>| {
        let list = from.get("external_references").and_then(|list| list.as_array().ok());
        list.unwrap_or_default().to_vec()
    };
    let (now, came) = (list(properties), list(residue));
    let others: Vec<_> =
        came.into_iter().filter(|one| one.get("external_id").is_none() && !now.contains(one)).collect();
    if !others.is_empty() {
        properties.insert("external_references".to_owned(), Value::array(now.into_iter().chain(others)));
    }
}

/// The label that an object is marked with as a whole.
pub(super) fn label(object: &Value<'static>) -> Option<Tlp> {
    let label = (convert::TLP.read)(&[object.get(MARKS), None])?;
    label.as_str()?.parse().ok()
}

/// What an object is made of.
#[derive(Debug)]
pub(super) struct MadeOf {
    /// How narrow that is.
    pub level: Option<Tlp>,
    /// Properties of which something is narrower.
    pub properties: Vec<(&'static str, Tlp)>,
}

/// Marks the parts of objects that are narrower than the objects (§7.2.3): properties, and what extensions have by the account.
/// `made_of` has by ids what the objects are made of. The definitions of what was marked.
pub(super) fn mark_parts<'o>(
    objects: impl Iterator<Item = &'o mut Value<'static>>,
    levels: &Levels,
    made_of: &BTreeMap<String, MadeOf>,
    account: &Account,
) -> Vec<Value<'static>> {
    let mut parts: BTreeMap<&str, BTreeMap<Tlp, BTreeSet<&str>>> = BTreeMap::new();
    for (path, fate) in account.said() {
        let Some((id, place)) = fate.place().and_then(|place| place.split_once('.')) else { continue };
        let (Some((part, Some(level))), Some(own)) = (levels.part(path), made_of.get(id)) else { continue };
        // What properties say of a member depends on where the element came from.
        if !is_narrower(Some(level), own.level) || !place.starts_with("extensions.") {
            continue;
        }
        // All of the part, where it stands as one.
        let whole =
            path.strip_prefix(part).and_then(|below| place.strip_suffix(below)).filter(|whole| !whole.is_empty());
        parts.entry(id).or_default().entry(level).or_default().insert(whole.unwrap_or(place));
    }
    for (id, MadeOf { properties, .. }) in made_of {
        for (name, level) in properties {
            parts.entry(id).or_default().entry(*level).or_default().insert(name);
        }
    }
    let mut definitions = Vec::new();
    for object in objects {
        let Some(parts) = reach::id(object).and_then(|id| parts.get(id)) else { continue };
        let whole = label(object);
        let mut marks: Vec<Value<'static>> =
            object.get(PARTS).and_then(|list| list.as_array().ok()).unwrap_or_default().to_vec();
        let is_alone = marks.is_empty();
        for (level, places) in parts.iter().filter(|(level, _)| is_narrower(Some(**level), whole)) {
            let Some(known) = convert::marking(*level) else { continue };
            // A property may not have been written.
            let in_ours = |place: &str| place.starts_with("extensions.") && place.contains(extension::ID);
            let selectors: BTreeSet<String> = places
                .iter()
                .filter_map(|place| {
                    selector(object, place).filter(|all| in_ours(place) || *all == place.replace('[', ".["))
                })
                .collect();
            let all = outermost(&selectors).into_iter().map(|selector| Value::string(selector.clone()));
            let all: Vec<_> = all.collect();
            if all.is_empty() {
                continue;
            }
            let mark = Value::object([("marking_ref", Value::string(known.id)), ("selectors", Value::array(all))]);
            if marks.iter().all(|other| !tree::same(other, &mark)) {
                marks.push(mark);
                definitions.extend(fresh::definition(known.id));
            }
        }
        if marks.is_empty() {
            continue;
        }
        let mut all: Vec<(String, Value<'static>)> =
            members(object).iter().map(|member| (member.key.to_string(), member.value.clone())).collect();
        all.retain(|(name, _)| name != PARTS);
        all.push((PARTS.to_owned(), Value::array(marks)));
        *object = Value::object(all);
        // What somebody else has marked is not ours to say again.
        if is_alone {
            *object = extension::also_derived(object, PARTS);
        }
    }
    definitions
}

/// The selector of a place in an object, as far as it is there.
fn selector(object: &Value<'static>, place: &str) -> Option<String> {
    let mut steps: Vec<String> = Vec::new();
    let mut here = object;
    for step in place.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match (&here.data, step.strip_suffix(']')) {
            (Data::Array(list), Some(index)) => index.parse::<usize>().ok().and_then(|index| list.get(index)),
            (Data::Object(_), None) => here.get(step),
            _ => None,
        };
        let Some(next) = next else { break };
        here = next;
        steps.push(if step.ends_with(']') { format!("[{step}") } else { step.to_owned() });
    }
    (!steps.is_empty()).then(|| steps.join("."))
}

/// The ids in a list of markings.
pub(super) fn marks<'v>(list: Option<&'v Value<'static>>) -> impl Iterator<Item = &'v str> {
    let list = list.and_then(|list| list.as_array().ok()).unwrap_or_default();
    list.iter().filter_map(|id| id.as_str().ok())
}
