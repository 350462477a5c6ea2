//! The declarations against themselves; `tests/peers/stix.rs` holds them against the specification.

use std::collections::BTreeSet;

use super::*;
use crate::stix::constraints::{CONSTRAINTS, Check};

fn defs() -> impl Iterator<Item = &'static Def> {
    OBJECTS.iter().chain(PARTS).copied()
}

#[test]
fn names_stand_once_and_have_their_form() {
    let mut names = BTreeSet::new();
    for def in defs() {
        assert!(names.insert(def.name), "{} stands twice", def.name);
        let mut properties = BTreeSet::new();
        for property in def.properties() {
            assert!(properties.insert(property.name), "{}.{} stands twice", def.name, property.name);
            let bytes =
                property.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            assert!(bytes && property.name.len() >= 2, "{}.{}", def.name, property.name);
        }
    }
}

/// §3.1: what is a reference, binary or hexadecimal says so in its name.
#[test]
fn names_end_as_their_types_ask() {
    for def in defs() {
        for Property { name, ty, .. } in def.own {
            let (suffix, there) = match ty {
                Type::Identifier(_) => ("_ref", true),
                Type::List(Type::Identifier(_)) => ("_refs", true),
                Type::Binary => ("_bin", true),
                Type::Hex => ("_hex", true),
                _ => ("_ref", false),
            };
            assert_eq!(name.ends_with(suffix), there, "{}.{name}", def.name);
        }
    }
}

#[test]
fn what_tables_name_is_there() {
    for def in OBJECTS {
        for name in def.contributes {
            assert!(def.property(name).is_some(), "{} has no {name} to compute an id from", def.name);
        }
        for Property { name, ty, .. } in def.own {
            let (Type::Identifier(Targets::Types(types)) | Type::List(Type::Identifier(Targets::Types(types)))) = ty
            else {
                continue;
            };
            assert!(types.iter().all(|ty| object(ty).is_some()), "{}.{name} leads to {types:?}", def.name);
        }
    }
    for (source, name, targets) in RELATIONSHIPS {
        assert!(object(source).is_some() && targets.iter().all(|ty| object(ty).is_some()), "{source} {name}");
    }
    for constraint in CONSTRAINTS {
        for ty in constraint.types {
            let def = defs().find(|def| def.name == *ty).unwrap_or_else(|| panic!("{ty} is no type"));
            let named: &[&str] = match &constraint.check {
                Check::Order(a, b, _) | Check::Excludes(a, b) | Check::Needs(a, b) => &[a, b],
                Check::AnyOf(names) => names,
                Check::AnyBut(_) | Check::Look(_) => &[],
            };
            assert!(named.iter().all(|name| def.property(name).is_some()), "{ty} has not {named:?}");
        }
    }
}

#[test]
fn vocabularies_are_as_many_as_the_specification_has() {
    assert_eq!(VOCABULARIES.len(), 32);
    for vocabulary in VOCABULARIES {
        let values: BTreeSet<_> = vocabulary.values.iter().collect();
        assert_eq!(values.len(), vocabulary.values.len(), "{}", vocabulary.name);
        let word = |value: &str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+_.#".contains(&byte));
        assert!(vocabulary.values.iter().all(|value| word(value)), "{}: {:?}", vocabulary.name, vocabulary.values);
        assert!(vocabulary.name.ends_with("-ov") || vocabulary.name.ends_with("-enum"));
    }
    let count = |family| OBJECTS.iter().filter(|def| def.family == family).count();
    assert_eq!([count(Family::Domain), count(Family::Relationship), count(Family::Observable)], [19, 2, 18]);
}

#[test]
fn relationships_of_the_specification_are_known() {
    for (source, name, target, known) in [
        ("indicator", "indicates", "malware", true),
        ("indicator", "indicates", "identity", false),
        ("infrastructure", "consists-of", "mutex", true),
        ("infrastructure", "consists-of", "tool", false),
        ("tool", "duplicate-of", "tool", true),
        ("tool", "duplicate-of", "malware", false),
        ("url", "related-to", "malware", true),
        ("x-thing", "likes", "malware", true),
    ] {
        assert_eq!(is_defined(source, name, target), known, "{source} {name} {target}");
    }
}
