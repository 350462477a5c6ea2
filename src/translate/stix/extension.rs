//! Our own extension of STIX objects (record model §20): what of a record no property says, under the names that the record
//! has for it. Others pass over it; a gateway of ours puts it together again. What may never go out is not in it: that is the
//! table of [`super::dropped`].

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    FORMAT, dropped,
    tree::{Group, from_record, members, to_record},
};
use crate::{
    json::{Member, Value},
    record::Document,
};

/// The id of its definition.
pub(super) const ID: &str = "extension-definition--4c6f2a51-9d3e-4b7a-8f0d-2b6f6c1e7a93";

/// The member with what the record says. Names in it may be as short as those of the record are, since it is a dictionary (§2.3).
pub(super) const RECORD: &str = "record";

/// The member that names properties which say only what the rest says, for those who do not read the extension.
const DERIVED: &str = "derived";

/// The member with what belongs to no record, on the first incident.
pub(super) const DOCUMENT: &str = "document";

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
    let is_names =
        |list: &Json| list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Json::is_string));
    let derived_is_ours = derived.as_ref().is_none_or(is_names);
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

/// The names of the derived properties of an object, by its extensions.
pub(super) fn derived(extensions: Option<&Value<'static>>) -> BTreeSet<String> {
    let names = extensions.and_then(|all| all.get(ID)?.get(DERIVED)?.as_array().ok()).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str().ok().map(str::to_owned)).collect()
}

/// Whether an object only says for others what our extension of another says.
pub(super) fn is_derived(object: &Value<'static>) -> bool {
    derived(object.get("extensions")).contains(WHOLE)
}

/// What of a part of this list may go out.
pub(super) fn allowed(mut part: Group, list: &str) -> Group {
    dropped::leave_out(&mut part, list, &mut |_, _| {});
    part
}

/// The extensions of an object beside what ours says of the record.
pub(super) fn others(extensions: &Value<'static>) -> Option<Value<'static>> {
    let other = |member: &Member<'static>| match member.key == ID {
        true => {
            let derived = member.value.get(DERIVED)?;
            let kind = member.value.get("extension_type")?;
            let both = [("extension_type", kind.clone()), (DERIVED, derived.clone())];
            Some((member.key.to_string(), Value::object(both)))
        }
        false => Some((member.key.to_string(), member.value.clone())),
    };
    let others: Vec<_> = members(extensions).iter().filter_map(other).collect();
    (!others.is_empty()).then(|| Value::object(others))
}

/// The extensions of an object, with what ours says.
pub(super) fn with(others: Option<&Value<'static>>, said: &Group, derived: &[String]) -> Option<Value<'static>> {
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
            ours.push((DERIVED.to_owned(), Value::array(derived.iter().map(|name| Value::string(name.clone())))));
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

fn owned(member: &Member<'static>) -> (String, Value<'static>) {
    (member.key.to_string(), member.value.clone())
}
