//! The parts into which a record is divided: its members, and of lists of groups each element.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde_json::{Map, Value as Json};

use crate::{
    digest::Digest,
    record::{Node, NodeMut, Part as _, Place, Record, RecordDocument, Segment},
    translate::stix::tree::tidy,
};

/// A record, or what stands around the records, as JSON.
pub(super) type Group = Map<String, Json>;

/// A part: a member, or an element of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unit {
    pub member: String,
    pub index: Option<usize>,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}]", self.member),
            None => f.write_str(&self.member),
        }
    }
}

impl FromStr for Unit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_member = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let (member, index) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((member, index)) => (member, Some(index.parse().map_err(drop)?)),
            None => (text, None),
        };
        is_member(member).then(|| Unit { member: member.to_owned(), index }).ok_or(())
    }
}

/// The parts of a group.
pub(super) fn units(group: &Group) -> Vec<(Unit, &Json)> {
    let mut all = Vec::new();
    for (member, value) in group {
        match elements(value) {
            Some(list) => {
                let there = list.iter().enumerate().filter(|(_, one)| one.is_object());
                all.extend(there.map(|(i, one)| (Unit { member: member.clone(), index: Some(i) }, one)));
            }
            None => all.push((Unit { member: member.clone(), index: None }, value)),
        }
    }
    all
}

/// The elements of a list of groups.
fn elements(value: &Json) -> Option<&Vec<Json>> {
    value.as_array().filter(|list| list.iter().any(|one| one.is_object() || one.is_null()))
}

/// The group and its part that a path of an account leads to, and the rest of the path. What stands around the records is the
/// first of the groups.
pub(super) fn locate<'p>(path: &'p str, groups: &[Group]) -> Option<(usize, Unit, &'p str)> {
    let (number, rest) = match path.strip_prefix("$.document.") {
        Some(rest) => (0, rest),
        None => {
            let (number, rest) = path.strip_prefix("$.records[")?.split_once("].")?;
            (number.parse::<usize>().ok()?.checked_add(1)?, rest)
        }
    };
    let (member, rest) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
    let is_list = groups.get(number)?.get(member).and_then(elements).is_some();
    let unit = |index| Unit { member: member.to_owned(), index };
    match rest.strip_prefix('[') {
        Some(inner) if is_list => {
            let (index, rest) = inner.split_once(']')?;
            Some((number, unit(Some(index.parse().ok()?)), rest))
        }
        // A list as a whole is no part of it.
        _ if is_list => None,
        _ => Some((number, unit(None), rest)),
    }
}

/// The part that a place in a record is in.
pub(super) fn is_at(place: &Place) -> Option<Unit> {
    let mut steps = place.segments().iter();
    let Some(Segment::Member(member)) = steps.next() else { return None };
    let index = match steps.next() {
        Some(Segment::Index(index)) => Some(*index),
        _ => None,
    };
    Some(Unit { member: (*member).to_owned(), index })
}

/// The path of a part in an account.
pub(super) fn path(number: usize, unit: &Unit) -> String {
    match number.checked_sub(1) {
        Some(record) => format!("$.records[{record}].{unit}"),
        None => format!("$.document.{unit}"),
    }
}

/// What stands around the records and each of them, as they are.
pub(super) fn groups(document: &RecordDocument) -> Vec<Group> {
    let around = group(&document.document);
    std::iter::once(around).chain(document.records.iter().map(group)).collect()
}

fn group<T: serde::Serialize>(value: &T) -> Group {
    match serde_json::to_value(value) {
        Ok(Json::Object(group)) => group,
        _ => Group::new(),
    }
}

/// The same without what a way there and back may change: where things came from, what residue is bound to, and the names of
/// elements but for those that `keep` is for. What refers to an element says which by what that says.
pub(super) fn plain(document: &RecordDocument, keep: &dyn Fn(&str) -> bool) -> Vec<Group> {
    let nameless = |record: &Record| {
        let said = said(record);
        let mut record = record.clone();
        rename(&mut record, &|id| said.get(id).cloned());
        without(&record, keep)
    };
    around_and(document, nameless)
}

/// The digests of the parts: of what they say, not of what they refer to.
pub(super) fn digests(document: &RecordDocument) -> Vec<Vec<(Unit, Digest)>> {
    let digest = |group: &Group| {
        let of = |(unit, value): (Unit, &Json)| {
            let said = format!("{}\n{value}", unit.member);
            (unit, Digest::of(said.as_bytes()))
        };
        units(group).into_iter().map(of).collect()
    };
    around_and(document, unlinked).iter().map(digest).collect()
}

/// A record whose elements have no names, and in which nothing refers to one.
fn unlinked(record: &Record) -> Group {
    let mut record = record.clone();
    rename(&mut record, &|_| Some("x".to_owned()));
    without(&record, &|_| false)
}

/// What each element says, as a name.
fn said(record: &Record) -> BTreeMap<String, String> {
    let unlinked = Json::Object(unlinked(record));
    let mut all = BTreeMap::new();
    record.visit(&mut Place::default(), &mut |place, node| {
        if let (Node::Element(id), Some(element)) = (node, unlinked.pointer(&place.pointer())) {
            all.insert(id.as_str().to_owned(), Digest::of(element.to_string().as_bytes()).to_string());
        }
    });
    all
}

fn rename(record: &mut Record, to: &dyn Fn(&str) -> Option<String>) {
    record.visit_mut(&mut Place::default(), &mut |_, node| {
        if let NodeMut::Reference(reference) = node
            && let Some(Ok(new)) = to(reference.as_str()).map(|name| name.parse())
        {
            *reference = new;
        }
    });
}

fn around_and(document: &RecordDocument, of: impl Fn(&Record) -> Group) -> Vec<Group> {
    let mut around = group(&document.document);
    unbind_group(&mut around);
    around.values_mut().for_each(tidy);
    around.remove("origins");
    std::iter::once(around).chain(document.records.iter().map(of)).collect()
}

/// A record without origins, without what residue is bound to, and with the names of those elements only.
fn without(record: &Record, keep: &dyn Fn(&str) -> bool) -> Group {
    let Ok(mut json) = serde_json::to_value(record) else { return Group::new() };
    record.visit(&mut Place::default(), &mut |place, node| {
        let Node::Element(id) = node else { return };
        let Some(Json::Object(element)) = json.pointer_mut(&place.pointer()) else { return };
        element.remove("origins");
        if !keep(id.as_str()) {
            element.remove("id");
        }
    });
    unbind(&mut json);
    // A group that says nothing is as none.
    tidy(&mut json);
    let Json::Object(mut group) = json else { return Group::new() };
    for name in ["id", "origins"] {
        group.remove(name);
    }
    group
}

/// Takes from residue what it is bound to.
pub(super) fn unbind_group(members: &mut Group) {
    for (name, value) in members {
        if let (true, Some(list)) = (name == "carried", value.as_array_mut()) {
            for carried in list.iter_mut().filter_map(Json::as_object_mut) {
                carried.remove("digest");
                carried.remove("anchor");
            }
        }
        unbind(value);
    }
}

fn unbind(value: &mut Json) {
    match value {
        Json::Array(list) => list.iter_mut().for_each(unbind),
        Json::Object(members) => unbind_group(members),
        _ => {}
    }
}
