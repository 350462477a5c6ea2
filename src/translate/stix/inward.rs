//! STIX to records: one record for each incident, and what belongs to none in others.
//!
//! All objects are looked at once ([`Survey`]), which gives the [`Plan`]: which of them make which record. Then each record is
//! made of its own objects; the others need not be in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    FORMAT,
    account::Account,
    extension, frame,
    marking::Markings,
    pair::Pair,
    reach::{Links, Reached},
    reading::{Reading, record_id},
    table::pair_of,
    tree::{self, leaves, members},
    versions::Versions,
};
use crate::{
    error::{Finding, Severity},
    json::Value,
    record::{
        Document, Record, RecordDocument,
        base::{Carried, RecordId},
        identity::{Related, Relation},
    },
    stix::StixDocument,
    translate::ledger::{Entry, Fate, of_record},
};

/// To how many incidents what belongs to none of them is related: in a document of more, that says nothing.
const RELATED: usize = 64;

/// Records out of a STIX document, and the account of every leaf of it.
pub fn from_stix(document: StixDocument) -> (RecordDocument, Vec<Entry>) {
    from_stix_but(document, &BTreeSet::new())
}

/// The same, with these objects carried as they came.
pub(in crate::translate) fn from_stix_but(
    document: StixDocument,
    broken: &BTreeSet<usize>,
) -> (RecordDocument, Vec<Entry>) {
    let mut survey = Survey::default();
    let is_bundle = document.is_bundle();
    let (outer, objects) = document.into_parts();
    objects.iter().for_each(|object| survey.note(object));
    survey.carry(broken);
    let mut plan = survey.plan(is_bundle);
    let (document, mut account) = plan.document(outer.as_ref(), !objects.is_empty());
    let mut made = RecordDocument { document, ..RecordDocument::default() };
    for number in 0..plan.records() {
        let (record, entries) =
            plan.record(number, plan.objects(number).map(|index| (index, &objects[index])).collect());
        made.records.push(record);
        account.extend(entries);
    }
    account.sort_by(|a, b| a.path.cmp(&b.path));
    (made, account)
}

/// The objects of which something is wrong, by number, if nothing else is: they can be carried as they came, and the others go on.
/// An incident cannot be told without its own object.
pub(in crate::translate) fn broken(document: &StixDocument, findings: &[Finding]) -> Option<BTreeSet<usize>> {
    broken_but(findings, |index| document.objects().get(index).is_none_or(|object| frame::is_frame(object.value())))
}

fn broken_but(findings: &[Finding], is_incident: impl Fn(usize) -> bool) -> Option<BTreeSet<usize>> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let number = |finding: &Finding| finding.path.strip_prefix("$.objects[")?.split_once(']')?.0.parse().ok();
    let numbers: BTreeSet<usize> = errors.map(number).collect::<Option<_>>()?;
    (!numbers.iter().any(|index| is_incident(*index))).then_some(numbers)
}

/// The account of a document that is written anew.
pub(in crate::translate) fn kept_as_it_is(document: &StixDocument) -> Vec<Entry> {
    let objects = document.objects();
    let mut account = document.frame().map(|frame| kept_around(frame, !objects.is_empty())).unwrap_or_default();
    for (i, object) in objects.iter().enumerate() {
        account.extend(kept_object(object.value(), &path(document.is_bundle(), i)));
    }
    account
}

/// The account of what stands around the objects, where it is written anew.
pub(in crate::translate) fn kept_around(frame: &Value<'static>, has_objects: bool) -> Vec<Entry> {
    leaves_around(frame, has_objects).into_iter().map(kept).collect()
}

/// The account of an object that is written anew.
pub(in crate::translate) fn kept_object(object: &Value<'static>, path: &str) -> Vec<Entry> {
    leaves_of(object, path).into_iter().map(kept).collect()
}

fn kept(path: String) -> Entry {
    Entry { fate: Fate::Kept { to: path.clone() }, path }
}

/// Every leaf around the objects. The list of a bundle that has objects is told of with them.
fn leaves_around(frame: &Value<'static>, has_objects: bool) -> Vec<String> {
    let mut all = Vec::new();
    for member in members(frame).iter().filter(|member| member.key != "objects" || !has_objects) {
        leaves(&member.value, &crate::json::below("$", &member.key), &mut |path, _| all.push(path));
    }
    all
}

/// Every leaf of an object.
pub(super) fn leaves_of(object: &Value<'static>, path: &str) -> Vec<String> {
    let mut all = Vec::new();
    leaves(object, path, &mut |path, _| all.push(path));
    all
}

/// The path of an object.
pub(in crate::translate) fn path(is_bundle: bool, index: usize) -> String {
    if is_bundle { format!("$.objects[{index}]") } else { "$".to_owned() }
}

/// What must be known of all objects before a record is made of some.
#[derive(Debug, Default)]
pub(in crate::translate) struct Survey {
    items: Vec<Item>,
    counts: BTreeMap<&'static str, u32>,
    links: Links,
    versions: Versions,
    markings: Markings,
    frames: Vec<usize>,
    /// The records of the first incidents.
    incidents: Vec<RecordId>,
    /// What our extension says of the document.
    said: Option<Document>,
    /// Whether an incident has no language.
    lacks_language: bool,
}

/// What an object becomes.
#[derive(Clone, Copy, Debug)]
struct Item {
    /// Without it is carried whole.
    pair: Option<&'static Pair>,
    /// The number of its element among those of its name.
    number: u32,
}

impl Survey {
    /// Takes note of the next object.
    pub fn note(&mut self, object: &Value<'static>) {
        let index = self.items.len();
        let pair = pair_of(object).filter(|_| !extension::is_derived(object));
        let number = pair.map_or(0, |pair| {
            let count = self.counts.entry(pair.element).or_default();
            *count += 1;
            *count
        });
        self.items.push(Item { pair, number });
        self.links.note(object);
        self.versions.note(object);
        self.markings.note(object);
        if frame::is_frame(object) {
            if self.incidents.len() <= RELATED {
                self.incidents.push(record_id(self.frames.len(), std::iter::once(object), true));
            }
            self.said = self.said.take().or_else(|| extension::document(object));
            self.lacks_language |= object.get("lang").is_none();
            self.frames.push(index);
        }
    }

    /// As [`broken`].
    pub fn broken(&self, findings: &[Finding]) -> Option<BTreeSet<usize>> {
        broken_but(findings, |index| self.frames.binary_search(&index).is_ok())
    }

    /// Has these objects carried as they came.
    pub fn carry(&mut self, broken: &BTreeSet<usize>) {
        for index in broken {
            if let Some(item) = self.items.get_mut(*index) {
                item.pair = None;
            }
        }
    }

    /// Which records there will be, of a bundle or of an object that stands alone.
    pub fn plan(mut self, is_bundle: bool) -> Plan {
        let past = self.versions.past(self.links.bearers());
        for (item, _) in self.items.iter_mut().zip(past).filter(|(_, is_past)| *is_past) {
            item.pair = None;
        }
        let mut sorted = self.links.sort(&self.frames);
        if sorted.is_empty() {
            sorted.push(Reached::default());
        }
        let incidents = if self.incidents.len() > RELATED { Vec::new() } else { self.incidents };
        Plan {
            is_bundle,
            is_told: vec![false; self.items.len()],
            have_languages: !self.lacks_language && sorted.iter().all(|reached| reached.frame.is_some()),
            items: self.items,
            markings: self.markings,
            sorted: sorted.into_iter().map(Arc::new).collect(),
            incidents,
            said: self.said.unwrap_or_default(),
        }
    }
}

/// Which objects make which records.
#[derive(Debug)]
pub(in crate::translate) struct Plan {
    is_bundle: bool,
    items: Vec<Item>,
    /// The marking definitions of the document.
    markings: Markings,
    sorted: Vec<Arc<Reached>>,
    incidents: Vec<RecordId>,
    said: Document,
    /// Objects that the account has.
    is_told: Vec<bool>,
    have_languages: bool,
}

impl Plan {
    /// Whether each of the records will have a language.
    pub fn have_languages(&self) -> bool {
        self.have_languages
    }

    /// How many records there will be.
    pub fn records(&self) -> usize {
        self.sorted.len()
    }

    /// The objects that a record is made of.
    pub fn objects(&self, number: usize) -> impl Iterator<Item = usize> + use<> {
        let reached = self.sorted.get(number).cloned();
        let frame = reached.as_ref().and_then(|reached| reached.frame);
        let count = reached.as_ref().map_or(0, |reached| reached.others.len());
        let others = (0..count).filter_map(move |i| reached.as_ref()?.others.get(i).copied());
        frame.into_iter().chain(others)
    }

    /// What an object becomes.
    pub(super) fn pair(&self, index: usize) -> Option<&'static Pair> {
        self.items.get(index)?.pair
    }

    /// The id of the element that it becomes.
    pub(super) fn element(&self, index: usize) -> String {
        let item = self.items.get(index);
        item.and_then(|item| Some(format!("{}-{}", item.pair?.element, item.number))).unwrap_or_default()
    }

    /// The path of an object.
    pub(super) fn path(&self, index: usize) -> String {
        path(self.is_bundle, index)
    }

    pub(super) fn markings(&self) -> &Markings {
        &self.markings
    }

    /// Whether the objects are those of a bundle.
    pub(super) fn is_bundle(&self) -> bool {
        self.is_bundle
    }

    /// The record of this number out of [its objects](Self::objects), and the account of those that are in none before it.
    pub fn record(&mut self, number: usize, objects: BTreeMap<usize, &Value<'static>>) -> (Record, Vec<Entry>) {
        let Some(reached) = self.sorted.get(number).cloned() else { return (Record::default(), Vec::new()) };
        let (mut record, told) = Reading { plan: self, objects: &objects, reached: &reached }.record(number);
        if reached.frame.is_none() {
            relate(&mut record, &self.incidents);
        }
        let mut account = Vec::new();
        for (index, mut entries) in told {
            let Some(object) = objects.get(&index) else { continue };
            if self.is_told.get_mut(index).is_none_or(|is_told| std::mem::replace(is_told, true)) {
                continue;
            }
            entries.iter_mut().filter_map(|entry| entry.fate.place_mut()).for_each(|place| of_record(place, number));
            let mut whole = Account::default();
            whole.extend(entries);
            account.extend(whole.of(leaves_of(object, &self.path(index))));
        }
        (record, account)
    }

    /// What stands around the objects, and the account of it.
    pub fn document(&self, outer: Option<&Value<'static>>, has_objects: bool) -> (Document, Vec<Entry>) {
        let mut account = Vec::new();
        let mut made = document_in(outer, has_objects, &mut account);
        made.lang.clone_from(&self.said.lang);
        made.carried.extend(self.said.carried.iter().cloned());
        let mut whole = Account::default();
        whole.extend(account);
        let account = whole.of(outer.map(|outer| leaves_around(outer, has_objects)).unwrap_or_default());
        (made, account)
    }
}

/// What belongs to no incident is related to all of them.
fn relate(record: &mut Record, incidents: &[RecordId]) {
    record.related.extend(incidents.iter().enumerate().map(|(i, incident)| Related {
        id: format!("incident-{}", i + 1).parse().unwrap_or_default(),
        record: Some(*incident),
        relation: Some(Relation::RelatedTo),
        ..Related::default()
    }));
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
