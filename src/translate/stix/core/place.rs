//! Where things of the core extension stand: in the incident (first shape) or beside it, and what the incident says of those.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{
    nested::owned,
    table::{
        CORE, EMBEDDED, IMPACT_OTHER, IN_CORE, TYPES_OF_CORE, embedded, embedded_for, is_whole, pair_for, property_for,
    },
};
use crate::{
    json::{Data, Value, below},
    translate::{
        ledger::Fate,
        stix::{
            FORMAT, extension,
            pair::{Pair, Read},
            tree::{self, Group, members},
        },
    },
};

/// Properties by their names.
type Properties = BTreeMap<String, Value<'static>>;

/// Residue that says where in the incident an element stood: the property, and its place in the list.
const MARK: &str = "@embedded";

/// What stands beside the mark of an element that is written anew.
const NEW: &str = "@new";

/// The shapes of the incident core extension of OASIS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncidentShape {
    /// No core extension.
    None,
    /// Version 1: activities and impacts stand in the incident.
    V1,
    /// Version 2: events, impacts and tasks are objects, of which the incident has lists of entries.
    #[default]
    V2,
    /// That of OS-Threat: the incident has lists of ids.
    OsThreat,
}

impl IncidentShape {
    /// Every shape with the word for it.
    pub const ALL: &'static [(&'static str, IncidentShape)] = &[
        ("v1", IncidentShape::V1),
        ("v2", IncidentShape::V2),
        ("os-threat", IncidentShape::OsThreat),
        ("none", IncidentShape::None),
    ];
}

/// Properties that only one of the shapes has.
const V1_ONLY: &[&str] = &[
    "attacker_activities",
    "defender_activities",
    "availability_impact",
    "availability_impacts",
    "confidentiality_impacts",
    "external_impacts",
    "integrity_impacts",
    "monetary_impacts",
    "physical_impacts",
    "traceability",
];
const OS_ONLY: &[&str] =
    &["event_refs", "task_refs", "sequence_refs", "sequence_start_refs", "other_object_refs", "blocked", "malicious"];

/// The shape that an extension with these properties has.
fn shape_of<'n>(names: impl Iterator<Item = &'n str> + Clone, determination: Option<&str>) -> IncidentShape {
    let has = |some: &[&str]| names.clone().any(|name| some.contains(&name));
    match () {
        () if has(V1_ONLY) || matches!(determination, Some("low-value" | "successful-attempt")) => IncidentShape::V1,
        () if has(OS_ONLY) => IncidentShape::OsThreat,
        () => IncidentShape::V2,
    }
}

/// The shape of an extension as it stands.
pub(super) fn shape(core: &Value<'static>) -> IncidentShape {
    let determination = core.get("determination").and_then(|word| word.as_str().ok());
    shape_of(members(core).iter().map(|member| member.key.as_ref()), determination)
}

/// Lists of references to other objects: the type of object, and what an entry calls it, where entries are no plain ids.
const REFERENCES: &[(&str, &str, Option<&str>)] = &[
    ("events", "event", Some("event_ref")),
    ("tasks", "task", Some("task_ref")),
    ("event_refs", "event", None),
    ("task_refs", "task", None),
    ("impact_refs", "impact", None),
];

/// What stands embedded in an incident.
pub(in crate::translate::stix) struct Entry {
    /// What it becomes.
    pub pair: &'static Pair,
    /// The entry.
    pub value: Value<'static>,
    /// Its path in the document.
    pub path: String,
    /// Its mark.
    pub mark: (String, String),
}

/// An incident without what stands embedded in it, and that; `path` is that of the incident.
pub(in crate::translate::stix) fn take_embedded(object: &Value<'static>, path: &str) -> (Value<'static>, Vec<Entry>) {
    let mut entries = Vec::new();
    let extensions = object.get("extensions");
    let core = extensions.and_then(|all| all.get(CORE)).filter(|_| !extension::derived(extensions).contains(CORE));
    let Some(core) = core.filter(|core| matches!(core.data, Data::Object(_))) else {
        return (object.clone(), entries);
    };
    let at = below(&below(path, "extensions"), CORE);
    let mut left = Vec::new();
    for (name, value) in owned(core) {
        match take(&name, &value, &at) {
            Some(taken) => entries.extend(taken),
            None => left.push((name, value)),
        }
    }
    let replaced = |of: &Value<'static>, name: &str, by: Value<'static>| {
        Value::object(
            owned(of).into_iter().map(|(key, value)| if key == name { (key, by.clone()) } else { (key, value) }),
        )
    };
    match extensions.filter(|_| !entries.is_empty()) {
        Some(extensions) => (replaced(object, "extensions", replaced(extensions, CORE, Value::object(left))), entries),
        None => (object.clone(), entries),
    }
}

/// The entries of a property, if all of them can be taken.
fn take(name: &str, value: &Value<'static>, at: &str) -> Option<Vec<Entry>> {
    let (_, is_list, _) = EMBEDDED.iter().find(|(known, ..)| *known == name)?;
    let path = below(at, name);
    let entry = |value: &Value<'static>, path: String, place: usize| {
        let is_plain = |key: &str| key != "id" && key != "extensions" && !key.starts_with(['@']);
        let all = members(value);
        let good = !all.is_empty() && all.iter().all(|member| is_plain(&member.key));
        let mark = (MARK.to_owned(), serde_json::json!([name, place]).to_string());
        Some(Entry { pair: embedded(name, value).filter(|_| good)?, value: value.clone(), path, mark })
    };
    match (is_list, &value.data) {
        (true, Data::Array(list)) if !list.is_empty() => {
            list.iter().enumerate().map(|(i, one)| entry(one, format!("{path}[{i}]"), i)).collect()
        }
        (false, Data::Number(_)) => {
            Some(vec![entry(&Value::object([(name.to_owned(), value.clone())]), at.to_owned(), 0)?])
        }
        (false, Data::Object(counts)) => {
            let good = !counts.is_empty() && counts.iter().all(|count| count.value.as_u64().is_ok());
            let whole = Value::object([(name.to_owned(), value.clone())]);
            Some(vec![entry(&whole, at.to_owned(), 0).filter(|_| good)?])
        }
        _ => None,
    }
}

/// Residue of a record of its own: lists of references of which each leads to an element. On the way back they name no
/// object that is gone.
pub(in crate::translate::stix) fn settle(residue: &mut Vec<(String, String)>, is_known: &dyn Fn(&str) -> bool) {
    let Some((at, extensions)) = residue
        .iter()
        .enumerate()
        .find(|(_, (name, _))| name == "extensions")
        .and_then(|(at, (_, text))| Some((at, tree::parse(text)?)))
    else {
        return;
    };
    let Some(core) = extensions.get(CORE).filter(|_| !extension::derived(Some(&extensions)).contains(CORE)) else {
        return;
    };
    let settled = |name: &str, value: &Value<'static>| {
        REFERENCES.iter().find(|(known, ..)| *known == name).is_some_and(|(_, _, entry)| {
            let list = value.as_array().unwrap_or_default();
            !list.is_empty() && list.iter().all(|one| reference(one, *entry).is_some_and(is_known))
        })
    };
    let (lists, left): (Vec<_>, Vec<_>) = owned(core).into_iter().partition(|(name, value)| settled(name, value));
    let all = owned(&extensions).into_iter();
    let all = all.map(|(key, value)| if key == CORE { (key, Value::object(left.clone())) } else { (key, value) });
    let text = tree::text(&Value::object(all.collect::<Vec<_>>()));
    if let Some(place) = residue.get_mut(at) {
        place.1 = text;
    }
    residue.extend(lists.into_iter().map(|(name, value)| (format!("{IN_CORE}{name}"), tree::text(&value))));
}

/// What an entry of a list refers to.
fn reference<'v>(entry: &'v Value<'static>, name: Option<&str>) -> Option<&'v str> {
    match name {
        Some(name) => entry.get(name)?.as_str().ok(),
        None => entry.as_str().ok(),
    }
}

/// What of a record was written, as far as its incident speaks of it.
#[derive(Debug, Default)]
pub(in crate::translate::stix) struct Placed {
    /// Elements that stand in the incident.
    pub embedded: Vec<(String, u64, Value<'static>)>,
    /// The ids of objects that did not come.
    pub new: Vec<String>,
    /// What elements are called outside.
    pub names: BTreeMap<String, String>,
}

/// What a record says of the core extension that it came with.
#[derive(Debug)]
pub(in crate::translate::stix) struct Came {
    /// The shape that it had, if there was one that says more than our own extension.
    shape: Option<IncidentShape>,
    /// Elements that came as objects of the second shape: their ids in the record, and what the objects were called.
    were: Vec<(String, String)>,
    /// Lists of which some elements may stand elsewhere than in our extension.
    mixed: BTreeSet<&'static str>,
}

/// The texts that came with a part of the record as residue, whatever has become of the part.
fn carried(part: &Json) -> impl Iterator<Item = (&str, &str)> {
    let all = part.get("carried").and_then(Json::as_array).into_iter().flatten();
    let ours = all.filter(|one| one.get("format").and_then(Json::as_str) == Some(FORMAT));
    ours.filter_map(|one| Some((one.get("path")?.as_str()?, one.get("value")?.as_str()?)))
}

fn kind_of(id: &str) -> Option<&'static str> {
    let kind = id.split_once("--")?.0;
    TYPES_OF_CORE.iter().find(|(known, _)| *known == kind).map(|(known, _)| *known)
}

const LISTS: &[&str] = &["events", "actions", "impacts", "costs"];

impl Came {
    /// Of a record as JSON.
    pub fn of(record: &Json) -> Self {
        let extensions =
            carried(record).find(|(path, _)| *path == "extensions").and_then(|(_, text)| tree::parse(text));
        let is_derived = extension::derived(extensions.as_ref()).contains(CORE);
        let core = extensions.as_ref().and_then(|all| all.get(CORE)).filter(|_| !is_derived);
        let parts = || LISTS.iter().filter_map(|list| record.get(*list)?.as_array()).flatten();
        let marked = parts().flat_map(carried).filter(|(path, _)| *path == MARK);
        let marked: Vec<String> = marked.filter_map(|(_, text)| Some(mark(&tree::parse(text)?)?.0)).collect();
        let shape = core.map(|core| {
            let own = carried(record).filter_map(|(path, _)| path.strip_prefix(IN_CORE));
            let names: Vec<&str> = own
                .chain(members(core).iter().map(|member| member.key.as_ref()))
                .chain(marked.iter().map(String::as_str))
                .collect();
            let word = carried(record).find(|(path, _)| path.strip_prefix(IN_CORE) == Some("determination"));
            shape_of(names.into_iter(), word.map(|(_, text)| text.trim_matches('"')))
        });
        let was = |part: &Json| {
            let (_, id) = carried(part).find(|(path, _)| *path == "id")?;
            let id = tree::parse(id)?.as_str().ok()?.to_owned();
            kind_of(&id)?;
            Some((part.get("id")?.as_str()?.to_owned(), id))
        };
        let came = |part: &Json| was(part).is_some() || carried(part).any(|(path, _)| path == MARK);
        let of_list =
            |list: &&&str| record.get(**list).and_then(Json::as_array).is_some_and(|all| all.iter().any(came));
        let mixed = LISTS.iter().filter(|list| shape.is_some() || of_list(list)).copied().collect();
        Came { shape, were: parts().filter_map(was).collect(), mixed }
    }

    /// Whether rows of the core extension say what the record says.
    pub fn has_core(&self) -> bool {
        self.shape.is_some()
    }

    /// The pair of an element, which may be told by `came` of it where it is to stand.
    pub fn pair(&self, list: &str, element: &Json, came: &mut Properties) -> Option<&'static Pair> {
        let group = element.as_object().filter(|_| LISTS.contains(&list))?;
        let known = self.known_pair(list, group, element, came);
        // Where some of a list stand outside our extension, it says the order of all.
        known.or_else(|| (list != "actions" && self.mixed.contains(list)).then_some(&IMPACT_OTHER))
    }

    fn known_pair(&self, list: &str, group: &Group, element: &Json, came: &mut Properties) -> Option<&'static Pair> {
        let id = came.get("id").and_then(|id| id.as_str().ok());
        if let Some(id) = id {
            return kind_of(id).and_then(|_| pair_for(list, group, came));
        }
        if let Some((property, _)) = came.get(MARK).and_then(mark) {
            return embedded_for(&property, group);
        }
        if !came.is_empty() {
            return None;
        }
        let was = |name: &str| carried(element).find(|(path, _)| *path == name).and_then(|(_, text)| tree::parse(text));
        if let Some(id) = was("id") {
            return kind_of(id.as_str().ok()?).and_then(|_| pair_for(list, group, came));
        }
        let place = match was(MARK) {
            Some(place) => place,
            None => match self.shape? {
                IncidentShape::V1 => {
                    Value::array([Value::string(property_for(list, group)?), Value::from(u64::from(u32::MAX))])
                }
                _ if list == "actions" => return None,
                _ => return pair_for(list, group, came),
            },
        };
        let pair = embedded_for(&mark(&place)?.0, group)?;
        came.extend([(MARK.to_owned(), place), (NEW.to_owned(), Value::from(true))]);
        Some(pair)
    }

    /// Puts into an incident what stands in it, and what it says now of the objects beside it.
    pub fn finish(
        &self,
        properties: &mut Properties,
        came: &Properties,
        placed: Placed,
        written: &[(u64, Value<'static>)],
    ) {
        put_embedded(properties, placed.embedded);
        if let Some(shape) = self.shape.filter(|shape| *shape != IncidentShape::V1) {
            let id = |(_, one): &(u64, Value<'static>)| one.get("id")?.as_str().ok().map(str::to_owned);
            let written: BTreeSet<String> = written.iter().filter_map(id).collect();
            self.mend(shape, properties, &placed.names, &written, &placed.new);
        }
        self.speak(properties, came);
    }

    /// What the incident says now of the objects beside it: `names` are those of elements, `written` all ids, `new` those of
    /// objects that did not come.
    fn mend(
        &self,
        shape: IncidentShape,
        properties: &mut Properties,
        names: &BTreeMap<String, String>,
        written: &BTreeSet<String>,
        new: &[String],
    ) {
        let renamed: BTreeMap<&str, &str> = self
            .were
            .iter()
            .filter_map(|(element, was)| Some((was.as_str(), names.get(element)?.as_str())))
            .filter(|(was, is)| was != is)
            .collect();
        let taken: BTreeSet<&str> = renamed.values().copied().collect();
        for (name, kind, entry) in REFERENCES {
            let at = format!("{IN_CORE}{name}");
            let own = properties.get(&at).cloned();
            let inside = || properties.get("extensions")?.get(CORE)?.get(name).cloned();
            let (settled, list) = (own.is_some(), own.or_else(inside));
            let is_of_shape = name.ends_with("_refs") == (shape == IncidentShape::OsThreat) || *name == "impact_refs";
            let added: Vec<&String> = new
                .iter()
                .filter(|id| is_of_shape && kind_of(id) == Some(kind) && !taken.contains(id.as_str()))
                .collect();
            let came = list.as_ref().and_then(|list| list.as_array().ok()).unwrap_or_default();
            let mut now: Vec<Value<'static>> =
                came.iter().filter_map(|one| renewed(one, *entry, &renamed, settled.then_some(written))).collect();
            now.extend(added.into_iter().map(|id| referring(id, *entry)));
            let same = now.len() == came.len() && now.iter().zip(came).all(|(now, came)| tree::same(now, came));
            if same || (list.is_some() && came.is_empty() && now.is_empty()) {
                continue;
            }
            match now.is_empty() {
                true => drop(properties.remove(&at)),
                false => drop(properties.insert(at, Value::array(now))),
            }
        }
    }

    /// The words of the first shape, where the record says something else than what came.
    fn speak(&self, properties: &mut Properties, came: &Properties) {
        let at = format!("{IN_CORE}determination");
        if self.shape == Some(IncidentShape::V1)
            && let Some(word) = properties.get(&at).and_then(|word| word.as_str().ok())
            && came.get(&at).is_none_or(|came| came.as_str() != Ok(word))
        {
            let word = Value::string(super::words::first_determination(word).to_owned());
            properties.insert(at, word);
        }
    }
}

/// An entry that refers to this.
pub(super) fn referring(id: &str, entry: Option<&str>) -> Value<'static> {
    let id = Value::string(id.to_owned());
    entry.map_or(id.clone(), |name| Value::object([(name.to_owned(), id)]))
}

/// An entry with what objects are called now; none where its object is gone.
fn renewed(
    one: &Value<'static>,
    entry: Option<&str>,
    renamed: &BTreeMap<&str, &str>,
    written: Option<&BTreeSet<String>>,
) -> Option<Value<'static>> {
    let came = reference(one, entry);
    let now = came.map(|id| renamed.get(id).copied().unwrap_or(id));
    if let (Some(written), Some(now)) = (written, now)
        && !written.contains(now)
    {
        return None;
    }
    let (Some(name), Some(now)) = (entry, now) else { return Some(now.map_or(one.clone(), |id| referring(id, None))) };
    let member = |(key, value): (String, Value<'static>)| match key.as_str() {
        key_name if key_name == name => (key, Value::string(now.to_owned())),
        "next_steps" => {
            let steps = value.as_array().unwrap_or_default();
            let steps: Vec<_> = steps.iter().filter_map(|step| renewed(step, entry, renamed, written)).collect();
            (key, if value.as_array().is_ok() { Value::array(steps) } else { value })
        }
        _ => (key, value),
    };
    let is_said = |(key, value): &(String, Value<'static>)| key != "next_steps" || value.as_array() != Ok(&[]);
    Some(Value::object(owned(one).into_iter().map(member).filter(is_said).collect::<Vec<_>>()))
}

/// Where an element stood in the incident.
fn mark(mark: &Value<'static>) -> Option<(String, u64)> {
    match mark.as_array().ok()? {
        [property, place] => Some((property.as_str().ok()?.to_owned(), place.as_u64().ok()?)),
        _ => None,
    }
}

/// Whether an element stands in the incident.
pub(in crate::translate::stix) fn is_embedded(came: &Properties) -> bool {
    came.contains_key(MARK) && !came.contains_key("id")
}

/// Whether an element can be what its pair says: what came always can, and what is new if it says all that is required.
pub(in crate::translate::stix) fn can_be(pair: &Pair, properties: &Properties, came: &Properties) -> bool {
    if is_embedded(came) {
        let Some((property, _)) = came.get(MARK).and_then(mark) else { return false };
        return !came.contains_key(NEW) || is_whole(&property, properties);
    }
    if TYPES_OF_CORE.iter().all(|(kind, _)| *kind != pair.kind) || came.contains_key("id") {
        return true;
    }
    let category = properties.get("impact_category").and_then(|word| word.as_str().ok());
    is_whole(if pair.kind == "impact" { category.unwrap_or_default() } else { pair.kind }, properties)
}

/// An element as an entry of the incident, with its mark.
pub(in crate::translate::stix) fn entry(
    mut properties: Properties,
    came: &Properties,
) -> Option<(String, u64, Value<'static>)> {
    let (property, place) = mark(&properties.remove(MARK)?)?;
    properties.remove(NEW);
    properties.remove("type");
    properties.extend(came.get("type").map(|kind| ("type".to_owned(), kind.clone())));
    Some((property, place, Value::object(properties)))
}

/// Puts entries where they belong in the incident.
fn put_embedded(properties: &mut Properties, mut entries: Vec<(String, u64, Value<'static>)>) {
    entries.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut lists: BTreeMap<String, Vec<Value<'static>>> = BTreeMap::new();
    for (property, _, value) in entries {
        let is_list = EMBEDDED.iter().any(|(known, is_list, _)| *known == property && *is_list);
        match (is_list, value.get(&property)) {
            (false, Some(value)) => drop(properties.insert(format!("{IN_CORE}{property}"), value.clone())),
            _ => lists.entry(property).or_default().push(value),
        }
    }
    properties.extend(lists.into_iter().map(|(name, list)| (format!("{IN_CORE}{name}"), Value::array(list))));
}

/// The properties of the core extension that rows say, none of which is written where there is no such extension to say it in.
pub(in crate::translate::stix) fn rows() -> impl Iterator<Item = String> {
    super::table::FRAME.iter().flat_map(|row| row.properties).map(|name| (*name).to_owned())
}

/// Whoever is to do a task and is no element of the record stays as it came.
pub(in crate::translate::stix) fn loosen(
    read: &mut Read,
    object: &Value<'static>,
    path: &str,
    is_known: &dyn Fn(&str) -> bool,
) {
    let owner = object.get("owner").filter(|_| object.get("type").is_some_and(|kind| kind.as_str() == Ok("task")));
    let (Some(owner), Some(id)) = (owner, read.group.get("owner").and_then(Json::as_str)) else { return };
    if is_known(id) {
        return;
    }
    read.group.remove("owner");
    let at = below(path, "owner");
    for entry in read.account.iter_mut().filter(|entry| entry.path == at) {
        if let Fate::Kept { to } = &entry.fate {
            entry.fate = Fate::Carried { on: format!("{}.carried", to.trim_end_matches(".owner")) };
        }
    }
    read.residue.push(("owner".to_owned(), tree::text(owner)));
}
