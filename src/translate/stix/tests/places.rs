//! An account names places that are there, and what is carried stands at its place as it was.

use serde_json::Value as Json;

use super::*;
use crate::translate::ledger::ITS_PLACE;

/// The objects of a document by their ids.
fn objects(document: &StixDocument) -> BTreeMap<String, Json> {
    let read = |object: &stix::Object| serde_json::from_str::<Json>(&tree::text(object.value())).unwrap();
    document.objects().iter().map(|one| (one.text("id").unwrap().to_owned(), read(one))).collect()
}

/// What stands at a place, a path below the id of an object.
fn at<'o>(objects: &'o BTreeMap<String, Json>, place: &str) -> Option<&'o Json> {
    let (id, path) = place.split_once('.').unwrap_or((place, ""));
    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    steps.fold(objects.get(id), |here, step| match step.strip_suffix(']') {
        Some(number) => here?.get(number.parse::<usize>().unwrap()),
        None => here?.get(step),
    })
}

/// Whether a leaf is only named otherwise outside.
fn is_name(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.contains("--"))
}

fn check(what: &str, document: RecordDocument, shape: IncidentShape) {
    let mut leaves = BTreeMap::new();
    each_leaf(&serde_json::to_value(&document).unwrap(), "$".to_owned(), &mut |path, leaf| {
        _ = leaves.insert(path, leaf.clone());
    });
    let (made, account) = to_stix(document, &IdKey::public(), shape).unwrap();
    let objects = objects(&made);
    for entry in account {
        let Some(place) = entry.fate.place() else { continue };
        if place == ITS_PLACE || place.starts_with(['(', '$']) {
            continue;
        }
        let there = at(&objects, place);
        assert!(there.is_some(), "{what}: there is no such place: {entry}");
        if let Fate::Carried { .. } = entry.fate {
            let same = there == leaves.get(&entry.path) || there.is_some_and(is_name);
            assert!(same, "{what}: {entry}, where {there:?} stands for {:?}", leaves.get(&entry.path));
        }
        if let Fate::Moved { .. } = entry.fate {
            let text = leaves[&entry.path].to_string();
            assert!(there.unwrap().to_string().contains(text.trim_matches('"')), "{what}: {entry}");
        }
    }
}

#[test]
fn places_of_records_are_there() {
    for seed in 0..60 {
        for (_, shape) in IncidentShape::ALL {
            check(&format!("record {seed}"), RecordDocument::of(vec![generated(seed)]), *shape);
        }
    }
}

#[test]
fn places_of_documents_are_there() {
    for (name, document) in fixtures() {
        check(&name, from_stix(document).0, IncidentShape::V2);
    }
}

/// What is in our extension alone is carried, and what also stands among texts is moved.
#[test]
fn what_only_the_extension_says_is_carried() {
    let record = serde_json::json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "modified": "2026-03-01T12:00:00Z",
        "created": "2026-03-01T12:00:00+01:00", "title": { "text": "A case", "lang": "en" }, "what_occurred": { "text": "Files were encrypted." },
        "handling": { "tlp": "AMBER", "restriction": "need-to-know" },
        "costs": [{ "id": "c1", "amount": "10", "currency": "EUR" }],
        "methods": [
            { "id": "m1" },
            { "id": "m2", "descriptions": [{ "text": "One" }, { "text": "Two" }, { "text": "Three" }] },
        ],
        "events": [{ "id": "e1", "carried": [{ "format": "iodef", "path": "Description/@x", "value": "y" }] }],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    let (document, account) = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap();
    let of = |kind: &str| {
        let of_kind = |object: &&stix::Object| object.text("type") == Some(kind);
        document.objects().iter().find(of_kind).unwrap().text("id").unwrap().to_owned()
    };
    let (incident, method) = (of("incident"), of("attack-pattern"));
    let ours = format!("{incident}.extensions.{}.record", extension::ID);
    let fate = |path: &str| {
        let path = format!("$.records[0].{path}");
        account.iter().find(|entry| entry.path == path).unwrap().fate.clone()
    };
    let kept = |to: String| Fate::Kept { to };
    let carried = |on: String| Fate::Carried { on };
    assert_eq!(fate("modified"), kept(format!("{incident}.modified")));
    let how = "the same moment in UTC".to_owned();
    assert_eq!(fate("created"), Fate::Coarsened { to: format!("{incident}.created"), how });
    assert_eq!(fate("title.text"), kept(format!("{incident}.name")));
    assert_eq!(fate("title.lang"), carried(format!("{ours}.title.lang")));
    assert_eq!(fate("what_occurred.text"), Fate::Moved { to: format!("{incident}.description") });
    assert_eq!(fate("handling.tlp"), kept(format!("{incident}.object_marking_refs")));
    assert_eq!(fate("costs[0].amount"), carried(format!("{ours}.costs[0].amount")));
    assert_eq!(fate("events[0].carried[0].value"), carried(format!("{ours}.events[0].carried[0].value")));
    assert_eq!(fate("methods[1].descriptions[0].text"), kept(format!("{method}.name")));
    assert_eq!(fate("methods[1].descriptions[2].text"), Fate::Moved { to: format!("{method}.description") });
}

/// Without our extension nothing is carried, and what only it would have said is dropped.
#[test]
fn without_our_extension_the_account_is_true() {
    for seed in 0..20 {
        let (made, mut account) =
            to_stix(RecordDocument::of(vec![generated(seed)]), &IdKey::public(), IncidentShape::V2).unwrap();
        let before = account.clone();
        let plain = extension::leave_out(made, &mut account);
        let bytes = stix::encode(&plain, crate::json::Layout::Compact).unwrap();
        assert!(!String::from_utf8(bytes).unwrap().contains(extension::ID));
        let objects = objects(&plain);
        for (entry, before) in account.iter().zip(&before) {
            match &entry.fate {
                Fate::Carried { .. } => panic!("{entry}"),
                Fate::Dropped { .. } => {}
                fate if fate.place() == Some(ITS_PLACE) => {}
                fate => {
                    assert_eq!(*fate, before.fate);
                    let place = fate.place().unwrap();
                    assert!(place.starts_with(['(', '$']) || at(&objects, place).is_some(), "{entry}");
                }
            }
        }
        let gone = |entry: &Entry| matches!(entry.fate, Fate::Dropped { .. });
        let newly = account.iter().zip(&before).filter(|(now, before)| gone(now) && !gone(before)).count();
        assert!(newly > 0);
    }
}
