//! Who may see what: no text stands where more may see it than its marking says, and a marking that nobody knows is RED.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    error::Severity,
    format::Format,
    iodef::{self, EventData, Incident, Profile, vocab::Restriction},
    marking::Tlp,
    record::{Node, Part as _, Place, Record},
    translate::{Document, Options, convert, read},
};

const FORMS: [(Format, Profile); 3] =
    [(Format::IodefXml, Profile::Rfc7970), (Format::IodefXml, Profile::Errata), (Format::IodefJson, Profile::Rfc7970)];

fn odd(word: &str) -> Option<Coded<Restriction>> {
    Some(Coded::Ext(word.to_owned()))
}

/// A word that nobody knows may mean anything (record model §14): what it marks is RED, wherever it is, and the word comes back.
#[test]
fn a_word_that_nobody_knows_is_red_and_comes_back() {
    for (around, of_event) in [
        (odd("secret-cabal"), None),
        (Some(Restriction::Green.into()), odd("secret-cabal")),
        (Some(Restriction::Green.into()), Some(Coded::Other("eyes-only".to_owned()))),
        (Some(Restriction::Green.into()), Some(Coded::Other("ext-value".to_owned()))),
    ] {
        let contact = iodef::Contact {
            restriction: of_event.clone(),
            role: Some(iodef::vocab::ContactRole::Irt.into()),
            kind: Some(iodef::vocab::ContactType::Person.into()),
            ..iodef::Contact::default()
        };
        let event = EventData { restriction: of_event.clone(), contact: vec![contact], ..EventData::default() };
        let number = iodef::IncidentId { id: Some("7".into()), restriction: of_event.clone(), ..Default::default() };
        let incident = Incident {
            restriction: around.clone(),
            incident_id: Some(number),
            event_data: vec![event],
            ..Incident::default()
        };
        let document = IodefDocument { incident: vec![incident], ..IodefDocument::default() };
        let (records, _) = from_iodef(document.clone());
        let record = &records.records[0];
        let red = |marking: &Option<crate::record::base::Marking>| marking.as_ref().unwrap().tlp == Some(Tlp::Red);
        let own = record.handling.as_ref().unwrap().tlp;
        assert_eq!(own, Some(if around == odd("secret-cabal") { Tlp::Red } else { Tlp::Green }));
        assert!(red(&record.events[0].marking) && red(&record.parties[0].marking));
        assert!(of_event.is_none() || red(&record.aliases[0].marking));
        let (back, account) = to_iodef(records.clone());
        assert_eq!(lost(&account), Vec::<&Entry>::new());
        let mut normal = document;
        inward::normal(&mut normal);
        assert_eq!(leaves(&normal), leaves(&back));

        // Once somebody has said who may see it, the word is of no interest.
        let mut now = records;
        now.records[0].handling.as_mut().unwrap().tlp = Some(Tlp::Amber);
        now.records[0].events[0].marking.as_mut().unwrap().tlp = Some(Tlp::Amber);
        let (back, _) = to_iodef(now);
        assert_eq!(back.incident[0].restriction, Some(Restriction::Amber.into()));
        assert_eq!(back.incident[0].event_data[0].restriction, Some(Restriction::Amber.into()));
    }
}

/// Marks the record GREEN and every other of its things RED, and makes of each text of those one of its own.
fn with_red_things(record: &Record, seed: u64) -> (Record, Vec<String>) {
    let mut value = serde_json::to_value(record).unwrap();
    let mut places = Vec::new();
    record.visit(&mut Place::default(), &mut |place, node| {
        if let Node::Element(_) = node {
            places.push(place.pointer());
        }
    });
    value["handling"]["tlp"] = json!("GREEN");
    value["handling"].as_object_mut().unwrap().remove("restriction");
    for (i, place) in places.iter().enumerate() {
        let element = value.pointer_mut(place).unwrap();
        let members = element.as_object_mut().unwrap();
        members.remove("marking");
        if (i as u64 + seed).is_multiple_of(2) {
            members.insert("marking".to_owned(), json!({ "tlp": "RED" }));
        }
    }
    let mut texts = Vec::new();
    for (i, place) in places.iter().enumerate().filter(|(i, _)| (*i as u64 + seed).is_multiple_of(2)) {
        own_texts(value.pointer_mut(place).unwrap(), i, &mut texts, true);
    }
    (serde_json::from_value(value).unwrap(), texts)
}

/// The texts of a thing, without those of things in it.
fn own_texts(value: &mut Json, number: usize, texts: &mut Vec<String>, is_whole: bool) {
    match value {
        Json::Array(list) => list.iter_mut().for_each(|one| own_texts(one, number, texts, false)),
        Json::Object(members) if is_whole || !members.contains_key("marking") => {
            for (name, value) in members.iter_mut() {
                match value {
                    Json::String(text) if name == "text" => {
                        let own = format!("{text} (red {number}.{})", texts.len());
                        texts.push(format!("(red {number}.{})", texts.len()));
                        *text = own;
                    }
                    other if name != "carried" => own_texts(other, number, texts, false),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// The markings that are in force at the leaves in which a text stands.
fn seen_as(document: &IodefDocument, texts: &[String]) -> Vec<(String, String, String)> {
    let mut normal = document.clone();
    class::normalise(&mut normal);
    let all: BTreeMap<String, String> = leaves(&normal).into_iter().collect();
    let marking = |path: &str| {
        let around = std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above));
        around.filter_map(|place| all.get(&format!("{place}/@restriction"))).next().cloned().unwrap_or_default()
    };
    let mut found = Vec::new();
    for (path, text) in &all {
        let said = texts.iter().filter(|one| text.contains(one.as_str()));
        found.extend(said.map(|one| (one.clone(), path.clone(), marking(path))));
    }
    found
}

fn wide(document: &IodefDocument, texts: &[String]) -> (usize, Vec<(String, String, String)>) {
    let found = seen_as(document, texts);
    let count = found.len();
    let wide = found.into_iter().filter(|(.., word)| !["red", "private"].contains(&word.as_str())).collect();
    (count, wide)
}

fn options(profile: Profile, plain: bool) -> Options {
    Options { profile, plain, at: Some("2026-03-01T12:00:00Z".parse().unwrap()), ..Options::default() }
}

fn iodef_of(bytes: &[u8], format: Format) -> IodefDocument {
    match read(bytes, format, u64::MAX).unwrap().document {
        Document::Iodef(document) => *document,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_text_of_a_record_is_seen_by_more_than_it_is_marked_for() {
    let mut count = 0;
    for seed in 0..60 {
        let record = crate::record::generate::record(&Seeded::new(seed)).unwrap();
        let (record, texts) = with_red_things(&record, seed);
        let bytes = crate::record::write(&RecordDocument::of(vec![record]), crate::record::Form::Compact).unwrap();
        for (form, profile) in FORMS {
            let source = read(&bytes, Format::Record, u64::MAX).unwrap();
            let Ok(made) = convert(source, form, options(profile, seed % 3 == 0)) else { continue };
            let (found, wide) = wide(&iodef_of(&made.bytes, form), &texts);
            count += found;
            assert!(wide.is_empty(), "{seed} {form} {profile:?}: {wide:#?}");
        }
    }
    assert!(count > 1000, "{count}");
}

/// The same of STIX documents, whose objects are carried, too.
#[test]
fn no_text_of_an_object_is_seen_by_more_than_it_is_marked_for() {
    const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    let mut count = 0;
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = ["stix", "stix-core"].into_iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    for file in files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|ext| ext == "json"))
    {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(mut bundle) = serde_json::from_slice::<Json>(&bytes) else { continue };
        let Some(objects) = bundle.get_mut("objects").and_then(Json::as_array_mut) else { continue };
        let mut texts = Vec::new();
        for (i, object) in objects.iter_mut().enumerate() {
            let Some(object) = object.as_object_mut().filter(|object| object.contains_key("created")) else { continue };
            let kind = object.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
            let is_frame = ["incident", "report", "grouping"].contains(&kind.as_str());
            if kind == "marking-definition" || object.contains_key("granular_markings") {
                continue;
            }
            object.insert("object_marking_refs".to_owned(), json!([if is_frame { GREEN } else { RED }]));
            for name in ["name", "description", "content", "abstract"].into_iter().filter(|_| !is_frame) {
                if let Some(Json::String(text)) = object.get_mut(name) {
                    texts.push(format!("(red {i}.{})", texts.len()));
                    text.push_str(texts.last().unwrap());
                }
            }
        }
        let bytes = bundle.to_string().into_bytes();
        for (form, profile) in FORMS {
            for plain in [false, true] {
                let Ok(source) = read(&bytes, Format::Stix, u64::MAX) else { continue };
                if source.findings.iter().any(|finding| finding.severity == Severity::Error) {
                    continue;
                }
                let Ok(made) = convert(source, form, options(profile, plain)) else { continue };
                let (found, wide) = wide(&iodef_of(&made.bytes, form), &texts);
                count += found;
                assert!(wide.is_empty(), "{} {form} {profile:?}: {wide:#?}", file.display());
            }
        }
    }
    assert!(count > 300, "{count}");
}

/// Of several contacts, the account names the one that a party became, and of a text the element that it stands in.
#[test]
fn the_account_names_the_right_contact() {
    let party = |id: &str| {
        json!({ "id": id, "names": [{ "text": format!("The {id}") }], "means": [
            { "kind": "email", "value": { "text": "a@a.example" } },
            { "kind": "email", "value": { "text": format!("{id}@b.example") } },
        ]})
    };
    let record = json!({
        "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "event", "unit": "unit", "constituency": "bank", "owner": "unit",
        "parties": [party("stranger"), party("bank"), party("unit")],
        "events": [{ "id": "e1", "parties": ["unit", "bank"] }],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    let (made, account) = to_iodef(RecordDocument::of(vec![record]));
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    class::leaves(&made, &Path::root("IODEF-Document"), &mut |path, leaf| {
        if let Leaf::Text(text) = leaf {
            places.insert(path.to_string(), text);
        }
    });
    let to = |path: &str| {
        let entry = account.iter().find(|entry| entry.path == format!("$.records[0].{path}")).unwrap();
        entry.fate.place().unwrap().to_owned()
    };
    for (i, name) in ["stranger", "bank", "unit"].into_iter().enumerate() {
        let text = to(&format!("parties[{i}].names[0].text"));
        assert_eq!(places.get(&text).unwrap(), &format!("The {name}"), "{text}");
        let email = to(&format!("parties[{i}].means[1].value.text"));
        assert_eq!(places.get(&email).unwrap(), &format!("{name}@b.example"), "{email}");
    }
    for (path, name) in
        [("unit", "unit"), ("constituency", "bank"), ("owner", "unit"), ("events[0].parties[1]", "bank")]
    {
        let text = format!("{}/ContactName[1]", to(path));
        assert_eq!(places.get(&text).unwrap(), &format!("The {name}"), "{text}");
    }
}

/// What was disclosed is known by the guideline (record model §4.3).
#[test]
fn what_was_disclosed_is_known_by_the_guideline() {
    for (codes, wanted) in [
        (vec![], vec!["breach-proprietary"]),
        (vec!["CE"], vec!["breach-proprietary"]),
        (vec!["PI"], vec!["breach-privacy"]),
        (vec!["CE", "PI"], vec!["breach-privacy", "breach-proprietary"]),
    ] {
        let guidelines: Vec<Json> = codes.iter().map(|code| json!({ "code": code, "value": 4 })).collect();
        let record = json!({
            "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "event",
            "impact": { "confidentiality": { "relevant": true, "guidelines": guidelines } },
        });
        let (made, _) = to_iodef(RecordDocument::of(vec![serde_json::from_value(record).unwrap()]));
        let kind = |impact: &iodef::Impact| match impact {
            iodef::Impact::Business(class) => class.kind.as_ref().unwrap().meaning().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(made.incident[0].assessment[0].impact.iter().map(kind).collect::<Vec<_>>(), wanted, "{codes:?}");
    }
}

/// A word for how things are related names no activity; what came as one is one again.
#[test]
fn a_word_without_its_ends_is_no_activity() {
    let link = |more: Json| {
        let mut link = json!({ "id": "l1", "relation": "targets" });
        link.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let record = json!({ "id": "8a4f60c2-1d6e-4a0b-b7a5-0c9e41d873f6", "kind": "event", "related": [link] });
        to_iodef(RecordDocument::of(vec![serde_json::from_value(record).unwrap()]))
    };
    let (made, account) = link(json!({}));
    assert!(made.incident[0].related_activity.is_empty());
    let fate = &account.iter().find(|entry| entry.path.ends_with(".relation")).unwrap().fate;
    assert!(matches!(fate, Fate::Dropped { why } if why.starts_with("a RelatedActivity names")), "{fate:?}");
    for more in [
        json!({ "urls": ["https://a.example/"] }),
        json!({ "why": "Same hour" }),
        json!({ "descriptions": [{ "text": "Same hour" }] }),
        json!({ "origins": [{ "path": "/IODEF-Document/Incident[1]/RelatedActivity[1]" }] }),
    ] {
        assert_eq!(link(more.clone()).0.incident[0].related_activity.len(), 1, "{more}");
    }
}
