//! One record out of the objects that belong to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    FORMAT, core, extension, frame,
    fresh::MARKS,
    inward::{Plan, leaves_of},
    level::Levels,
    marking::{label, marks, means_something},
    pair::Read,
    reach::{self, Reached},
    table::ENDS,
    tree::{self, Group},
};
use crate::{
    json::Value,
    marking::Tlp,
    record::{
        Node, NodeMut, Part as _, Place, Record,
        base::{ElementRef, Origin, RecordId},
        identity::Kind,
        name_elements,
    },
    translate::{
        anchors::{LISTS, bind},
        ledger::{Entry, Fate},
    },
};

/// Namespace of the ids of records that translation makes: they follow from the document, and a document that comes
/// twice gives the same record.
const IDS: Uuid = Uuid::from_u128(0x8a4f_60c2_1d6e_4a0b_b7a5_0c9e_41d8_73f6);

/// The id of the record that is made of this frame, or of these objects.
pub(super) fn record_id<'v>(
    ordinal: usize,
    objects: impl Iterator<Item = &'v Value<'static>>,
    is_frame: bool,
) -> RecordId {
    let ids = objects.filter_map(reach::id);
    let seed: Vec<&str> = ids.collect();
    let seed = match is_frame {
        true => format!("{}\n{ordinal}", seed.first().copied().unwrap_or_default()),
        false => std::iter::once(ordinal.to_string().as_str()).chain(seed).collect::<Vec<_>>().join("\n"),
    };
    RecordId(Uuid::new_v5(&IDS, format!("stix\n{seed}").as_bytes()))
}

/// One record while it is made.
#[derive(Clone, Copy)]
pub(super) struct Reading<'d> {
    pub plan: &'d Plan,
    /// The objects of the record, by their numbers in the document.
    pub objects: &'d BTreeMap<usize, &'d Value<'static>>,
    pub reached: &'d Reached,
}

impl Reading<'_> {
    /// The record, and the account by objects.
    pub fn record(&self, ordinal: usize) -> (Record, Vec<(usize, Vec<Entry>)>) {
        let mut whole = BTreeSet::new();
        loop {
            let (json, account) = self.json(ordinal, &whole);
            match serde_json::from_value::<Record>(Json::Object(json)) {
                Ok(record) => return (self.finish(record, &whole), account),
                // What the record's own types refuse is carried as it is.
                Err(_) if !self.find_misfits(ordinal, &mut whole) => {
                    let all = self.objects.keys().copied().collect();
                    let (json, account) = self.json(ordinal, &all);
                    let record = serde_json::from_value(Json::Object(json)).unwrap_or_default();
                    return (record, account);
                }
                Err(_) => {}
            }
        }
    }

    /// Adds the objects whose elements are none of the record's; whether there are more than before.
    fn find_misfits(&self, ordinal: usize, whole: &mut BTreeSet<usize>) -> bool {
        let before = whole.len();
        let alone = |frame, others| {
            let reached = &Reached { frame, others };
            let (json, _) = Reading { reached, ..*self }.json(ordinal, &BTreeSet::new());
            serde_json::from_value::<Record>(Json::Object(json)).is_err()
        };
        whole.extend(self.reached.frame.filter(|frame| alone(Some(*frame), Vec::new())));
        whole.extend(self.reached.others.iter().filter(|other| alone(None, vec![**other])));
        whole.len() > before
    }

    /// The record as JSON; these objects are carried whole.
    fn json(&self, ordinal: usize, whole: &BTreeSet<usize>) -> (Group, Vec<(usize, Vec<Entry>)>) {
        let mut record = Group::new();
        let mut account = Vec::new();
        let mut residue: Vec<Json> = Vec::new();
        let known = self.known(whole);
        let frame = self.reached.frame.and_then(|index| Some((index, *self.objects.get(&index)?)));
        if let Some((index, object)) = frame {
            if whole.contains(&index) {
                account.push((index, self.carry(index, object, &mut residue)));
            } else {
                let path = self.plan.path(index);
                let (object, entries) = core::take_embedded(object, &path);
                let mut read = frame::pair(&object).read(&object, &path, "$");
                core::settle(&mut read.residue, &|id| known.contains_key(id));
                record = read.group;
                for (place, entry) in entries.iter().enumerate() {
                    read.account.extend(embed(entry, place, &mut record));
                }
                self.narrow(&mut record, "/handling/tlp", &object);
                residue.extend(read.residue.into_iter().map(|(name, value)| entry(&name, value)));
                account.push((index, read.account));
            }
            record.insert("origins".to_owned(), json!([self.origin(index)]));
        } else {
            record.insert("origins".to_owned(), json!([{ "path": "$.objects" }]));
        }
        let mut lists = held(&mut record);
        let named = lists.values().flat_map(|list| list.iter().enumerate());
        let named = named.filter_map(|(place, one)| Some((one.as_str()?.to_owned(), place)));
        let places: HashMap<String, usize> = named.collect();
        for (index, object) in self.others() {
            let Some(pair) = self.plan.pair(index).filter(|_| !whole.contains(&index)) else {
                account.push((index, self.carry(index, object, &mut residue)));
                continue;
            };
            let path = self.plan.path(index);
            let list = lists.entry(pair.list).or_default();
            let place = reach::id(object).and_then(|id| places.get(id)).copied().unwrap_or(list.len());
            let mut read = pair.read(object, &path, &format!("$.{}[{place}]", pair.list));
            loosen(&mut read, object, &path, &known);
            core::loosen(&mut read, object, &path, &|id| known.contains_key(id));
            self.narrow(&mut read.group, "/marking/tlp", object);
            let mut element = read.group;
            element.insert("id".to_owned(), json!(self.plan.element(index)));
            element.insert("origins".to_owned(), json!([self.origin(index)]));
            hang(&mut element, read.residue.into_iter().map(|(name, value)| entry(&name, value)).collect());
            account.push((index, read.account));
            match list.get_mut(place) {
                Some(place) => *place = Json::Object(element),
                None => list.push(Json::Object(element)),
            }
        }
        for (list, mut elements) in lists {
            elements.retain(Json::is_object);
            record.insert(list.to_owned(), Json::Array(elements));
        }
        hang(&mut record, residue);
        let kind = if frame.is_some() { Kind::Event } else { Kind::Intelligence };
        let id = match frame {
            Some((_, object)) => record_id(ordinal, std::iter::once(object), true),
            None => record_id(ordinal, self.others().map(|(_, object)| object), false),
        };
        record.insert("id".to_owned(), json!(id));
        record.entry("kind").or_insert_with(|| json!(kind));
        (record, account)
    }

    /// A marking of which nobody here knows what it means is the narrowest (design §6).
    fn narrow(&self, group: &mut Group, member: &str, object: &Value<'static>) {
        let parts = object.get("granular_markings").and_then(|list| list.as_array().ok()).unwrap_or_default();
        let of_parts = parts.iter().filter_map(|part| part.get("marking_ref")?.as_str().ok());
        let mut ids = marks(object.get("object_marking_refs")).chain(of_parts);
        if ids.any(|id| !means_something(id, self.plan.markings())) {
            tree::set(group, member, json!(Tlp::Red));
        }
    }

    fn origin(&self, index: usize) -> Origin {
        let ordinal = self.plan.is_bundle().then_some(index as u64);
        Origin { path: Some(self.plan.path(index)), ordinal, ..Origin::default() }
    }

    /// An object of which no element is made.
    fn carry(&self, index: usize, object: &Value<'static>, residue: &mut Vec<Json>) -> Vec<Entry> {
        let path = self.plan.path(index);
        residue.push(entry(&path, tree::text(object)));
        let carried = |path| Entry { path, fate: Fate::Carried { on: "$.carried".to_owned() } };
        leaves_of(object, &path).into_iter().map(carried).collect()
    }

    /// The objects beside the frame.
    fn others(&self) -> impl Iterator<Item = (usize, &'_ Value<'static>)> {
        self.reached.others.iter().filter_map(|index| Some((*index, *self.objects.get(index)?)))
    }

    /// The ids of objects that become elements of the record, and theirs.
    fn known(&self, whole: &BTreeSet<usize>) -> HashMap<&str, String> {
        let elements = self.others().filter(|(one, _)| self.plan.pair(*one).is_some() && !whole.contains(one));
        elements.filter_map(|(one, object)| Some((reach::id(object)?, self.plan.element(one)))).collect()
    }

    /// References lead to the elements that the objects have become; then residue is bound to what hangs there.
    fn finish(&self, mut record: Record, whole: &BTreeSet<usize>) -> Record {
        let known = self.known(whole);
        record.visit_mut(&mut Place::default(), &mut |_, node| {
            if let NodeMut::Reference(reference) = node
                && let Some(element) = known.get(reference.as_str())
                && let Ok(element) = element.parse::<ElementRef>()
            {
                *reference = element;
            }
        });
        name_elements(&mut record);
        let mut record = self.mark(record, whole);
        bind(&mut record);
        record
    }

    /// What an object was marked with because of what its element stood in is the element's own where it no longer stands there.
    fn mark(&self, record: Record, whole: &BTreeSet<usize>) -> Record {
        let elements = self.others().filter(|(one, _)| self.plan.pair(*one).is_some() && !whole.contains(one));
        let inherited = elements.filter(|(_, object)| extension::unchanged(object).contains(MARKS));
        let inherited: HashMap<String, Tlp> =
            inherited.filter_map(|(one, object)| Some((self.plan.element(one), label(object)?))).collect();
        if inherited.is_empty() {
            return record;
        }
        let Ok(mut json) = serde_json::to_value(&record) else { return record };
        let levels = Levels::of(&record, &json);
        let mut is_changed = false;
        record.visit(&mut Place::default(), &mut |place, node| {
            let Node::Element(id) = node else { return };
            let Some(label) = inherited.get(id.as_str()) else { return };
            if levels.at(&place.to_string()) < Some(*label)
                && let Some(Json::Object(element)) = json.pointer_mut(&place.pointer())
            {
                tree::set(element, "/marking/tlp", json!(label));
                is_changed = true;
            }
        });
        if is_changed { serde_json::from_value(json).unwrap_or(record) } else { record }
    }
}

/// Adds what stands embedded in an incident to the list of the record that it belongs to.
fn embed(entry: &core::Entry, place: usize, record: &mut Group) -> Vec<Entry> {
    let pair = entry.pair;
    let list = record.entry(pair.list).or_insert_with(|| json!([]));
    let Json::Array(list) = list else { return Vec::new() };
    let read = pair.read(&entry.value, &entry.path, &format!("$.{}[{}]", pair.list, list.len()));
    let mut element = read.group;
    element.insert("id".to_owned(), json!(format!("{}-of-incident-{}", pair.element, place + 1)));
    element.insert("origins".to_owned(), json!([{ "path": entry.path }]));
    let residue = read.residue.into_iter().chain([entry.mark.clone()]);
    hang(&mut element, residue.map(|(name, value)| self::entry(&name, value)).collect());
    list.push(Json::Object(element));
    read.account
}

/// The lists that stand in our extension of an incident, where ids hold the places of objects.
fn held(record: &mut Group) -> BTreeMap<&'static str, Vec<Json>> {
    let list = |name: &&'static str| match record.remove(*name) {
        Some(Json::Array(elements)) => Some((*name, elements)),
        Some(other) => {
            record.insert((*name).to_owned(), other);
            None
        }
        None => None,
    };
    LISTS.iter().filter_map(list).collect()
}

fn entry(path: &str, value: String) -> Json {
    json!({ "format": FORMAT, "path": path, "value": value })
}

/// Ends of a link of which one is no element of the record stay as they came.
fn loosen(read: &mut Read, object: &Value<'static>, path: &str, known: &HashMap<&str, String>) {
    let Some(Json::Array(ends)) = read.group.get("elements") else { return };
    if ends.iter().all(|end| end.as_str().is_some_and(|end| known.contains_key(end))) {
        return;
    }
    read.group.remove("elements");
    for name in ENDS.iter().flat_map(|ends| ends.iter()) {
        let Some(value) = object.get(name) else { continue };
        let at = crate::json::below(path, name);
        for entry in read.account.iter_mut().filter(|entry| entry.path == at) {
            if let Fate::Kept { to } = &entry.fate {
                let on = to.split(".elements").next().unwrap_or(to).to_owned() + ".carried";
                entry.fate = Fate::Carried { on };
            }
        }
        read.residue.push(((*name).to_owned(), tree::text(value)));
    }
}

/// Adds residue to an element.
fn hang(element: &mut Group, residue: Vec<Json>) {
    if residue.is_empty() {
        return;
    }
    match element.entry("carried").or_insert_with(|| json!([])) {
        Json::Array(list) => list.extend(residue),
        other => *other = Json::Array(residue),
    }
}
