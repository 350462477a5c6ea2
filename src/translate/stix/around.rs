//! What stands around the objects and belongs to none of the records.

use serde_json::Value as Json;

use super::{
    FORMAT,
    ids::IdKey,
    tree::{self, Group},
};
use crate::{
    json::Value,
    record::{Document, base::Carried},
    translate::{
        ledger::{Entry, Fate},
        ledger::{ITS_PLACE, each_leaf},
    },
};

/// What stands around the objects.
pub(super) fn outer(document: &Document, records: &[String], key: &IdKey) -> Vec<(String, Value<'static>)> {
    let mut members = vec![("type".to_owned(), Value::string("bundle"))];
    for carried in document.carried.iter().filter(|carried| is_ours(carried)) {
        if let (Some(path), Some(value)) = (&carried.path, carried.value.as_deref().and_then(tree::parse)) {
            members.push((path.clone(), value));
        }
    }
    let names: Vec<&str> = records.iter().map(String::as_str).collect();
    if members.iter().all(|(name, _)| name != "id") {
        members.insert(1, ("id".to_owned(), Value::string(key.id("bundle", &names))));
    }
    members
}

fn is_ours(carried: &Carried) -> bool {
    carried.format.as_deref() == Some(FORMAT)
}

/// What belongs to none of the records, and to no bundle: our extension of the first incident has it.
pub(super) fn around(document: &Document) -> Group {
    let mut document = document.clone();
    document.carried.retain(|carried| !is_ours(carried));
    document.origins.clear();
    match serde_json::to_value(&document) {
        Ok(Json::Object(group)) => group,
        _ => Group::new(),
    }
}

/// What becomes of what belongs to none of the records; `on` is where our extension has it, if it does.
pub(super) fn document_out(document: Document, on: Option<&str>, account: &mut Vec<Entry>) {
    let Ok(json) = serde_json::to_value(&document) else { return };
    let place_of = |number: usize| document.carried.iter().take(number).filter(|carried| !is_ours(carried)).count();
    each_leaf(&json, "$.document".to_owned(), &mut |path, _| {
        let below = path.strip_prefix("$.document").unwrap_or(&path);
        let in_carried = below.strip_prefix(".carried[").and_then(|rest| rest.split_once(']'));
        let carried = in_carried.and_then(|(number, rest)| {
            let number = number.parse::<usize>().ok()?;
            Some((document.carried.get(number)?, number, rest))
        });
        let fate = match (carried, on) {
            (Some((carried, ..)), _) if is_ours(carried) => {
                Fate::Kept { to: format!("$.{}", carried.path.as_deref().unwrap_or_default()) }
            }
            (Some((_, number, rest)), Some(on)) => {
                Fate::Carried { on: format!("{on}.carried[{}]{rest}", place_of(number)) }
            }
            (None, _) if below.starts_with(".origins") => Fate::Kept { to: ITS_PLACE.to_owned() },
            (None, Some(on)) => Fate::Carried { on: format!("{on}{below}") },
            (_, None) => Fate::Dropped { why: "a bundle has no place for it, and there is no incident".to_owned() },
        };
        account.push(Entry { path, fate });
    });
}
