//! What is read and written again is what was read.

use proptest::prelude::*;

use super::{documents::files, *};
use crate::json::{Data, Document, Layout, Limits, Value, to_string};

/// Reads and writes; the value of what was written is that of what was read.
fn comes_back(bytes: &[u8]) {
    let limits = Limits::default();
    let read = Document::parse(bytes, &limits).unwrap();
    let Ok(decoded) = decode(bytes, &limits) else { return };
    for layout in [Layout::Compact, Layout::Indented] {
        let written = encode(&decoded.document, layout).unwrap();
        assert_eq!(Document::parse(&written, &limits).unwrap().root(), read.root());
        let again = decode(&written, &limits).unwrap();
        assert_eq!(again.document, decoded.document);
        let codes = |decoded: &Decoded| {
            decoded.findings.iter().map(|finding| (finding.code, finding.path.clone())).collect::<Vec<_>>()
        };
        assert_eq!(codes(&again), codes(&decoded));
    }
}

#[test]
fn documents_come_back_whatever_is_wrong_with_them() {
    for (name, bytes) in files() {
        println!("{name}");
        comes_back(&bytes);
    }
}

#[test]
fn spelling_is_kept() {
    let bytes = files().into_iter().find(|(name, _)| name == "good-spelling.json").unwrap().1;
    let decoded = decode(&bytes, &Limits::default()).unwrap();
    let written = String::from_utf8(encode(&decoded.document, Layout::Compact).unwrap()).unwrap();
    let compact = String::from_utf8(bytes).unwrap().replace(['\n', ' '], "");
    assert_eq!(written.replace(' ', ""), compact.replace("\\u00e9t\\u00e9\\ud83d\\ude00", "été😀"));
}

fn any_value() -> impl Strategy<Value = Value<'static>> {
    let text = prop_oneof![
        Just("type".to_owned()),
        Just("2026-03-01T12:00:00.000Z".to_owned()),
        Just("identity--00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa".to_owned()),
        Just("extension-definition--00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa".to_owned()),
        "[a-z_.\\[\\]0-9-]{0,12}",
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::new(Data::Null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let named = prop::collection::btree_map("[a-z_]{0,8}|type|extension_type|selectors|MD5", inner.clone(), 0..4);
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::array), named.prop_map(Value::object),]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Any value at any property of any type.
    #[test]
    fn objects_with_any_values_come_back(
        def in prop::sample::select(OBJECTS.to_vec()),
        values in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 0..6),
        own in any_value(), alone in any::<bool>(),
    ) {
        let mut members = vec![("type", Value::string(def.name)), ("x_own", own)];
        let names: Vec<&str> = def.properties().map(|property| property.name).collect();
        for (name, value) in values {
            let name = name.get(&names);
            if !members.iter().any(|(known, _)| known == name) {
                members.push((name, value));
            }
        }
        let object = Value::object(members);
        let document = match alone {
            true => object,
            false => Value::object([("objects", Value::array([object.clone(), object])), ("type", "bundle".into())]),
        };
        comes_back(to_string(&document, Layout::Compact).unwrap().as_bytes());
    }

    #[test]
    fn mangled_documents_do_not_panic(
        file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let files = files();
        let mut bytes = file.get(&files).1.clone();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        fuzz(&bytes);
        bytes.truncate(to.index(bytes.len()));
        fuzz(&bytes);
    }
}
