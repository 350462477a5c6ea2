//! Translation of documents and of generated records: nothing is forgotten, and what came comes back.

mod cases;
mod core;
mod edits;
mod iodef;
mod marks;
mod places;
mod withheld;

use std::{collections::BTreeMap, fs, path::PathBuf};

use proptest::prelude::*;

use super::*;
use crate::{
    error::Severity,
    json::{Document, Limits, Value},
    record::{NodeMut, Part as _, Place, Record, RecordDocument},
    stix::{self, StixDocument},
    time::WireTime,
    translate::{Entry, Fate, ledger::each_leaf},
    world::Seeded,
};

/// Every document of `fixtures/stix` that is read without an error.
fn fixtures() -> Vec<(String, StixDocument)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix"));
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ext| ext == "json"));
    files.sort();
    let read = |file: PathBuf| {
        let bytes = fs::read(&file).unwrap();
        let decoded = stix::decode(&bytes, &Limits::default()).ok()?;
        let good = decoded.findings.iter().all(|finding| finding.severity < Severity::Error);
        good.then(|| (file.file_name().unwrap().to_string_lossy().into_owned(), decoded.document))
    };
    let all: Vec<_> = files.into_iter().filter_map(read).collect();
    assert!(all.len() > 40, "{} fixtures", all.len());
    all
}

/// What stands around the objects, and what each object says.
type Normal = (Option<String>, BTreeMap<(String, String), Vec<String>>);

/// A document in normal form: what stands around the objects, and each object once, by id and time of modification.
fn normal(document: &StixDocument) -> Normal {
    let sorted = |value: &Value<'static>| {
        fn sort(value: &Value<'static>) -> String {
            serde_json::from_str::<serde_json::Value>(&tree::text(value)).unwrap().to_string()
        }
        sort(value)
    };
    let mut objects: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for object in document.objects() {
        let name = |property| object.text(property).unwrap_or_default().to_owned();
        let same = objects.entry((name("id"), name("modified"))).or_default();
        let text = sorted(object.value());
        if !same.contains(&text) {
            same.push(text);
        }
    }
    (document.frame().map(sorted), objects)
}

fn lost(account: &[Entry]) -> Vec<String> {
    account.iter().filter(|entry| entry.fate == Fate::Lost).map(ToString::to_string).collect()
}

/// The record format itself must be able to hold what is made.
fn through_text(document: &RecordDocument) -> RecordDocument {
    let bytes = crate::record::write(document, crate::record::Form::Pretty).unwrap();
    crate::record::read(&bytes).unwrap()
}

fn come_back(name: &str, document: StixDocument) {
    let before = normal(&document);
    let (records, account) = from_stix(document);
    let gone: Vec<_> = account.iter().filter(|e| matches!(e.fate, Fate::Lost | Fate::Dropped { .. })).collect();
    assert!(gone.is_empty(), "{name}: {gone:#?}");
    let records = through_text(&records);
    let errors: Vec<_> = records.records.iter().flat_map(crate::record::check).collect();
    // A generated record may say nothing where it must say something, which no document can.
    let errors: Vec<_> =
        errors.iter().filter(|finding| finding.severity == Severity::Error && name != "ours").collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    let (back, account) =
        to_stix(records, &IdKey::public(), IncidentShape::V2).unwrap_or_else(|f| panic!("{name}: {f:#?}"));
    assert_eq!(lost(&account), Vec::<String>::new(), "{name}");
    let after = normal(&back);
    assert_eq!(before.0, after.0, "{name}");
    for (key, value) in &before.1 {
        assert_eq!(Some(value), after.1.get(key), "{name} {key:?}");
    }
    assert_eq!(before.1.len(), after.1.len(), "{name}: {:#?}", after.1.keys());
}

#[test]
fn documents_come_back() {
    for (name, document) in fixtures() {
        come_back(&name, document);
    }
}

/// The same input gives the same bytes.
#[test]
fn the_same_is_written_again() {
    for (_, document) in fixtures() {
        let write = || {
            let (records, _) = from_stix(document.clone());
            stix::encode(
                &to_stix(records, &IdKey::public(), IncidentShape::V2).unwrap().0,
                crate::json::Layout::Compact,
            )
            .unwrap()
        };
        assert_eq!(write(), write());
    }
}

pub(super) fn generated(seed: u64) -> Record {
    let mut record = crate::record::generate::record(&Seeded::new(seed)).unwrap();
    // What STIX cannot do without.
    let known = |time: &Option<WireTime>| time.as_ref().is_some_and(|time| time.to_timestamp().is_some());
    if !known(&record.created) || !known(&record.modified) {
        record.created = Some("2026-03-01T12:00:00+01:00".parse().unwrap());
        record.modified = record.created.clone();
    }
    record.title.get_or_insert_with(Default::default).text.get_or_insert_with(|| "A case".to_owned());
    record
}

fn leaves_of(record: &Record) -> BTreeMap<String, serde_json::Value> {
    let mut all = BTreeMap::new();
    each_leaf(&serde_json::to_value(record).unwrap(), "$.records[0]".to_owned(), &mut |path, leaf| {
        _ = all.insert(path, leaf.clone())
    });
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every leaf of a record is in the account, once, and none is lost; what is written is STIX without an error.
    #[test]
    fn records_become_documents(seed: u64) {
        let record = generated(seed);
        let wanted = leaves_of(&record);
        let (document, account) = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap();
        prop_assert_eq!(lost(&account), Vec::<String>::new());
        prop_assert_eq!(wanted.keys().collect::<Vec<_>>(), account.iter().map(|entry| &entry.path).collect::<Vec<_>>());
        let bytes = stix::encode(&document, crate::json::Layout::Indented).unwrap();
        let again = stix::decode(&bytes, &Limits::default()).unwrap();
        let errors: Vec<_> = again.findings.iter().filter(|finding| finding.severity >= Severity::Error).collect();
        prop_assert!(errors.is_empty(), "{errors:#?}\n{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(normal(&again.document), normal(&document));
    }

    /// What we have written comes back to us as it was, and is read without a loss.
    #[test]
    fn our_documents_come_back(seed: u64) {
        let (document, _) = to_stix(RecordDocument::of(vec![generated(seed)]), &IdKey::public(), IncidentShape::V2).unwrap();
        come_back("ours", document);
    }

    /// What a record says is the same after the way there and back, save for what the account calls dropped.
    #[test]
    fn records_come_back(seed: u64) {
        let record = generated(seed);
        let (document, account) = to_stix(RecordDocument::of(vec![record.clone()]), &IdKey::public(), IncidentShape::V2).unwrap();
        let is_other = |fate: &Fate| match fate {
            Fate::Dropped { .. } => true,
            Fate::Coarsened { how, .. } => how.starts_with("as narrow as the marking of a field"),
            _ => false,
        };
        let dropped: Vec<&str> = account.iter().filter(|e| is_other(&e.fate)).map(|e| e.path.as_str()).collect();
        let (mut back, _) = from_stix(document);
        // Our number is one of the numbers elsewhere, whoever reads it.
        let number = record.number.as_ref().map(ToString::to_string);
        prop_assert_eq!(&back.records[0].number, &None);
        let is_there = back.records[0].aliases.iter().any(|alias| number.is_some() && alias.number == number);
        prop_assert_eq!(is_there, number.is_some());
        back.records[0].number = record.number.clone();
        // Places in lists may be others: what is an object of its own comes first.
        let values = |record: &Record, dropped: &[&str]| {
            let mut record = record.clone();
            record.visit_mut(&mut Place::default(), &mut |_, node| {
                if let NodeMut::Reference(reference) = node {
                    *reference = "some".parse().unwrap();
                }
            });
            let record = &record;
            let mut all: Vec<(String, String)> = leaves_of(record)
                .into_iter()
                .filter(|(path, _)| !dropped.contains(&path.as_str()))
                .map(|(path, value)| (crate::translate::reasons::field(&path), value.to_string()))
                .filter(|(field, _)| !is_structure(field))
                .collect();
            all.sort();
            all
        };
        let (before, after) = (values(&record, &dropped), values(&back.records[0], &[]));
        let missing: Vec<_> = before.iter().filter(|leaf| !after.contains(leaf)).collect();
        prop_assert!(missing.is_empty(), "{missing:#?}");
    }
}

/// What is about the record's own structure: ids, what refers to them, and residue.
fn is_structure(field: &str) -> bool {
    let last = field.rsplit('.').next().unwrap_or_default();
    field == "id" || last == "id" || field.contains("origins") || field.contains("carried")
}

#[test]
fn a_document_is_read_as_its_text_says() {
    let text = r#"{"a":[{"b":1},[],{}],"c":null}"#;
    let value = Document::parse(text.as_bytes(), &Limits::default()).unwrap().into_root().into_owned();
    let mut found = Vec::new();
    tree::leaves(&value, "$", &mut |path, _| found.push(path));
    assert_eq!(found, ["$.a[0].b", "$.a[1]", "$.a[2]", "$.c"]);
}
