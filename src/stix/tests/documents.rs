//! The rules, over documents that break one each: `fixtures/stix` and its table.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::{
    error::{Code, Finding, Severity},
    json::Limits,
    stix::{read::check_within, rules as table},
};

pub(super) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix");

/// Files of the folder, the table aside, with their bytes.
pub(super) fn files() -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<String> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read(Path::new(FOLDER).join(name)).unwrap())).collect()
}

/// What is found in each.
fn found() -> Vec<(String, Vec<Finding>)> {
    let found = |bytes: &[u8]| match decode(bytes, &Limits::default()) {
        Ok(decoded) => decoded.findings,
        Err(finding) => vec![finding],
    };
    files().into_iter().map(|(name, bytes)| (name, found(&bytes))).collect()
}

/// A line of the table: file, code, severity, LINE:COL, path. A file in which nothing is to be found has its name alone.
fn line(name: &str, finding: &Finding) -> String {
    let Finding { code, severity, position, path, .. } = finding;
    format!("{name}\t{code}\t{severity}\t{}:{}\t{path}", position.line, position.column)
}

/// `SIREX_BLESS=1` rewrites the table; what it has then is to be judged by the specification, line by line.
#[test]
fn each_document_breaks_what_the_table_says() {
    let mut lines = vec!["# file\tcode\tseverity\tLINE:COL\tpath".to_owned()];
    for (name, findings) in found() {
        if findings.is_empty() {
            lines.push(name.clone());
        }
        lines.extend(findings.iter().map(|finding| line(&name, finding)));
    }
    crate::config::stale("fixtures/stix/cases.tsv", &format!("{}\n", lines.join("\n")));
}

#[test]
fn names_say_whether_something_is_wrong() {
    for (name, findings) in found() {
        let wrong: Vec<_> = findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
        if name.starts_with("good") {
            assert!(wrong.is_empty(), "{name}: {findings:#?}");
        } else {
            assert!(!findings.is_empty(), "{name} breaks nothing");
            assert!(wrong.len() <= 1, "{name} breaks more than one rule: {findings:#?}");
        }
    }
}

/// A rule that no document breaks could be gone without a test noticing.
#[test]
fn every_rule_is_broken_by_a_document() {
    let broken: Vec<&Rule> = found().iter().flat_map(|(_, findings)| findings.iter().flat_map(table::of)).collect();
    let unbroken: Vec<_> = rules().filter(|rule| !broken.iter().any(|known| std::ptr::eq(*known, *rule))).collect();
    assert!(unbroken.is_empty(), "{unbroken:#?}");
}

#[test]
fn rules_differ_in_what_they_say() {
    let mut said = BTreeSet::new();
    for rule in rules() {
        assert!(said.insert((rule.section, rule.expected)), "{} {} stands twice", rule.of, rule.expected);
    }
}

#[test]
fn the_page_of_rules_is_fresh() {
    crate::config::stale("docs/stix-rules.md", &super::super::rules::page());
}

/// The others of a bundle are read, and their places are those of the document.
#[test]
fn one_bad_object_does_not_spoil_the_others() {
    let text = "{\"type\": \"bundle\", \"id\": \"bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa\", \"objects\": [\n  5,\n\
                {\"type\": \"url\",\n  \"id\": \"url--1\", \"value\": \"http://example.com/\"}, {\"type\": \"mutex\", \
                \"id\": \"mutex--00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa\", \"name\": \"é\", \"name\u{e9}\": 1}]}";
    let decoded = decode(text.as_bytes(), &Limits::default()).unwrap();
    let found: Vec<_> = decoded
        .findings
        .iter()
        .map(|finding| (finding.code, finding.position.line, finding.position.column, finding.path.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Code::ValueInvalid, 2, 3, "$.objects[0]"),
            (Code::ValueInvalid, 4, 9, "$.objects[1].id"),
            (Code::ValueInvalid, 4, 136, "$.objects[2].name\u{e9}"),
        ]
    );
    assert_eq!(decoded.document.objects().len(), 3);
    assert_eq!(decoded.document.objects()[2].text("name"), Some("é"));
}

/// What is found in a document that is read piece by piece is what is found in memory.
#[test]
fn a_long_document_is_checked_as_a_short_one() {
    let object = |at: usize| {
        let value = if at.is_multiple_of(7) { "192.0.2.300" } else { "192.0.2.3" };
        format!(
            "{{\"type\": \"ipv4-addr\", \"id\": \"ipv4-addr--{at:08x}-aaaa-4aaa-8aaa-aaaaaaaaaaaa\",\n\"value\": \"{value}\"}}"
        )
    };
    let objects: Vec<String> = (0..3_000).map(object).collect();
    let text = format!(
        "{{\"type\": \"bundle\", \"objects\": [{}], \"id\": \"bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa\"}}",
        objects.join(",\n")
    );
    let findings = check(&mut std::io::Cursor::new(text.as_bytes()), &Limits::default()).unwrap();
    assert_eq!(findings.len(), 3_000_usize.div_ceil(7));
    for (nth, finding) in findings.iter().enumerate() {
        let at = nth * 7;
        assert_eq!((finding.code, finding.path.clone()), (Code::ValueInvalid, format!("$.objects[{at}].value")));
        assert_eq!((finding.position.line, finding.position.column), (2 + 2 * at as u64, 10));
    }
    // Each limit of an object is one of that object: the others go on.
    let tight = Limits { values: 3_000, ..Limits::default() };
    assert_eq!(check(&mut std::io::Cursor::new(text.as_bytes()), &tight).unwrap(), findings);
}

/// An object that is too large to be held is passed over, and the next has its place.
#[test]
fn an_object_that_is_too_large_does_not_spoil_the_others() {
    let text = format!(
        "{{\"type\":\"bundle\",\"id\":\"bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa\",\"objects\":[\"{}\",\n5,\"{}\", 6]}}",
        "x".repeat(200),
        "y".repeat(100_000),
    );
    let findings = check_within(&mut std::io::Cursor::new(text.as_bytes()), &Limits::default(), 150).unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code, finding.position.line, finding.position.column, finding.path.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Code::LimitExceeded, 1, 81, "$.objects[0]"),
            (Code::ValueInvalid, 2, 1, "$.objects[1]"),
            (Code::LimitExceeded, 2, 3, "$.objects[2]"),
            (Code::ValueInvalid, 2, 100_007, "$.objects[3]"),
        ]
    );
    let tight = check_within(&mut std::io::Cursor::new(text.as_bytes()), &Limits::default(), 50);
    assert_eq!(tight.unwrap_err().end.code, Code::LimitExceeded);
}

#[test]
fn findings_of_a_document_are_bounded() {
    let objects = vec!["5"; crate::error::FINDINGS + 3].join(",");
    let text = format!(
        "{{\"type\":\"bundle\",\"id\":\"bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa\",\"objects\":[{objects}]}}"
    );
    let findings = check(&mut std::io::Cursor::new(text.as_bytes()), &Limits::default()).unwrap();
    assert_eq!(findings.len(), crate::error::FINDINGS + 1);
    let last = findings.last().unwrap();
    assert_eq!(
        (last.code, last.found.as_str(), last.severity),
        (Code::LimitExceeded, "3 more errors", Severity::Error)
    );
}

#[test]
fn stix_is_recognised_by_its_outermost_members() {
    use crate::format::Format;
    for (text, format) in [
        (r#"{"type":"bundle","id":"bundle--x","objects":[]}"#, Some(Format::Stix)),
        (r#"{"objects" : [{"type":"tool"}], "type" : "bundle"}"#, Some(Format::Stix)),
        (r#"{"type":"bundle","spec_version":"2.0","objects":[]}"#, Some(Format::Stix20)),
        (r#"{"id":"bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa","objects":[{"a":"#, Some(Format::Stix)),
        (
            r#"{"type":"tool","spec_version":"2.1","id":"tool--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}"#,
            Some(Format::Stix),
        ),
        (r#"{"type":"tool","id":"tool--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}"#, Some(Format::Stix20)),
        (r#"{"type":"url","id":"url--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}"#, Some(Format::Stix)),
        (r#"{"type":"tool","id":"4"}"#, None),
        (r#"{"a":{"type":"bundle"},"b":"{\"type\":\"bundle\""}"#, None),
        (r#"{"a":"\\","type":"bundle"#, None),
        (r#"[{"type":"bundle"}]"#, None),
        ("", None),
        ("{\"\\", None),
    ] {
        assert_eq!(detect(text.as_bytes()), format, "{text}");
    }
}
