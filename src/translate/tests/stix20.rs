//! Documents of STIX 2.0, and with objects of it: every leaf has one end, by the path that it has in the document that came.

use std::collections::BTreeSet;

use crate::{
    format::Format,
    json::{Document as Json, Limits, Value, below},
    translate::{Converted, Document, Fate, convert, read},
};

fn files() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix-2.0");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() >= 6);
    all
}

fn leaves(value: &Value<'_>, path: &str, found: &mut BTreeSet<String>) {
    use crate::json::Data;
    match &value.data {
        Data::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(nth, one)| leaves(one, &format!("{path}[{nth}]"), found));
        }
        Data::Object(members) if !members.is_empty() => {
            members.iter().for_each(|one| leaves(&one.value, &below(path, &one.key), found));
        }
        _ => assert!(found.insert(path.to_owned())),
    }
}

fn converted(name: &str, bytes: &[u8], to: Format) -> Converted {
    let source = read(bytes, Format::Stix20, u64::MAX).unwrap();
    assert!(matches!(source.document, Document::Stix20(_)), "{name}");
    assert_eq!(source.error(), None, "{name}");
    convert(source, to, Default::default()).unwrap_or_else(|found| panic!("{name}: {found:#?}"))
}

#[test]
fn every_leaf_has_one_end() {
    for (name, bytes) in files() {
        let mut wanted = BTreeSet::new();
        leaves(Json::parse(&bytes, &Limits::default()).unwrap().root(), "$", &mut wanted);
        for to in [Format::Stix, Format::Record] {
            let Converted { account, .. } = converted(&name, &bytes, to);
            let told: Vec<&str> = account.iter().map(|entry| entry.path.as_str()).collect();
            let each: BTreeSet<&str> = told.iter().copied().collect();
            assert_eq!(told.len(), each.len(), "{name} to {to}");
            assert_eq!(each, wanted.iter().map(String::as_str).collect(), "{name} to {to}");
            let lost: Vec<_> = account.iter().filter(|entry| entry.fate == Fate::Lost).collect();
            assert!(lost.is_empty(), "{name} to {to}: {lost:#?}");
        }
    }
}

/// What 2.1 makes of a document is what comes back from the record that it becomes.
#[test]
fn records_say_what_2_1_says() {
    for (name, bytes) in files() {
        let direct = converted(&name, &bytes, Format::Stix).bytes;
        let record = converted(&name, &bytes, Format::Record).bytes;
        let record = read(&record, Format::Record, u64::MAX).unwrap();
        let back = convert(record, Format::Stix, Default::default()).unwrap().bytes;
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(value(&direct), value(&back), "{name}");
    }
}
