//! Ids that follow from what an observable is (§2.9, §3.4).

use std::borrow::Cow;

use uuid::Uuid;

use super::def::{Def, Type};
use crate::json::{Data, Value, canonical};

/// The namespace of ids of cyber-observable objects.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// The hashes of which one contributes, the first that is there.
const PREFERRED: [&str; 4] = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

/// The id that follows from an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computed {
    /// This one.
    Id(String),
    /// None: the object has none of the properties that contribute.
    FromNothing,
    /// Not known: a number among the properties has no canonical text, since it is beyond those that are exact.
    Unknown,
}

/// Computes the id of an observable: a UUID of version 5 over the canonical form (RFC 8785) of the properties that contribute
/// to it. Of several hashes one contributes; where none of the preferred is there, the first.
pub fn computed(def: &Def, object: &Value<'_>) -> Computed {
    let contributing: Vec<(&str, Value<'_>)> = def
        .contributes
        .iter()
        .filter_map(|name| {
            let value = object.get(name)?;
            let hashes = def.property(name).is_some_and(|property| matches!(property.ty, Type::Hashes));
            Some((*name, if hashes { one_hash(value) } else { value.clone() }))
        })
        .collect();
    if contributing.is_empty() {
        return Computed::FromNothing;
    }
    match canonical(&Value::object(contributing)) {
        Ok(text) => Computed::Id(format!("{}--{}", def.name, Uuid::new_v5(&NAMESPACE, &text))),
        Err(_) => Computed::Unknown,
    }
}

fn one_hash<'a>(hashes: &Value<'a>) -> Value<'a> {
    let Data::Object(members) = &hashes.data else { return hashes.clone() };
    let preferred = PREFERRED.iter().find_map(|name| members.iter().find(|member| member.key == *name));
    let chosen = preferred.or(members.first()).map(|member| (Cow::clone(&member.key), member.value.clone()));
    Value::object(chosen)
}
