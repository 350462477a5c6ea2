//! How narrow each thing of a record is: its own marking, else that of what it stands in (record model §14; RFC 7970 §3.3.1).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::tree::{self, Group};
use crate::{
    marking::Tlp,
    record::{
        Node, Part as _, Place, Record,
        base::Marking,
        handling::{FieldMarking, Handling},
    },
    translate::{reasons::field, withheld},
};

/// The levels of a record. None is the widest: nobody has said anything.
#[derive(Debug, Default)]
pub(super) struct Levels {
    whole: Option<Tlp>,
    /// By paths of elements.
    elements: BTreeMap<String, Option<Tlp>>,
    /// Paths of elements in which something is narrower than they would be, and nothing that is written says so.
    raised: BTreeSet<String>,
    /// Whether that is so of the record itself.
    is_raised: bool,
}

/// Members by which an element names the event or flow that it is part of.
const PART_OF: &[&str] = &["parent", "event", "flow"];

/// Members by which an event names its parts.
const PARTS: &[&str] = &["parties", "actions", "evidence"];

/// Lists of which what is written in words of STIX, a pattern or an observable, says what the elements inside say.
const SPOKEN: &[&str] = &["$.indicators[", "$.observables["];

/// The list of what may link elements.
const LINKS: &str = "$.related[";

/// An element while levels are found.
struct Found {
    path: String,
    pointer: String,
    level: Option<Tlp>,
    /// It says so itself.
    is_own: bool,
    /// And by a label of TLP.
    has_label: bool,
}

impl Levels {
    /// Of a record, which is this JSON, too.
    pub fn of(record: &Record, json: &Json) -> Self {
        let mut levels = Levels { whole: of_handling(record.handling.as_ref()), ..Levels::default() };
        let mut found: Vec<Found> = Vec::new();
        let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
        record.visit(&mut Place::default(), &mut |place, node| {
            if let Node::Element(id) = node {
                let pointer = place.pointer();
                let level = json.pointer(&pointer).and_then(own);
                let has_label = json.pointer(&format!("{pointer}/marking/tlp")).is_some();
                by_id.insert(id.as_str(), found.len());
                found.push(Found { path: place.to_string(), pointer, level, is_own: level.is_some(), has_label });
            }
        });
        let places: BTreeMap<String, usize> =
            found.iter().enumerate().map(|(n, element)| (element.path.clone(), n)).collect();
        let raised = levels.fields(record, &by_id, &places, &found);
        let around = |path: &str| above(path).skip(1).find_map(|above| places.get(above)).copied();
        // From which element to which a level goes, and whether to those alone that have none of their own.
        let mut ways: Vec<Vec<(usize, bool)>> = vec![Vec::new(); found.len()];
        let mut way = |from: Option<usize>, to: usize, to_all: bool| {
            if let Some(ways) = from.and_then(|from| ways.get_mut(from)) {
                ways.push((to, to_all));
            }
        };
        // What never leaves the house narrows nothing outside.
        let goes = |n: &usize| found.get(*n).is_some_and(|from| withheld::reason(&field(&from.path)).is_none());
        for (n, element) in found.iter().enumerate() {
            let outer = around(&element.path);
            way(outer, n, false);
            if let Some(outer) = outer.filter(|_| SPOKEN.iter().any(|list| element.path.starts_with(list))) {
                way(Some(n), outer, true);
            }
            let Some(group) = json.pointer(&element.pointer) else { continue };
            let named = |name: &str| group.get(name).and_then(|id| by_id.get(id.as_str()?)).copied().filter(goes);
            let all = |name: &str| {
                let ids = group.get(name).and_then(Json::as_array).into_iter().flatten();
                ids.filter_map(|id| by_id.get(id.as_str()?)).copied().filter(goes).collect::<Vec<_>>()
            };
            PART_OF.iter().for_each(|name| way(named(name), n, false));
            if element.path.starts_with("$.events[") {
                PARTS.iter().flat_map(|name| all(name)).for_each(|part| way(Some(n), part, false));
            }
            if element.path.starts_with(LINKS) {
                all("elements").into_iter().for_each(|end| way(Some(end), n, false));
            }
        }
        let plain = spread(&found, &places, &ways, levels.whole, &[]);
        let now = spread(&found, &places, &ways, levels.whole, &raised);
        for ((element, plain), now) in found.into_iter().zip(plain).zip(now) {
            if now > plain || (element.has_label && now > element.level) {
                levels.raised.insert(element.path.clone());
            }
            levels.elements.insert(element.path, now);
        }
        levels
    }

    /// Markings of fields: what has a narrower field is as narrow as a whole.
    fn fields(
        &mut self,
        record: &Record,
        by_id: &BTreeMap<&str, usize>,
        places: &BTreeMap<String, usize>,
        found: &[Found],
    ) -> Vec<(usize, Tlp)> {
        let mut raised = Vec::new();
        for FieldMarking { element, path, tlp, .. } in &record.field_markings {
            let Some(tlp) = *tlp else { continue };
            let element = element.as_ref().map(|element| by_id.get(element.as_str()).and_then(|n| found.get(*n)));
            let at = match element {
                None => "$",
                Some(element) => element.map_or("", |element| element.path.as_str()),
            };
            let below = path.as_deref().unwrap_or_default().trim_start_matches(['$', '.']);
            let place = format!("{at}.{below}");
            match above(&place).find_map(|above| places.get(above)) {
                Some(n) => raised.push((*n, tlp)),
                // Of the record itself; or nobody knows what was meant, so all of it.
                None if Some(tlp) > self.whole => (self.whole, self.is_raised) = (Some(tlp), true),
                None => {}
            }
        }
        raised
    }

    /// Of its links, while all is there that they link.
    pub fn of_links(record: &Record) -> BTreeMap<String, Option<Tlp>> {
        if record.related.iter().all(|link| link.elements.is_empty()) {
            return BTreeMap::new();
        }
        let mut all = Levels::of(record, &serde_json::to_value(record).unwrap_or_default()).elements;
        all.retain(|path, _| path.starts_with(LINKS));
        all
    }

    /// Narrows links, of which something that they link is no longer there.
    pub fn narrow_links(mut self, before: &BTreeMap<String, Option<Tlp>>) -> Self {
        for (path, level) in before {
            self.elements.get_mut(path).into_iter().for_each(|now| *now = (*now).max(*level));
        }
        self
    }

    /// Of the record itself.
    pub fn whole(&self) -> Option<Tlp> {
        self.whole
    }

    /// Of what stands at a path.
    pub fn at(&self, path: &str) -> Option<Tlp> {
        self.part(path).map_or(self.whole, |(_, level)| level)
    }

    /// The element that a path is in, and how narrow it is.
    pub fn part<'p>(&self, path: &'p str) -> Option<(&'p str, Option<Tlp>)> {
        above(path).find_map(|above| Some((above, *self.elements.get(above)?)))
    }

    /// The narrowest level that anything has at or below a path.
    pub fn within(&self, path: &str) -> Option<Tlp> {
        let below = self.elements.range(path.to_owned()..).take_while(|(known, _)| known.starts_with(path));
        let below = below.filter(|(known, _)| known.get(path.len()..).is_some_and(|rest| !rest.starts_with(is_name)));
        below.map(|(_, level)| *level).max().flatten().max(self.at(path))
    }

    /// Labels that are not written, since something in what they label is narrower.
    pub fn unsaid(&self, json: &Json) -> Vec<String> {
        let own = |path: &String, label: &str| {
            let path = format!("{path}{label}");
            json.pointer(&pointer(&path)).is_some().then_some(path)
        };
        let whole = self.is_raised.then(|| own(&"$".to_owned(), ".handling.tlp")).flatten();
        self.raised.iter().filter_map(|path| own(path, ".marking.tlp")).chain(whole).collect()
    }

    /// Writes narrower labels in the place of those.
    pub fn raise(&self, record: &mut Group) {
        if let (true, Some(tlp)) = (self.is_raised, self.whole) {
            tree::set(record, "/handling/tlp", json!(tlp));
        }
        for path in &self.raised {
            if let Some(Some(tlp)) = self.elements.get(path) {
                let below = pointer(path);
                let at = below.split('/').nth(1).and_then(|list| record.get_mut(list));
                let rest = below.match_indices('/').nth(1).and_then(|(at, _)| below.get(at..)).unwrap_or_default();
                if let Some(Json::Object(element)) = at.and_then(|list| list.pointer_mut(rest)) {
                    tree::set(element, "/marking/tlp", json!(tlp));
                }
            }
        }
    }

    /// Writes into a record, as JSON, the level of each element as its own marking.
    pub fn write(&self, json: &mut Json) {
        for (path, level) in &self.elements {
            let Some(Json::Object(group)) = json.pointer_mut(&pointer(path)) else { continue };
            match level {
                Some(tlp) => drop(group.insert("marking".to_owned(), json!({ "tlp": tlp }))),
                None => drop(group.remove("marking")),
            }
        }
    }
}

/// The levels of elements: their own, or those of what they stand in. `ways` lead from each to others, and have whether they lead to
/// such as have their own, too; `raised` are given by fields.
fn spread(
    found: &[Found],
    places: &BTreeMap<String, usize>,
    ways: &[Vec<(usize, bool)>],
    whole: Option<Tlp>,
    raised: &[(usize, Tlp)],
) -> Vec<Option<Tlp>> {
    let start = |element: &Found| {
        let outer = || above(&element.path).skip(1).find_map(|above| found.get(*places.get(above)?)?.level);
        element.level.or_else(outer).or(whole)
    };
    let mut now: Vec<Option<Tlp>> = found.iter().map(start).collect();
    for (n, tlp) in raised {
        now.get_mut(*n).into_iter().for_each(|level| *level = (*level).max(Some(*tlp)));
    }
    let mut open: Vec<usize> = (0..found.len()).collect();
    while let Some(from) = open.pop() {
        let level = now.get(from).copied().flatten();
        for (to, to_all) in ways.get(from).into_iter().flatten() {
            let takes = *to_all || found.get(*to).is_some_and(|element| !element.is_own);
            if let Some(other) = now.get_mut(*to).filter(|other| takes && **other < level) {
                *other = level;
                open.push(*to);
            }
        }
    }
    now
}

/// The narrowest marking of what is written in a group, as [`Levels::write`] leaves it.
pub(super) fn written(group: &Group) -> Option<Tlp> {
    group.get("marking")?.get("tlp")?.as_str()?.parse().ok()
}

/// Whether one level is narrower than another. What nobody has marked may go anywhere, as what is CLEAR.
pub(super) fn is_narrower(one: Option<Tlp>, other: Option<Tlp>) -> bool {
    one.unwrap_or(Tlp::Clear) > other.unwrap_or(Tlp::Clear)
}

/// A group without what is narrower in it; what is left keeps its place.
pub(super) fn hollow(group: &Group, level: Option<Tlp>) -> Group {
    let one = |value: &Json| match value {
        Json::Object(inner) if is_narrower(written(inner), level) => Json::Object(Group::new()),
        Json::Object(inner) => Json::Object(hollow(inner, level)),
        other => other.clone(),
    };
    let member = |value: &Json| match value {
        Json::Array(list) => Json::Array(list.iter().map(one).collect()),
        other => one(other),
    };
    group.iter().map(|(name, value)| (name.clone(), member(value))).collect()
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The level of a record by its handling.
fn of_handling(handling: Option<&Handling>) -> Option<Tlp> {
    let handling = handling?;
    Marking { tlp: handling.tlp, restriction: handling.restriction.clone() }.level()
}

/// The level that an element says itself.
fn own(element: &Json) -> Option<Tlp> {
    serde_json::from_value::<Marking>(element.get("marking")?.clone()).ok()?.level()
}

/// A path, and the paths of what it is in, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::once(path).chain(path.rmatch_indices(['.', '[']).filter_map(|(at, _)| path.get(..at)))
}

/// A path such as `$.events[0].methods[1]` as a pointer.
fn pointer(path: &str) -> String {
    path.trim_start_matches('$').replace(['.', '['], "/").replace(']', "")
}

/// Which of these selectors say what others do not say already.
pub(super) fn outermost(selectors: &BTreeSet<String>) -> Vec<&String> {
    let is_in = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'));
    selectors.iter().filter(|one| !selectors.iter().any(|other| is_in(one, other))).collect()
}
