//! Residue that STIX objects have because we have made them, and would have again.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    json::{Data, Value},
    record::{Node, Part as _, Place, RecordDocument, base::Carried},
    stix::StixDocument,
    translate::{
        anchors,
        stix::{IdKey, IncidentShape, extension, is_inner, to_stix, tree},
    },
};

/// Records of which nothing is left that is made again.
pub(super) struct Again {
    pub source: RecordDocument,
    /// Names of elements that are not given again.
    pub given: BTreeSet<String>,
    /// Where the residue stood that is made again.
    paths: BTreeSet<String>,
}

impl Again {
    /// Whether a leaf is of residue that is made again.
    pub fn is_made_again(&self, path: &str) -> bool {
        let end = path.rfind(".carried[").and_then(|at| Some(at + path.get(at..)?.find(']')? + 1));
        end.and_then(|end| path.get(..end)).is_some_and(|residue| self.paths.contains(residue))
    }
}

/// The records without the residue of STIX that a document made of `read_again` has by itself.
pub(super) fn without_redundant(source: &RecordDocument, read_again: &RecordDocument) -> Again {
    let mut again = Again { source: source.clone(), given: given(source), paths: BTreeSet::new() };
    if !source.document.carried.iter().any(is_ours) {
        return again;
    }
    let Ok((stix, _)) = to_stix(read_again.clone(), &IdKey::public(), IncidentShape::default()) else { return again };
    again.given.retain(|name| !stix.objects().iter().any(|object| says(object.value(), name)));
    let known = Known::of(&stix, &ids(source));
    let paths = &mut again.paths;
    if known.has_all(&again.source.document.carried, stix.frame()) {
        leave_out("$.document", &mut again.source.document.carried, paths, is_ours);
    }
    for (i, record) in again.source.records.iter_mut().enumerate() {
        known.strip(&format!("$.records[{i}]"), &mut record.carried, paths);
        anchors::each(record, &mut |at, _, carried| {
            known.strip(&format!("$.records[{i}]{}", at.trim_start_matches('$')), carried, paths);
        });
    }
    again
}

fn is_ours(carried: &Carried) -> bool {
    carried.format.as_deref() == Some(super::STIX)
}

fn leave_out(at: &str, list: &mut Vec<Carried>, paths: &mut BTreeSet<String>, is: impl Fn(&Carried) -> bool) {
    let mut index = 0;
    list.retain(|one| {
        let gone = is(one);
        paths.extend(gone.then(|| format!("{at}.carried[{index}]")));
        index += 1;
        !gone
    });
}

/// Names of elements that were given to them outside.
fn given(source: &RecordDocument) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for record in &source.records {
        record.visit(&mut Place::default(), &mut |_, node| {
            if let Node::Element(id) = node
                && is_inner(id.as_str())
            {
                all.insert(id.as_str().to_owned());
            }
        });
    }
    all
}

/// Whether a text stands somewhere in a value.
fn says(value: &Value<'static>, text: &str) -> bool {
    match &value.data {
        Data::String(found) => found == text,
        Data::Array(list) => list.iter().any(|one| says(one, text)),
        Data::Object(members) => members.iter().any(|member| says(&member.value, text)),
        _ => false,
    }
}

/// The ids of objects that parts of records have come as.
fn ids(source: &RecordDocument) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut note = |carried: &[Carried]| {
        let id = value(carried.iter().find(|one| one.path.as_deref() == Some("id")));
        all.extend(id.and_then(|id| id.as_str().ok().map(str::to_owned)));
    };
    for mut record in source.records.iter().cloned() {
        note(&record.carried);
        anchors::each(&mut record, &mut |_, _, carried| note(carried));
    }
    all
}

/// The objects of a document by their ids.
struct Known<'d>(BTreeMap<&'d str, &'d Value<'static>>);

impl<'d> Known<'d> {
    /// Those that are made again of objects with these ids: a marking is defined only where something has it.
    fn of(document: &'d StixDocument, came: &BTreeSet<String>) -> Self {
        let objects = || document.objects().iter().filter_map(|object| Some((object.text("id")?, object.value())));
        let is_had = |id: &str| objects().any(|(other, value)| came.contains(other) && says(value, id));
        Known(objects().filter(|(id, _)| !id.starts_with("marking-definition--") || is_had(id)).collect())
    }

    /// Takes away what an object of the document says.
    fn strip(&self, at: &str, carried: &mut Vec<Carried>, paths: &mut BTreeSet<String>) {
        let id = value(carried.iter().find(|one| one.path.as_deref() == Some("id")));
        let object = id.and_then(|id| self.0.get(id.as_str().ok()?).copied());
        let all = object.is_some() && self.has_all(carried, object);
        let is_whole = |one: &Carried| one.path.as_deref().is_some_and(|path| path.starts_with('$'));
        leave_out(at, carried, paths, |one| is_ours(one) && if is_whole(one) { self.is_whole(one) } else { all });
    }

    /// Whether it is an object of the document.
    fn is_whole(&self, one: &Carried) -> bool {
        let Some(object) = value(Some(one)).filter(|_| one.path.as_deref().is_some_and(|path| path.starts_with('$')))
        else {
            return false;
        };
        let known = object.get("id").and_then(|id| self.0.get(id.as_str().ok()?));
        known.is_some_and(|known| tree::same(known, &object))
    }

    /// Whether an object has all properties that are residue.
    fn has_all(&self, carried: &[Carried], object: Option<&Value<'static>>) -> bool {
        let ours = carried.iter().filter(|one| is_ours(one));
        ours.filter(|one| one.path.as_deref().is_some_and(|path| !path.starts_with('$'))).all(|one| {
            let (Some(path), Some(residue)) = (one.path.as_deref(), value(Some(one))) else { return false };
            // What is remembered of how an object was written is no property of it.
            if path.starts_with('@') {
                return true;
            }
            match object.and_then(|object| object.get(path)) {
                Some(value) if path == "extensions" => {
                    extension::others(value).is_some_and(|value| tree::same(&value, &residue))
                }
                Some(value) => tree::same(value, &residue),
                None => false,
            }
        })
    }
}

fn value(carried: Option<&Carried>) -> Option<Value<'static>> {
    let carried = carried.filter(|one| is_ours(one))?;
    tree::parse(carried.value.as_deref()?)
}
