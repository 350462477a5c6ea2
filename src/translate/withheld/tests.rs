use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    record::RecordDocument,
    translate::{Entry, Fate, IdKey, IncidentShape, to_iodef, to_stix},
};

fn document(record: Json) -> RecordDocument {
    let mut whole = json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "modified": "2026-03-01T12:00:00Z",
        "title": { "text": "A case" }, "handling": { "tlp": "GREEN" },
    });
    whole.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
    serde_json::from_value(json!({ "sirex-record": 1, "records": [whole] })).unwrap()
}

/// Both formats, as texts, each with what became of the leaves.
fn both(record: Json) -> [(String, BTreeMap<String, Fate>); 2] {
    let by_path = |account: Vec<Entry>| account.into_iter().map(|entry| (entry.path, entry.fate)).collect();
    let (made, iodef) = to_iodef(document(record.clone()));
    let (bundle, stix) = to_stix(document(record), &IdKey::public(), IncidentShape::V2).unwrap();
    let bundle = crate::stix::encode(&bundle, crate::json::Layout::Compact).unwrap();
    [(format!("{made:?}"), by_path(iodef)), (String::from_utf8(bundle).unwrap(), by_path(stix))]
}

fn party(id: &str, name: &str) -> Json {
    json!({ "id": id, "type": "person", "names": [{ "text": name }] })
}

/// A person whom only a withheld field names is not in the document; whoever is named elsewhere too, or by nothing, is.
#[test]
fn whom_only_withheld_fields_name_stays_at_home() {
    let record = json!({
        "leader": "p1", "team": [{ "id": "t1", "party": "p2" }], "owner": "p3",
        "resolution": { "investigators": ["p1", "p3"] },
        "parties": [party("p1", "Leader Own"), party("p3", "Owner Known"), party("p2", "Team Own"), party("p4", "Also There")],
    });
    for (text, fates) in both(record) {
        assert!(!text.contains("Leader Own") && !text.contains("Team Own"), "{text}");
        assert!(text.contains("Owner Known") && text.contains("Also There"), "{text}");
        // The account is of the record as it is.
        let is_dropped = |path: &str| matches!(&fates[&format!("$.records[0].parties{path}")], Fate::Dropped { .. });
        assert!(is_dropped("[0].names[0].text") && is_dropped("[2].names[0].text"));
        assert!(!is_dropped("[1].names[0].text") && !is_dropped("[3].names[0].text"));
    }
}

#[test]
fn a_reporter_who_wants_to_stay_unnamed_is_not_named() {
    for (mode, is_named) in [("named", true), ("confidential", false), ("anonymous", false)] {
        let record = json!({
            "reporter": { "mode": mode, "person": "p1", "manager": "p2" },
            "parties": [party("p1", "Rea Porter"), party("p2", "Her Manager")],
        });
        for (text, fates) in both(record) {
            assert_eq!(text.contains("Rea Porter"), is_named, "{mode}: {text}");
            assert_eq!(text.contains("Her Manager"), is_named, "{mode}: {text}");
            assert_eq!(matches!(fates["$.records[0].reporter.person"], Fate::Dropped { .. }), !is_named, "{mode}");
        }
    }
}

#[test]
fn who_was_told_within_the_house_stays_at_home() {
    let record = json!({
        "notified": [
            { "id": "n1", "who": "isirt-manager", "party": "p1", "at": { "at": "2026-03-01T10:00:00Z" }, "how": "at his door" },
            { "id": "n2", "who": "police", "party": "p2", "at": { "at": "2026-03-01T11:00:00Z" }, "how": "by telephone" },
        ],
        "parties": [party("p1", "Boss Own"), party("p2", "Officer Known")],
    });
    for (text, fates) in both(record) {
        assert!(!text.contains("Boss Own") && !text.contains("at his door"), "{text}");
        assert!(text.contains("Officer Known"), "{text}");
        assert!(
            matches!(&fates["$.records[0].notified[0].how"], Fate::Dropped { why } if why.contains("within the house"))
        );
        assert!(!matches!(&fates["$.records[0].notified[1].how"], Fate::Lost));
    }
}

#[test]
fn an_entry_that_is_for_nobody_outside_stays_at_home() {
    let entry = |id: &str, text: &str, letters: &str| json!({ "id": id, "at": { "at": "2026-03-01T10:00:00Z" }, "text": [{ "text": text }], "visibility": letters });
    let record = json!({ "timeline": [entry("e1", "Among us.", "YYNNNNN"), entry("e2", "For CERTs.", "YYYNNNN")] });
    for (text, fates) in both(record) {
        assert!(!text.contains("Among us.") && text.contains("For CERTs."), "{text}");
        assert!(matches!(fates["$.records[0].timeline[0].text[0].text"], Fate::Dropped { .. }));
        assert!(!matches!(fates["$.records[0].timeline[1].text[0].text"], Fate::Dropped { .. }));
    }
}

/// What a field with a marking stands in is marked as narrowly.
#[test]
fn markings_of_fields_count_for_what_they_stand_in() {
    let tlp = |marking: Json, at: &str| {
        let mut made = document(json!({
            "how_occurred": { "text": "By the door." },
            "indicators": [{ "id": "i1", "title": "A mark", "marking": { "tlp": "AMBER" } }],
            "field_markings": [marking],
        }));
        let _ = leave_out_elements(&mut made);
        serde_json::to_value(made).unwrap().pointer(&format!("/records/0/{at}/tlp")).cloned()
    };
    let (record, indicator) = ("handling", "indicators/0/marking");
    let own = json!({ "path": "$.how_occurred", "tlp": "RED" });
    assert_eq!(tlp(own.clone(), record), Some(json!("RED")));
    assert_eq!(tlp(own, indicator), Some(json!("AMBER")));
    for path in [
        json!({ "path": "$.indicators[0].title", "tlp": "RED" }),
        json!({ "element": "i1", "path": "title", "tlp": "RED" }),
    ] {
        assert_eq!(tlp(path.clone(), indicator), Some(json!("RED")));
        assert_eq!(tlp(path, record), Some(json!("GREEN")));
    }
    // It never gets wider.
    assert_eq!(tlp(json!({ "element": "i1", "path": "title", "tlp": "CLEAR" }), indicator), Some(json!("AMBER")));
    // Whose element is not there, and what is for some only.
    assert_eq!(tlp(json!({ "element": "gone", "path": "title", "tlp": "RED" }), record), Some(json!("RED")));
    assert_eq!(tlp(json!({ "path": "how_occurred", "audiences": ["regulator"] }), record), Some(json!("RED")));
}
