//! Documents and records of which it is said what must become of them.

use serde_json::json;

use super::*;
use crate::marking::Tlp;

fn bundle(objects: serde_json::Value) -> StixDocument {
    let bundle = json!({
        "type": "bundle",
        "id": "bundle--00000000-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
        "objects": objects,
    });
    let decoded = stix::decode(bundle.to_string().as_bytes(), &Limits::default()).unwrap();
    let errors: Vec<_> = decoded.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    decoded.document
}

/// An object with what every object has.
fn object(kind: &str, number: u32, more: serde_json::Value) -> serde_json::Value {
    let mut object = json!({
        "type": kind,
        "spec_version": "2.1",
        "id": format!("{kind}--00000000-0000-4000-8000-{number:012}"),
        "created": "2026-03-01T10:00:00.000Z",
        "modified": "2026-03-01T10:00:00.123456Z",
    });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn id(kind: &str, number: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

const GREEN: &str = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da";
const AMBER_2: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";

fn incident(number: u32) -> serde_json::Value {
    object(
        "incident",
        number,
        json!({
            "name": format!("Case {number}"),
            "description": "Files were encrypted.",
            "created_by_ref": id("identity", 1),
            "object_marking_refs": [GREEN],
            "external_references": [{ "source_name": "cert.example", "external_id": "4711" }, { "source_name": "news", "url": "https://news.example/1" }],
        }),
    )
}

#[test]
fn an_incident_becomes_a_record() {
    let document = bundle(json!([
        object(
            "identity",
            1,
            json!({ "name": "CERT Example", "identity_class": "organization", "contact_information": "desk@cert.example" })
        ),
        incident(2),
        object(
            "indicator",
            3,
            json!({
                "name": "Its server", "pattern": "[ipv4-addr:value = '198.51.100.7']", "pattern_type": "stix",
                "valid_from": "2026-02-28T23:00:00Z", "confidence": 85, "object_marking_refs": [AMBER_2], "labels": ["kept"],
            })
        ),
        object("malware", 4, json!({ "name": "Locker", "is_family": true, "malware_types": ["ransomware"] })),
        object(
            "relationship",
            5,
            json!({ "relationship_type": "indicates", "source_ref": id("indicator", 3), "target_ref": id("malware", 4) })
        ),
        object(
            "relationship",
            6,
            json!({ "relationship_type": "related-to", "source_ref": id("malware", 4), "target_ref": id("incident", 2) })
        ),
    ]));
    let (made, _) = from_stix(document.clone());
    assert_eq!(made.records.len(), 1);
    let record = &made.records[0];
    assert_eq!(record.title.as_ref().unwrap().text.as_deref(), Some("Case 2"));
    assert_eq!(record.description[0].text.as_deref(), Some("Files were encrypted."));
    assert_eq!(record.handling.as_ref().unwrap().tlp, Some(Tlp::Green));
    assert_eq!(record.modified.as_ref().unwrap().as_str(), "2026-03-01T10:00:00.123456Z");
    assert_eq!(record.aliases.len(), 1, "what has no number is no number: {:?}", record.aliases);
    assert_eq!(record.aliases[0].number.as_deref(), Some("4711"));
    assert_eq!(record.parties[0].names[0].text.as_deref(), Some("CERT Example"));
    let indicator = &record.indicators[0];
    assert_eq!(indicator.pattern.as_deref(), Some("[ipv4-addr:value = '198.51.100.7']"));
    assert_eq!(indicator.marking.as_ref().unwrap().tlp, Some(Tlp::Amber));
    assert_eq!(indicator.confidence.as_ref().unwrap().value.as_ref().unwrap().as_str(), "85");
    let link = &record.related[0];
    assert_eq!(link.relation.as_ref().unwrap().as_str(), "indicates");
    let ends: Vec<&str> = link.elements.iter().map(|end| end.as_str()).collect();
    assert_eq!(ends, [record.indicators[0].id.as_str(), record.malware[0].id.as_str()]);
    // The incident is the record, no element of it: this end stays as it came.
    assert!(record.related[1].elements.is_empty());
    come_back("incident", document);
}

/// What two incidents share is in both records under one id, and in the document once.
#[test]
fn incidents_share_what_both_reach() {
    let shared = object("identity", 1, json!({ "name": "CERT Example" }));
    let alone = object("tool", 9, json!({ "name": "Nobody's" }));
    let document = bundle(json!([shared, incident(2), incident(3), alone]));
    let (made, account) = from_stix(document.clone());
    assert_eq!(made.records.len(), 3);
    assert_eq!(made.records[0].parties[0].id, made.records[1].parties[0].id);
    let rest = &made.records[2];
    assert_eq!(rest.kind, crate::record::identity::Kind::Intelligence);
    assert_eq!((rest.tools.len(), rest.parties.len(), rest.related.len()), (1, 0, 2));
    assert_eq!(rest.related[0].record, Some(made.records[0].id));
    let mut paths: Vec<_> = account.iter().map(|entry| &entry.path).collect();
    paths.dedup();
    assert_eq!(paths.len(), account.len());
    come_back("two incidents", document);
}

/// A new version of somebody else's object is not ours to make: what was changed gets another id.
#[test]
fn what_was_changed_is_another_object() {
    let document =
        bundle(json!([object("tool", 1, json!({ "name": "One" })), object("tool", 2, json!({ "name": "Two" }))]));
    let (mut made, _) = from_stix(document);
    made.records[0].modified = Some("2026-03-02T10:00:00Z".parse().unwrap());
    made.records[0].title = Some(crate::record::base::Text::new("What we know"));
    made.records[0].tools[0].version = Some("1.1".to_owned());
    let (back, account) = to_stix(made, &IdKey::public(), IncidentShape::V2).unwrap();
    let tools: Vec<_> = back.objects().iter().filter(|object| object.text("type") == Some("tool")).collect();
    assert_eq!(tools.len(), 2);
    assert_ne!(tools[0].text("id"), Some(id("tool", 1).as_str()));
    assert_eq!(tools[0].text("tool_version"), Some("1.1"));
    assert_eq!(tools[0].text("modified"), Some("2026-03-02T10:00:00.000Z"));
    assert_eq!(tools[1].text("id"), Some(id("tool", 2).as_str()));
    let why = account.iter().filter(|entry| entry.to_string().contains("changed since")).count();
    assert!(why > 0, "{account:#?}");
}

#[test]
fn ids_follow_from_the_key_and_tell_nothing() {
    let record = generated(7);
    let uuid = record.id.to_string();
    let write = |key: &IdKey| {
        let (document, _) = to_stix(RecordDocument::of(vec![record.clone()]), key, IncidentShape::V2).unwrap();
        String::from_utf8(stix::encode(&document, crate::json::Layout::Compact).unwrap()).unwrap()
    };
    let (one, other) = (write(&IdKey::new(&[1; 32])), write(&IdKey::new(&[2; 32])));
    assert_ne!(one, other);
    assert_eq!(one, write(&IdKey::new(&[1; 32])));
    assert!(!one.contains(&uuid) && !other.contains(&uuid));
}

/// What a record cannot say for itself is not invented.
#[test]
fn a_record_without_times_is_refused() {
    let mut record = generated(3);
    (record.created, record.modified) = (None, None);
    let findings = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap_err();
    assert!(findings.iter().any(|finding| finding.path == "$.records[0].modified"), "{findings:#?}");
}

#[test]
fn observables_become_patterns_and_objects() {
    let mut record = generated(1);
    let observable = json!({ "address": { "kind": "ipv4-addr", "value": "198.51.100.7" } });
    record.indicators = vec![serde_json::from_value(json!({ "id": "i", "observable": observable })).unwrap()];
    record.observables = vec![
        serde_json::from_value(json!({
            "id": "o", "observable": observable, "count": 3, "first_seen": { "at": "2026-03-01T10:00:00+01:00" },
        }))
        .unwrap(),
    ];
    let (document, _) = to_stix(RecordDocument::of(vec![record]), &IdKey::public(), IncidentShape::V2).unwrap();
    let one = |kind: &str| {
        document
            .objects()
            .iter()
            .find(|object| object.text("type") == Some(kind))
            .unwrap_or_else(|| panic!("no {kind}"))
    };
    assert_eq!(one("indicator").text("pattern"), Some("[ipv4-addr:value = '198.51.100.7']"));
    let address = one("ipv4-addr");
    assert_eq!(
        stix::computed(address.def().unwrap(), address.value()),
        stix::Computed::Id(address.text("id").unwrap().to_owned())
    );
    let seen = one("observed-data");
    assert_eq!(seen.text("first_observed"), Some("2026-03-01T09:00:00Z"));
    let refs = seen.value().get("object_refs").unwrap().as_array().unwrap();
    assert_eq!(refs[0].as_str().ok(), address.text("id"));
    // Nothing of it is told twice to us: the address is in the observable, and no element of its own.
    let (back, _) = from_stix(document.clone());
    assert_eq!((back.records[0].indicators.len(), back.records[0].observables.len()), (1, 1));
    assert_eq!(back.records[0].indicators[0].pattern, None);
    assert_eq!(
        back.records[0].observables[0].first_seen.as_ref().unwrap().at.as_ref().unwrap().as_str(),
        "2026-03-01T10:00:00+01:00"
    );
    come_back("observables", document);
}

/// Our own records, as they are filed: useful to those who read no extension.
#[test]
fn a_filed_record_becomes_a_bundle_that_says_what_happened() {
    let bytes = include_bytes!("../../../../fixtures/records/ransomware.json");
    let source = crate::record::read(bytes).unwrap();
    let (document, account) = to_stix(source, &IdKey::public(), IncidentShape::V2).unwrap();
    assert_eq!(lost(&account), Vec::<String>::new());
    let text = stix::encode(&document, crate::json::Layout::Indented).unwrap();
    let read = stix::decode(&text, &Limits::default()).unwrap();
    let bad: Vec<_> = read.findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect();
    assert!(bad.is_empty(), "{bad:#?}\n{}", String::from_utf8_lossy(&text));
    let incident = document.objects().iter().find(|object| object.text("type") == Some("incident")).unwrap();
    assert!(incident.text("description").unwrap().len() > 80, "{:?}", incident.text("description"));
    come_back("ransomware", document);
}

/// A marking of which nobody knows what it means is the narrowest, and comes back as it was.
#[test]
fn unknown_markings_are_red() {
    let unknown = "marking-definition--00000000-0000-4000-8000-000000000099";
    let statement = object(
        "marking-definition",
        7,
        json!({ "definition_type": "statement", "definition": { "statement": "(c) CERT Example" } }),
    );
    let mut statement = statement;
    statement.as_object_mut().unwrap().remove("modified");
    let known = id("marking-definition", 7);
    let mut marked = incident(2);
    marked["object_marking_refs"] = json!([unknown]);
    let document = bundle(json!([
        object("identity", 1, json!({ "name": "CERT Example" })),
        marked,
        statement,
        object(
            "tool",
            3,
            json!({ "name": "One", "object_marking_refs": [known, GREEN], "created_by_ref": id("identity", 1) })
        ),
        object(
            "relationship",
            6,
            json!({ "relationship_type": "related-to", "source_ref": id("tool", 3), "target_ref": id("incident", 2) })
        ),
    ]));
    let (mut made, _) = from_stix(document.clone());
    assert_eq!(made.records[0].handling.as_ref().unwrap().tlp, Some(Tlp::Red));
    assert_eq!(made.records[0].tools[0].marking.as_ref().unwrap().tlp, Some(Tlp::Green));
    come_back("markings", document);
    // Another label takes the place of TLP, and of nothing else.
    made.records[0].handling.as_mut().unwrap().tlp = Some(Tlp::Amber);
    let (back, _) = to_stix(made, &IdKey::public(), IncidentShape::V2).unwrap();
    let incident = back.objects().iter().find(|object| object.text("type") == Some("incident")).unwrap();
    let refs = incident.value().get("object_marking_refs").unwrap();
    assert_eq!(tree::text(refs), format!("[{AMBER_2:?},{unknown:?}]"));
}

/// What stands in our extension and is none of the record's is carried as it came, with its object.
#[test]
fn what_is_not_ours_in_our_extension_is_residue() {
    for odd in [
        json!({ "extension_type": "property-extension", "name": "x" }),
        json!({ "extension_type": "property-extension", "record": 7 }),
        json!({ "extension_type": "property-extension", "record": { "no_such_member": "x" } }),
        json!({ "extension_type": "property-extension", "record": { "aliases": "x" } }),
        json!({ "extension_type": "property-extension", "record": { "name": "x" } }),
        json!({ "extension_type": "property-extension", "record": { "number": "x" } }),
        json!({ "extension_type": "property-extension", "record": { "id": 7, "origins": [] } }),
        json!({ "extension_type": "property-extension", "record": {} }),
        json!({ "extension_type": "property-extension" }),
        json!({ "extension_type": "property-extension", "derived": [] }),
        json!({ "extension_type": "property-extension", "derived": ["name"] }),
        json!({ "extension_type": "property-extension", "derived": [{ "property": "name", "more": "x" }] }),
        json!({ "extension_type": "property-extension", "derived": [{ "digest": "0123456789abcdef" }] }),
        json!({ "extension_type": "property-extension", "derived": [{ "property": "name" }] }),
        json!({ "extension_type": "property-extension", "derived": [{ "property": "*" }], "record": { "types": ["x"] } }),
        json!({ "extension_type": "property-extension", "document": { "lang": "en" } }),
        json!({ "extension_type": "property-extension", "record": { "carried": [{ "format": "stix", "path": "id", "value": "\"x\"" }] } }),
        json!({ "extension_type": "property-extension", "derived": "name" }),
        json!({ "extension_type": "property-extension", "id": 7, "origins": [] }),
    ] {
        let tool = object("tool", 1, json!({ "name": "One", "extensions": { (extension::ID): odd } }));
        let document = bundle(json!([tool]));
        let (made, _) = from_stix(document.clone());
        let tools = &made.records[0].tools;
        // What is said to be derived is not read.
        let is_derived = odd.get("derived").is_some_and(|names| !names.as_array().is_none_or(Vec::is_empty));
        // What the record refuses is carried with its object.
        assert!(is_derived || tools.is_empty() || tools[0].name.as_deref() == Some("One"), "{odd}");
        come_back(&odd.to_string(), document);
    }
}

/// Objects that all incidents reach are shared among so many of them, and no more.
#[test]
fn what_is_shared_is_bounded() {
    let mut objects: Vec<_> = (1..=60).map(|n| object("incident", n, json!({ "name": "One" }))).collect();
    objects.extend((100..200).map(|n| object("tool", n, json!({ "name": "Two" }))));
    let all: Vec<_> = objects.iter().map(|object| object["id"].clone()).collect();
    objects.push(object(
        "grouping",
        300,
        json!({ "name": "All", "context": "suspicious-activity", "object_refs": all }),
    ));
    let document = bundle(json!(objects));
    let (made, _) = from_stix(document.clone());
    let shared: usize = made.records.iter().map(|record| record.tools.len()).sum();
    assert!(shared < 16 * 170, "{shared}");
    come_back("shared", document);
}

/// What infrastructure is there for is what a system does in the network; it is none of the exchange.
#[test]
fn infrastructure_is_none_of_the_exchange() {
    let document = bundle(json!([object(
        "infrastructure",
        1,
        json!({ "name": "Its server", "infrastructure_types": ["command-and-control", "botnet"] })
    )]));
    let (made, account) = from_stix(document.clone());
    let system = &made.records[0].systems[0];
    assert_eq!(system.role, None);
    let roles: Vec<&str> = system.node_roles.iter().map(|role| role.kind.as_ref().unwrap().as_str()).collect();
    assert_eq!(roles, ["c2-server", "botnet"]);
    let of = |path: &str| account.iter().find(|entry| entry.path == path).unwrap().fate.clone();
    let path = "$.objects[0].infrastructure_types[1]";
    assert_eq!(of(path), Fate::Kept { to: "$.records[0].systems[0].node_roles[1].kind".to_owned() });
    come_back("infrastructure", document);
    for odd in [json!(["unknown"]), json!(["command-and-control", "hut"]), json!(["botnet", "botnet"])] {
        let one = object("infrastructure", 1, json!({ "name": "Hut", "infrastructure_types": odd }));
        come_back("odd", bundle(json!([one])));
    }
}

/// What STIX requires and a record does not say is named among the derived, and so is what is said only in part; neither is
/// read back as if somebody had said it.
#[test]
fn what_is_derived_is_no_fact() {
    let record = json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "incident", "modified": "2026-03-01T12:00:00Z",
        "title": { "text": "A case" },
        "indicators": [{ "id": "i1", "observable": { "address": { "kind": "ipv4-addr", "value": "198.51.100.7" } } }],
        "observables": [{
            "id": "o1", "first_seen": { "at": "2026-02-28T23:00:00Z" },
            "observable": { "address": { "kind": "ipv4-addr", "value": "198.51.100.8" } },
        }],
        "parties": [{
            "id": "p1", "type": "organisation", "names": [{ "text": "CERT Example" }],
            "means": [
                { "kind": "email", "value": { "text": "desk@cert.example" } },
                { "kind": "telephone", "value": { "text": "+43 1 0" } },
            ],
        }],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    let (document, account) =
        to_stix(RecordDocument::of(vec![record.clone()]), &IdKey::public(), IncidentShape::None).unwrap();
    let derived = |kind: &str| -> Vec<String> {
        let of_kind = |object: &&crate::stix::Object| object.text("type") == Some(kind);
        let object = document.objects().iter().find(of_kind).unwrap();
        extension::derived(object.value().get("extensions")).into_iter().collect()
    };
    assert_eq!(derived("indicator"), ["pattern", "pattern_type", "valid_from"]);
    assert_eq!(derived("observed-data"), ["last_observed", "number_observed", "object_refs"]);
    assert_eq!(derived("identity"), ["contact_information"]);
    let identity =
        document.objects().iter().find(|one| one.text("type") == Some("identity")).unwrap().text("id").unwrap();
    let mail = account.iter().find(|entry| entry.path == "$.records[0].parties[0].means[0].value.text").unwrap();
    assert_eq!(mail.fate, Fate::Moved { to: format!("{identity}.contact_information") });
    let back = from_stix(document).0.records.remove(0);
    assert_eq!((&back.indicators[0].valid_from, &back.indicators[0].pattern), (&None, &None));
    assert_eq!((&back.observables[0].last_seen, &back.observables[0].count), (&None, &None));
    assert_eq!(back.parties[0].means, record.parties[0].means);
}
