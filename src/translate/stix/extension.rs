//! Our own extension of STIX objects (record model §20): what of a record no property says, under the names that the record
//! has for it. Others pass over it; a gateway of ours puts it together again. What may never go out is not in it: that is the
//! table of [`super::dropped`].

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    FORMAT, dropped,
    tree::{Group, from_record, members, to_record},
};
use crate::json::{Member, Value};

/// The id of its definition.
pub(super) const ID: &str = "extension-definition--4c6f2a51-9d3e-4b7a-8f0d-2b6f6c1e7a93";

/// The member that names properties which say only what the rest says, for those who do not read the extension.
const DERIVED: &str = "derived";

/// The member with what belongs to no record, on the first incident.
pub(super) const DOCUMENT: &str = "document";

/// What our extension of an incident says of the document.
pub(super) fn document(object: &Value<'static>) -> Option<Group> {
    let Json::Object(mut said) = to_record(object.get("extensions")?.get(ID)?.get(DOCUMENT)?)? else { return None };
    // Residue of this format stands around the objects.
    if let Some(Json::Array(carried)) = said.get_mut("carried") {
        carried.retain(|one| one.get("format").and_then(Json::as_str) != Some(FORMAT));
    }
    Some(said)
}

/// In the place of names: all of the object is so.
pub(super) const WHOLE: &str = "*";

/// What our extension of an object says.
pub(super) fn of(object: &Value<'static>) -> Option<Group> {
    let ours = object.get("extensions")?.get(ID)?;
    let Json::Object(mut said) = to_record(ours)? else { return None };
    let kind = said.remove("extension_type")?;
    said.remove(DOCUMENT);
    // Residue of this format stands where it came from, and nowhere else.
    let carried = said.get("carried").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let odd = carried.iter().any(|one| one.get("format").and_then(Json::as_str) == Some(FORMAT));
    (kind == "property-extension" && !odd).then_some(said)
}

/// Whether a path below our extension leads to the names of what is derived.
pub(super) fn is_derived_list(below: &str) -> bool {
    below.strip_prefix('.').and_then(|below| below.strip_prefix(DERIVED)).is_some_and(|rest| rest.starts_with('['))
}

/// Whether our extension of an object says this and nothing else.
pub(super) fn is_of(object: &Value<'static>, said: &Group) -> bool {
    let Some(mut ours) = of(object) else { return false };
    take_derived(&mut ours);
    ours == *said
}

/// The names of the derived properties.
pub(super) fn take_derived(ours: &mut Group) -> Vec<String> {
    let list = ours.remove(DERIVED);
    let names = list.as_ref().and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The names of the derived properties of an object, by its extensions.
pub(super) fn derived(extensions: Option<&Value<'static>>) -> BTreeSet<String> {
    let names = extensions.and_then(|all| all.get(ID)?.get(DERIVED)?.as_array().ok()).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str().ok().map(str::to_owned)).collect()
}

/// Whether an object only says for others what our extension of another says.
pub(super) fn is_derived(object: &Value<'static>) -> bool {
    of(object).is_some_and(|mut ours| take_derived(&mut ours).iter().any(|name| name == WHOLE))
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
    let said = from_record(&Json::Object(said.clone()));
    ours.extend(said.as_ref().map(members).unwrap_or_default().iter().map(owned));
    if !ours.is_empty() {
        all.push((ID.to_owned(), Value::object(ours)));
    }
    (!all.is_empty()).then(|| Value::object(all))
}

fn owned(member: &Member<'static>) -> (String, Value<'static>) {
    (member.key.to_string(), member.value.clone())
}
