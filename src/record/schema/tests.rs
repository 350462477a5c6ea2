use std::path::Path;

use serde_json::json;

use super::*;
use crate::{
    error::Severity,
    record::{Form, RecordDocument, check_document, generate, read, write},
    world::Seeded,
};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/records");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

/// `SIREX_BLESS=1` brings fixtures into the written form.
#[test]
fn fixtures_follow_the_schema_and_the_rules_and_are_in_written_form() {
    let validator = validator();
    assert!(fixtures().len() >= 3);
    for (name, bytes) in fixtures() {
        let document = read(&bytes).unwrap_or_else(|finding| panic!("{name}:{finding}"));
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let findings = check_document(&document).into_iter().filter(|finding| finding.severity > Severity::Note);
        let findings: Vec<String> = findings.map(|finding| finding.to_string()).collect();
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        let written = write(&document, Form::Pretty).unwrap();
        if blessing() {
            std::fs::write(&name, &written).unwrap();
        } else {
            assert!(written == bytes, "{name} is not in written form: run the test with SIREX_BLESS=1");
        }
    }
}

#[allow(clippy::disallowed_methods)] // the one variable of tests
fn blessing() -> bool {
    std::env::var("SIREX_BLESS").is_ok()
}

#[test]
fn generated_records_follow_the_schema() {
    let validator = validator();
    for seed in 0..24 {
        let document = RecordDocument::of(vec![generate::record(&Seeded::new(seed)).unwrap()]);
        let value = serde_json::to_value(&document).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "seed {seed}: {errors:?}");
    }
}

const NUMBER: &str = "TEAM-7K3-M9Q-2TC";

/// What the schema refuses, the reader refuses, and the other way round.
#[test]
fn changed_documents_fail_both() {
    let validator = validator();
    let good = json!({
        "sirex-record": 1,
        "document": {},
        "records": [{
            "id": "3f2a0000-0000-4000-8000-000000000000",
            "kind": "incident",
            "number": NUMBER,
            "title": { "text": "t" },
            "handling": { "tlp": "AMBER" },
            "e409": { "class": 2 },
            "timeline": [{ "id": "a", "at": { "at": "2026-03-01T12:00:00Z", "fidelity": "minute" } }],
            "costs": [{ "amount": "1.00", "currency": "EUR", "excluded": true }],
            "parties": [{ "type": "person", "contacts": [{ "names": [{ "text": "x" }] }] }]
        }]
    });
    let read_back = |value: &Value| read(&serde_json::to_vec(value).unwrap());
    assert!(validator.is_valid(&good) && read_back(&good).is_ok());
    for (pointer, value) in [
        ("/sirex-record", json!(2)),
        ("/sirex-record", json!("1")),
        ("/document", json!([])),
        ("/document", json!({ "x": 1 })),
        ("/records", json!({})),
        ("/records/0/id", json!("no uuid")),
        ("/records/0/id", json!("3F2A0000-0000-4000-8000-000000000000")),
        ("/records/0/number", json!("team 7k3 m9q 2tx")),
        ("/records/0/kind", json!("case")),
        ("/records/0/title", Value::Null),
        ("/records/0/title", json!("plain")),
        ("/records/0/title/text", json!(1)),
        ("/records/0/handling/tlp", json!("WHITE")),
        ("/records/0/e409/class", json!(0)),
        ("/records/0/e409/class", json!(5)),
        ("/records/0/timeline", Value::Null),
        ("/records/0/timeline/0/id", json!("no id")),
        ("/records/0/timeline/0/id", json!("")),
        ("/records/0/timeline/0/at/at", json!("2026-03-01")),
        ("/records/0/timeline/0/at/fidelity", json!("week")),
        ("/records/0/costs/0/amount", json!(1.0)),
        ("/records/0/costs/0/amount", json!("1,00")),
        ("/records/0/costs/0/currency", json!("eur")),
        ("/records/0/costs/0/excluded", json!("yes")),
        ("/records/0/parties/0/contacts/0", json!({ "nothing": 1 })),
        ("/records/0/parties/0/contacts", json!({})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&bad), "the schema accepts {pointer}");
        assert!(read_back(&bad).is_err(), "the reader accepts {pointer}");
    }
}
