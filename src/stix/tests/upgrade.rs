//! Documents of STIX 2.0 as documents of 2.1: nothing is wrong with them, and every leaf has its end.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::Severity,
    json::{Data, Layout, Limits, Value, below, to_string},
    stix::{End, Leaf, StixDocument, Upgraded, decode, encode, upgrade},
};

/// The documents of the folder, by name.
fn documents() -> Vec<(String, StixDocument)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stix-2.0");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 6);
    let document =
        |path: &std::path::PathBuf| decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap().document;
    files.iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), document(path))).collect()
}

fn document(name: &str) -> StixDocument {
    documents().into_iter().find(|(file, _)| file == name).unwrap().1
}

/// Each leaf of a value, by its path.
fn leaves(value: &Value<'_>, path: String, found: &mut BTreeMap<String, String>) {
    match &value.data {
        Data::Array(elements) if !elements.is_empty() => {
            elements.iter().enumerate().for_each(|(nth, one)| leaves(one, format!("{path}[{nth}]"), found));
        }
        Data::Object(members) if !members.is_empty() => {
            members.iter().for_each(|one| leaves(&one.value, below(&path, &one.key), found));
        }
        _ => assert_eq!(found.insert(path, to_string(value, Layout::Compact).unwrap()), None),
    }
}

fn leaves_of(document: &StixDocument) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(Data::Object(members)) = document.frame().map(|frame| &frame.data) {
        let own = members.iter().filter(|one| one.key != "objects");
        own.for_each(|one| leaves(&one.value, below("$", &one.key), &mut found));
    }
    for (nth, object) in document.objects().iter().enumerate() {
        let path = if document.is_bundle() { format!("$.objects[{nth}]") } else { "$".to_owned() };
        leaves(object.value(), path, &mut found);
    }
    found
}

/// Whether what stands at a place may be another text than it was: references, selectors and patterns.
fn may_differ(path: &str) -> bool {
    path.contains("_ref") || path.ends_with(".pattern") || path.contains(".selectors[")
}

/// Members that 2.1 asks for, and marks that were marks of the container.
fn may_be_new(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap();
    ["spec_version", "id", "is_family", "pattern_type", "pattern_version", "image_ref"].contains(&last)
        || ["object_refs[", "object_marking_refs[", "granular_markings["].iter().any(|list| path.contains(list))
        || path == "$.type"
        || last == "type" // of an image
}

/// Every leaf of the old document has one end; what is kept is there, and what is there was kept or had to be added.
fn is_accounted(old: &StixDocument, new: &Upgraded) {
    let (before, after) = (leaves_of(old), leaves_of(&new.document));
    let mut ended = BTreeSet::new();
    let mut reached = BTreeSet::new();
    for Leaf { path, end } in &new.account {
        assert!(ended.insert(path.as_str()), "{path} ended twice");
        let value = before.get(path).unwrap_or_else(|| panic!("no such leaf: {path}"));
        let to = match end {
            End::Dropped { .. } => {
                assert!(path.ends_with(".spec_version"), "{path} is dropped");
                continue;
            }
            End::Kept { to } | End::Moved { to } | End::Coarsened { to, .. } => to,
        };
        if to.ends_with("_markings") || to.ends_with("_marking_refs") {
            assert!(after.keys().any(|there| there.starts_with(to)), "{path}: nothing at {to}");
            continue;
        }
        let there = after.get(to).unwrap_or_else(|| panic!("{path}: nothing at {to}"));
        assert!(there == value || may_differ(to), "{path} is {value}, {to} is {there}");
        reached.insert(to.as_str());
    }
    let lost: Vec<_> = before.keys().filter(|path| !ended.contains(path.as_str())).collect();
    assert!(lost.is_empty(), "without an end: {lost:#?}");
    let tlp = |path: &str, text: &str| path.ends_with(".name") && text.starts_with("\"TLP:");
    let new =
        after.iter().filter(|(path, text)| !reached.contains(path.as_str()) && !may_be_new(path) && !tlp(path, text));
    let new: Vec<_> = new.collect();
    assert!(new.is_empty(), "from nowhere: {new:#?}");
}

#[test]
fn upgraded_documents_have_no_errors_and_every_leaf_has_an_end() {
    for (name, old) in documents() {
        let new = upgrade(&old);
        is_accounted(&old, &new);
        let bytes = encode(&new.document, Layout::Indented).unwrap();
        let decoded = decode(&bytes, &Limits::default()).unwrap();
        let wrong: Vec<_> = decoded.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        assert_eq!(upgrade(&new.document).document, new.document, "{name} is not of 2.1");
        assert_eq!(upgrade(&old).document, new.document);
    }
}

/// What is of 2.1 is as it was, but for the objects of 2.0 in it.
#[test]
fn documents_of_the_new_version_are_as_they_were() {
    for (name, bytes) in super::documents::files() {
        let Ok(decoded) = decode(&bytes, &Limits::default()) else { continue };
        let upgraded = upgrade(&decoded.document);
        is_accounted(&decoded.document, &upgraded);
        if name.starts_with("good") {
            assert_eq!(upgraded.document, decoded.document, "{name}");
        }
    }
}

/// `SIREX_BLESS=1` writes what becomes of them, to be judged line by line.
#[test]
fn documents_become_what_they_became() {
    let mut text = "# document\n# path in STIX 2.0\tend\tpath in STIX 2.1\tvalue there\n".to_owned();
    for (name, old) in documents() {
        let new = upgrade(&old);
        let after = leaves_of(&new.document);
        text.push_str(&format!("{name}\n"));
        for Leaf { path, end } in &new.account {
            let (word, to) = match end {
                End::Kept { to } if to == path => continue,
                End::Kept { to } => ("kept", to.as_str()),
                End::Moved { to } => ("moved", to.as_str()),
                End::Coarsened { to, .. } => ("coarsened", to.as_str()),
                End::Dropped { why } => ("dropped", *why),
            };
            let value = after.get(to).map_or("", String::as_str);
            text.push_str(&format!("{path}\t{word}\t{to}\t{value}\n"));
        }
    }
    crate::config::stale("fixtures/stix-2.0/account.tsv", &text);
}

#[test]
fn the_page_of_the_old_version_is_fresh() {
    crate::config::stale("docs/stix-2.0.md", &crate::stix::upgrade::table::page());
}

/// Names in the table are those of the declarations, so that nothing is renamed to what is not there.
#[test]
fn the_table_names_what_is_there() {
    use crate::stix::{OBJECTS, PARTS, upgrade::table};
    let def = |name: &str| OBJECTS.iter().chain(PARTS).find(|def| def.name == name).unwrap();
    for (of, old, new) in table::RENAMED {
        assert!(def(of).property(new).is_some(), "{of}.{new}");
        assert!(*old == "labels" || def(of).property(old).is_none(), "{of}.{old}");
    }
    for (of, old) in table::GONE {
        assert!(def(of).property(old).is_none(), "{of}.{old}");
    }
    for (of, types, _) in table::LABELS {
        assert!(def(of).property(types).is_some(), "{of}.{types}");
    }
}

/// Patterns have the names that 2.1 has for properties; others are as they were, to the byte.
#[test]
fn patterns_have_the_new_names() {
    let pattern = |text: &str| {
        let text = to_string(&Value::string(text), Layout::Compact).unwrap();
        let old = format!("{{\"type\": \"indicator\", \"id\": \"x\", \"pattern\": {text}}}");
        let new = upgrade(&decode(old.as_bytes(), &Limits::default()).unwrap().document).document;
        let version = new.objects()[0].text("pattern_version").map(str::to_owned);
        assert_eq!(new.objects()[0].text("pattern_type"), Some("stix"));
        (new.objects()[0].text("pattern").unwrap().to_owned(), version)
    };
    for (old, new) in [
        ("[file:created < t'2016-01-01T00:00:00Z']", "[file:ctime < t'2016-01-01T00:00:00Z']"),
        ("[process:name = 'a' OR process:pid=5]", "[process:image_ref.name = 'a' OR process:pid = 5]"),
        ("[process:binary_ref.accessed = 5]", "[process:image_ref.atime = 5]"),
        ("[process:parent_ref.child_refs[*].name = 'a']", "[process:parent_ref.child_refs[*].image_ref.name = 'a']"),
        ("[file:hashes.ssdeep = 'a']", "[file:hashes.SSDEEP = 'a']"),
        ("[file:is_encrypted = true]", "[file:x_stix20_is_encrypted = true]"),
        ("[file:extensions.'archive-ext'.version = '5']", "[file:extensions.'archive-ext'.x_stix20_version = '5']"),
        (
            "[file:extensions.'archive-ext'.contains_refs[0].modified = 5]",
            "[file:extensions.'archive-ext'.contains_refs[0].mtime = 5]",
        ),
        ("[ file:name=='created' ]", "[ file:name=='created' ]"),
        ("[x-file:created = 5]", "[x-file:created = 5]"),
    ] {
        assert_eq!(pattern(old), (new.to_owned(), None));
    }
    assert_eq!(pattern("[file:name = a]"), ("[file:name = a]".to_owned(), Some("2.0".to_owned())));
}

#[test]
fn what_alone_becomes_several_is_a_bundle() {
    let alone = upgrade(&document("alone.json")).document;
    assert!(!alone.is_bundle());
    let several = upgrade(&document("alone-observed.json")).document;
    assert_eq!((several.is_bundle(), several.objects().len()), (true, 2));
}

/// Markings follow what they mark, so that nothing that was marked is without its mark.
#[test]
fn marks_follow_what_they_mark() {
    let document = upgrade(&document("marked.json")).document;
    let marks = |nth: usize| {
        let object = document.objects()[nth].value();
        let texts = |list: &Value<'_>| -> Vec<String> {
            list.as_array()
                .unwrap()
                .iter()
                .map(|one| one.as_str().unwrap().chars().skip(20).take(8).collect())
                .collect()
        };
        let whole = object.get("object_marking_refs").map(texts).unwrap_or_default();
        let granular = object.get("granular_markings").map(|list| to_string(list, Layout::Compact).unwrap());
        let selectors =
            granular.unwrap_or_default().split("\"selectors\":").skip(1).map(str::to_owned).collect::<Vec<_>>();
        (document.objects()[nth].text("type").unwrap().to_owned(), whole, selectors)
    };
    let whole = |marks: &[&str]| marks.iter().map(|mark| (*mark).to_owned()).collect::<Vec<_>>();
    let (green, red, own) = ("34098fce", "5e57c739", "00000009");
    let (kind, refs, granular) = marks(0);
    assert_eq!((kind.as_str(), refs), ("file", whole(&[green, red, own])));
    assert!(
        granular[0].starts_with("[\"atime\",\"hashes.SSDEEP\"]") && granular[1].starts_with("[\"name\"]"),
        "{granular:?}"
    );
    assert_eq!((marks(1).0.as_str(), marks(1).1), ("mutex", whole(&[green, red, own])));
    // The image has the mark of the name, and what marks the process.
    let (kind, refs, granular) = marks(2);
    assert_eq!((kind.as_str(), refs, granular.len()), ("file", whole(&[green, own]), 1));
    assert!(granular[0].starts_with("[\"name\"]"));
    assert!(marks(3).2[0].starts_with("[\"image_ref\"]"));
    let (kind, refs, granular) = marks(4);
    assert_eq!((kind.as_str(), refs, granular.len()), ("observed-data", whole(&[green]), 2));
    assert!(
        granular[0].starts_with("[\"number_observed\"]") && granular[1].starts_with("[\"object_refs\"]"),
        "{granular:?}"
    );
    // The same mutex without marks is another object.
    assert_eq!(marks(5), ("mutex".to_owned(), vec![], vec![]));
}

mod arbitrary {
    use proptest::prelude::*;

    use super::*;
    use crate::stix::{Family, OBJECTS};

    /// A value that may stand in a property of an observable, of which some are keys of others.
    fn value() -> impl Strategy<Value = Value<'static>> {
        let key = || (0..5_u8).prop_map(|key| Value::string(key.to_string()));
        let leaf = prop_oneof![key(), "[a-z]{0,4}".prop_map(Value::string), any::<i64>().prop_map(Value::from)];
        leaf.prop_recursive(3, 12, 3, |inner| {
            let name = "[a-z]{1,3}_ref|[a-z]{1,3}_refs|name|MD5|ssdeep|archive-ext|contains_refs|ntfs-ext|version";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::array),
                prop::collection::btree_map(name, inner, 0..3).prop_map(Value::object),
            ]
        })
    }

    fn observable() -> impl Strategy<Value = Value<'static>> {
        let types: Vec<_> = OBJECTS.iter().filter(|def| def.family == Family::Observable).copied().collect();
        let own = (any::<prop::sample::Index>(), value());
        (prop::sample::select(types), prop::collection::vec(own, 0..4), prop::option::of(value())).prop_map(
            |(def, values, name)| {
                let old = ["created", "modified", "accessed", "binary_ref", "is_encrypted"];
                let names: Vec<&str> = def.own.iter().map(|property| property.name).chain(old).collect();
                let mut members = vec![("type", Value::string(def.name))];
                let own = values.into_iter().map(|(name, value)| (*name.get(&names), value));
                for (name, value) in own.chain(name.map(|name| ("name", name))) {
                    if !members.iter().any(|(known, _)| *known == name) {
                        members.push((name, value));
                    }
                }
                Value::object(members)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Whatever refers to what, in circles and to nothing, with marks of all and of parts.
        #[test]
        fn containers_of_anything_are_accounted_for(
            observables in prop::collection::vec(observable(), 1..5),
            selectors in prop::collection::vec("objects|objects\\.[0-5]|objects\\.[0-5]\\.(name|type|x)|type|y", 0..4),
            marked in any::<bool>(),
        ) {
            let red = || Value::string("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed");
            let objects = observables.into_iter().enumerate().map(|(nth, one)| (nth.to_string(), one));
            let mut members = vec![
                ("type", Value::string("observed-data")),
                ("id", Value::string("observed-data--00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa")),
                ("objects", Value::object(objects)),
            ];
            if marked {
                members.push(("object_marking_refs", Value::array([red()])));
            }
            if !selectors.is_empty() {
                let selectors = Value::array(selectors.into_iter().map(Value::string));
                let marking = Value::object([("marking_ref", red()), ("selectors", selectors)]);
                members.push(("granular_markings", Value::array([marking])));
            }
            let text = to_string(&Value::object(members), Layout::Compact).unwrap();
            let old = decode(text.as_bytes(), &Limits::default()).unwrap().document;
            let new = upgrade(&old);
            is_accounted(&old, &new);
            prop_assert_eq!(&upgrade(&new.document).document, &new.document);
            let written = encode(&new.document, Layout::Compact).unwrap();
            prop_assert!(decode(&written, &Limits::default()).is_ok());
        }
    }
}
