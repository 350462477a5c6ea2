use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;

/// Path and letters of the transcribed rows.
fn model() -> BTreeMap<&'static str, &'static str> {
    let rows = include_str!("../visibility.tsv").lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, path, letters] = columns[..] else { panic!("three columns: {line}") };
        (path, letters)
    });
    let count = rows.clone().count();
    let map: BTreeMap<_, _> = rows.collect();
    assert_eq!(map.len(), count, "a path stands twice");
    map
}

#[test]
fn every_row_of_the_model_is_declared_so() {
    for (path, letters) in model() {
        assert_eq!(visibility(path.split('.')).to_string(), letters, "{path}");
    }
}

#[test]
fn no_letters_are_declared_that_the_model_does_not_have() {
    let model = model();
    // letters inside a group count where the group first stands; elsewhere it is the same declaration
    let mut seen = BTreeSet::new();
    let mut unlisted = Vec::new();
    collect(Record::fields(), String::new(), &mut seen, &mut unlisted);
    unlisted.retain(|path: &String| !model.contains_key(path.as_str()));
    assert_eq!(unlisted, Vec::<String>::new());
}

fn collect(fields: &'static [Field], above: String, seen: &mut BTreeSet<usize>, found: &mut Vec<String>) {
    if fields.is_empty() || !seen.insert(fields.as_ptr() as usize) {
        return;
    }
    for field in fields {
        let path = format!("{above}{}", field.name);
        match field.sight {
            Sight::Own(Visibility::Structure | Visibility::Residue) | Sight::Inherit => {}
            _ => found.push(path.clone()),
        }
        collect((field.fields)(), format!("{path}."), seen, found);
    }
}

#[test]
fn every_field_of_the_record_is_in_the_model() {
    let model = model();
    for field in Record::fields() {
        let prefix = format!("{}.", field.name);
        let named = model.keys().any(|path| *path == field.name || path.starts_with(&prefix));
        let structural = ["origins", "carried", "events"].contains(&field.name);
        assert!(named || structural, "{}", field.name);
    }
}

#[test]
fn fields_inherit_and_unknown_paths_are_hidden() {
    assert_eq!(visibility(["timeline", "text", "lang"]).to_string(), "YCSCSCN");
    assert_eq!(visibility(["evidence", "digests", "value"]).to_string(), "YCYYNCN");
    assert_eq!(visibility(["systems", "id"]), Visibility::Structure);
    assert_eq!(visibility(["systems", "carried", "value"]), Visibility::Residue);
    assert_eq!(visibility(["handling", "tlp"]), Visibility::Frame);
    assert_eq!(visibility(["nothing"]), HIDDEN);
    assert_eq!(visibility(["title", "nothing"]), HIDDEN);
    assert_eq!(visibility([]), HIDDEN);
}

#[test]
fn the_table_lists_each_path_once_and_ends() {
    let rows = table();
    let paths: BTreeSet<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(paths.len(), rows.len());
    let row = rows.iter().find(|row| row.path == "$.timeline[*].text[*].lang").unwrap();
    assert!(row.leaf && !row.own && row.visibility.to_string() == "YCSCSCN");
    for row in &rows {
        let bare = row.path.replace("[*]", "");
        assert_eq!(visibility(bare.split('.').skip(1)), row.visibility, "{}", row.path);
    }
}

fn seen(record: &Value) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    walk(record, &mut |place, value, visibility| {
        assert_eq!(record.pointer(&place.pointer()), Some(value));
        assert!(seen.insert(place.to_string(), visibility.to_string()).is_none());
    });
    seen
}

#[test]
fn content_narrows_what_may_be_seen() {
    let seen = seen(&json!({
        "id": "3f2a0000-0000-4000-8000-000000000000",
        "kind": "incident",
        "reporter": { "mode": "confidential", "person": "p1", "manager": "p2" },
        "parties": [
            { "id": "p1", "type": "person", "names": [{ "text": "R. Porter" }],
              "contacts": [{ "type": "organisation", "names": [{ "text": "Desk" }] }] },
            { "id": "p2", "type": "person", "names": [{ "text": "M. Anager" }] },
            { "id": "p3", "type": "organisation", "names": [{ "text": "Example Ltd" }] },
            { "id": "p4", "type": "organisation", "roles": ["reporter"], "names": [{ "text": "Source" }] },
            { "id": "p5", "names": [{ "text": "nobody knows what" }] },
        ],
        "vulnerabilities": [{ "name": "CVE-1", "published": true }, { "name": "ours", "published": false }],
        "timeline": [
            { "text": [{ "text": "a" }] },
            { "visibility": "YNNNNNN", "text": [{ "text": "b" }] },
            { "visibility": "nonsense", "text": [{ "text": "c" }] },
        ],
        "unknown": 1,
    }));
    for (path, expected) in [
        ("$.reporter.person", "YNNCNNN"),
        ("$.parties[0].names[0].text", "YNNCNNN"),
        ("$.parties[0].contacts[0].names[0].text", "YNNCNNN"),
        ("$.parties[0].id", "structure"),
        ("$.parties[1].names[0].text", "YCNNNNN"),
        ("$.parties[2].names[0].text", "YYCYCYN"),
        ("$.parties[3].names[0].text", "YNNCNNN"),
        ("$.parties[3].roles", "YNNCNNN"),
        ("$.parties[4].names[0].text", "YCNCNCN"),
        ("$.vulnerabilities[0].name", "YYYYCYC"),
        ("$.vulnerabilities[1].name", "YYYYNYN"),
        ("$.timeline[0].text[0].text", "YCSCSCN"),
        ("$.timeline[1].text[0].text", "YNNNNNN"),
        ("$.timeline[2].text[0].text", "NNNNNNN"),
    ] {
        assert_eq!(seen.get(path).map(String::as_str), Some(expected), "{path}");
    }
    assert!(!seen.contains_key("$.unknown"));
}

/// The walk must miss nothing: what it shows is the whole record.
#[test]
fn the_walk_shows_every_value() {
    for seed in 0..8 {
        let record = crate::record::generate::record(&crate::world::Seeded::new(seed)).unwrap();
        let value = serde_json::to_value(&record).unwrap();
        let mut rest = value.clone();
        walk(&value, &mut |place, _, _| {
            *rest.pointer_mut(&place.pointer()).unwrap() = Value::Null;
        });
        assert!(empty(&rest), "{rest}");
    }
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(empty),
        Value::Object(members) => members.values().all(empty),
        _ => false,
    }
}
