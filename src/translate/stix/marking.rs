//! Markings of objects, of which the record has TLP (record model §14); and what of an incident stays beside what the record says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{
    reach,
    tree::{self, Group},
};
use crate::{
    json::Value,
    marking::Tlp,
    stix::{TLP_2, TLP_MARKINGS},
};

/// Marking definitions that say something else than TLP, by their ids.
#[derive(Debug, Default)]
pub(super) struct Markings(BTreeSet<String>);

impl Markings {
    /// Those among these objects.
    pub fn of<'v>(objects: impl Iterator<Item = &'v Value<'static>>) -> Self {
        let of_tlp = |object: &Value<'static>| {
            let kind = object.get("definition_type").and_then(|kind| kind.as_str().ok());
            kind == Some("tlp") || object.get("extensions").is_some_and(|all| all.get(TLP_2).is_some())
        };
        let ids = objects.filter(|object| !of_tlp(object)).filter_map(reach::id);
        Markings(ids.filter(|id| id.starts_with("marking-definition--")).map(str::to_owned).collect())
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
    let markings = Markings::of(objects.iter().map(|(_, object)| object));
    is_red && marks(residue.get("object_marking_refs")).any(|id| !means_something(id, &markings))
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

/// The ids in a list of markings.
pub(super) fn marks<'v>(list: Option<&'v Value<'static>>) -> impl Iterator<Item = &'v str> {
    let list = list.and_then(|list| list.as_array().ok()).unwrap_or_default();
    list.iter().filter_map(|id| id.as_str().ok())
}
