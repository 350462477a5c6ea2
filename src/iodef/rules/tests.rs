//! The rules, over documents that break one each: `fixtures/rules` and its table.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::{
    cbor,
    iodef::{Decoded, decode_json, decode_xml, encode_json, encode_xml},
    json, xml,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/rules");

/// Files of the folder, the table aside, and what is found in each.
fn documents() -> Vec<(String, Decoded)> {
    let mut names: Vec<String> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".tsv"))
        .collect();
    names.sort();
    let read = |name: String| {
        let bytes = fs::read(Path::new(FOLDER).join(&name)).unwrap();
        let decoded = match name.ends_with(".json") {
            true => decode_json(&bytes, &json::Limits::default()),
            false => decode_xml(&bytes, xml::Limits::default()),
        };
        (name, decoded.unwrap())
    };
    names.into_iter().map(read).collect()
}

/// A line of the table: file, code, severity, LINE:COL, path. A file in which nothing is to be found has its name alone.
fn line(name: &str, finding: &Finding) -> String {
    let Finding { code, severity, position, path, .. } = finding;
    format!("{name}\t{code}\t{severity}\t{}:{}\t{path}", position.line, position.column)
}

/// `SIREX_BLESS=1` rewrites the table; what it has then is to be judged by the RFC, line by line.
#[test]
fn each_document_breaks_what_the_table_says() {
    let mut found = vec!["# file\tcode\tseverity\tLINE:COL\tpath".to_owned()];
    for (name, decoded) in documents() {
        if decoded.findings.is_empty() {
            found.push(name.clone());
        }
        found.extend(decoded.findings.iter().map(|finding| line(&name, finding)));
    }
    crate::config::stale("fixtures/rules/cases.tsv", &format!("{}\n", found.join("\n")));
}

#[test]
fn names_say_whether_something_is_wrong() {
    for (name, decoded) in documents() {
        assert_eq!(name.contains("good"), decoded.findings.is_empty(), "{name}: {:#?}", decoded.findings);
        if !name.starts_with("json-required") {
            assert!(decoded.findings.len() <= 1, "{name} breaks more than one rule: {:#?}", decoded.findings);
        }
    }
}

/// A rule that no document breaks could be gone without a test noticing.
#[test]
fn every_rule_is_broken_by_a_document() {
    let findings: Vec<Finding> = documents().into_iter().flat_map(|(_, decoded)| decoded.findings).collect();
    let unbroken: Vec<_> = RULES.iter().filter(|rule| !findings.iter().any(|finding| rule.says(finding))).collect();
    assert!(unbroken.is_empty(), "{unbroken:#?}");
}

#[test]
fn rules_differ_in_what_they_say() {
    let mut said = BTreeSet::new();
    for rule in RULES {
        assert!(said.insert((rule.subject(), rule.told())), "{} {} stands twice", rule.subject(), rule.expected);
    }
}

/// The writer refuses what the reader calls an error, by the same code, and nothing else.
#[test]
fn errors_are_not_written() {
    let mut refused = 0;
    for (name, decoded) in documents() {
        let errors: BTreeSet<Code> = decoded.errors().map(|finding| finding.code).collect();
        // A value that was not read cannot be written.
        if errors.contains(&Code::ValueInvalid) {
            continue;
        }
        let written = encode_xml(&decoded.document);
        let why: BTreeSet<Code> = written.as_ref().err().into_iter().flatten().map(|finding| finding.code).collect();
        assert_eq!(why, errors, "{name}");
        refused += usize::from(written.is_err());
        if let Ok(bytes) = written {
            let again = decode_xml(&bytes, xml::Limits::default()).unwrap();
            assert_eq!(again.errors().count(), 0, "{name}");
        } else {
            assert!(encode_json(&decoded.document).is_err(), "{name}");
        }
    }
    assert!(refused >= 9, "{refused}");
}

/// CBOR is read by the same rules; its findings have no line.
#[test]
fn rules_hold_in_cbor() {
    let cbor = |value: serde_json::Value| {
        fn item(value: &serde_json::Value) -> cbor::Item<'_> {
            let text = |text| cbor::Item::new(cbor::Data::Text(std::borrow::Cow::Borrowed(text)));
            match value {
                serde_json::Value::String(string) => text(string.as_str()),
                serde_json::Value::Array(items) => cbor::Item::new(cbor::Data::Array(items.iter().map(item).collect())),
                serde_json::Value::Object(members) => {
                    let entries = members.iter().map(|(key, value)| (text(key.as_str()), item(value)));
                    cbor::Item::new(cbor::Data::Map(entries.collect()))
                }
                other => panic!("{other}"),
            }
        }
        cbor::to_vec(&item(&value), cbor::Order::AsGiven).unwrap()
    };
    let json = fs::read(Path::new(FOLDER).join("json-reference-nowhere.json")).unwrap();
    let bytes = cbor(serde_json::from_slice(&json).unwrap());
    let decoded = crate::iodef::decode_cbor(&bytes, &cbor::Limits::default()).unwrap();
    let found: Vec<_> = decoded.errors().map(|finding| (finding.code, finding.path.as_str())).collect();
    assert_eq!(found, [(Code::IdUnresolved, "$.Incident[0].Indicator[0].uid-ref")]);
    assert!(decoded.findings[0].position.line == 0 && decoded.findings[0].position.offset > 0);
}

#[test]
fn the_page_of_rules_is_fresh() {
    assert!(page().lines().all(|line| !line.starts_with('|') || line.matches('|').count() == 6), "a cell has a bar");
    crate::config::stale("docs/rules.md", &page());
}
