//! A type of object and the part of the record that says the same: one declaration gives both ways, and the account of both.
//!
//! A row is two pure functions. What it has read counts as kept where writing it again gives the same, leaf by leaf; what it has
//! written counts as kept where reading it again gives the same. Nobody says by hand that something is kept: what is not stays
//! in the object and is residue, or stays in the record's part and goes into our extension.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{
    extension,
    tree::{self, Group, get, leaves, members, set, step, take},
};
use crate::{
    json::Value,
    stix::{self, Def, Family},
    translate::{
        ledger::{Entry, Fate},
        taken::each_leaf,
    },
};

/// What a row reads: the values of its properties, those that are there.
pub(super) type Values<'v> = [Option<&'v Value<'static>>];

/// The two ways of a row.
#[derive(Debug)]
pub(super) struct Conversion {
    /// Into the record; nothing when the record cannot say it at all.
    pub read: fn(&Values<'_>) -> Option<Json>,
    /// Out of the record; nothing when no property says anything of it.
    pub write: fn(&Json) -> Option<Vec<Option<Value<'static>>>>,
}

/// Properties and the member of the record that says the same.
#[derive(Debug)]
pub(super) struct Row {
    /// The properties.
    pub properties: &'static [&'static str],
    /// The member, by its pointer.
    pub member: &'static str,
    /// How one becomes the other.
    pub by: &'static Conversion,
}

/// A type of object and the elements of the record that mirror it.
#[derive(Debug)]
pub(super) struct Pair {
    /// The type of the object.
    pub kind: &'static str,
    /// The list of the record.
    pub list: &'static str,
    /// What the ids of elements begin with.
    pub element: &'static str,
    /// Whether an element of the list that came from elsewhere becomes such an object.
    pub default: bool,
    /// What every object of the type says of its element: member and value.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The properties.
    pub rows: &'static [&'static [Row]],
}

/// An object as an element of the record.
#[derive(Debug)]
pub(super) struct Read {
    /// The element.
    pub group: Group,
    /// What no member says, by property.
    pub residue: Vec<(String, String)>,
    /// What became of its leaves.
    pub account: Vec<Entry>,
}

/// An element of the record as an object.
#[derive(Debug)]
pub(super) struct Written {
    /// Its properties.
    pub properties: BTreeMap<String, Value<'static>>,
    /// What they do not say.
    pub rest: Group,
    /// What became of the members that they say.
    pub account: Vec<Entry>,
}

impl Pair {
    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().copied().flatten()
    }

    /// Whether a row writes this property.
    pub fn writes(&self, property: &str) -> bool {
        self.rows().any(|row| row.properties.contains(&property))
    }

    /// The declaration of the type.
    pub fn def(&self) -> Option<&'static Def> {
        stix::object(self.kind)
    }

    /// Into the record: `path` is that of the object, `to` that of the element.
    pub fn read(&self, object: &Value<'static>, path: &str, to: &str) -> Read {
        let ours = extension::of(object);
        let said = ours.as_ref().map(|ours| self.read_rows(object, Some(ours)));
        // Ours is what we would write again; whatever else stands there means nothing to us.
        let said = said.filter(|(group, _)| {
            let absent = self.rows().filter(|row| row.properties.iter().all(|name| object.get(name).is_none()));
            let mut blocked = extension::derived(object.get("extensions"));
            blocked.extend(absent.flat_map(|row| row.properties).map(|name| (*name).to_owned()));
            let rest = self.write(group.clone(), &BTreeMap::new(), &blocked, "$").rest;
            extension::is_of(object, &extension::allowed(rest, self.list))
        });
        let is_ours = said.is_some();
        let (mut group, again) = said.unwrap_or_else(|| self.read_rows(object, None));
        if !is_ours {
            for (pointer, value) in self.fixed {
                if get(&group, pointer).is_none() {
                    set(&mut group, pointer, Json::from(*value));
                }
            }
        }
        let mut residue = Vec::new();
        let mut account = Vec::new();
        for member in members(object) {
            let name = member.key.as_ref();
            let at = crate::json::below(path, name);
            if name == "extensions" && is_ours {
                self.read_extensions(&member.value, &at, to, &mut residue, &mut account);
                continue;
            }
            let same = again.get(name);
            let mut known = BTreeMap::new();
            if let Some((value, _)) = same {
                leaves(value, &at, &mut |path, leaf| _ = known.insert(path, leaf));
            }
            leaves(&member.value, &at, &mut |path, leaf| {
                let fate = match same.filter(|_| known.get(&path) == Some(&leaf)) {
                    Some((_, on)) => Fate::Kept { to: format!("{to}{on}") },
                    None => Fate::Carried { on: format!("{to}.carried") },
                };
                account.push(Entry { path, fate });
            });
            if same.is_none_or(|(value, _)| !tree::same(value, &member.value)) {
                residue.push((name.to_owned(), tree::text(&member.value)));
            }
        }
        Read { group, residue, account }
    }

    /// The extensions of an object, ours among them.
    fn read_extensions(
        &self,
        value: &Value<'static>,
        at: &str,
        to: &str,
        residue: &mut Vec<(String, String)>,
        account: &mut Vec<Entry>,
    ) {
        let ours = crate::json::below(at, extension::ID);
        leaves(value, at, &mut |path, _| {
            let fate = match path.strip_prefix(&ours) {
                Some(".extension_type") => Fate::Kept { to: "(our extension)".to_owned() },
                Some(below) if extension::is_derived_list(below) => Fate::Carried { on: format!("{to}.carried") },
                Some(below) => match below.strip_prefix(".record") {
                    Some(below) => Fate::Kept { to: format!("{to}{below}") },
                    None => Fate::Kept { to: format!("${below}") },
                },
                None => Fate::Carried { on: format!("{to}.carried") },
            };
            account.push(Entry { path, fate });
        });
        if let Some(others) = extension::others(value) {
            residue.push(("extensions".to_owned(), tree::text(&others)));
        }
    }

    /// The element that the rows make, and what they would write again, each with the member.
    fn read_rows(
        &self,
        object: &Value<'static>,
        ours: Option<&Group>,
    ) -> (Group, BTreeMap<String, (Value<'static>, String)>) {
        let mut group = ours.cloned().unwrap_or_default();
        let derived = match ours {
            Some(_) => extension::derived(object.get("extensions")),
            None => BTreeSet::new(),
        };
        let mut again = BTreeMap::new();
        for row in self.rows() {
            let values: Vec<_> = row.properties.iter().map(|name| object.get(name)).collect();
            let made_up = row.properties.iter().any(|name| derived.contains(*name));
            if values.iter().all(Option::is_none) || made_up {
                continue;
            }
            if get(&group, row.member).is_none()
                && let Some(read) = (row.by.read)(&values)
            {
                set(&mut group, row.member, read);
            }
            let written = get(&group, row.member).and_then(|member| (row.by.write)(member)).unwrap_or_default();
            for (name, value) in row.properties.iter().zip(written) {
                if let Some(value) = value {
                    again.insert((*name).to_owned(), (value, step(row.member)));
                }
            }
        }
        if self.default {
            again.insert("type".to_owned(), (Value::string(self.kind), String::new()));
        }
        if self.says_version() {
            again.insert("spec_version".to_owned(), (Value::string("2.1"), String::new()));
        }
        (group, again)
    }

    /// Whether each object of the type says its version, so that a record need not.
    fn says_version(&self) -> bool {
        self.def().is_some_and(|def| def.family != Family::Observable)
    }

    /// Out of the record: `residue` is what came with the element, `blocked` the properties that cannot be written, `at` the
    /// path of the element.
    pub fn write(
        &self,
        mut group: Group,
        residue: &BTreeMap<String, Value<'static>>,
        blocked: &BTreeSet<String>,
        at: &str,
    ) -> Written {
        let mut properties = BTreeMap::from([("type".to_owned(), Value::string(self.kind))]);
        if self.says_version() {
            properties.insert("spec_version".to_owned(), Value::string("2.1"));
        }
        let mut account = Vec::new();
        for row in self.rows() {
            let Some(member) = get(&group, row.member) else { continue };
            if row.properties.iter().any(|name| blocked.contains(*name)) {
                continue;
            }
            let came: Vec<_> = row.properties.iter().map(|name| residue.get(*name)).collect();
            // Residue of an element is bound to what the element is; the record itself may have changed since.
            let bound = !self.list.is_empty();
            let as_it_came =
                came.iter().any(Option::is_some) && (bound || (row.by.read)(&came).as_ref() == Some(member));
            let written = match as_it_came {
                true => came.into_iter().map(|value| value.cloned()).collect(),
                false => match (row.by.write)(member) {
                    Some(written) => written,
                    None => continue,
                },
            };
            let values: Vec<_> = written.iter().map(Option::as_ref).collect();
            let exact = as_it_came || (row.by.read)(&values).as_ref() == Some(member);
            let to = row.properties.iter().zip(&values).find(|(_, value)| value.is_some()).map(|(name, _)| *name);
            if exact && let Some(member) = take(&mut group, row.member) {
                each_leaf(&member, format!("{at}{}", step(row.member)), &mut |path, _| {
                    account.push(Entry { path, fate: Fate::Kept { to: to.unwrap_or(self.kind).to_owned() } });
                });
            }
            for (name, value) in row.properties.iter().zip(written) {
                if let Some(value) = value {
                    properties.insert((*name).to_owned(), value);
                }
            }
        }
        self.write_fixed(&mut group, at, &mut account);
        for (name, value) in residue {
            properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Written { properties, rest: group, account }
    }

    /// What every object of the type says need not be said, unless more is to be said of the element by our extension.
    fn write_fixed(&self, group: &mut Group, at: &str, account: &mut Vec<Entry>) {
        let mut without = group.clone();
        let said = |(pointer, value): &(&str, &str)| get(group, pointer).and_then(Json::as_str) == Some(*value);
        if !self.fixed.iter().all(said) {
            return;
        }
        for (pointer, _) in self.fixed {
            take(&mut without, pointer);
        }
        if !without.is_empty() {
            return;
        }
        for (pointer, _) in self.fixed {
            account.push(Entry { path: format!("{at}{}", step(pointer)), fate: Fate::Kept { to: "type".to_owned() } });
        }
        *group = without;
    }

    /// Whether an object has all properties that its type requires.
    pub fn is_whole(&self, properties: &BTreeMap<String, Value<'static>>) -> bool {
        let required = self.def().into_iter().flat_map(Def::properties).filter(|property| property.required);
        let has = |name: &str| properties.contains_key(name);
        // Nothing that was seen is nothing to be told of (§4.14).
        let sees = self.kind != "observed-data" || has("object_refs") || has("objects");
        sees && required.into_iter().all(|property| has(property.name))
    }
}

/// Properties as an object, in the order of the specification; others behind, by name.
pub(super) fn object(mut properties: BTreeMap<String, Value<'static>>) -> Value<'static> {
    let kind = properties.get("type").and_then(|kind| kind.as_str().ok());
    let def = kind.and_then(stix::object);
    let mut ordered: Vec<(String, Value<'static>)> = Vec::new();
    for property in def.into_iter().flat_map(Def::properties) {
        if let Some(found) = properties.remove_entry(property.name) {
            ordered.push(found);
        }
    }
    ordered.extend(properties);
    Value::object(ordered)
}
