//! JSON of documents and JSON of records: walking over both, and from one to the other.

use serde_json::{Map, Value as Json};

use crate::json::{Data, Document, Layout, Limits, Member, Value, below, to_string};

/// A group of the record, as JSON.
pub(in crate::translate) type Group = Map<String, Json>;

/// Visits what stands for something in a value: simple values, and lists and objects with nothing in them.
pub(super) fn leaves<'v>(value: &'v Value<'static>, path: &str, visit: &mut dyn FnMut(String, &'v Value<'static>)) {
    match &value.data {
        Data::Array(elements) if !elements.is_empty() => {
            elements.iter().enumerate().for_each(|(i, element)| leaves(element, &format!("{path}[{i}]"), visit));
        }
        Data::Object(members) if !members.is_empty() => {
            members.iter().for_each(|member| leaves(&member.value, &below(path, &member.key), visit));
        }
        _ => visit(path.to_owned(), value),
    }
}

/// The members of an object; of anything else none.
pub(super) fn members<'v>(value: &'v Value<'static>) -> &'v [Member<'static>] {
    match &value.data {
        Data::Object(members) => members,
        _ => &[],
    }
}

/// A value as compact text.
pub(super) fn text(value: &Value<'_>) -> String {
    // Reading lets no object with two members of one name through, and writing to memory does not fail.
    to_string(value, Layout::Compact).unwrap_or_default()
}

/// The value that a text is of.
pub(in crate::translate) fn parse(text: &str) -> Option<Value<'static>> {
    let document = Document::parse(text.as_bytes(), &Limits::default()).ok()?;
    Some(document.into_root().into_owned())
}

/// A value of a document as one of a record.
pub(super) fn to_record(value: &Value<'_>) -> Option<Json> {
    serde_json::from_str(&text(value)).ok()
}

/// A value of a record as one of a document.
pub(super) fn from_record(json: &Json) -> Option<Value<'static>> {
    parse(&json.to_string())
}

/// Whether two values of documents say the same: the order of members is no part of it.
pub(in crate::translate) fn same(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (&one.data, &other.data) {
        (Data::Array(a), Data::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Data::Object(a), Data::Object(b)) => {
            let is_in = |member: &Member<'_>| other.get(&member.key).is_some_and(|value| same(&member.value, value));
            a.len() == b.len() && a.iter().all(is_in)
        }
        (a, b) => a == b,
    }
}

/// The value at a pointer such as `/observable/files/0/name`.
pub(in crate::translate) fn get<'g>(group: &'g Group, pointer: &str) -> Option<&'g Json> {
    let (first, rest) = split(pointer)?;
    let value = group.get(first)?;
    if rest.is_empty() { Some(value) } else { value.pointer(rest) }
}

/// Sets the value at a pointer; lists on the way have one element.
pub(in crate::translate) fn set(group: &mut Group, pointer: &str, value: Json) {
    let Some((first, rest)) = split(pointer) else { return };
    let mut place = group.entry(first.to_owned()).or_insert(Json::Null);
    for step in rest.split('/').skip(1) {
        if step == "0" {
            if !place.is_array() {
                *place = Json::Array(vec![Json::Null]);
            }
            let Some(element) = place.get_mut(0) else { return };
            place = element;
        } else {
            if !place.is_object() {
                *place = Json::Object(Group::new());
            }
            let Some(members) = place.as_object_mut() else { return };
            place = members.entry(step.to_owned()).or_insert(Json::Null);
        }
    }
    *place = value;
}

/// Takes the value at a pointer out, and what is empty without it.
pub(in crate::translate) fn take(group: &mut Group, pointer: &str) -> Option<Json> {
    fn within(value: &mut Json, steps: &[&str]) -> Option<Json> {
        let (step, rest) = steps.split_first()?;
        match value {
            Json::Object(members) => take_member(members, step, rest),
            Json::Array(list) if list.len() == 1 && *step == "0" => {
                if rest.is_empty() {
                    return list.pop();
                }
                let taken = within(list.first_mut()?, rest)?;
                list.retain(|one| !is_empty(one));
                Some(taken)
            }
            _ => None,
        }
    }
    fn take_member(members: &mut Group, step: &str, rest: &[&str]) -> Option<Json> {
        if rest.is_empty() {
            return members.remove(step);
        }
        let inner = members.get_mut(step)?;
        let taken = within(inner, rest)?;
        if is_empty(inner) {
            members.remove(step);
        }
        Some(taken)
    }
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let (first, rest) = steps.split_first()?;
    take_member(group, first, rest)
}

/// A pointer as the step of a path: `/observable/files/0` is `.observable.files[0]`.
pub(super) fn step(pointer: &str) -> String {
    let step = |step: &str| match step.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{step}"),
    };
    pointer.split('/').skip(1).map(step).collect()
}

/// Leaves out members with nothing in them; elements of lists keep their places.
pub(in crate::translate) fn tidy(value: &mut Json) {
    match value {
        Json::Object(members) => members.retain(|_, value| {
            tidy(value);
            !is_empty(value)
        }),
        Json::Array(list) => list.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn split(pointer: &str) -> Option<(&str, &str)> {
    let path = pointer.strip_prefix('/')?;
    let end = path.find('/').unwrap_or(path.len());
    path.split_at_checked(end)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Object(members) => members.is_empty(),
        Json::Array(list) => list.is_empty(),
        _ => false,
    }
}
