//! STIX to records: one record for each incident, and one for what belongs to none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    FORMAT,
    account::Account,
    extension, frame,
    lists::{LISTS, bind},
    marking::{Markings, marks, means_something},
    pair::{Pair, Read},
    reach::{self, Reached},
    table::{ENDS, pair_of},
    tree::{self, Group, leaves, members},
};
use crate::{
    json::Value,
    marking::Tlp,
    record::{
        Document, NodeMut, Part as _, Place, Record, RecordDocument,
        base::{Carried, ElementRef, Origin, RecordId},
        identity::Kind,
        name_elements,
    },
    stix::StixDocument,
    translate::ledger::{Entry, Fate},
};

/// Namespace of the ids of records that translation makes: they follow from the document, and a document that comes
/// twice gives the same record.
const IDS: Uuid = Uuid::from_u128(0x8a4f_60c2_1d6e_4a0b_b7a5_0c9e_41d8_73f6);

/// An object, and what is to become of it.
struct Item {
    /// Its path in the document.
    path: String,
    /// What it becomes; without it is carried whole.
    pair: Option<&'static Pair>,
    /// The id of its element.
    element: String,
}

/// Records out of a STIX document, and the account of every leaf of it.
pub fn from_stix(document: StixDocument) -> (RecordDocument, Vec<Entry>) {
    let wanted = wanted(&document);
    let is_bundle = document.is_bundle();
    let (outer, objects) = document.into_parts();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let item = |(i, object): (usize, &Value<'static>)| {
        let path = if is_bundle { format!("$.objects[{i}]") } else { "$".to_owned() };
        let pair = pair_of(object).filter(|_| !extension::is_derived(object));
        let element = pair.map_or_else(String::new, |pair| {
            let count = counts.entry(pair.element).or_default();
            *count += 1;
            format!("{}-{count}", pair.element)
        });
        Item { path, pair, element }
    };
    let items: Vec<Item> = objects.iter().enumerate().map(item).collect();
    let is_frame = |(_, object): &(usize, &Value<'static>)| frame::is_frame(object);
    let frames: Vec<usize> = objects.iter().enumerate().filter(is_frame).map(|(i, _)| i).collect();
    let markings = Markings::of(objects.iter());
    let mut sorted = reach::sort(&objects, &frames);
    if sorted.is_empty() {
        sorted.push(Reached::default());
    }
    let mut made = RecordDocument::default();
    let mut account = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (ordinal, reached) in sorted.iter().enumerate() {
        let reading = Reading { objects: &objects, items: &items, markings: &markings, reached };
        let (record, entries) = reading.record(ordinal);
        made.records.push(record);
        for (index, entries) in entries {
            if told.insert(index) {
                account.extend(entries);
            }
        }
    }
    link(&mut made.records, frames.len());
    let said = frames.iter().find_map(|frame| extension::document(&objects[*frame])).unwrap_or_default();
    made.document = document_in(outer.as_ref(), !objects.is_empty(), &mut account);
    made.document.lang = said.lang;
    made.document.carried.extend(said.carried);
    let mut whole = Account::default();
    whole.extend(account);
    (made, whole.of(wanted))
}

/// The account of a document that is written anew.
pub(in crate::translate) fn kept_as_it_is(document: &StixDocument) -> Vec<Entry> {
    wanted(document).into_iter().map(|path| Entry { fate: Fate::Kept { to: path.clone() }, path }).collect()
}

/// Every leaf of a document.
fn wanted(document: &StixDocument) -> Vec<String> {
    let mut all = Vec::new();
    let objects = document.objects();
    for member in document.frame().map(members).unwrap_or_default() {
        if member.key != "objects" || objects.is_empty() {
            leaves(&member.value, &crate::json::below("$", &member.key), &mut |path, _| all.push(path));
        }
    }
    for (i, object) in objects.iter().enumerate() {
        let path = if document.is_bundle() { format!("$.objects[{i}]") } else { "$".to_owned() };
        leaves(object.value(), &path, &mut |path, _| all.push(path));
    }
    all
}

/// What belongs to no incident is related to all of them.
fn link(records: &mut [Record], incidents: usize) {
    let (with, without) = records.split_at_mut(incidents.min(records.len()));
    for record in without {
        for (i, incident) in with.iter().enumerate() {
            record.related.push(crate::record::identity::Related {
                id: format!("incident-{}", i + 1).parse().unwrap_or_default(),
                record: Some(incident.id),
                relation: Some(crate::record::identity::Relation::RelatedTo),
                ..Default::default()
            });
        }
    }
}

/// What stands around the objects is residue of the document.
fn document_in(outer: Option<&Value<'static>>, has_objects: bool, account: &mut Vec<Entry>) -> Document {
    let mut made = Document::default();
    for member in outer.map(members).unwrap_or_default() {
        let (name, value) = (member.key.as_ref(), &member.value);
        if name == "type" && value.as_str() == Ok("bundle") {
            account.push(Entry { path: "$.type".to_owned(), fate: Fate::Kept { to: "(every bundle)".to_owned() } });
            continue;
        }
        // The list of a bundle that has objects is told of with them.
        if name == "objects" && has_objects {
            continue;
        }
        made.carried.push(carried(name, tree::text(value)));
        leaves(value, &crate::json::below("$", name), &mut |path, _| {
            account.push(Entry { path, fate: Fate::Carried { on: "$.document.carried".to_owned() } });
        });
    }
    made
}

fn carried(path: &str, value: String) -> Carried {
    Carried { format: Some(FORMAT.to_owned()), path: Some(path.to_owned()), value: Some(value), ..Carried::default() }
}

/// One record while it is made.
struct Reading<'d> {
    objects: &'d [Value<'static>],
    items: &'d [Item],
    /// The marking definitions of the document.
    markings: &'d Markings,
    reached: &'d Reached,
}

impl Reading<'_> {
    /// The record, and the account by objects.
    fn record(&self, ordinal: usize) -> (Record, Vec<(usize, Vec<Entry>)>) {
        let mut whole = BTreeSet::new();
        loop {
            let (json, account) = self.json(ordinal, &whole);
            match serde_json::from_value::<Record>(Json::Object(json)) {
                Ok(record) => return (self.finish(record, &whole), account),
                // What the record's own types refuse is carried as it is.
                Err(_) if !self.find_misfits(ordinal, &mut whole) => {
                    let all = (0..self.objects.len()).collect();
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
        let mut seed = format!("{ordinal}");
        let mut kind = Kind::Intelligence;
        if let Some(index) = self.reached.frame {
            let (object, item) = (&self.objects[index], &self.items[index]);
            seed = format!("{}\n{ordinal}", reach::id(object).unwrap_or_default());
            kind = Kind::Event;
            if whole.contains(&index) {
                account.push((index, self.carry(index, &mut residue)));
            } else {
                let read = frame::pair(object).read(object, &item.path, "$");
                record = read.group;
                self.narrow(&mut record, "/handling/tlp", object);
                residue.extend(read.residue.into_iter().map(|(name, value)| entry(&name, value)));
                account.push((index, read.account));
            }
            record.insert("origins".to_owned(), json!([self.origin(index)]));
        } else {
            seed.extend(
                self.reached.others.iter().filter_map(|one| reach::id(&self.objects[*one])).flat_map(|id| ["\n", id]),
            );
            record.insert("origins".to_owned(), json!([{ "path": "$.objects" }]));
        }
        let known = self.known(whole);
        let mut lists = held(&mut record);
        let named = lists.values().flat_map(|list| list.iter().enumerate());
        let named = named.filter_map(|(place, one)| Some((one.as_str()?.to_owned(), place)));
        let places: HashMap<String, usize> = named.collect();
        for index in &self.reached.others {
            let (object, item) = (&self.objects[*index], &self.items[*index]);
            let Some(pair) = item.pair.filter(|_| !whole.contains(index)) else {
                account.push((*index, self.carry(*index, &mut residue)));
                continue;
            };
            let list = lists.entry(pair.list).or_default();
            let place = reach::id(object).and_then(|id| places.get(id)).copied().unwrap_or(list.len());
            let mut read = pair.read(object, &item.path, &format!("$.{}[{place}]", pair.list));
            loosen(&mut read, object, &item.path, &known);
            self.narrow(&mut read.group, "/marking/tlp", object);
            let mut element = read.group;
            element.insert("id".to_owned(), json!(item.element));
            element.insert("origins".to_owned(), json!([self.origin(*index)]));
            hang(&mut element, read.residue.into_iter().map(|(name, value)| entry(&name, value)).collect());
            account.push((*index, read.account));
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
        let id = RecordId(Uuid::new_v5(&IDS, format!("stix\n{seed}").as_bytes()));
        record.insert("id".to_owned(), json!(id));
        record.entry("kind").or_insert_with(|| json!(kind));
        (record, account)
    }

    /// A marking of which nobody here knows what it means is the narrowest (design §6).
    fn narrow(&self, group: &mut Group, member: &str, object: &Value<'static>) {
        let parts = object.get("granular_markings").and_then(|list| list.as_array().ok()).unwrap_or_default();
        let of_parts = parts.iter().filter_map(|part| part.get("marking_ref")?.as_str().ok());
        let mut ids = marks(object.get("object_marking_refs")).chain(of_parts);
        if ids.any(|id| !means_something(id, self.markings)) {
            tree::set(group, member, json!(Tlp::Red));
        }
    }

    fn origin(&self, index: usize) -> Origin {
        let ordinal = self.items[index].path.ends_with(']').then_some(index as u64);
        Origin { path: Some(self.items[index].path.clone()), ordinal, ..Origin::default() }
    }

    /// An object of which no element is made.
    fn carry(&self, index: usize, residue: &mut Vec<Json>) -> Vec<Entry> {
        let (object, path) = (&self.objects[index], &self.items[index].path);
        residue.push(entry(path, tree::text(object)));
        let mut account = Vec::new();
        leaves(object, path, &mut |path, _| {
            account.push(Entry { path, fate: Fate::Carried { on: "$.carried".to_owned() } });
        });
        account
    }

    /// The ids of objects that become elements of the record, and theirs.
    fn known(&self, whole: &BTreeSet<usize>) -> HashMap<&str, &str> {
        let elements =
            self.reached.others.iter().filter(|one| self.items[**one].pair.is_some() && !whole.contains(one));
        let both = |one: &usize| Some((reach::id(&self.objects[*one])?, self.items[*one].element.as_str()));
        elements.filter_map(both).collect()
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
        bind(&mut record);
        record
    }
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
fn loosen(read: &mut Read, object: &Value<'static>, path: &str, known: &HashMap<&str, &str>) {
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
                let on = to.trim_end_matches(".elements").to_owned() + ".carried";
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
