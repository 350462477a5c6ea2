use serde_json::{Value, json};

use super::*;
use crate::{record::generate, world::Seeded};

/// What the rules find in a record with these members, notes on completeness left out.
fn found(members: Value) -> Vec<(Severity, String, String)> {
    let mut record = json!({ "id": "3f2a0000-0000-4000-8000-000000000000", "kind": "incident" });
    record.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let mut record: Record = serde_json::from_value(record).unwrap();
    crate::record::name_elements(&mut record);
    let findings = check(&record).into_iter().filter(|finding| finding.code != Code::ClassMissing);
    findings.map(|finding| (finding.severity, rule_of(&finding), finding.path)).collect()
}

fn rule_of(finding: &Finding) -> String {
    let (_, rule) = finding.expected.rsplit_once("(rule ").unwrap();
    rule.trim_end_matches(')').to_owned()
}

const T1: &str = "2026-03-01T12:00:00Z";
const T2: &str = "2026-03-01T13:00:00Z";

/// For each rule: members that break it, where it is found and how grave; then members that keep it.
fn cases() -> Vec<(&'static str, Severity, &'static str, Value, Value)> {
    use Severity::{Error, Warning};
    let at = |time: &str| json!({ "at": time });
    let day = |time: &str| json!({ "at": time, "fidelity": "day" });
    vec![
        (
            "times-order",
            Error,
            "$.discovered_at",
            json!({ "occurred_at": at(T2), "discovered_at": at(T1) }),
            json!({ "occurred_at": day(T2), "discovered_at": at(T1) }),
        ),
        (
            "times-order",
            Error,
            "$.events[0].ended_at",
            json!({ "events": [{ "occurred_at": at(T2), "ended_at": at(T1) }] }),
            json!({ "events": [{ "occurred_at": at(T1), "ended_at": at(T1) }] }),
        ),
        (
            "times-order",
            Warning,
            "$.reported_at",
            json!({ "discovered_at": at(T2), "reported_at": at(T1) }),
            json!({ "discovered_at": at(T2), "reported_at": at("2026-03-01T12:00:00") }),
        ),
        (
            "times-order",
            Severity::Note,
            "$.ended_at",
            json!({ "occurred_at": at(T2), "ended_at": at(T1), "times_flagged": { "text": "clock of the firewall" } }),
            json!({ "occurred_at": at(T1), "ended_at": at(T2) }),
        ),
        (
            "revision-times",
            Error,
            "$.modified",
            json!({ "created": T2, "modified": T1 }),
            json!({ "created": T1, "modified": T1 }),
        ),
        (
            "zone-state",
            Error,
            "$.timeline[0].at.zone",
            json!({ "timeline": [{ "at": { "at": "2026-03-01T12:00:00", "zone": "assumed" } }] }),
            json!({ "timeline": [{ "at": { "at": "2026-03-01T12:00:00", "zone": "unknown" } }] }),
        ),
        (
            "zone-state",
            Error,
            "$.received_at.zone",
            json!({ "received_at": { "at": T1, "zone": "unknown" } }),
            json!({ "received_at": { "at": T1, "zone": "assumed" } }),
        ),
        (
            "custody-order",
            Warning,
            "$.evidence[0].custody[1].at",
            json!({ "evidence": [{ "kind": "paper", "custody": [{ "at": at(T2) }, { "at": at(T1) }] }] }),
            json!({ "evidence": [{ "kind": "paper", "custody": [{ "at": at(T1) }, { "at": at(T2) }] }] }),
        ),
        (
            "class-category",
            Error,
            "$.e409.class",
            json!({ "e409": { "category": "false-alarm", "class": 1 } }),
            json!({ "e409": { "category": "false-alarm" } }),
        ),
        (
            "class-category",
            Error,
            "$.e409.class",
            json!({ "e409": { "category": "event", "class": 1 } }),
            json!({ "e409": { "category": "security-incident", "class": 1 } }),
        ),
        (
            "class-category",
            Error,
            "$.e409.class",
            json!({ "e409": { "category": "incident", "class": 2 } }),
            json!({ "e409": { "category": "incident", "class": 1 } }),
        ),
        (
            "class-category",
            Error,
            "$.e409.class",
            json!({ "e409": { "category": "crisis", "class": 1 }, "crisis": { "declared_by": "a", "at": at(T1) } }),
            json!({ "e409": { "category": "crisis", "class": 4 }, "crisis": { "declared_by": "a", "at": at(T1) } }),
        ),
        (
            "crisis-declared",
            Error,
            "$.crisis.declared_by",
            json!({ "status": "crisis", "crisis": { "at": at(T1) } }),
            json!({ "status": "crisis", "crisis": { "declared_by": "a", "at": at(T1) } }),
        ),
        (
            "crisis-declared",
            Error,
            "$.crisis.at",
            json!({ "e409": { "category": "crisis" }, "crisis": { "declared_by": "a" } }),
            json!({ "e409": { "category": "security-incident" } }),
        ),
        (
            "closed-complete",
            Error,
            "$.assessments",
            closed(json!({ "assessments": [{ "seq": 1 }] })),
            closed(json!({})),
        ),
        (
            "closed-complete",
            Error,
            "$.closure.evidence_decision",
            closed(json!({ "closure": {} })),
            closed(json!({ "assessments": [], "closure": {
                "skipped_assessment": { "text": "t" }, "evidence_decision": { "text": "t" } } })),
        ),
        (
            "closed-complete",
            Error,
            "$.obligations[1].state",
            closed(json!({ "obligations": [{ "state": "met" }, { "state": "pending" }] })),
            closed(json!({ "obligations": [{ "state": "late" }, { "state": "not-applicable" }] })),
        ),
        (
            "closed-complete",
            Warning,
            "$.closed_at",
            json!({ "status": "closed", "assessments": [{ "seq": 1 }, { "seq": 2 }],
                "closure": { "evidence_decision": { "text": "kept" } } }),
            json!({ "status": "resolved" }),
        ),
        (
            "impact-relevant",
            Error,
            "$.impact.integrity",
            json!({ "impact": { "integrity": { "relevant": false, "value": 3 } } }),
            json!({ "impact": { "integrity": { "relevant": true, "value": 3 } } }),
        ),
        (
            "impact-relevant",
            Error,
            "$.impact.destruction",
            json!({ "impact": { "destruction": { "guidelines": [{ "code": "FD", "value": 1 }] } } }),
            json!({ "impact": { "destruction": { "guidelines": [{ "code": "FD" }] } } }),
        ),
        (
            "currency-listed",
            Error,
            "$.costs[0].currency",
            json!({ "costs": [{ "currency": "BTC" }] }),
            json!({ "costs": [{ "currency": "EUR" }] }),
        ),
        (
            "currency-listed",
            Error,
            "$.reg.ransom.demand.currency",
            json!({ "reg": { "ransom": { "demand": { "currency": "XMR" } } } }),
            json!({ "reg": { "ransom": { "demand": { "currency": "USD" } } } }),
        ),
        (
            "evidence-digest",
            Error,
            "$.evidence[0].digests",
            json!({ "evidence": [{ "kind": "disk" }] }),
            json!({ "evidence": [{ "kind": "disk", "physical": true }, { "kind": "object" },
                { "digests": [{ "value": "00" }] }] }),
        ),
        (
            "evidence-digest",
            Warning,
            "$.evidence[0].digests",
            json!({ "evidence": [{ "kind": "log", "origins": [{ "path": "/IODEF-Document/Incident[1]" }] }] }),
            json!({ "evidence": [{ "kind": "object" }] }),
        ),
        (
            "evidence-digest",
            Warning,
            "$.evidence[0].digests",
            json!({ "evidence": [{ "kind": "log" }], "origins": [{ "path": "$.objects[0]" }] }),
            json!({ "evidence": [{ "kind": "object" }], "origins": [{ "path": "$.objects[0]" }] }),
        ),
        (
            "evidence-digest",
            Error,
            "$.evidence[0].digests",
            json!({ "evidence": [{ "kind": "paper", "physical": false }] }),
            json!({ "evidence": [{ "kind": "paper" }] }),
        ),
        (
            "reporter-anonymous",
            Error,
            "$.reporter.person",
            json!({ "reporter": { "mode": "anonymous", "person": "p" }, "parties": [{ "id": "p" }] }),
            json!({ "reporter": { "mode": "confidential", "person": "p" }, "parties": [{ "id": "p" }] }),
        ),
        (
            "classification-named",
            Warning,
            "$.classification[0].scheme_version",
            json!({ "classification": [{ "scheme": "rsit", "value": "ddos" }] }),
            json!({ "classification": [{ "scheme": "rsit", "scheme_version": "1003", "value": "ddos" }] }),
        ),
        (
            "severity-scale",
            Warning,
            "$.severity_series[0]",
            json!({ "severity_series": [{ "value": "2", "scale": "team" }] }),
            json!({ "severity_series": [{ "value": "2", "scale": "team", "direction": "lowest-is-worst" }] }),
        ),
        (
            "threat-listed",
            Warning,
            "$.type.threats[0]",
            json!({ "type": { "threats": ["ZZ"] } }),
            json!({ "type": { "basis": "unknown", "threats": ["MC"] } }),
        ),
        (
            "threat-listed",
            Warning,
            "$.type.threats[1]",
            json!({ "type": { "basis": "deliberate", "threats": ["MC", "FI"] } }),
            json!({ "type": { "basis": "accidental", "threats": ["FI"] } }),
        ),
        (
            "revision-reason",
            Warning,
            "$.change_reason",
            json!({ "version": 2, "supersedes": SUPERSEDED, "change_reason": " " }),
            json!({ "version": 2, "supersedes": SUPERSEDED, "change_reason": "more is known" }),
        ),
        (
            "revision-reason",
            Warning,
            "$.supersedes",
            json!({ "version": 2, "change_reason": "more is known" }),
            json!({ "version": 1 }),
        ),
        ("revision-reason", Error, "$.version", json!({ "supersedes": SUPERSEDED }), json!({})),
        (
            "element-ids",
            Error,
            "$.actions[0].id",
            json!({ "aliases": [{ "id": "a" }], "actions": [{ "id": "a" }] }),
            json!({ "aliases": [{ "id": "a" }], "actions": [{ "id": "b" }] }),
        ),
        (
            "references",
            Warning,
            "$.owner",
            json!({ "owner": "p" }),
            json!({ "owner": "p", "parties": [{ "id": "p" }] }),
        ),
        (
            "references",
            Warning,
            "$.timeline[0].evidence[0]",
            json!({ "timeline": [{ "id": "t", "evidence": ["t"] }] }),
            json!({ "timeline": [{ "evidence": ["e"] }], "evidence": [{ "id": "e", "kind": "paper" }] }),
        ),
        (
            "event-tree",
            Error,
            "$.events[0].parent",
            json!({ "events": [{ "id": "a", "parent": "b" }, { "id": "b", "parent": "c" }, { "id": "c", "parent": "b" },
                { "id": "d", "parent": "d" }] }),
            json!({ "events": [{ "id": "a", "parent": "b" }, { "id": "b" }] }),
        ),
        (
            "timeline-sequence",
            Error,
            "$.timeline[1].seq",
            json!({ "timeline": [{ "seq": 1 }, { "seq": 1 }] }),
            json!({ "timeline": [{ "seq": 1 }, { "seq": 2 }, {}, {}] }),
        ),
    ]
}

const SUPERSEDED: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A closed record that keeps the rule, with these members in place of its own.
fn closed(members: Value) -> Value {
    let mut record = json!({
        "status": "closed",
        "closed_at": { "at": T2 },
        "assessments": [{ "seq": 1 }, { "seq": 2 }],
        "closure": { "evidence_decision": { "text": "kept until 2036" } },
    });
    record.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    record
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_else() {
    for (rule, severity, path, breaks, keeps) in cases() {
        if rule != "event-tree" {
            assert_eq!(found(breaks.clone()), [(severity, rule.to_owned(), path.to_owned())], "{breaks}");
        }
        assert_eq!(found(keeps.clone()), [], "{keeps}");
    }
}

#[test]
fn events_in_a_circle_are_found_and_those_above_them_are_not() {
    let (.., breaks, _) = cases().into_iter().find(|case| case.0 == "event-tree").unwrap();
    let paths: Vec<String> = found(breaks).into_iter().map(|(_, _, path)| path).collect();
    assert_eq!(paths, ["$.events[1].parent", "$.events[2].parent", "$.events[3].parent"]);
}

#[test]
fn every_rule_has_a_case() {
    let cases = cases();
    for rule in RULES.iter().filter(|rule| rule.name != "complete") {
        assert!(cases.iter().any(|case| case.0 == rule.name), "{}", rule.name);
    }
}

#[test]
fn what_is_missing_is_a_note() {
    let record = Record { evidence: vec![Default::default()], ..Record::default() };
    let findings = check(&record);
    let notes: Vec<&Finding> = findings.iter().filter(|finding| finding.code == Code::ClassMissing).collect();
    assert!(notes.iter().all(|finding| finding.severity == Severity::Note));
    let paths: Vec<&str> = notes.iter().map(|finding| finding.path.as_str()).collect();
    for path in ["$.number", "$.reporter.mode", "$.e409.category", "$.handling.tlp", "$.evidence[0].custody"] {
        assert!(paths.contains(&path), "{path}");
    }
    assert!(!paths.contains(&"$.classification"), "before an assessment none is due");
    let assessed = Record { status: Some(super::super::classification::Status::Confirmed), ..Record::default() };
    assert!(check(&assessed).iter().any(|finding| finding.path == "$.classification"));
}

#[test]
fn generated_records_break_no_rule() {
    for seed in 0..48 {
        let record = generate::record(&Seeded::new(seed)).unwrap();
        let grave: Vec<String> = check(&record)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.to_string())
            .collect();
        assert!(grave.is_empty(), "seed {seed}: {grave:#?}");
    }
}

#[test]
fn paths_of_a_document_begin_at_the_document() {
    let record = Record { version: None, ..Record::default() };
    let document = RecordDocument::of(vec![record.clone(), record]);
    let findings = check_document(&document);
    assert!(findings.iter().any(|finding| finding.path == "$.records[1].title"));
}
