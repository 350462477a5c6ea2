//! Documents that use every property of the tables, made from the tables.

use std::collections::BTreeSet;

use super::{documents::FOLDER, *};
use crate::{
    json::{Data, Layout, Limits, Member, Value, to_string},
    stix::forms,
};

/// Properties that exclude each other: the first sample has the first of each, the second the second.
const EITHER: &[(&str, &str, &str)] = &[
    ("artifact", "payload_bin", "url"),
    ("observed-data", "object_refs", "objects"),
    ("email-message", "body", "body_multipart"),
    ("email-mime-part-type", "body", "body_raw_ref"),
    ("granular-marking", "marking_ref", "lang"),
    ("marking-definition", "definition", "extensions"),
    ("marking-definition", "definition_type", "extensions"),
];

fn uuid(at: usize) -> String {
    format!("{at:08x}-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
}

/// A text of a form.
fn text_of(form: &'static Form) -> &'static str {
    let texts: [(&Form, &str); 13] = [
        (&forms::LANGUAGE, "en"),
        (&forms::KILL_CHAIN, "lockheed-martin-cyber-kill-chain"),
        (&forms::RELATIONSHIP_TYPE, "related-to"),
        (&forms::SELECTOR, "type"),
        (&forms::PROPERTY_NAME, "x_rank"),
        (&forms::DOMAIN_NAME, "example.com"),
        (&forms::EMAIL, "jane.smith@example.com"),
        (&forms::IPV4, "192.0.2.0/24"),
        (&forms::IPV6, "2001:db8::1"),
        (&forms::MAC, "00:00:ab:cd:ef:01"),
        (&forms::URL, "https://example.com/a?b=c#d"),
        (&forms::CPE, "cpe:2.3:a:example:app:1.0:*:*:*:*:*:*:*"),
        (&forms::LOWER, "get"),
    ];
    texts.into_iter().find(|(known, _)| std::ptr::eq(*known, form)).unwrap().1
}

/// A type that a reference may lead to.
fn target(targets: Targets) -> &'static str {
    match targets {
        Targets::Types(types) => types[0],
        Targets::Observable | Targets::Observed => "mutex",
        Targets::Any | Targets::Domain | Targets::DomainOrObservable => "identity",
    }
}

fn value(ty: &Type, name: &str, second: bool) -> Value<'static> {
    let late = ["last", "until", "stop", "end", "modified", "after", "expires"].iter().any(|word| name.contains(word));
    let time = if late { "2026-03-02T12:00:00.000Z" } else { "2026-03-01T12:00:00.000Z" };
    match ty {
        Type::String if name == "tlp" => "white".into(),
        Type::String if name == "definition_type" => "statement".into(),
        Type::String if name == "mime_type" => "text/plain".into(),
        Type::String if name == "pattern" => "[url:value = 'http://example.com/']".into(),
        Type::String if name.ends_with("_enc") => "UTF-8".into(),
        Type::String | Type::OwnId => "text".into(),
        Type::Form(form) => text_of(form).into(),
        Type::Literal(literal) => Value::string(*literal),
        Type::Boolean => (second && name == "is_multipart").into(),
        Type::Integer(from, _) => (*from).max(1).into(),
        Type::Float(..) => 7_i64.into(),
        Type::Timestamp if name == "time_date_stamp" => "2026-03-01T12:00:00Z".into(),
        Type::Timestamp | Type::Milliseconds => time.into(),
        Type::Binary => "aGVsbG8=".into(),
        Type::Hex => "0a".into(),
        Type::Identifier(targets) => format!("{}--{}", target(*targets), uuid(0)).into(),
        Type::Enum(_) if name == "extension_types" => "toplevel-property-extension".into(),
        Type::Enum(vocabulary) | Type::OpenVocab(vocabulary) => vocabulary.values[0].into(),
        Type::Hashes => Value::object([("MD5", Value::string("3773a88f65a5e780c8dff9cdc3a056f3"))]),
        Type::Dictionary(values) => {
            let keys = [("exif_tags", "XResolution"), ("options", "SO_ACCEPTCONN"), ("startup_info", "lpDesktop")];
            let key = keys.into_iter().find(|(of, _)| *of == name).map_or("Key", |(_, key)| key);
            let value = match values {
                Values::Strings => Value::array([Value::string("text"), Value::string("more")]),
                Values::Integer | Values::IntegerOrString => Value::from(1_i64),
                Values::Any | Values::String => Value::string("text"),
            };
            Value::object([(key, value)])
        }
        Type::Part(def) => sample(def, second),
        Type::List(Type::Part(def)) => Value::array([sample(def, false), sample(def, true)]),
        Type::List(of) => Value::array([value(of, name, second)]),
        Type::Extensions => unreachable!("made by sample"),
        Type::Container => {
            let id = format!("mutex--{}", uuid(0));
            let object = [("type", Value::string("mutex")), ("id", id.into()), ("name", Value::string("x"))];
            Value::object([("0", Value::object(object))])
        }
        Type::Definition => sample(&crate::stix::meta::STATEMENT, second),
        Type::Contents => Value::object([("de", Value::object([("name", Value::string("text"))]))]),
        Type::Objects => Value::array([]),
        Type::Reserved => unreachable!("nothing may stand there"),
    }
}

/// An object or part with all its properties, save those that exclude others.
fn sample(def: &'static Def, second: bool) -> Value<'static> {
    // The validator of OASIS does not know markings of languages; `good-granular-marking.json` has one.
    let second = second && def.name != "granular-marking";
    let left_out = |property: &Property| {
        let excluded = EITHER
            .iter()
            .any(|(of, first, other)| *of == def.name && property.name == if second { *first } else { *other });
        excluded || matches!(property.ty, Type::Reserved)
    };
    let mut members = Vec::new();
    for property in def.properties().filter(|property| !left_out(property)) {
        let value = match (&property.ty, property.name) {
            (Type::Extensions, _) if def.extensions.is_empty() => {
                let kind = [("extension_type", Value::string("property-extension")), ("rank", Value::from(1_i64))];
                Value::object([(format!("extension-definition--{}", uuid(1)), Value::object(kind))])
            }
            (Type::Extensions, _) => Value::object(def.extensions.iter().map(|part| (part.name, sample(part, second)))),
            (_, "type") => def.name.into(),
            (ty, name) => value(ty, name, second),
        };
        members.push((property.name, value));
    }
    Value::object(members)
}

/// The bundle of all types of objects, with ids.
fn every(second: bool) -> Value<'static> {
    let objects = OBJECTS.iter().filter(|def| def.family != Family::Bundle).enumerate().map(|(at, def)| {
        let mut object = sample(def, second);
        let own = match computed(def, &object) {
            Computed::Id(id) if def.family == Family::Observable => id,
            _ => format!("{}--{}", def.name, uuid(at + 2 + if second { 100 } else { 0 })),
        };
        if let Data::Object(members) = &mut object.data {
            members
                .iter_mut()
                .filter(|member| member.key == "id")
                .for_each(|member: &mut Member<'_>| member.value = own.clone().into());
        }
        object
    });
    let objects: Vec<_> = objects.collect();
    Value::object([
        ("type", Value::string("bundle")),
        ("id", format!("bundle--{}", uuid(0)).into()),
        ("objects", Value::array(objects)),
    ])
}

const FILES: [(&str, bool); 2] = [("good-every-property.json", false), ("good-every-other-property.json", true)];

/// `SIREX_BLESS=1` writes them; the table says what is found in them, which is that some properties are deprecated, and
/// `tests/peers/stix.rs` what a foreign validator finds.
#[test]
fn documents_with_every_property_are_fresh() {
    for (file, second) in FILES {
        let mut text = to_string(&every(second), Layout::Indented).unwrap();
        text.truncate(text.trim_end().len());
        text.push('\n');
        crate::config::stale(&format!("fixtures/stix/{file}"), &text);
    }
}

/// Counted against the tables: each type of object and each property of each type stands in a document that is good.
#[test]
fn every_type_and_property_is_used() {
    fn used(def: &'static Def, value: &Value<'_>, seen: &mut BTreeSet<(&'static str, &'static str)>) {
        for property in def.properties() {
            if let Some(value) = value.get(property.name) {
                seen.insert((def.name, property.name));
                within(&property.ty, def, value, seen);
            }
        }
    }
    fn within(ty: &Type, def: &'static Def, value: &Value<'_>, seen: &mut BTreeSet<(&'static str, &'static str)>) {
        match ty {
            Type::Part(part) => used(part, value, seen),
            Type::List(of) => value.as_array().unwrap().iter().for_each(|element| within(of, def, element, seen)),
            Type::Extensions => {
                for part in def.extensions {
                    value.get(part.name).into_iter().for_each(|value| used(part, value, seen));
                }
            }
            Type::Definition => {
                used(&crate::stix::meta::STATEMENT, value, seen);
                used(&crate::stix::meta::TLP, value, seen);
            }
            _ => {}
        }
    }
    let mut seen = BTreeSet::new();
    for (name, bytes) in super::documents::files().into_iter().filter(|(name, _)| name.starts_with("good")) {
        let decoded = decode(&bytes, &Limits::default()).unwrap_or_else(|finding| panic!("{FOLDER}/{name}: {finding}"));
        decoded.document.frame().into_iter().for_each(|frame| used(&crate::stix::meta::BUNDLE, frame, &mut seen));
        for object in decoded.document.objects() {
            object.def().into_iter().for_each(|def| used(def, object.value(), &mut seen));
        }
    }
    let all = OBJECTS.iter().chain(PARTS).flat_map(|def| def.properties().map(|property| (def.name, property)));
    let unused: Vec<_> = all
        .filter(|(_, property)| !matches!(property.ty, Type::Reserved))
        .map(|(def, property)| (def, property.name))
        .filter(|pair| !seen.contains(pair))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
