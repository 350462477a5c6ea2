//! Which objects of a document belong to which of its incidents (record model §0a).

use std::collections::{BTreeSet, HashMap};

use super::tree::members;
use crate::json::{Data, Value};

/// Types that say something about other objects: whoever reaches one of those reaches them.
const ABOUT: &[&str] =
    &["relationship", "sighting", "note", "opinion", "report", "grouping", "observed-data", "language-content"];

/// References that say who made an object or how it is marked, and nothing of what it is about.
const OF_ALL: &[&str] = &["created_by_ref", "object_marking_refs", "marking_ref"];

/// The objects of a record: the one that it is made of, if there is one, and the others in their order.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub frame: Option<usize>,
    pub others: Vec<usize>,
}

/// How many times over the objects of a document may be shared among its incidents: a document in which each incident reaches
/// all objects would else make records of its size squared. Beyond it an object is in the first incidents only.
const SHARED: usize = 16;

/// Sorts objects by the frames from which they are reached. What is reached from none comes last, by itself.
pub(super) fn sort(objects: &[Value<'static>], frames: &[usize]) -> Vec<Reached> {
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, object) in objects.iter().enumerate() {
        if let Some(id) = id(object) {
            by_id.entry(id).or_default().push(i);
        }
    }
    let mut references: Vec<Vec<usize>> = Vec::new();
    let mut about: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (i, object) in objects.iter().enumerate() {
        let mut all = Vec::new();
        let says_of_others =
            object.get("type").and_then(|kind| kind.as_str().ok()).is_some_and(|kind| ABOUT.contains(&kind));
        refs(object, &mut |name, to| {
            let targets = by_id.get(to).map(Vec::as_slice).unwrap_or_default();
            all.extend(targets);
            if says_of_others && !OF_ALL.contains(&name) {
                targets.iter().for_each(|target| about[*target].push(i));
            }
        });
        references.push(all);
    }
    let mut found: Vec<Reached> = Vec::new();
    let mut reached_by_any: BTreeSet<usize> = BTreeSet::new();
    let is_frame: BTreeSet<usize> = frames.iter().copied().collect();
    let mut left = SHARED * objects.len();
    for frame in frames {
        let mut reached = BTreeSet::from([*frame]);
        let mut next = vec![*frame];
        while let Some(now) = next.pop() {
            for other in references[now].iter().chain(&about[now]) {
                // One incident is no part of another.
                if left > 0 && !is_frame.contains(other) && reached.insert(*other) {
                    left -= 1;
                    next.push(*other);
                }
            }
        }
        reached_by_any.extend(&reached);
        let others = reached.into_iter().filter(|one| one != frame).collect();
        found.push(Reached { frame: Some(*frame), others });
    }
    let rest: Vec<usize> = (0..objects.len()).filter(|one| !reached_by_any.contains(one)).collect();
    if !rest.is_empty() {
        found.push(Reached { frame: None, others: rest });
    }
    found
}

/// The id of an object.
pub(super) fn id<'v>(object: &'v Value<'static>) -> Option<&'v str> {
    object.get("id")?.as_str().ok()
}

/// Tells of each reference in a value, with the name of its property.
fn refs<'v>(value: &'v Value<'static>, tell: &mut dyn FnMut(&'v str, &'v str)) {
    for member in members(value) {
        let name = member.key.as_ref();
        let is_ref = name.ends_with("_ref") || name.ends_with("_refs");
        match &member.value.data {
            Data::String(text) if is_ref => tell(name, text.as_ref()),
            Data::Array(list) if is_ref => {
                list.iter().filter_map(|one| one.as_str().ok()).for_each(|text| tell(name, text));
            }
            Data::Array(list) => list.iter().for_each(|one| refs(one, tell)),
            Data::Object(_) => refs(&member.value, tell),
            _ => {}
        }
    }
}
