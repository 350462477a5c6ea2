//! Our own extension of STIX objects (record model §20): what of a record no property says, under the names that the record
//! has for it. Others pass over it; a gateway of ours puts it together again. What may never go out is not in it: that is the
//! table of [`crate::translate::withheld`].

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    FORMAT,
    account::Account,
    core::nested,
    tree::{self, Group, from_record, members, to_record},
};
use crate::{
    digest::Digest,
    json::{Member, Value},
    record::Document,
    stix::StixDocument,
    translate::{
        ledger::{Entry, Fate, ITS_PLACE},
        withheld,
    },
};

/// The id of its definition.
pub(super) const ID: &str = "extension-definition--4c6f2a51-9d3e-4b7a-8f0d-2b6f6c1e7a93";

/// The member with what the record says. Names in it may be as short as those of the record are, since it is a dictionary (§2.3).
pub(super) const RECORD: &str = "record";

/// The member that names properties which say only what the rest says, for those who do not read the extension: a list of
/// objects with the name, and a digest of what was written. What somebody has changed since is said by somebody.
const DERIVED: &str = "derived";
const PROPERTY: &str = "property";
const DIGEST: &str = "digest";

/// Hexadecimal digits of a digest. It is to tell a change, and nobody is kept from making one.
const DIGITS: usize = 16;

/// The member with what belongs to no record, on the first incident.
pub(super) const DOCUMENT: &str = "document";

/// The place of what our extension of an object says of the record.
pub(super) fn place(object: &str) -> String {
    format!("{object}.extensions.{ID}.{RECORD}")
}

/// The place of what it says of the document.
pub(super) fn place_of_document(object: &str) -> String {
    format!("{object}.extensions.{ID}.{DOCUMENT}")
}

/// What our extension of an incident says of the document.
pub(super) fn document(object: &Value<'static>) -> Option<Document> {
    of(object)?;
    read_document(&to_record(object.get("extensions")?.get(ID)?.get(DOCUMENT)?)?)
}

/// In the place of names: all of the object is so.
pub(super) const WHOLE: &str = "*";

/// What our extension of an object says of the record.
pub(super) fn of(object: &Value<'static>) -> Option<Group> {
    let ours = object.get("extensions")?.get(ID)?;
    let Json::Object(mut said) = to_record(ours)? else { return None };
    let kind = said.remove("extension_type")?;
    // What we would not write so is not ours.
    let is_frame = object.get("type").is_some_and(|kind| matches!(kind.as_str(), Ok("incident" | "report")));
    let document = said.remove(DOCUMENT);
    let document_is_ours = document.as_ref().is_none_or(|document| is_frame && read_document(document).is_some());
    let derived = said.remove(DERIVED);
    let derived_is_ours = derived.is_none() || !entries(object.get("extensions")).is_empty();
    let record = match said.remove(RECORD) {
        Some(Json::Object(record)) if !record.is_empty() => record,
        None if derived.is_some() || document.is_some() => Group::new(),
        _ => return None,
    };
    // Residue of this format stands where it came from, and a number is drawn by whoever files a record.
    let carried = record.get("carried").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let never = ["id", "origins", "number"];
    let odd = never.iter().any(|name| record.contains_key(*name)) || carried.iter().any(is_stix);
    let ours = kind == "property-extension" && said.is_empty() && document_is_ours && derived_is_ours && !odd;
    ours.then_some(record)
}

fn is_stix(carried: &Json) -> bool {
    carried.get("format").and_then(Json::as_str) == Some(FORMAT)
}

/// What belongs to no record, if it reads as that and would be written the same.
fn read_document(said: &Json) -> Option<Document> {
    let document: Document = serde_json::from_value(said.clone()).ok()?;
    let residue = said.get("carried").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let same = serde_json::to_value(&document).is_ok_and(|again| again == *said);
    (same && document.origins.is_empty() && !residue.iter().any(is_stix)).then_some(document)
}

/// Whether a path below our extension leads to the names of what is derived.
pub(super) fn is_derived_list(below: &str) -> bool {
    below.strip_prefix('.').and_then(|below| below.strip_prefix(DERIVED)).is_some_and(|rest| rest.starts_with('['))
}

/// Whether our extension of an object says this and nothing else.
pub(super) fn is_of(object: &Value<'static>, said: &Group) -> bool {
    of(object).is_some_and(|ours| ours == *said)
}

/// What an extension says of derived properties, if all of it is as we write it.
fn entries<'v>(extensions: Option<&'v Value<'static>>) -> &'v [Value<'static>] {
    let is_text =
        |member: &Member<'static>| [PROPERTY, DIGEST].contains(&member.key.as_ref()) && member.value.as_str().is_ok();
    let is_ours = |entry: &Value<'static>| entry.get(PROPERTY).is_some() && members(entry).iter().all(is_text);
    let all = extensions.and_then(|all| all.get(ID)?.get(DERIVED)?.as_array().ok());
    all.filter(|all| all.iter().all(is_ours)).unwrap_or_default()
}

fn name_of<'v>(entry: &'v Value<'static>) -> Option<&'v str> {
    entry.get(PROPERTY)?.as_str().ok()
}

/// The names of the derived properties of an object, by its extensions.
pub(super) fn derived(extensions: Option<&Value<'static>>) -> BTreeSet<String> {
    entries(extensions).iter().filter_map(name_of).map(str::to_owned).collect()
}

/// Which of them say something else now than what was written. What is no longer there says nothing.
pub(super) fn changed(object: &Value<'static>) -> BTreeSet<String> {
    let is_changed = |entry: &&Value<'static>| {
        let Some(digest) = entry.get(DIGEST) else { return false };
        let now = match name_of(entry) {
            Some(WHOLE) => Some(digest_of_all(object)),
            Some(name) => match nested::split(name) {
                Some((key, inner)) => object.get("extensions").and_then(|all| all.get(key)?.get(inner)).map(digest_of),
                None => object.get(name).map(digest_of),
            },
            None => None,
        };
        now.is_some_and(|now| digest.as_str() != Ok(&now))
    };
    entries(object.get("extensions")).iter().filter(is_changed).filter_map(name_of).map(str::to_owned).collect()
}

/// The names of those that are as they were written.
pub(super) fn unchanged(object: &Value<'static>) -> BTreeSet<String> {
    &derived(object.get("extensions")) - &changed(object)
}

/// Whether an object only says for others what our extension of another says.
pub(super) fn is_derived(object: &Value<'static>) -> bool {
    unchanged(object).contains(WHOLE)
}

/// How an extension names a derived property with this value; without, it is so whatever it says.
pub(super) fn entry(name: &str, value: Option<&Value<'static>>) -> Value<'static> {
    let digest = value.map(|value| (DIGEST, Value::string(digest_of(value))));
    Value::object([(PROPERTY, Value::string(name.to_owned()))].into_iter().chain(digest))
}

/// How the extension of an object says that all of it is derived.
pub(super) fn entry_of_all(object: &Value<'static>) -> Value<'static> {
    let both = [(PROPERTY, Value::string(WHOLE)), (DIGEST, Value::string(digest_of_all(object)))];
    Value::object(both)
}

/// What of an object says what is derived: not what the object is called and when it was made, by whom and for whom.
const NOT_SAID: &[&str] =
    &["id", "created", "modified", "created_by_ref", "object_marking_refs", "granular_markings", "extensions"];

fn digest_of_all(object: &Value<'static>) -> String {
    let said = members(object).iter().filter(|member| !NOT_SAID.contains(&member.key.as_ref()));
    digest_of(&Value::object(said.map(owned).collect::<Vec<_>>()))
}

/// A digest of a value, in which the order of members is nothing.
fn digest_of(value: &Value<'static>) -> String {
    let text = to_record(value).map_or_else(|| tree::text(value), |value| value.to_string());
    let mut hex = Digest::of(text.as_bytes()).hex();
    hex.truncate(DIGITS);
    hex
}

/// An object of which this property says only what its parts do.
pub(super) fn also_derived(object: &Value<'static>, name: &str) -> Value<'static> {
    let extensions = object.get("extensions");
    let mut named: Vec<_> = entries(extensions).iter().filter(|entry| name_of(entry) != Some(name)).cloned().collect();
    named.push(entry(name, object.get(name)));
    let mut all: Vec<(String, Value<'static>)> =
        extensions.map(members).unwrap_or_default().iter().map(owned).collect();
    match all.iter_mut().find(|(key, _)| key == ID) {
        Some((_, ours)) => {
            let mut said: Vec<_> = members(ours).iter().map(owned).filter(|(key, _)| key != DERIVED).collect();
            said.insert(said.len().min(1), (DERIVED.to_owned(), Value::array(named)));
            *ours = Value::object(said);
        }
        None => all.extend(with(None, &Group::new(), &named).iter().flat_map(members).map(owned)),
    }
    let mut properties: Vec<_> = members(object).iter().map(owned).filter(|(key, _)| key != "extensions").collect();
    properties.push(("extensions".to_owned(), Value::object(all)));
    Value::object(properties)
}

/// What of a part of this list may go out.
pub(super) fn allowed(mut part: Group, list: &str) -> Group {
    withheld::leave_out(&mut part, list, &mut |_, _| {});
    part
}

/// The extensions of an object beside what ours says of the record.
pub(in crate::translate) fn others(extensions: &Value<'static>) -> Option<Value<'static>> {
    others_but(extensions, &BTreeSet::new())
}

/// The same without the names of these properties among the derived.
pub(super) fn others_but(extensions: &Value<'static>, changed: &BTreeSet<String>) -> Option<Value<'static>> {
    let other = |member: &Member<'static>| match member.key == ID {
        true => {
            let is_left = |entry: &&Value<'static>| name_of(entry).is_none_or(|name| !changed.contains(name));
            let derived: Vec<_> = member.value.get(DERIVED)?.as_array().ok()?.iter().filter(is_left).cloned().collect();
            let kind = member.value.get("extension_type")?;
            let both = [("extension_type", kind.clone()), (DERIVED, Value::array(derived.clone()))];
            if derived.is_empty() {
                return None;
            }
            Some((member.key.to_string(), Value::object(both)))
        }
        false => Some((member.key.to_string(), member.value.clone())),
    };
    let others: Vec<_> = members(extensions).iter().filter_map(other).collect();
    (!others.is_empty()).then(|| Value::object(others))
}

/// The extensions of an object, with what ours says.
pub(super) fn with(
    others: Option<&Value<'static>>,
    said: &Group,
    derived: &[Value<'static>],
) -> Option<Value<'static>> {
    let mut all: Vec<(String, Value<'static>)> = Vec::new();
    let mut ours: Vec<(String, Value<'static>)> = Vec::new();
    for member in others.map(members).unwrap_or_default() {
        match member.key == ID {
            true => ours = members(&member.value).iter().map(owned).collect(),
            false => all.push(owned(member)),
        }
    }
    if ours.is_empty() && !(said.is_empty() && derived.is_empty()) {
        ours.push(("extension_type".to_owned(), Value::string("property-extension")));
        if !derived.is_empty() {
            ours.push((DERIVED.to_owned(), Value::array(derived.iter().cloned())));
        }
    }
    let mut said = said.clone();
    let document = said.remove(DOCUMENT).and_then(|document| from_record(&document));
    let said = from_record(&Json::Object(said)).filter(|said| !members(said).is_empty());
    ours.extend(said.map(|said| (RECORD.to_owned(), said)));
    ours.extend(document.map(|document| (DOCUMENT.to_owned(), document)));
    if !ours.is_empty() {
        all.push((ID.to_owned(), Value::object(ours)));
    }
    (!all.is_empty()).then(|| Value::object(all))
}

/// Why what our extension says is not there, when a document is to have nothing that is for gateways of ours.
const PLAIN: &str = "no property says it, and our extension is left out; what is derived from it stays";

/// A document without our extension, and the account of it.
pub(in crate::translate) fn leave_out(document: StixDocument, account: &mut [Entry]) -> StixDocument {
    tell_left_out(account);
    let (outer, mut objects) = document.into_parts();
    objects.iter_mut().for_each(leave_out_of);
    StixDocument::new(outer, objects)
}

/// The account of objects that are written without our extension.
pub(in crate::translate) fn tell_left_out(account: &mut [Entry]) {
    let ours = format!(".extensions.{ID}");
    for entry in account.iter_mut().filter(|entry| entry.fate.place().is_some_and(|place| place.contains(&ours))) {
        entry.fate = Fate::Dropped { why: PLAIN.to_owned() };
    }
    let mut all = Account::default();
    all.extend(account.iter().cloned());
    for entry in account.iter_mut().filter(|entry| entry.fate.place() == Some(ITS_PLACE)) {
        // What names a thing goes with it.
        let above = [".id", ".origins[", ".carried["].iter().filter_map(|name| entry.path.rsplit_once(name));
        let above = above.map(|(above, _)| above).max_by_key(|above| above.len());
        if let Some(why) = above.and_then(|above| all.gone(above)) {
            entry.fate = Fate::Dropped { why };
        }
    }
}

/// An object without our extension.
pub(in crate::translate) fn leave_out_of(object: &mut Value<'static>) {
    let Some(extensions) = object.get("extensions").filter(|all| all.get(ID).is_some()) else { return };
    let others: Vec<_> = members(extensions).iter().filter(|member| member.key != ID).map(owned).collect();
    let ours = format!("extensions.{ID}");
    let all = members(object).iter().filter_map(|member| match member.key.as_ref() {
        "extensions" => (!others.is_empty()).then(|| (member.key.to_string(), Value::object(others.clone()))),
        "granular_markings" => Some((member.key.to_string(), marks_but(&member.value, &ours)?)),
        _ => Some(owned(member)),
    });
    *object = Value::object(all.collect::<Vec<_>>());
}

/// Granular markings without those of what is left out.
fn marks_but(marks: &Value<'static>, gone: &str) -> Option<Value<'static>> {
    let is_left = |selector: &&Value<'static>| selector.as_str().is_ok_and(|selector| !selector.starts_with(gone));
    let one = |mark: &Value<'static>| {
        let left: Vec<_> = mark.get("selectors")?.as_array().ok()?.iter().filter(is_left).cloned().collect();
        let all = members(mark).iter().map(|member| match member.key == "selectors" {
            true => (member.key.to_string(), Value::array(left.clone())),
            false => owned(member),
        });
        (!left.is_empty()).then(|| Value::object(all.collect::<Vec<_>>()))
    };
    let Ok(list) = marks.as_array() else { return Some(marks.clone()) };
    let left: Vec<_> = list.iter().filter_map(one).collect();
    (!left.is_empty()).then(|| Value::array(left))
}

fn owned(member: &Member<'static>) -> (String, Value<'static>) {
    (member.key.to_string(), member.value.clone())
}
