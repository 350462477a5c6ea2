//! Residue on its way back to where it came from.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{FORMAT, account::Account, tree};
use crate::{
    json::Value,
    translate::ledger::{Fate, ITS_PLACE, each_leaf},
};

/// Residue that was taken.
#[derive(Default)]
pub(super) struct Returned {
    /// Properties of the object that the element came as.
    pub properties: BTreeMap<String, Value<'static>>,
    /// Objects of which no element was made, each with its place.
    pub whole: Vec<(u64, Value<'static>)>,
    /// Leaves of residue of the record itself, by property: whether it goes back is seen when all is written.
    pub pending: Vec<(String, Vec<String>)>,
    /// Residue of other formats, each with its number among all.
    pub others: Vec<(usize, Json)>,
}

/// Takes the residue of a group; accounts for it, for the id and the origins.
pub(super) fn returned(group: &Json, digest: Option<&Json>, at: &str, account: &mut Account) -> Returned {
    let mut back = Returned::default();
    let all = || group.get("carried").and_then(Json::as_array).into_iter().flatten();
    let is_id = |one: &&Json| one.get("path").is_some_and(|path| path == "id");
    let id =
        all().find(is_id).and_then(|one| tree::parse(one.get("value")?.as_str()?)?.as_str().ok().map(str::to_owned));
    for (i, one) in all().enumerate() {
        let at = format!("{at}.carried[{i}]");
        let text = |name: &str| one.get(name).and_then(Json::as_str);
        let mut leaves = Vec::new();
        each_leaf(one, at.clone(), &mut |path, _| leaves.push(path));
        let mut end = |fate: Fate| leaves.iter().for_each(|path| account.end(path.clone(), fate.clone()));
        let dropped = |why: &str| Fate::Dropped { why: why.to_owned() };
        if one.get("digest").is_some() && one.get("digest") != digest {
            end(dropped("residue of an element that has changed since"));
        } else if text("format") != Some(FORMAT) {
            let mut other = one.clone();
            for name in ["digest", "anchor"] {
                // What it is bound to follows from where it stands.
                if let Some(Json::String(_)) = other.as_object_mut().and_then(|members| members.remove(name)) {
                    account.kept(format!("{at}.{name}"), ITS_PLACE);
                }
            }
            back.others.push((i, other));
        } else if let (Some(path), Some(value)) = (text("path"), text("value").and_then(tree::parse)) {
            let is_whole = path.starts_with('$');
            match digest {
                None if !is_whole => back.pending.push((path.to_owned(), leaves)),
                _ => end(Fate::Kept { to: came_to(path, &value, id.as_deref()) }),
            }
            if is_whole {
                back.whole.push((ordinal_of(path), value));
            } else {
                back.properties.insert(path.to_owned(), value);
            }
        } else {
            end(dropped("residue without path or value"));
        }
    }
    back
}

/// Where residue goes: an object of which no element was made, or a property of the object that the element came as.
fn came_to(path: &str, value: &Value<'static>, id: Option<&str>) -> String {
    let whole = || value.get("id").and_then(|id| id.as_str().ok()).unwrap_or(path).to_owned();
    match (path.as_bytes().first(), id) {
        (Some(b'$'), _) => whole(),
        (Some(b'@'), _) => ITS_PLACE.to_owned(),
        (_, Some(id)) => format!("{id}.{path}"),
        (_, None) => path.to_owned(),
    }
}

/// The place of an object in the list of a bundle, by its path.
fn ordinal_of(path: &str) -> u64 {
    let index = path.strip_prefix("$.objects[").and_then(|rest| rest.strip_suffix(']'));
    index.and_then(|index| index.parse().ok()).unwrap_or(u64::MAX)
}

/// The place of an object that a part was made of, and whether it stood alone.
pub(super) fn place(group: &Json) -> (u64, bool) {
    let path = group.pointer("/origins/0/path").and_then(Json::as_str);
    (path.map_or(u64::MAX, ordinal_of), path == Some("$"))
}
