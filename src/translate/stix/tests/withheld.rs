//! What of a record never stands in STIX is what the table of what is withheld says, no more and no less.

use std::collections::BTreeSet;

use super::*;
use crate::translate::{reasons::field, withheld::ROWS};

/// Reasons that are about a value or about residue, not about a field: what they begin with.
const NO_FIELD: &[&str] = &[
    "the reporter wants to stay unnamed",
    "nothing that leaves names this party",
    "who was told within the house",
    "its letters let it out to nobody",
    "residue ",
    "the id of a record is never sent",
    "something in it is narrower",
];

/// What may not go out does not go out as a property either.
#[test]
fn no_row_writes_what_the_table_drops() {
    for pair in table::PAIRS.iter().chain(observable::PAIRS) {
        for row in pair.rows.iter().copied().flatten() {
            let path = format!("{}{}", pair.list, tree::step(row.member));
            assert_eq!(ROWS.row(&field(&path)), None, "{path}");
        }
    }
}

#[test]
fn what_is_dropped_is_what_the_table_says() {
    let mut hit = BTreeSet::new();
    let mut unknown = BTreeMap::new();
    for record in (0..150).map(generated) {
        for entry in to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap().1 {
            let Fate::Dropped { why } = entry.fate else { continue };
            match ROWS.row(&field(&entry.path)) {
                Some((row, reason)) if reason == why => _ = hit.insert(row),
                // What names a thing goes where the thing goes.
                _ if is_structure(&field(&entry.path)) && ROWS.0.values().any(|reason| *reason == why) => {}
                _ if NO_FIELD.iter().any(|about| why.starts_with(about)) => {}
                _ => _ = unknown.insert(entry.path, why),
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    let stale: Vec<_> = ROWS.0.iter().filter(|(row, why)| **why != "-" && !hit.contains(*row)).collect();
    assert!(stale.is_empty(), "rows of withheld/fields.tsv of which nothing is dropped: {stale:#?}");
}

/// Who of us has worked on a record is told to nobody, wherever it stands; nor does what is left name what is not there.
#[test]
fn our_own_people_stay_at_home() {
    const ADA: &str = "Ada Own";
    let record = serde_json::json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "modified": "2026-03-01T12:00:00Z",
        "title": { "text": "A case" }, "recorded_by": ADA, "transcribed_by": ADA,
        "closure": { "skipped_assessment": { "text": "Small." }, "accepted_by": ADA },
        "review": { "attendees": [ADA], "communication": { "text": "It was." } },
        "reg": { "determinations": [{ "id": "d1", "regime": "dora", "by": ADA }] },
        "related": [{ "id": "r1", "why": "Same hour", "by": ADA }],
        "classification": [{ "id": "c1", "scheme": "rsit", "by": ADA }],
        "assessments": [{ "id": "a1", "seq": 1, "by_role": "duty desk", "by": ADA }],
        "severity_series": [{ "id": "s1", "scale": "ours", "value": "3", "by": ADA }],
        "parties": [{
            "id": "p1", "names": [{ "text": "CERT Example" }],
            "keys": [{ "fingerprint": "AB", "verified_by": ADA }],
            "contacts": [{ "id": "p2", "names": [{ "text": "Desk" }], "keys": [{ "fingerprint": "CD", "verified_by": ADA }] }],
        }],
        "timeline": [{ "id": "t1", "text": [{ "text": "Call" }], "by": ADA, "message": "m1" }],
        "messages": [{ "id": "m1", "by": ADA }],
        "notified": [{ "id": "n1", "who": "police", "message": "m1" }],
        "obligations": [{ "id": "o1", "regime": "nis2", "waived_by": ADA }],
        "submissions": [{ "id": "u1", "obligation": "o1", "approved_by": ADA }],
        "evidence": [{ "id": "e1", "access_log": [{ "by": ADA }], "hold": { "by": ADA } }],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    let leaves = leaves_of(&record);
    let (document, account) = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap();
    let bytes = stix::encode(&document, crate::json::Layout::Compact).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(ADA), "{text}");
    assert!(!text.contains("element--"), "it names a message that is nowhere: {text}");
    let gone = |path: &str| account.iter().any(|e| e.path == path && matches!(e.fate, Fate::Dropped { .. }));
    for (path, value) in leaves {
        assert!(value != ADA || gone(&path), "{path}");
    }
    for path in
        ["messages[0].id", "obligations[0].id", "submissions[0].id", "severity_series[0].id", "notified[0].message"]
    {
        assert!(gone(&format!("$.records[0].{path}")), "{path}: {account:#?}");
    }
    assert!(!gone("$.records[0].notified[0].id") && !gone("$.records[0].timeline[0].id"));
}
