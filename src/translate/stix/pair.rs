//! A type of object and the part of the record that says the same: one declaration gives both ways, and the account of both.
//!
//! A row is two pure functions. What it has read counts as kept where writing it again gives the same, leaf by leaf; what it has
//! written counts as kept where reading it again gives the same. Nobody says by hand that something is kept: what is not stays
//! in the object and is residue, or stays in the record's part and goes into our extension.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value as Json;

use super::{
    core::nested,
    extension,
    level::{Levels, is_narrower},
    tree::{self, Group, get, leaves, members, set, step, take},
};
use crate::{
    json::Value,
    marking::Tlp,
    stix::{self, Def, Family},
    time::{Grammar, WireTime},
    translate::{
        ledger::{Entry, Fate, each_leaf},
        reasons::field,
        withheld,
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

/// Residue that names properties which an object did not have, because our extension says what they would.
pub(super) const UNSAID: &str = "@unsaid";

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
    /// Those that say only a part of a member, all of which is in the rest.
    pub partly: Vec<String>,
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

    /// Properties that say something of members in which something is narrower than an element of this path, and how narrow.
    pub fn narrower(&self, levels: &Levels, at: &str) -> Vec<(&'static str, Tlp)> {
        let own = levels.at(at);
        let level = |row: &Row| {
            let place = format!("{at}{}", step(row.member));
            let level = levels.within(&place).filter(|tlp| is_narrower(Some(*tlp), own));
            level.filter(|_| withheld::reason(&field(&place)).is_none())
        };
        let of_row = |row: &'static Row| Some(row.properties.iter().copied().zip(std::iter::repeat(level(row)?)));
        self.rows().filter_map(of_row).flatten().collect()
    }

    /// The declaration of the type.
    pub fn def(&self) -> Option<&'static Def> {
        stix::object(self.kind)
    }

    /// The object with those of its properties in the first place that rows know inside its extensions.
    fn lift(&self, object: &Value<'static>) -> Value<'static> {
        let derived = extension::derived(object.get("extensions"));
        let is_said = |name: &&str| nested::split(name).is_some_and(|(key, _)| !derived.contains(key));
        nested::lift(object, &self.rows().flat_map(|row| row.properties).copied().filter(is_said).collect())
    }

    /// Into the record: `path` is that of the object, `to` that of the element.
    pub fn read(&self, object: &Value<'static>, path: &str, to: &str) -> Read {
        let whole = &self.lift(object);
        let mut names = extension::derived(object.get("extensions"));
        let changed = together(extension::changed(object), &names);
        // Which parts of an object are narrower than it, the parts say themselves.
        let is_said = names.remove(PARTS) && !changed.contains(PARTS);
        let marks = is_said.then(|| without(whole, PARTS));
        let mut object = marks.as_ref().unwrap_or(whole);
        let ours = extension::of(object);
        let said = ours.as_ref().map(|ours| self.read_rows(object, Some(ours), &names, None));
        // Ours is what we would write again; whatever else stands there means nothing to us.
        let said = said.filter(|(group, _)| {
            let absent = self.rows().filter(|row| row.properties.iter().all(|name| object.get(name).is_none()));
            let mut blocked = names.clone();
            blocked.extend(absent.flat_map(|row| row.properties).map(|name| (*name).to_owned()));
            let rest = self.write(group.clone(), &BTreeMap::new(), &blocked, "$").rest;
            extension::is_of(object, &extension::allowed(rest, self.list))
        });
        let is_ours = said.is_some();
        // What somebody has changed since is no longer derived: it is said, and overrules what our extension says.
        let said = said.map(|_| self.read_rows(object, ours.as_ref(), &(&names - &changed), Some(&changed)));
        if !is_ours {
            object = whole;
        }
        let (mut group, again) = said.unwrap_or_else(|| self.read_rows(object, None, &BTreeSet::new(), None));
        if !is_ours {
            for (pointer, value) in self.fixed {
                if get(&group, pointer).is_none() {
                    set(&mut group, pointer, Json::from(*value));
                }
            }
        }
        let mut residue = Vec::new();
        let mut account = Vec::new();
        // What our extension says for a property that is not there is said by it again.
        let is_unsaid = |row: &&Row| {
            get(&group, row.member).is_some() && row.properties.iter().all(|name| object.get(name).is_none())
        };
        let unsaid: Vec<_> = self
            .rows()
            .filter(|row| is_ours && !self.list.is_empty() && is_unsaid(row))
            .flat_map(|row| row.properties)
            .collect();
        if !unsaid.is_empty() {
            residue.push((UNSAID.to_owned(), Json::from_iter(unsaid.into_iter().copied()).to_string()));
        }
        for member in members(object) {
            let name = member.key.as_ref();
            let at = nested::path(path, name);
            if name == "extensions" && is_ours {
                self.read_extensions(&member.value, &at, to, &group, &mut account);
                if let Some(others) = extension::others_but(&member.value, &changed) {
                    residue.push(("extensions".to_owned(), tree::text(&others)));
                }
                continue;
            }
            let same = again.get(name);
            let mut known = BTreeMap::new();
            if let Some((value, _)) = same {
                leaves(value, &at, &mut |path, leaf| _ = known.insert(path, leaf));
            }
            let mut within = same.map(|(_, on)| within(&group, on)).unwrap_or_default();
            leaves(&member.value, &at, &mut |path, leaf| {
                let fate = match same.filter(|_| known.get(&path) == Some(&leaf)) {
                    Some((_, on)) => Fate::Kept { to: format!("{to}{on}{}", place_of(leaf, &mut within)) },
                    None => Fate::Carried { on: format!("{to}.carried") },
                };
                account.push(Entry { path, fate });
            });
            if same.is_none_or(|(value, _)| !tree::same(value, &member.value)) {
                residue.push((name.to_owned(), tree::text(&member.value)));
            }
        }
        for member in marks.iter().filter(|_| is_ours).flat_map(|_| members(whole)).filter(|member| member.key == PARTS)
        {
            leaves(&member.value, &nested::path(path, PARTS), &mut |path, _| {
                account.push(Entry { path, fate: Fate::Kept { to: "(the markings of the parts)".to_owned() } });
            });
        }
        Read { group, residue, account }
    }

    /// The extensions of an object, ours among them, and what the element says now.
    fn read_extensions(&self, value: &Value<'static>, at: &str, to: &str, now: &Group, account: &mut Vec<Entry>) {
        let is_overruled = |below: &str, leaf: &Value<'static>| {
            let pointer = below.replace(['.', '['], "/").replace(']', "");
            get(now, &pointer) != tree::to_record(leaf).as_ref()
        };
        let ours = crate::json::below(at, extension::ID);
        leaves(value, at, &mut |path, leaf| {
            let fate = match path.strip_prefix(&ours) {
                Some(".extension_type") => Fate::Kept { to: "(our extension)".to_owned() },
                Some(below) if extension::is_derived_list(below) => Fate::Carried { on: format!("{to}.carried") },
                Some(below) => match below.strip_prefix(".record") {
                    Some(below) if is_overruled(below, leaf) => Fate::Dropped { why: OVERRULED.to_owned() },
                    Some(below) => Fate::Kept { to: format!("{to}{below}") },
                    None => Fate::Kept { to: format!("${below}") },
                },
                None => Fate::Carried { on: format!("{to}.carried") },
            };
            account.push(Entry { path, fate });
        });
    }

    /// The element that the rows make, and what they would write again, each with the member; `derived` says nothing. With
    /// `changed`, what is there overrules `ours` where it says something else.
    fn read_rows(
        &self,
        object: &Value<'static>,
        ours: Option<&Group>,
        derived: &BTreeSet<String>,
        changed: Option<&BTreeSet<String>>,
    ) -> (Group, BTreeMap<String, (Value<'static>, String)>) {
        let mut group = ours.cloned().unwrap_or_default();
        let mut again = BTreeMap::new();
        for row in self.rows() {
            let values: Vec<_> = row.properties.iter().map(|name| object.get(name)).collect();
            let is_named = |changed: &BTreeSet<String>| row.properties.iter().any(|name| changed.contains(*name));
            let is_changed = changed.is_some_and(is_named);
            let made_up = row.properties.iter().any(|name| derived.contains(*name));
            if values.iter().all(Option::is_none) || (made_up && !is_changed) {
                continue;
            }
            let member = get(&group, row.member);
            // Of the record itself, what is said in part is not named.
            let is_other = || {
                let is_own = self.list.is_empty() && row.properties.iter().all(|name| nested::split(name).is_none());
                let written = member.filter(|_| is_own).and_then(|member| (row.by.write)(member));
                written.is_some_and(|written| !says(&written, &values))
            };
            if (is_changed || (changed.is_some() && is_other()))
                && let Some(now) = overruled(row, member, &values)
            {
                set(&mut group, row.member, now);
                if row.properties.contains(&"pattern") {
                    SOUGHT.iter().for_each(|name| drop(group.remove(*name)));
                }
            }
            if get(&group, row.member).is_none()
                && let Some(read) = (row.by.read)(&values)
            {
                set(&mut group, row.member, read);
            }
            let written = get(&group, row.member).and_then(|member| (row.by.write)(member)).unwrap_or_default();
            // Of several properties, one without the others would be read as something else: all come back as they came, or none.
            if row.properties.len() > 1 && !says(&written, &values) {
                continue;
            }
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
        let (mut account, mut partly) = (Vec::new(), Vec::new());
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
            let again = (row.by.read)(&values);
            let exact = as_it_came || again.as_ref() == Some(member);
            let to = row.properties.iter().zip(&values).find(|(_, value)| value.is_some()).map(|(name, _)| *name);
            let path = format!("{at}{}", step(row.member));
            if !exact {
                account.extend(in_part(member, &path, again.as_ref(), row.properties, &values));
            } else if let Some(member) = take(&mut group, row.member) {
                each_leaf(&member, path, &mut |path, _| {
                    account.push(Entry { path, fate: Fate::Kept { to: to.unwrap_or(self.kind).to_owned() } });
                });
            }
            for (name, value) in row.properties.iter().zip(written) {
                if let Some(value) = value {
                    properties.insert((*name).to_owned(), value);
                    partly.extend((!exact).then(|| (*name).to_owned()));
                }
            }
        }
        self.write_fixed(&mut group, at, &mut account);
        for (name, value) in residue.iter().filter(|(name, _)| *name != UNSAID) {
            properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Written { properties, rest: group, partly, account }
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
    pub fn is_whole(&self, properties: &BTreeMap<String, Value<'static>>, is_new: bool) -> bool {
        let required = self.def().into_iter().flat_map(Def::properties).filter(|property| property.required);
        let has = |name: &str| properties.contains_key(name);
        // Nothing that was seen is nothing to be told of (§4.14), but what came so goes back so.
        let sees = !is_new || self.kind != "observed-data" || has("object_refs") || has("objects");
        sees && required.into_iter().all(|property| has(property.name))
    }
}

/// The property that says of parts of an object how narrow they are.
pub(super) const PARTS: &str = "granular_markings";

/// Why something in our extension counts for nothing.
const OVERRULED: &str = "a property that was made of it says something else since";

/// What a pattern is made of, and what it is not said without.
const PATTERN: &[&str] = &["pattern", "pattern_type", "pattern_version"];
const SOUGHT: &[&str] = &["observable", "expression"];

/// The changed among derived properties, with those that mean nothing without them.
fn together(mut changed: BTreeSet<String>, derived: &BTreeSet<String>) -> BTreeSet<String> {
    if PATTERN.iter().any(|name| changed.contains(*name)) {
        let others = PATTERN.iter().map(|name| (*name).to_owned()).filter(|name| derived.contains(name));
        changed.extend(others.collect::<Vec<_>>());
    }
    changed
}

/// What a member is when properties that were made of it say something else: a text that was changed takes the place of the one that
/// it was, or else all is read anew.
fn overruled(row: &Row, member: Option<&Json>, values: &Values<'_>) -> Option<Json> {
    let in_place = member.and_then(|member| {
        let mut now = member.clone();
        let written = (row.by.write)(member)?;
        for (value, was) in values.iter().zip(&written) {
            let text = |value: Option<&Value<'static>>| value.and_then(|value| value.as_str().ok().map(str::to_owned));
            if let (Some(new), Some(old)) = (text(*value), text(was.as_ref()))
                && new != old
            {
                replace_text(&mut now, &old, &new);
            }
        }
        let again = (row.by.write)(&now)?;
        says(&again, values).then_some(now)
    });
    in_place.or_else(|| (row.by.read)(values))
}

/// Whether this is what was written.
fn says(written: &[Option<Value<'static>>], values: &Values<'_>) -> bool {
    values.iter().enumerate().all(|(at, value)| match (value, written.get(at).and_then(Option::as_ref)) {
        (Some(value), Some(again)) => tree::same(value, again),
        (value, again) => value.is_none() && again.is_none(),
    })
}

/// Puts a text in the place of the first that is so; whether there was one.
fn replace_text(value: &mut Json, old: &str, new: &str) -> bool {
    match value {
        Json::String(text) if text == old => {
            new.clone_into(text);
            true
        }
        Json::Array(list) => list.iter_mut().any(|one| replace_text(one, old, new)),
        Json::Object(members) => members.values_mut().any(|one| replace_text(one, old, new)),
        _ => false,
    }
}

/// An object without a property.
fn without(object: &Value<'static>, name: &str) -> Value<'static> {
    let others = members(object).iter().filter(|member| member.key != name);
    Value::object(others.map(|member| (member.key.to_string(), member.value.clone())).collect::<Vec<_>>())
}

/// The leaves in a member of a group, given by its step, each with its path below the member and its text.
fn within(group: &Group, on: &str) -> Vec<(String, String)> {
    let pointer = on.replace(['.', '['], "/").replace(']', "");
    let mut all = Vec::new();
    if let Some(member) = get(group, &pointer) {
        each_leaf(member, String::new(), &mut |path, leaf| {
            all.push((path, leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned)));
        });
    }
    all
}

/// Which of these leaves says what a property does: one of the same text, each once, else all of them.
fn place_of(leaf: &Value<'static>, within: &mut Vec<(String, String)>) -> String {
    let text = leaf.as_str().map_or_else(|_| tree::text(leaf), str::to_owned);
    match within.iter().position(|(_, known)| *known == text) {
        Some(at) => within.remove(at).0,
        None => String::new(),
    }
}

/// What properties say of a member of which they do not say all: leaves that would be read back, and texts that stand in others.
fn in_part(member: &Json, path: &str, again: Option<&Json>, names: &[&str], values: &Values<'_>) -> Vec<Entry> {
    let mut back: BTreeMap<String, Json> = BTreeMap::new();
    if let Some(again) = again {
        each_leaf(again, path.to_owned(), &mut |path, leaf| _ = back.insert(path, leaf.clone()));
    }
    let mut texts: Vec<(&str, &str)> = Vec::new();
    for (name, value) in names.iter().zip(values).filter_map(|(name, value)| Some((*name, (*value)?))) {
        leaves(value, "", &mut |_, leaf| texts.extend(leaf.as_str().ok().map(|text| (name, text))));
    }
    let first = names.iter().zip(values).find(|(_, value)| value.is_some()).map(|(name, _)| *name);
    let mut account = Vec::new();
    each_leaf(member, path.to_owned(), &mut |path, leaf| {
        let text = leaf.as_str().filter(|text| !text.is_empty() && path.ends_with(".text"));
        let within = || texts.iter().find(|(_, whole)| text.is_some_and(|text| whole.contains(text)));
        let kept = |name: &str| Fate::Kept { to: name.to_owned() };
        let fate = match back.get(&path) {
            Some(again) if again == leaf => first.map(kept),
            Some(again) if is_moment(again, leaf) => first.map(|name| match leaf.as_str() {
                Some(text) if text.ends_with('Z') => kept(name),
                _ => Fate::Coarsened { to: name.to_owned(), how: "the same moment in UTC".to_owned() },
            }),
            _ => within().map(|(name, _)| Fate::Moved { to: (*name).to_owned() }),
        };
        account.extend(fate.map(|fate| Entry { path, fate }));
    });
    account
}

/// Whether both are times of one moment.
fn is_moment(one: &Json, other: &Json) -> bool {
    let time = |text: &Json| WireTime::parse(text.as_str()?, Grammar::Either).ok();
    time(one).zip(time(other)).is_some_and(|(one, other)| one.cmp_instant(&other) == Some(Ordering::Equal))
}

/// Properties as an object, in the order of the specification; others behind, by name.
pub(super) fn object(mut properties: BTreeMap<String, Value<'static>>) -> Value<'static> {
    nested::lower(&mut properties);
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
