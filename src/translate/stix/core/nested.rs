//! Properties that stand inside an extension of an object. A row names one `extensions.KEY.NAME`; while an object is read or
//! written it stands beside the properties of the object itself, so that rows, residue and account are those of any property.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    json::{Data, Member, Value, below},
    translate::stix::tree::members,
};

/// What such a name begins with.
const PREFIX: &str = "extensions.";

/// What a property is called instead that happens to be called so, or as residue is that no property is.
const ESCAPES: &[(&str, &str)] = &[(PREFIX, "extensions.."), ("@", "@@")];

fn escaped(key: &str) -> String {
    let one = ESCAPES.iter().find_map(|(begin, instead)| Some(format!("{instead}{}", key.strip_prefix(begin)?)));
    one.unwrap_or_else(|| key.to_owned())
}

fn unescaped(name: &str) -> Option<String> {
    ESCAPES.iter().find_map(|(begin, instead)| Some(format!("{begin}{}", name.strip_prefix(instead)?)))
}

/// The extension and the property in it.
pub(in crate::translate::stix) fn split(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PREFIX)?.rsplit_once('.').filter(|(key, _)| !key.is_empty())
}

/// The path of a property in its object.
pub(in crate::translate::stix) fn path(object: &str, name: &str) -> String {
    match (unescaped(name), split(name)) {
        (Some(own), _) => below(object, &own),
        (None, Some((key, name))) => below(&below(&below(object, "extensions"), key), name),
        (None, None) => below(object, name),
    }
}

/// The object with these properties beside its own. What they leave behind stays, though there be nothing in it.
pub(in crate::translate::stix) fn lift(object: &Value<'static>, names: &BTreeSet<&str>) -> Value<'static> {
    let mut lifted: Vec<(String, Value<'static>)> = Vec::new();
    let mut own = Vec::new();
    for member in members(object) {
        let key = member.key.to_string();
        match key.as_str() {
            "extensions" => own.push((key, without(&member.value, names, &mut lifted))),
            key => own.push((escaped(key), member.value.clone())),
        }
    }
    own.extend(lifted);
    Value::object(own)
}

fn without(
    extensions: &Value<'static>,
    names: &BTreeSet<&str>,
    lifted: &mut Vec<(String, Value<'static>)>,
) -> Value<'static> {
    if !matches!(extensions.data, Data::Object(_)) {
        return extensions.clone();
    }
    let one = |member: &Member<'static>| {
        let Data::Object(inner) = &member.value.data else { return (member.key.to_string(), member.value.clone()) };
        let mut left = Vec::new();
        for property in inner {
            let name = format!("{PREFIX}{}.{}", member.key, property.key);
            match names.contains(name.as_str()) {
                true => lifted.push((name, property.value.clone())),
                false => left.push((property.key.to_string(), property.value.clone())),
            }
        }
        (member.key.to_string(), Value::object(left))
    };
    Value::object(members(extensions).iter().map(one).collect::<Vec<_>>())
}

/// Puts such properties back where they belong.
pub(in crate::translate::stix) fn lower(properties: &mut BTreeMap<String, Value<'static>>) {
    let is_ours = |name: &&String| name.starts_with(PREFIX) || unescaped(name).is_some();
    let names: Vec<String> = properties.keys().filter(is_ours).cloned().collect();
    for name in names {
        let Some(value) = properties.remove(&name) else { continue };
        if let Some(own) = unescaped(&name) {
            properties.insert(own, value);
        } else if let Some((key, inner)) = split(&name) {
            let extensions = properties.remove("extensions").unwrap_or_else(|| Value::object::<String>([]));
            properties.insert("extensions".to_owned(), put(&extensions, key, inner, value));
        }
    }
}

fn put(extensions: &Value<'static>, key: &str, name: &str, value: Value<'static>) -> Value<'static> {
    let mut all: Vec<(String, Value<'static>)> = owned(extensions);
    let inner = match all.iter_mut().find(|(known, _)| known == key) {
        Some((_, inner)) => inner,
        None => {
            // An extension by a definition says of what kind it is (§7.3).
            let kind = [("extension_type", Value::string("property-extension"))];
            let by_definition = key.starts_with("extension-definition--");
            let empty = if by_definition { Value::object(kind) } else { Value::object::<String>([]) };
            all.push((key.to_owned(), empty));
            return put(&Value::object(all), key, name, value);
        }
    };
    let mut said = owned(inner);
    said.retain(|(known, _)| known != name);
    said.push((name.to_owned(), value));
    *inner = Value::object(said);
    Value::object(all)
}

/// The members of an object, as their own.
pub(super) fn owned(object: &Value<'static>) -> Vec<(String, Value<'static>)> {
    members(object).iter().map(|member| (member.key.to_string(), member.value.clone())).collect()
}
