//! No part of a record stands anywhere under a wider marking than its own.

use serde_json::{Value as Json, json};

use super::{
    level::{Levels, is_narrower},
    marking::label,
    *,
};
use crate::marking::Tlp;

/// A GREEN case in which everything that says RED is.
fn mixed() -> Json {
    json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "status": "confirmed",
        "created": "2026-03-01T12:00:00Z", "modified": "2026-03-01T12:00:00Z",
        "title": { "text": "A case" }, "handling": { "tlp": "GREEN" },
        "description": [{ "id": "d1", "text": "Told to all" }, { "id": "d2", "marking": { "tlp": "RED" }, "text": "RED description" }],
        "events": [
            {
                "id": "v1", "marking": { "restriction": "private" }, "descriptions": [{ "text": "RED event" }],
                "parties": ["p3"], "actions": ["a2"],
                "methods": [{ "id": "m9", "descriptions": [{ "text": "RED method of an event" }] }],
            },
            { "id": "v2", "parent": "v1", "descriptions": [{ "text": "RED event in an event" }] },
            {
                "id": "v3", "descriptions": [{ "text": "Green event" }],
                "assessment": { "id": "im9", "marking": { "tlp": "RED" }, "intended": [{ "descriptions": [{ "text": "RED goal" }] }] },
            },
        ],
        "systems": [
            { "id": "s1", "event": "v2", "domains": [{ "name": "red.example" }], "descriptions": [{ "text": "RED system" }] },
        ],
        "parties": [
            { "id": "p1", "marking": { "tlp": "RED" }, "names": [{ "text": "RED party" }] },
            {
                "id": "p2", "names": [{ "text": "Green party" }],
                "contacts": [{ "id": "p9", "marking": { "restriction": "secret-cabal" }, "names": [{ "text": "RED desk" }] }],
            },
            { "id": "p3", "names": [{ "text": "RED party of an event" }] },
            { "id": "p4", "marking": { "tlp": "RED" }, "roles": ["RED party without a name"] },
        ],
        "actions": [
            { "id": "a1", "marking": { "tlp": "RED" }, "text": [{ "text": "RED action" }] },
            { "id": "a2", "text": [{ "text": "RED action of an event" }], "step": "containment", "done_at": { "at": "2026-03-01T12:00:00Z" } },
        ],
        "impacts": [{
            "id": "i1", "marking": { "tlp": "RED" }, "occurrence": "actual",
            "business": [{ "kind": "breach-privacy", "descriptions": [{ "text": "RED impact" }] }],
            "counters": [{ "kind": "count", "meaning": "RED-customer", "value": "7" }],
        }],
        "costs": [{ "id": "c1", "marking": { "tlp": "RED" }, "amount": "10", "currency": "EUR", "text": { "text": "RED cost" } }],
        "classification": [{ "id": "k1", "marking": { "tlp": "RED" }, "scheme": "event-type-ov", "value": "RED-type" }],
        "aliases": [{ "id": "al1", "marking": { "tlp": "RED" }, "owner": "elsewhere.example", "number": "RED-17" }],
        "assets": [{ "id": "as1", "marking": { "tlp": "RED" }, "class": "host", "description": { "text": "RED asset" } }],
        "timeline": [{ "id": "t1", "marking": { "tlp": "RED" }, "text": [{ "text": "RED entry" }] }],
        "malware": [
            { "id": "w1", "marking": { "tlp": "RED" }, "name": "RED malware", "is_family": true },
            { "id": "w2", "name": "Green malware", "is_family": true },
        ],
        "related": [{ "id": "r1", "relation": "related-to", "elements": ["w2", "w1"], "why": "RED link" }],
        "indicators": [{
            "id": "n1", "marking": { "restriction": "need-to-know" }, "title": "Amber indicator",
            "observable": { "system": { "id": "s9", "marking": { "tlp": "RED" }, "domains": [{ "name": "RED.example" }] } },
        }],
    })
}

fn written(record: &Json, shape: IncidentShape) -> (StixDocument, Vec<Entry>) {
    let record: Record = serde_json::from_value(record.clone()).unwrap();
    to_stix(RecordDocument::of(vec![record]), &IdKey::public(), shape).unwrap()
}

/// The narrowest label that covers a place of an object.
fn covered(object: &Value<'static>, place: &str) -> Option<Tlp> {
    let place = place.replace('[', ".[");
    let marks = object.get("granular_markings").and_then(|list| list.as_array().ok()).unwrap_or_default();
    let covers = |mark: &&Value<'static>| {
        let all = mark.get("selectors").unwrap().as_array().unwrap();
        all.iter().map(|one| one.as_str().unwrap()).any(|one| place == one || place.starts_with(&format!("{one}.")))
    };
    let known = |mark: &Value<'static>| {
        let id = mark.get("marking_ref").unwrap().as_str().unwrap();
        Tlp::ALL.iter().copied().find(|tlp| convert::marking(*tlp).unwrap().id == id).unwrap()
    };
    marks.iter().filter(covers).map(known).max().max(label(object))
}

/// Texts of a document that say RED and are not marked so, each with the type of its object.
fn leaks(document: &StixDocument) -> Vec<String> {
    let mut all = Vec::new();
    for object in document.objects() {
        for member in tree::members(object.value()) {
            tree::leaves(&member.value, &member.key, &mut |place, leaf| {
                let says = place.contains("RED") || leaf.as_str().is_ok_and(|text| text.contains("RED"));
                let is_label = object.text("type") == Some("marking-definition");
                if says && !is_label && covered(object.value(), &place) != Some(Tlp::Red) {
                    all.push(format!("{} {place}: {}", object.text("type").unwrap(), tree::text(leaf)));
                }
            });
        }
    }
    all
}

#[test]
fn nothing_narrower_stands_under_a_wider_marking() {
    for (name, shape) in IncidentShape::ALL {
        let (document, mut account) = written(&mixed(), *shape);
        assert_eq!(leaks(&document), Vec::<String>::new(), "{name}");
        let text = |document: &StixDocument| stix::encode(document, crate::json::Layout::Compact).unwrap();
        let read = stix::decode(&text(&document), &Limits::default()).unwrap();
        let wrong: Vec<_> = read.findings.iter().filter(|one| one.severity >= Severity::Warning).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        come_back(name, document.clone());
        let plain = extension::leave_out(document, &mut account);
        assert_eq!(leaks(&plain), Vec::<String>::new(), "{name}, plain");
        let read = stix::decode(&text(&plain), &Limits::default()).unwrap();
        let wrong: Vec<_> = read.findings.iter().filter(|one| one.severity >= Severity::Error).collect();
        assert!(wrong.is_empty(), "{name}, plain: {wrong:#?}");
        assert!(!String::from_utf8(text(&plain)).unwrap().contains(extension::ID), "{name}");
    }
}

/// Each object is as narrow as what it is made of, the links as what they join.
#[test]
fn objects_are_marked_with_their_own() {
    let (document, _) = written(&mixed(), IncidentShape::V2);
    let of = |kind: &str, name: &str| {
        let is_it = |one: &&stix::Object| one.text("type") == Some(kind) && tree::text(one.value()).contains(name);
        let found = document.objects().iter().find(is_it).unwrap_or_else(|| panic!("no {kind} {name}"));
        label(found.value())
    };
    for (kind, name, tlp) in [
        ("incident", "A case", Tlp::Green),
        ("report", "A case", Tlp::Green),
        ("identity", "RED party", Tlp::Red),
        ("identity", "Green party", Tlp::Green),
        ("identity", "RED party of an event", Tlp::Red),
        ("infrastructure", "RED system", Tlp::Red),
        ("domain-name", "red.example", Tlp::Red),
        ("relationship", "consists-of", Tlp::Red),
        ("relationship", "related-to", Tlp::Red),
        ("course-of-action", "RED action of an event", Tlp::Red),
        ("note", "RED entry", Tlp::Red),
        ("malware", "RED malware", Tlp::Red),
        ("malware", "Green malware", Tlp::Green),
        ("event", "RED event in an event", Tlp::Red),
        ("event", "Green event", Tlp::Green),
        ("task", "RED action", Tlp::Red),
        ("task", "RED action of an event", Tlp::Red),
        ("impact", "RED impact", Tlp::Red),
        ("impact", "RED cost", Tlp::Red),
        ("indicator", "Amber indicator", Tlp::Red),
    ] {
        assert_eq!(of(kind, name), Some(tlp), "{kind} {name}");
    }
    // What is narrower than the incident is not in its description.
    let incident = document.objects().iter().find(|one| one.text("type") == Some("incident")).unwrap();
    assert!(incident.text("description").unwrap().starts_with("Told to all"));
}

/// Markings of a record, by field, as often as they stand there.
fn markings(record: &Record) -> Vec<(String, String)> {
    let all =
        leaves_of(record).into_iter().map(|(path, value)| (crate::translate::reasons::field(&path), value.to_string()));
    let mut all: Vec<_> = all.filter(|(path, _)| path.contains("marking.") || path.starts_with("handling.")).collect();
    all.sort();
    all
}

/// What the other scale says has the same meaning, and comes back in its own words; what an object has only inherited is not
/// said of its element, as long as it would inherit it again.
#[test]
fn markings_come_back_as_they_were() {
    let mut record = mixed();
    let (document, _) = written(&record, IncidentShape::V2);
    let before: Record = serde_json::from_value(record.clone()).unwrap();
    assert_eq!(markings(&from_stix(document).0.records[0]), markings(&before));
    for (word, tlp) in [
        ("private", Some(Tlp::Red)),
        ("need-to-know", Some(Tlp::Amber)),
        ("partner", Some(Tlp::Green)),
        ("public", Some(Tlp::Clear)),
        ("default", None),
        ("nobody-knows", Some(Tlp::Red)),
    ] {
        record["handling"] = json!({ "restriction": word });
        let (document, _) = written(&record, IncidentShape::V2);
        let of = |name: &str| document.objects().iter().find(|one| one.text("name") == Some(name)).unwrap();
        assert_eq!(label(of("A case").value()), tlp, "{word}");
        assert_eq!(label(of("Green malware").value()), tlp, "{word}");
        let before: Record = serde_json::from_value(record.clone()).unwrap();
        assert_eq!(markings(&from_stix(document.clone()).0.records[0]), markings(&before), "{word}");
        come_back(word, document);
    }
}

/// What has a field that is narrower is as narrow as that.
#[test]
fn a_field_narrows_what_it_is_in() {
    let mut record = mixed();
    record["field_markings"] = json!([{ "element": "w2", "path": "name", "tlp": "AMBER" }]);
    let of = |record: &Json, name: &str| {
        let (document, _) = written(record, IncidentShape::V2);
        label(document.objects().iter().find(|one| one.text("name") == Some(name)).unwrap().value())
    };
    assert_eq!((of(&record, "Green malware"), of(&record, "A case")), (Some(Tlp::Amber), Some(Tlp::Green)));
    record["field_markings"] = json!([{ "path": "title.text", "tlp": "AMBER" }]);
    assert_eq!((of(&record, "Green malware"), of(&record, "A case")), (Some(Tlp::Amber), Some(Tlp::Amber)));
}

/// An object that is taken out of its case is still as narrow as it was there.
#[test]
fn an_object_alone_keeps_what_it_inherited() {
    let (document, _) = written(&mixed(), IncidentShape::V2);
    let object = document.objects().iter().find(|one| one.text("name") == Some("Green malware")).unwrap();
    let alone = StixDocument::new(None, vec![object.value().clone()]);
    let record = from_stix(alone).0.records.remove(0);
    assert_eq!(record.malware[0].marking.as_ref().unwrap().tlp, Some(Tlp::Green));
}

/// What links a party that stays at home is as narrow as the party.
#[test]
fn a_link_to_what_stays_at_home_is_as_narrow() {
    let mut record = mixed();
    record["reporter"] = json!({ "mode": "confidential", "person": "p9" });
    record["parties"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "id": "p9", "marking": { "tlp": "RED" }, "names": [{ "text": "RED reporter" }] }));
    record["related"] = json!([{ "id": "r1", "elements": ["p9"], "urls": ["https://red.example/"], "descriptions": [{ "text": "RED link" }] }]);
    let (document, _) = written(&record, IncidentShape::V2);
    let text = String::from_utf8(stix::encode(&document, crate::json::Layout::Compact).unwrap()).unwrap();
    assert!(text.contains("RED link") && !text.contains("RED reporter"), "{text}");
    assert_eq!(leaks(&document), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever the account says that something stands which is narrower than the record, it is marked so.
    #[test]
    fn whatever_is_narrower_is_marked(seed: u64, shape in 0..IncidentShape::ALL.len()) {
        let record = generated(seed);
        let json = serde_json::to_value(&record).unwrap();
        let levels = Levels::of(&record, &json);
        let (document, account) = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::ALL[shape].1).unwrap();
        for entry in &account {
            let path = entry.path.replace("$.records[0]", "$");
            let level = levels.at(&path);
            let Some((id, place)) = entry.fate.place().and_then(|place| place.split_once('.')) else { continue };
            if !is_narrower(level, levels.whole()) {
                continue;
            }
            for object in document.objects().iter().filter(|one| one.text("id") == Some(id)) {
                prop_assert!(!is_narrower(level, covered(object.value(), place)), "{:?}: {}", level, entry);
            }
        }
    }
}
