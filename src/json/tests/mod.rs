//! Tests of the JSON entry and exit.

mod hostile;
mod outline;
mod round_trip;

use serde::Deserialize;

use super::*;
use crate::error::{Code, Position};

fn parse(text: &str) -> Document<'_> {
    Document::parse(text.as_bytes(), &Limits::default()).unwrap_or_else(|finding| panic!("{text}: {finding}"))
}

#[test]
fn a_tree_keeps_order_text_and_offsets() {
    let text =
        r#" {"b" : [1.0, -0, 1e999, 12345678901234567890123], "a\u0062": "x\n\ud83d\ude00é", "": null, "t":true} "#;
    let document = parse(text);
    let members = document.root().as_object().unwrap();
    assert_eq!(members.iter().map(|m| m.key.as_ref()).collect::<Vec<_>>(), ["b", "ab", "", "t"]);
    let numbers: Vec<_> =
        members[0].value.as_array().unwrap().iter().map(|n| n.as_number().unwrap().as_str()).collect();
    assert_eq!(numbers, ["1.0", "-0", "1e999", "12345678901234567890123"]);
    assert_eq!(members[1].value.as_str(), Ok("x\n😀é"));
    assert!(members[2].value.is_null());
    assert_eq!(members[3].value.as_bool(), Ok(true));
    for member in members {
        assert_eq!(&text[member.offset as usize..][..1], "\"");
    }
    assert_eq!(document.root().offset, 1);
    assert_eq!(&text[members[0].value.offset as usize..][..4], "[1.0");
    assert!(matches!(&members[0].key, std::borrow::Cow::Borrowed(_)), "plain text is borrowed");
    assert!(matches!(&members[1].key, std::borrow::Cow::Owned(_)));
}

#[test]
fn helpers_say_what_was_needed_and_where() {
    let text = "{\"a\": [0,\n {\"b c\": \"é\", \"n\": 9223372036854775808, \"f\": 1.5}]}";
    let document = parse(text);
    let inner = &document.root().get("a").unwrap().as_array().unwrap()[1];
    assert_eq!(inner.get("n").unwrap().as_u64(), Ok(1 << 63));
    for (mismatch, column, path, found, expected) in [
        (inner.get("b c").unwrap().as_bool().unwrap_err(), 10, "$.a[1]['b c']", "\"é\"", "true or false"),
        (inner.get("n").unwrap().as_i64().unwrap_err(), 20, "$.a[1].n", "9223372036854775808", "an integer from -9"),
        (inner.get("f").unwrap().as_u64().unwrap_err(), 46, "$.a[1].f", "1.5", "an integer from 0"),
        (inner.get("f").unwrap().as_str().unwrap_err(), 46, "$.a[1].f", "1.5", "a string"),
        (inner.as_array().unwrap_err(), 2, "$.a[1]", "an object", "an array"),
        (inner.as_number().unwrap_err(), 2, "$.a[1]", "an object", "a number"),
    ] {
        let finding = document.finding(mismatch);
        assert_eq!((finding.position.line, finding.position.column), (2, column), "{finding}");
        assert_eq!((finding.code, finding.path.as_str(), finding.found.as_str()), (Code::ValueInvalid, path, found));
        assert!(finding.expected.starts_with(expected), "{finding}");
    }
    let finding = document.finding(document.root().required("c").unwrap_err());
    assert_eq!((finding.code, finding.path.as_str()), (Code::ClassMissing, "$"));
    assert_eq!(document.root().get("a").unwrap().required("c").unwrap_err().code, Code::ValueInvalid);
    assert_eq!(document.root().get("c"), None);
    assert_eq!(inner.get("n").unwrap().get("c"), None);
}

#[test]
fn a_path_leads_to_its_value_or_to_the_nearest_around_it() {
    let document = parse("{\"a\": [0,\n {\"b c\": \"é\", \"b\": {\"n\": 1}}],\n\"ab\": 2}");
    for (path, line, column) in [
        ("$", 1, 1),
        ("$.a", 1, 7),
        ("$.a[0]", 1, 8),
        ("$.a[1]", 2, 2),
        ("$.a[1]['b c']", 2, 10),
        ("$.a[1].b.n", 2, 26),
        ("$.ab", 3, 7),
        ("$.a[2]", 1, 7),
        ("$.a[1].c", 2, 2),
        ("$.a.b", 1, 7),
        ("$.abc", 1, 1),
        ("/a", 1, 1),
    ] {
        let place = document.place(path);
        assert_eq!((place.line, place.column), (line, column), "{path}");
    }
}

#[test]
fn positions_far_into_a_document() {
    let mut text = "[\n".to_owned();
    for i in 0..3_000 {
        text.push_str(&format!("\"é{i}\",{}", if i % 7 == 0 { "\r\n" } else { " " }));
    }
    text.push_str("null]");
    let document = parse(&text);
    for value in document.root().as_array().unwrap().iter().step_by(101) {
        let before = &text[..value.offset as usize];
        let line = 1 + before.matches('\n').count() as u64;
        let column = 1 + before.rsplit('\n').next().unwrap().chars().count() as u64;
        assert_eq!(document.position(value.offset), Position { line, column, offset: value.offset });
    }
}

#[test]
fn a_document_may_stand_in_a_larger_one() {
    let base = Base { position: Position { line: 5, column: 3, offset: 100 }, path: "$.objects[2]".to_owned() };
    let document = Document::parse_at(b"{\"a\":\n{\"b\":1}}", &Limits::default(), base.clone()).unwrap();
    let inner = document.root().get("a").unwrap();
    assert_eq!(document.position(document.root().offset), base.position);
    let finding = document.finding(inner.get("b").unwrap().as_str().unwrap_err());
    assert_eq!(finding.position, Position { line: 6, column: 6, offset: 111 });
    assert_eq!(finding.path, "$.objects[2].a.b");
    let finding = Document::parse_at(b"{\"a\":x", &Limits::default(), base).unwrap_err();
    assert_eq!(finding.position, Position { line: 5, column: 8, offset: 105 });
    assert_eq!(finding.path, "$.objects[2].a");
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sample {
    list: Vec<Inner>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Inner {
    number: u8,
}

#[test]
fn types_are_read_behind_the_check() {
    let read = |text: &str| from_slice::<Sample>(text.as_bytes(), &Limits::default());
    assert_eq!(read(r#"{"list":[{"number":7}]}"#), Ok(Sample { list: vec![Inner { number: 7 }] }));
    for (text, code, line, path, found, expected) in [
        ("{\"list\":[{\"number\":1},\n{\"number\":\"é\"}]}", Code::ValueInvalid, 2, "$.list[1].number", "string", "u8"),
        ("{\"list\":[{\"number\":300}]}", Code::ValueInvalid, 1, "$.list[0].number", "300", "u8"),
        ("{\"list\":[{}]}", Code::ClassMissing, 1, "$.list[0]", "missing field `number`", "what the type needs"),
        ("{\"list\":[],\n\"x\":1}", Code::ClassUnknownElement, 2, "$.x", "unknown field `x`", "`list`"),
        ("[1]", Code::ValueInvalid, 1, "$[0]", "integer", "a sequence"),
        ("{\"list\":1e999}", Code::JsonSyntax, 1, "$.list", "number out of range", ""),
        ("{\"list\":[],\"list\":[]}", Code::JsonDuplicateKey, 1, "$.list", "a second member", "each name once"),
    ] {
        let finding = read(text).unwrap_err();
        assert_eq!((finding.code, finding.position.line, finding.path.as_str()), (code, line, path), "{finding}");
        assert!(finding.found.contains(found) && finding.expected.contains(expected), "{finding}");
        let base = Base { position: Position { line: 3, column: 1, offset: 10 }, path: "$.x".to_owned() };
        let inner = from_slice_at::<Sample>(text.as_bytes(), &Limits::default(), &base).unwrap_err();
        assert_eq!(inner.position.offset, finding.position.offset + 10);
        assert_eq!((inner.position.line, inner.path), (line + 2, path.replacen('$', "$.x", 1)));
    }
}
