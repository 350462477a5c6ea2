//! The writer, the canonical form, and agreement with serde_json.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn any_text() -> impl Strategy<Value = String> + Clone {
    let special = prop::sample::select(vec!['"', '\\', '/', '\u{8}', '\n', '\0', '\u{7f}', '\u{2028}', '\u{FEFF}']);
    let c = prop_oneof![3 => any::<char>(), 1 => special];
    prop::collection::vec(c, 0..8).prop_map(|chars| chars.into_iter().collect())
}

fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?",
    ]
}

fn any_value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        Just(Value::new(Data::Null)),
        any::<bool>().prop_map(Value::from),
        any_number().prop_map(|text| Number::new(text).unwrap().into()),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::array),
            prop::collection::btree_map(any_text(), inner, 0..5).prop_map(Value::object),
        ]
    })
}

/// What serde_json accepts of a text that has no duplicate names and no number out of a double's range, which are the
/// differences between it and this scanner on texts that fit the limits.
fn serde_accepts(bytes: &[u8]) -> bool {
    serde_json::from_slice::<&serde_json::value::RawValue>(bytes).is_ok()
        && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = check(bytes, &Limits::default());
    if matches!(&ours, Err(finding) if finding.code == Code::JsonDuplicateKey) {
        return Ok(());
    }
    // Unlike serde_json, which skips strings without looking at surrogates, we refuse lone ones.
    let lone = matches!(&ours, Err(finding) if finding.found.contains("lone surrogate"));
    prop_assert!(ours.is_ok() == serde_accepts(bytes) || lone, "{:?} {:?}", ours, String::from_utf8_lossy(bytes));
    if ours.is_ok() && !lone {
        // Where serde_json reads values whole, only numbers out of range are refused by it alone.
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(bytes) {
            prop_assert!(error.to_string().contains("number out of range"), "{}", error);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(value in any_value()) {
        for layout in [Layout::Compact, Layout::Indented] {
            let text = to_string(&value, layout).unwrap();
            let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
            prop_assert_eq!(document.root(), &value);
            prop_assert_eq!(&document.into_root().into_owned(), &value);
            agree(text.as_bytes())?;
        }
    }

    #[test]
    fn serde_json_reads_the_same(value in any_value()) {
        let text = to_string(&value, Layout::Compact).unwrap();
        if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
            same(&value, &theirs)?;
        }
    }

    #[test]
    fn changed_documents_are_judged_alike(
        value in any_value(), indented in any::<bool>(), at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"{}[]:,\"\\ue0-.+ 1\n".to_vec())],
    ) {
        let layout = if indented { Layout::Indented } else { Layout::Compact };
        let mut text = to_string(&value, layout).unwrap().into_bytes();
        let at = at.index(text.len());
        agree(&text[..at])?;
        text[at] = byte;
        agree(&text)?;
        fuzz(&text);
    }

    #[test]
    fn token_soup_is_judged_alike(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "\"", "\\", "\\u00e9", "\\ud800", "1", "-", "0", ".", "e", "+",
        "true", "null", "fals", " ", "\n", "é", "\u{1}",
    ]), 0..16)) {
        let text = pieces.concat();
        agree(text.as_bytes())?;
        fuzz(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        agree(&bytes)?;
        fuzz(&bytes);
    }

    #[test]
    fn every_path_leads_to_its_value(value in any_value()) {
        let text = to_string(&value, Layout::Indented).unwrap();
        let document = parse(&text);
        let mut paths = BTreeSet::new();
        let mut todo = vec![document.root()];
        while let Some(value) = todo.pop() {
            let path = document.path(value.offset);
            prop_assert!(paths.insert(path.clone()), "{} twice in {}", path, text);
            match &value.data {
                Data::Array(elements) => todo.extend(elements),
                Data::Object(members) => todo.extend(members.iter().map(|m| &m.value)),
                _ => {}
            }
        }
    }

    #[test]
    fn numbers_are_what_the_grammar_says(text in "-?[0-9.eE+-]{0,8}") {
        let read = check(text.as_bytes(), &Limits::default()).is_ok();
        prop_assert_eq!(Number::new(text.as_str()).is_some(), read, "{}", text);
    }
}

fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> Result<(), TestCaseError> {
    match (&ours.data, theirs) {
        (Data::Null, serde_json::Value::Null) => {}
        (Data::Bool(a), serde_json::Value::Bool(b)) => prop_assert_eq!(a, b),
        (Data::String(a), serde_json::Value::String(b)) => prop_assert_eq!(a.as_ref(), b.as_str()),
        (Data::Number(a), serde_json::Value::Number(b)) => {
            prop_assert_eq!(a.as_str().parse::<f64>().ok(), b.as_f64());
        }
        (Data::Array(a), serde_json::Value::Array(b)) => {
            prop_assert_eq!(a.len(), b.len());
            for (a, b) in a.iter().zip(b) {
                same(a, b)?;
            }
        }
        (Data::Object(a), serde_json::Value::Object(b)) => {
            prop_assert_eq!(a.len(), b.len());
            for member in a {
                let other = b.get(member.key.as_ref());
                prop_assert!(other.is_some());
                if let Some(other) = other {
                    same(&member.value, other)?;
                }
            }
        }
        _ => prop_assert!(false, "{:?} is not {:?}", ours, theirs),
    }
    Ok(())
}

#[test]
fn what_it_looks_like() {
    let value = Value::object([
        ("a", Value::array([Value::from(1_i64), Value::array([]), Value::from("x\u{1f}\"\\/\n")])),
        ("b", Value::object(Vec::<(&str, Value<'_>)>::new())),
        ("c", Value::object([("d", Value::from(true))])),
    ]);
    let compact = r#"{"a":[1,[],"x\u001f\"\\/\n"],"b":{},"c":{"d":true}}"#;
    assert_eq!(to_string(&value, Layout::Compact).unwrap(), compact);
    let indented = "{\n  \"a\": [\n    1,\n    [],\n    \"x\\u001f\\\"\\\\/\\n\"\n  ],\n  \"b\": {},\n  \
                    \"c\": {\n    \"d\": true\n  }\n}\n";
    assert_eq!(to_string(&value, Layout::Indented).unwrap(), indented);
}

#[test]
fn what_is_not_json_cannot_be_written() {
    type Act = fn(&mut Writer<Vec<u8>>) -> Result<(), WriteError>;
    let acts: &[(&str, Act)] = &[
        ("a value without a name", |w| w.begin_object().and_then(|()| w.string("x"))),
        ("a value without a name", |w| w.begin_object().and_then(|()| w.begin_array())),
        ("a member name", |w| w.key("a")),
        ("a member name", |w| w.begin_array().and_then(|()| w.key("a"))),
        ("a member name", |w| w.begin_object().and_then(|()| w.key("a")).and_then(|()| w.key("b"))),
        ("an end", |w| w.end()),
        ("an end", |w| w.begin_object().and_then(|()| w.key("a")).and_then(|()| w.end())),
        ("a second value", |w| w.string("x").and_then(|()| w.string("y"))),
        ("a second value", |w| w.begin_array().and_then(|()| w.end()).and_then(|()| w.begin_array())),
        ("stands twice", |w| {
            w.begin_object()?;
            w.key("a")?;
            w.value(&Value::object([("a", Value::from(1_u64))]))?;
            w.key("a")
        }),
    ];
    for (words, act) in acts {
        let mut writer = Writer::new(Vec::new(), Layout::Compact);
        let error = act(&mut writer).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    let incomplete = |act: Act| {
        let mut writer = Writer::new(Vec::new(), Layout::Compact);
        act(&mut writer).unwrap();
        matches!(writer.finish(), Err(WriteError::Incomplete))
    };
    assert!(incomplete(|_| Ok(())));
    assert!(incomplete(|w| w.begin_array()));
    assert!(incomplete(|w| w.begin_object().and_then(|()| w.key("a"))));
}

/// Numbers of RFC 8785 §3.2.2.3 and its appendix B, and what lies at the edges of the ways to write them.
#[test]
fn canonical_numbers() {
    for (number, expected) in [
        ("1.0", "1"),
        ("-0.0", "0"),
        ("4.50", "4.5"),
        ("2e-3", "0.002"),
        ("1E30", "1e+30"),
        ("0.000000000000000000000000001", "1e-27"),
        ("333333333.33333329", "333333333.3333333"),
        ("5e-324", "5e-324"),
        ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
        ("295147905179352830000.0", "295147905179352830000"),
        ("1e20", "100000000000000000000"),
        ("999999999999999900000.0", "999999999999999900000"),
        ("1e21", "1e+21"),
        ("9999999999999997e7", "9.999999999999997e+22"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("9.999999999999997e-7", "9.999999999999997e-7"),
        ("333333333.3333332", "333333333.3333332"),
        ("9.5e-3", "0.0095"),
        ("123.456e1", "1234.56"),
    ] {
        assert_eq!(String::from_utf8(canonical(parse(number).root()).unwrap()).unwrap(), expected, "{number}");
    }
}

/// RFC 8785 §3.2.3 sorts by UTF-16 code units; §3.2.2.2 fixes the escapes.
#[test]
fn the_canonical_form() {
    let text = concat!(
        "{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\", ",
        "\"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\", ",
        "\"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}"
    );
    let expected = concat!(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",",
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",",
        "\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
    assert_eq!(String::from_utf8(canonical(parse(text).root()).unwrap()).unwrap(), expected);
    let text = "[ \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", null, -0, 9007199254740992, {} ]";
    let expected = "[\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",null,0,9007199254740992,{}]";
    assert_eq!(String::from_utf8(canonical(parse(text).root()).unwrap()).unwrap(), expected);
    for number in ["9007199254740993", "-9007199254740993", "1e999"] {
        assert!(matches!(canonical(parse(number).root()), Err(NotCanonical::Number(n)) if n == number));
    }
    let twice = Value::object([("a", Value::from(true)), ("a", Value::from(true))]);
    assert!(matches!(canonical(&twice), Err(NotCanonical::RepeatedMember(_))));
    assert!(matches!(to_string(&twice, Layout::Compact), Err(WriteError::RepeatedMember(_))));
}
