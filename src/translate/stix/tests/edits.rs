//! What somebody has changed in a document of ours is what it says.

use serde_json::{Value as Json, json};

use super::*;

fn record() -> Record {
    let record = json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "modified": "2026-03-01T12:00:00Z",
        "title": { "text": "A case", "lang": "en" }, "what_occurred": { "text": "Files were encrypted." },
        "handling": { "restriction": "partner" },
        "indicators": [{
            "id": "i1", "title": "Where it calls",
            "observable": { "address": { "kind": "ipv4-addr", "value": "192.0.2.77" } },
        }],
        "systems": [{ "id": "s1", "role": "source", "addresses": [{ "kind": "ipv4-addr", "value": "192.0.2.5" }] }],
        "parties": [{ "id": "p1", "names": [{ "text": "CSIRT", "lang": "en" }, { "text": "Another name" }] }],
    });
    serde_json::from_value(record).unwrap()
}

/// The document of the record in which somebody has changed properties of objects of a type.
fn edited(kind: &str, properties: Json) -> StixDocument {
    let (document, _) = to_stix(RecordDocument::of(vec![record()]), &IdKey::public(), IncidentShape::V2).unwrap();
    let bytes = stix::encode(&document, crate::json::Layout::Compact).unwrap();
    let mut document: Json = serde_json::from_slice(&bytes).unwrap();
    let mut count = 0;
    for object in document["objects"].as_array_mut().unwrap() {
        if object["type"] == kind && !object.to_string().contains("\"*\"") {
            object.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
            count += 1;
        }
    }
    assert_eq!(count, 1, "{kind}");
    stix::decode(document.to_string().as_bytes(), &Limits::default()).unwrap().document
}

/// What is read of it, and what became of each leaf; nothing is lost, and it can be written again.
fn read(document: StixDocument) -> (Record, Vec<Entry>) {
    let (mut made, account) = from_stix(document);
    assert_eq!(lost(&account), Vec::<String>::new());
    let (again, told) = to_stix(through_text(&made), &IdKey::public(), IncidentShape::V2).unwrap();
    assert_eq!(lost(&told), Vec::<String>::new());
    let once_more = from_stix(again).0;
    assert_eq!(values(&once_more.records[0]), values(&made.records[0]));
    (made.records.remove(0), account)
}

fn values(record: &Record) -> BTreeMap<String, serde_json::Value> {
    leaves_of(record).into_iter().filter(|(path, _)| !path.contains("carried") && !path.contains("origins")).collect()
}

fn fate(account: &[Entry], end: &str) -> Fate {
    let mut all = account.iter().filter(|entry| entry.path.ends_with(end));
    let found = all.next().unwrap_or_else(|| panic!("{end} is not in the account"));
    assert!(all.next().is_none(), "{end}");
    found.fate.clone()
}

const OVERRULED: &str = "a property that was made of it says something else since";

#[test]
fn a_pattern_that_was_changed_is_what_is_looked_for() {
    let (record, account) = read(edited("indicator", json!({ "pattern": "[ipv4-addr:value = '203.0.113.200']" })));
    let indicator = &record.indicators[0];
    assert_eq!(indicator.pattern.as_deref(), Some("[ipv4-addr:value = '203.0.113.200']"));
    assert_eq!(indicator.pattern_type.as_deref(), Some("stix"));
    assert!(indicator.observable.is_none());
    let why = OVERRULED.to_owned();
    assert_eq!(fate(&account, ".record.observable.address.value"), Fate::Dropped { why });
    let (document, _) = crate::translate::to_iodef(RecordDocument::of(vec![record]));
    let text = format!("{document:?}");
    assert!(text.contains("203.0.113.200") && !text.contains("192.0.2.77"), "{text}");
}

#[test]
fn a_name_that_was_changed_is_the_name() {
    let (record, _) = read(edited("infrastructure", json!({ "name": "Its first server" })));
    let names: Vec<_> = record.systems[0].descriptions.iter().map(|text| text.text.as_deref().unwrap()).collect();
    assert_eq!(names, ["Its first server"]);
    assert_eq!(record.systems[0].addresses.len(), 1);

    let (record, account) = read(edited("identity", json!({ "name": "EDITED" })));
    let names: Vec<_> =
        record.parties[0].names.iter().map(|text| (text.text.as_deref(), text.lang.as_deref())).collect();
    assert_eq!(names, [(Some("EDITED"), Some("en")), (Some("Another name"), None)]);
    assert_eq!(fate(&account, ".record.names[0].text"), Fate::Dropped { why: OVERRULED.to_owned() });
    assert!(matches!(fate(&account, ".record.names[1].text"), Fate::Kept { .. }));
}

#[test]
fn what_was_changed_of_an_incident_is_said_of_it() {
    let (record, account) =
        read(edited("incident", json!({ "name": "Another case", "description": "It was not so." })));
    let title = record.title.as_ref().unwrap();
    assert_eq!((title.text.as_deref(), title.lang.as_deref()), (Some("Another case"), Some("en")));
    assert_eq!(record.description[0].text.as_deref(), Some("It was not so."));
    // What the description was made of is no description.
    assert_eq!(record.what_occurred.as_ref().unwrap().text.as_deref(), Some("Files were encrypted."));
    assert!(
        account.iter().any(|entry| entry.path.ends_with(".description") && matches!(entry.fate, Fate::Kept { .. }))
    );
}

/// Somebody who narrows what we have marked is heard.
#[test]
fn a_marking_that_was_changed_is_the_marking() {
    const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    let (record, _) = read(edited("incident", json!({ "object_marking_refs": [RED] })));
    assert_eq!(record.handling.as_ref().unwrap().tlp, Some(crate::marking::Tlp::Red));
    let (record, _) = read(edited("indicator", json!({ "object_marking_refs": [RED] })));
    assert_eq!(record.indicators[0].marking.as_ref().unwrap().tlp, Some(crate::marking::Tlp::Red));
}

/// What only says what others say is something of its own once it says something else.
#[test]
fn a_derived_object_that_was_changed_is_read() {
    let (document, _) = to_stix(RecordDocument::of(vec![record()]), &IdKey::public(), IncidentShape::V2).unwrap();
    let text = String::from_utf8(stix::encode(&document, crate::json::Layout::Compact).unwrap()).unwrap();
    let parts = text.replace("consists-of", "communicates-with");
    assert_ne!(text, parts);
    let read = |text: &str| {
        let document = stix::decode(text.as_bytes(), &Limits::default()).unwrap().document;
        from_stix(document).0.records.remove(0)
    };
    assert!(read(&text).related.is_empty());
    assert_eq!(read(&parts).related[0].relation.as_ref().unwrap().as_str(), "communicates-with");
}
