//! Patterns and observables by the tables of `fixtures/patterns`, and generated expressions there and back.

mod arbitrary;
mod indicator;

use proptest::prelude::*;

use super::*;
use crate::record::indicator::{Expression, Observable};

const READ: &str = include_str!("../../../../fixtures/patterns/read.tsv");
const WRITE: &str = include_str!("../../../../fixtures/patterns/write.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// A term, such as the tables have, as the content of an indicator.
fn term(json: &str) -> Content {
    let json: Json = serde_json::from_str(json).unwrap();
    match json.get("expression") {
        Some(expression) => Content::Expression(serde_json::from_value(expression.clone()).unwrap()),
        None => Content::Observable(serde_json::from_value(json["observable"].clone()).unwrap()),
    }
}

/// The members of an indicator with a content.
fn indicator(content: &Content) -> Group {
    let (name, value) = match content {
        Content::Observable(observable) => ("observable", serde_json::to_value(observable)),
        Content::Expression(expression) => ("expression", serde_json::to_value(expression)),
    };
    Group::from_iter([(name.to_owned(), value.unwrap())])
}

fn written(content: &Content) -> Option<String> {
    of(&indicator(content)).map(|said| match (said.language.as_str(), said.version) {
        ("stix", None) if content_of(&said.pattern).is_some() => said.pattern,
        (language, None) if is_made(content) => format!("{language}: {}", said.pattern),
        (language, Some(version)) => format!("{language} {version}: {}", said.pattern),
        _ => said.pattern,
    })
}

/// Whether it is a configuration that stands for itself.
fn is_made(content: &Content) -> bool {
    matches!(content, Content::Observable(observable) if observable.detection_pattern.is_some())
}

fn content_of(pattern: &str) -> Option<Content> {
    content(pattern, "stix")
}

#[test]
fn patterns_are_read_as_the_table_says() {
    let mut count = 0;
    for row in rows(READ) {
        let [pattern, json, _, back] = row.as_slice() else { panic!("{row:?}") };
        assert!(crate::stix::pattern::Pattern::parse(pattern).is_ok(), "{pattern}");
        let read = content_of(pattern);
        let wanted = (*json != "-").then(|| term(json));
        assert_eq!(read, wanted, "{pattern}");
        let Some(read) = read else { continue };
        let wanted = if *back == "same" { pattern } else { back };
        assert_eq!(written(&read).as_deref(), Some(*wanted), "{pattern}");
        assert_eq!(content_of(wanted), Some(read), "what is made of it is read as it was: {pattern}");
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn what_is_said_is_written_as_the_table_says() {
    let mut count = 0;
    for row in rows(WRITE) {
        let [json, pattern] = row.as_slice() else { panic!("{row:?}") };
        let wanted = (*pattern != "-").then(|| (*pattern).to_owned());
        assert_eq!(written(&term(json)), wanted, "{json}");
        count += 1;
    }
    assert!(count > 40, "{count}");
}

/// Rows of the table are of properties that STIX has: a pattern of each is sound.
#[test]
fn every_row_is_of_a_property() {
    use crate::stix::pattern::{Comparison, ObjectPath, Pattern, Step, Test};
    let path = |object: &str, steps: &[&str]| {
        let first = ObjectPath::new(object, steps[0]).unwrap();
        steps[1..].iter().fold(first, |path, step| match *step {
            "*" => path.step(Step::Every),
            key => path.key(key),
        })
    };
    for (object, steps) in table::THINGS.iter().flat_map(|thing| thing.rows.iter().map(|row| (thing.object, row.path)))
    {
        let exists: Comparison = Test::exists(path(object, steps)).into();
        assert!(Pattern::of(exists).is_sound(), "{object}:{steps:?}");
    }
    for bulk in table::BULK {
        let exists: Comparison = Test::exists(path(bulk.object, bulk.path)).into();
        assert!(Pattern::of(exists).is_sound(), "{}", bulk.kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// An expression of things that are apart makes a pattern, which is read as the same expression.
    #[test]
    fn expressions_come_back(content in arbitrary::content()) {
        let pattern = written(&content);
        prop_assert!(pattern.is_some(), "{content:?}");
        let pattern = pattern.unwrap();
        prop_assert_eq!(content_of(&pattern), Some(content), "{}", pattern);
    }

    /// Whatever a record says: the pattern that is made of it, if one is, is of STIX.
    #[test]
    fn whatever_is_said(seed: u64) {
        let record = crate::record::generate::record(&crate::world::Seeded::new(seed)).unwrap();
        let all = record.indicators.iter().filter_map(|one| match serde_json::to_value(one) {
            Ok(Json::Object(group)) => of(&group),
            _ => None,
        });
        for said in all.filter(|said| said.language == "stix") {
            let parsed = crate::stix::pattern::Pattern::parse(&said.pattern).unwrap();
            prop_assert_eq!(parsed.pattern.to_string(), said.pattern);
        }
    }
}

/// What is read of patterns such as the specification has is written as a pattern that is read as it.
#[test]
fn patterns_of_the_specification_are_judged() {
    for pattern in [
        "[a:b = 1]",
        "([file:name = 'a'] AND [file:name = 'b']) OR [mutex:name = 'c']",
        "[file:hashes.'SHA-256' = 'x' AND file:mime_type = 'application/x-pdf']",
        "[url:value = 'http://example.com/foo' OR url:value = 'http://example.com/bar']",
        "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'example.com'] REPEATS 5 TIMES WITHIN 1800 SECONDS",
    ] {
        if let Some(content) = content_of(pattern) {
            let again = written(&content).unwrap();
            assert_eq!(content_of(&again), Some(content), "{pattern}");
        }
    }
}

/// Nesting has a bound on both sides.
#[test]
fn deep_expressions_have_a_bound() {
    let mut expression = Expression::default();
    let leaf = |n: usize| crate::record::indicator::Term {
        observable: Some(Observable { mutex: Some(format!("m{n}")), ..Observable::default() }),
        ..Default::default()
    };
    expression.terms = vec![leaf(0), leaf(1)];
    for n in 2..40 {
        let inner = crate::record::indicator::Term { expression: Some(Box::new(expression)), ..Default::default() };
        let operator =
            if n % 2 == 0 { crate::record::indicator::Operator::Or } else { crate::record::indicator::Operator::And };
        expression = Expression { operator: Some(operator), terms: vec![inner, leaf(n)] };
    }
    let pattern = written(&Content::Expression(expression));
    assert_eq!(pattern.as_deref().and_then(content_of), None);
}

/// As many things as a pattern may have are told apart one by one, not two by two.
#[test]
fn large_patterns_are_read() {
    let one = |n: usize| format!("[mutex:name = 'm{n}']");
    let all: Vec<String> = (0..crate::stix::pattern::PATTERN_COMPARISONS).map(one).collect();
    let read = |operator: &str| match content_of(&all.join(operator)) {
        Some(Content::Expression(expression)) => expression.terms.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((read(" AND "), read(" OR ")), (all.len(), all.len()));
}
