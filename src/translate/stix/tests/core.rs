//! The incident core extension in its three shapes, each way.

use serde_json::{Value as Json, json};

use super::*;
use crate::stix::Object;

/// A document of `fixtures/stix-core`.
fn fixture(name: &str) -> StixDocument {
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix-core")).join(format!("{name}.json"));
    let decoded = stix::decode(&fs::read(&file).unwrap(), &Limits::default()).unwrap();
    assert!(decoded.findings.is_empty(), "{name}: {:#?}", decoded.findings);
    decoded.document
}

const SHAPES: &[&str] = &["v1", "v2", "os-threat"];

fn record_of(name: &str) -> Record {
    let (mut made, _) = from_stix(fixture(name));
    assert_eq!(made.records.len(), 1);
    made.records.remove(0)
}

/// The record without ids, origins and residue.
fn plain(record: &Record) -> Json {
    fn strip(value: &mut Json) {
        match value {
            Json::Object(members) => {
                ["id", "origins", "carried"].iter().for_each(|name| drop(members.remove(*name)));
                members.values_mut().for_each(strip);
            }
            Json::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(record).unwrap();
    strip(&mut json);
    json
}

fn written(record: Record, shape: IncidentShape) -> (StixDocument, Vec<Entry>) {
    let made = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), shape).unwrap();
    assert_eq!(lost(&made.1), Vec::<String>::new());
    made
}

fn json_of(object: &Object) -> Json {
    serde_json::from_str(&tree::text(object.value())).unwrap()
}

/// The objects of a type, as JSON.
fn of_type(document: &StixDocument, kind: &str) -> Vec<Json> {
    document.objects().iter().filter(|object| object.text("type") == Some(kind)).map(json_of).collect()
}

/// Leaves that are not the same in both.
fn differences(some: &[Json], others: &[Json]) -> Vec<String> {
    let leaves = |all: &[Json]| {
        let mut told = std::collections::BTreeSet::new();
        each_leaf(&json!(all), "$".to_owned(), &mut |path, leaf| _ = told.insert(format!("{path}: {leaf}")));
        told
    };
    leaves(some).symmetric_difference(&leaves(others)).cloned().collect()
}

const CORE: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";

fn core_of(document: &StixDocument) -> Json {
    of_type(document, "incident")[0]["extensions"][CORE].clone()
}

#[test]
fn each_shape_comes_back() {
    for name in SHAPES {
        come_back(name, fixture(name));
    }
}

/// Properties that are called as residue is come back, too, though no rule allows them.
#[test]
fn odd_names_come_back() {
    let object = r#"{
        "type": "incident", "spec_version": "2.1", "id": "incident--5b0e5d1c-0f2a-4000-a000-0000000000aa", "name": "Odd",
        "created": "2026-04-02T08:00:00.000Z", "modified": "2026-04-02T08:00:00.000Z",
        "@unsaid": ["name"], "@embedded": ["attacker_activities", 0], "extensions.a.b": "fine", "extensions..x": 1
    }"#;
    come_back("odd", stix::decode(object.as_bytes(), &Limits::default()).unwrap().document);
}

#[test]
fn every_leaf_is_told_of_once() {
    for name in SHAPES {
        let document = fixture(name);
        let mut wanted = Vec::new();
        for (i, object) in document.objects().iter().enumerate() {
            tree::leaves(object.value(), &format!("$.objects[{i}]"), &mut |path, _| wanted.push(path));
        }
        wanted.sort();
        let (_, account) = from_stix(document);
        let told: Vec<String> =
            account.into_iter().map(|entry| entry.path).filter(|path| path.starts_with("$.objects")).collect();
        assert_eq!(told, wanted, "{name}");
    }
}

#[test]
fn the_second_shape_is_read() {
    let record = plain(&record_of("v2"));
    assert_eq!(record["status"], "confirmed");
    assert_eq!(
        record["severity_series"],
        json!([
            { "scale": "stix-incident-criticality", "value": "70", "direction": "highest-is-worst" },
            { "scale": "Nightjar Exposure", "value": "6.5", "reason": { "text": "by the number of sessions" } },
        ])
    );
    assert_eq!(
        record["classification"],
        json!([
            { "scheme": "event-type-ov", "value": "unauthorized-access-system" },
            { "scheme": "event-type-ov", "value": "modification-information" },
            { "scheme": "recoverability-enum", "value": "regular" },
        ])
    );
    assert_eq!(
        record["e409"]["detection"],
        json!([
            { "way": "logical-alarm", "text": { "text": "automated-tool" } },
            { "text": { "text": "Nightjar Anomaly Desk" } },
        ])
    );
    assert_eq!(
        record["events"],
        json!([
            {
                "descriptions": [{ "text": "Session stolen" }, { "text": "A cookie was read from a kiosk browser." }],
                "occurred_at": { "at": "2026-03-30T06:00:00Z", "fidelity": "hour" },
                "ended_at": { "at": "2026-03-30T07:00:00Z" },
                "assessment": {
                    "categories": [{ "text": "theft-access-credentials" }],
                    "intended": [{ "descriptions": [{ "text": "to read the timesheets of others" }] }],
                },
            },
            {
                "descriptions": [{ "text": "Timesheets changed" }],
                "occurred_at": { "at": "2026-03-31T00:00:00Z", "fidelity": "day" },
            },
        ])
    );
    assert_eq!(
        record["actions"],
        json!([
            {
                "state": "taken",
                "step": "containment",
                "text": [{ "text": "Revoke all sessions" }, { "text": "Every session of the portal was ended." }],
                "severity": "high",
                "start_at": { "at": "2026-04-01T09:00:00Z" },
                "done_at": { "at": "2026-04-01T09:20:00Z", "fidelity": "minute" },
            },
            {
                "state": "planned",
                "step": "internal-investigation",
                "text": [{ "text": "Compare with the paper copies" }],
                "severity": "medium",
                "due": { "at": "2026-04-09T00:00:00Z", "fidelity": "day" },
            },
        ])
    );
    let counter = |value: &str, meaning: &str| json!({ "value": value, "kind": "count", "meaning": meaning });
    let mut size = counter("52000", "records");
    size["unit"] = json!("byte");
    assert_eq!(
        record["impacts"],
        json!([
            { "counters": [counter("14", "employee"), counter("2", "system")] },
            {
                "occurrence": "potential",
                "business": [{
                    "kind": "breach-privacy",
                    "severity": "medium",
                    "descriptions": [{ "text": "Addresses of employees were on the page." }],
                }],
                "counters": [counter("14", "records"), size],
            },
            { "occurrence": "actual", "business": [{ "kind": "loss-of-integrity" }], "counters": [counter("9", "records")] },
            {
                "business": [{ "kind": "loss-of-service" }],
                "system": [{ "kind": "availability-service", "severity": "medium" }],
            },
        ])
    );
    assert_eq!(
        record["costs"],
        json!([{
            "kind": "response-and-recovery-other",
            "amount": "1200.5",
            "amount_max": "2400",
            "currency": "EUR",
            "text": { "text": "Hours of two clerks." },
        }])
    );
}

#[test]
fn the_first_shape_is_read() {
    let record = plain(&record_of("v1"));
    // Closed is ours to say.
    assert_eq!(record["status"], "resolved");
    assert_eq!(
        record["events"][0],
        json!({
            "descriptions": [{ "text": "Requests from many networks at once." }],
            "occurred_at": { "at": "2026-02-11T12:00:00Z", "fidelity": "minute" },
            "ended_at": { "at": "2026-02-11T18:30:00Z" },
            "assessment": { "intended": [{ "descriptions": [{ "text": "to keep customers from ordering" }] }] },
        })
    );
    assert_eq!(record["events"].as_array().unwrap().len(), 2);
    assert_eq!(
        record["actions"],
        json!([
            {
                "state": "taken",
                "step": "detected",
                "text": [{ "text": "The desk was not to be reached." }],
                "done_at": { "at": "2026-02-11T12:05:00Z", "fidelity": "minute" },
            },
            { "state": "planned", "step": "recovery", "due": { "at": "2026-02-20T00:00:00Z", "fidelity": "day" } },
        ])
    );
    let impacts = record["impacts"].as_array().unwrap();
    let has = |one: Json| assert!(impacts.contains(&one), "{one} in {impacts:#?}");
    has(json!({
        "business": [{ "kind": "loss-of-service" }],
        "system": [{ "kind": "availability-service", "severity": "high" }],
    }));
    has(json!({ "counters": [{ "value": "1", "kind": "count", "meaning": "organization" }] }));
    has(json!({ "business": [{ "kind": "asset-damage" }] }));
    assert_eq!(record["costs"][0]["kind"], "foregone-revenue");
}

#[test]
fn the_shape_of_os_threat_is_read() {
    let record = record_of("os-threat");
    let owner = record.actions[0].owner.as_ref().unwrap();
    assert_eq!(owner.as_str(), record.parties[0].id.as_str());
    // Whoever is not in the document is no party of the record.
    assert_eq!(record.actions[1].owner, None);
    let record = plain(&record);
    assert_eq!(record["status"], "received");
    assert_eq!(record["actions"][1]["state"], "taken");
    assert_eq!(record["actions"][1]["result"], json!({ "text": "It was thrown away." }));
    assert_eq!(record["costs"][0]["kind"], "ransom-demand");
    assert_eq!(record["costs"][0]["currency"], "USD");
}

/// What was changed in between is what the record says now, in the shape that came.
#[test]
fn changes_are_written_in_the_shape_that_came() {
    let changed = |name: &str| {
        let mut record = record_of(name);
        record.status = Some(crate::record::classification::Status::Confirmed);
        record.events[0].descriptions = vec![crate::record::base::Text::new("Something else happened.")];
        record.events.truncate(1);
        let (document, _) = written(record, IncidentShape::V2);
        let bytes = stix::encode(&document, crate::json::Layout::Indented).unwrap();
        let findings = stix::decode(&bytes, &Limits::default()).unwrap().findings;
        assert!(findings.is_empty(), "{name} {findings:#?}");
        come_back(name, document.clone());
        document
    };
    let v2 = changed("v2");
    let events = of_type(&v2, "event");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["name"], "Something else happened.");
    assert_eq!(core_of(&v2)["events"], json!([{ "event_ref": events[0]["id"] }]));
    assert_eq!(core_of(&v2)["criticality"], 70);

    let os = changed("os-threat");
    let events = of_type(&os, "event");
    assert_eq!(core_of(&os)["event_refs"], json!([events[0]["id"]]));
    assert_eq!(core_of(&os)["determination"], "confirmed");
    assert_eq!(core_of(&os)["sequence_refs"].as_array().unwrap().len(), 2);

    let v1 = changed("v1");
    let core = core_of(&v1);
    assert_eq!(core["determination"], "successful-attempt");
    assert_eq!(core["investigation_status"], "open");
    assert_eq!(core["defender_activities"].as_array().unwrap().len(), 2);
}

/// What is added to a record that came goes where the document has the like of it.
#[test]
fn what_is_new_is_listed() {
    let cost = || crate::record::ledger::Cost {
        id: "cost-of-ours".parse().unwrap(),
        kind: Some(crate::record::ledger::CostKind::Fine),
        amount: Some("700".parse().unwrap()),
        currency: Some("EUR".parse().unwrap()),
        ..Default::default()
    };
    let mut record = record_of("v2");
    record.costs.push(cost());
    let (document, _) = written(record, IncidentShape::None);
    let impacts = of_type(&document, "impact");
    assert_eq!(impacts.len(), 5);
    let fine =
        impacts.iter().find(|one| one["extensions"]["monetary-ext"]["variety"] == "legal-and-regulatory").unwrap();
    assert_eq!(fine["extensions"]["monetary-ext"]["max_amount"], 700);
    assert_eq!(core_of(&document)["impact_refs"].as_array().unwrap().last(), Some(&fine["id"]));
    let (back, _) = from_stix(document.clone());
    assert_eq!(plain(&back.records[0])["costs"][1]["amount_max"], Json::Null);
    come_back("v2 with a fine", document);
}

/// A record that is not from STIX, with something of everything that the extension has a word for.
fn own() -> Record {
    let mut record: Json = json!({
        "id": "6d5e0000-0000-4000-8000-00000000000a", "kind": "incident", "status": "resolved",
        "created": "2026-05-01T08:00:00Z", "modified": "2026-05-03T08:00:00Z",
        "title": { "text": "Locked archive" }, "what_occurred": { "text": "The archive was encrypted." },
        "occurred_at": { "at": "2026-04-30T22:00:00Z", "fidelity": "hour" }, "ended_at": { "at": "2026-05-01T04:00:00Z" },
        "discovered_at": { "at": "2026-05-01T06:10:00Z" }, "recovered_at": { "at": "2026-05-02T16:00:00Z" },
        "is_over": "yes",
        "type": { "basis": "deliberate", "attempt": "actual", "threats": ["MC"] },
        "e409": { "category": "security-incident", "seriousness": "serious", "class": 3, "detection": [{ "way": "logical-alarm" }] },
        "conclusion": { "major": "major" },
        "impact": {
            "confidentiality": { "relevant": true, "value": 4, "occurrence": "projected", "guidelines": [{ "code": "PI", "value": 4 }] },
            "availability": { "relevant": true, "value": 8 }, "destruction": { "relevant": false }
        },
        "reg": { "personal_data": { "subjects": { "count": 40 } } },
        "actions": [
            { "id": "a", "state": "taken", "step": "containment", "text": [{ "text": "Archive unplugged" }], "done_at": { "at": "2026-05-01T06:40:00Z" } },
            { "id": "b", "state": "planned", "text": [{ "text": "New tapes" }], "due": { "at": "2026-06-01T00:00:00Z" }, "severity": "low" }
        ],
        "costs": [
            { "id": "c", "kind": "ransom-demand", "amount": "5000", "currency": "USD" },
            { "id": "d", "kind": "staff", "amount": "0", "currency": "EUR" },
            { "id": "e", "kind": "staff", "amount": "900.50", "amount_max": "1000", "currency": "EUR" }
        ],
        "reporter": { "mode": "named" }
    });
    record["transcribed_by"] = json!("Clerk");
    serde_json::from_value(record).unwrap()
}

#[test]
fn the_second_shape_is_written_of_a_record() {
    let (document, _) = written(own(), IncidentShape::V2);
    let core = core_of(&document);
    for (name, value) in [
        ("determination", json!("confirmed")),
        ("investigation_status", json!("open")),
        ("criticality", json!(70)),
        ("incident_types", json!(["infected-by-known-malware", "major"])),
        ("detection_methods", json!(["automated-tool"])),
        ("impacted_entity_counts", json!({ "individual": 40 })),
        ("scores", json!([{ "name": "ITU-T E.409 class", "value": 3 }])),
    ] {
        assert_eq!(core[name], value, "{name}");
    }
    let events = of_type(&document, "event");
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["status"], &events[0]["start_time"], &events[0]["start_time_fidelity"]),
        (&json!("occurred"), &json!("2026-04-30T22:00:00Z"), &json!("hour"))
    );
    assert_eq!(core["events"], json!([{ "event_ref": events[0]["id"] }]));
    let tasks = of_type(&document, "task");
    let types: Vec<&Json> = tasks.iter().map(|task| &task["task_types"][0]).collect();
    assert_eq!(types, [&json!("detected"), &json!("recovery"), &json!("containment"), &Json::Null]);
    assert_eq!((&tasks[3]["outcome"], &tasks[3]["priority"]), (&json!("pending"), &json!(15)));
    let impacts = of_type(&document, "impact");
    let categories: Vec<&Json> = impacts.iter().map(|impact| &impact["impact_category"]).collect();
    assert_eq!(categories, ["confidentiality", "availability", "monetary", "monetary"]);
    assert_eq!(
        impacts[0]["extensions"]["confidentiality-ext"],
        json!({ "information_type": "pii", "loss_type": "suspected-loss" })
    );
    assert_eq!(impacts[1]["extensions"]["availability-ext"], json!({ "availability_impact": 80 }));
    let demand = &impacts[2]["extensions"]["monetary-ext"];
    assert_eq!((&demand["min_amount"], &demand["max_amount"]), (&json!(0), &json!(5000)));
    assert_eq!(impacts[3]["extensions"]["monetary-ext"]["min_amount"].to_string(), "900.5");
    for (kind, count) in [("event", 1), ("task", 4), ("impact", 4)] {
        let derived =
            of_type(&document, kind).iter().filter(|one| one.to_string().contains("{\"property\":\"*\"}")).count();
        assert_eq!(derived, count, "{kind}");
    }
}

#[test]
fn the_other_shapes_are_written_of_a_record() {
    let (document, _) = written(own(), IncidentShape::V1);
    let core = core_of(&document);
    assert_eq!(core["determination"], "successful-attempt");
    assert_eq!(core["availability_impact"], 80);
    assert_eq!(core["attacker_activities"][0]["start_time_fidelity"], "hour");
    assert_eq!(core["defender_activities"].as_array().unwrap().len(), 3);
    assert_eq!(core["monetary_impacts"].as_array().unwrap().len(), 2);
    assert!(of_type(&document, "event").is_empty());

    let (document, _) = written(own(), IncidentShape::OsThreat);
    let core = core_of(&document);
    assert_eq!(core["task_refs"].as_array().unwrap().len(), 4);
    assert_eq!(core["impact_refs"].as_array().unwrap().len(), 4);
    assert!(core.get("events").is_none() && core["other_object_refs"].is_array());

    let (document, _) = written(own(), IncidentShape::None);
    assert!(of_type(&document, "incident")[0]["extensions"].get(CORE).is_none());
}

/// What may not go out stands in no word of the extension either, and what was derived follows the record.
#[test]
fn derived_core_follows_the_record() {
    for (_, shape) in IncidentShape::ALL {
        let (document, _) = written(own(), *shape);
        assert!(!tree::text(&Value::array(document.objects().iter().map(|one| one.value().clone()))).contains("Clerk"));
        let (mut made, _) = from_stix(document);
        assert_eq!(plain(&made.records[0])["actions"].as_array().unwrap().len(), 2);
        made.records[0].status = Some(crate::record::classification::Status::FalseAlarm);
        made.records[0].recovered_at = None;
        let (again, account) = to_stix(made, &IdKey::public(), IncidentShape::V2).unwrap();
        assert_eq!(lost(&account), Vec::<String>::new());
        if *shape == IncidentShape::None {
            continue;
        }
        assert_eq!(core_of(&again)["investigation_status"], "closed", "{shape:?}");
        let tasks = of_type(&again, "task");
        assert!(tasks.iter().all(|task| task["task_types"] != json!(["recovery"])), "{shape:?}");
        assert_eq!(tasks.is_empty(), *shape == IncidentShape::V1);
        come_back("derived", again);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever a record says: nothing is lost, nothing is wrong with what is written, and it comes back in every shape, which
    /// is not that of new incidents.
    #[test]
    fn records_come_back_in_every_shape(seed: u64) {
        for (name, shape) in IncidentShape::ALL {
            let record = generated(seed);
            let wanted = leaves_of(&record);
            let (document, account) = to_stix(RecordDocument::of(vec![record.clone()]), &IdKey::public(), *shape).unwrap();
            prop_assert_eq!(lost(&account), Vec::<String>::new());
            prop_assert_eq!(wanted.keys().collect::<Vec<_>>(), account.iter().map(|entry| &entry.path).collect::<Vec<_>>());
            let bytes = stix::encode(&document, crate::json::Layout::Compact).unwrap();
            let findings = stix::decode(&bytes, &Limits::default()).unwrap().findings;
            let of_core = |path: &str| path.contains(CORE) || path.contains("-ext");
            let wrong: Vec<_> = findings.iter().filter(|finding| finding.severity >= Severity::Warning && of_core(&finding.path)).collect();
            prop_assert!(wrong.is_empty(), "{} {:#?}", name, wrong);
            let (made, told) = from_stix(document.clone());
            let gone = |entry: &&Entry| matches!(entry.fate, Fate::Lost | Fate::Dropped { .. });
            prop_assert_eq!(told.iter().filter(gone).count(), 0);
            let (back, account) = to_stix(through_text(&made), &IdKey::public(), IncidentShape::V2).unwrap();
            prop_assert_eq!(lost(&account), Vec::<String>::new());
            for kind in ["incident", "event", "task", "impact"] {
                let other = differences(&of_type(&document, kind), &of_type(&back, kind));
                prop_assert!(other.is_empty(), "{} {} {:#?}", name, kind, other);
            }
        }
    }

    /// Changes of what came leave no leaf without an end and no document that does not come back.
    #[test]
    fn changed_documents_come_back(seed: u64, shape in 0..SHAPES.len()) {
        let mut record = record_of(SHAPES[shape]);
        let other = generated(seed);
        record.status = other.status;
        record.severity_series = other.severity_series;
        record.events.extend(other.events);
        record.costs.extend(other.costs);
        record.impacts.extend(other.impacts);
        for action in &mut record.actions {
            action.text.clone_from(&other.actions.first().map(|action| action.text.clone()).unwrap_or_default());
        }
        crate::record::name_elements(&mut record);
        let (document, _) = written(record, IncidentShape::V2);
        come_back("ours", document);
    }
}
