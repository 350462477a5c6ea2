//! What came in one format goes through the other and comes back.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value as Json;

use crate::{
    class::{self, Leaf, Path},
    error::Severity,
    format::Format,
    iodef::IodefDocument,
    json::Layout,
    record::RecordDocument,
    stix::StixDocument,
    translate::{Converted, Document, Fate, Options, convert, read},
};

/// The documents of a folder that are read without an error.
fn documents(folder: &str, extension: &str, format: Format) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|known| known == extension));
    files.sort();
    let good = |bytes: &Vec<u8>| {
        let read = read(bytes, format, u64::MAX);
        read.is_ok_and(|read| read.findings.iter().all(|finding| finding.severity < Severity::Error))
    };
    // One of STIX 2.0 comes back as one of 2.1.
    let good = |bytes: &Vec<u8>| {
        good(bytes) && !matches!(read(bytes, format, u64::MAX).unwrap().document, Document::Stix20(_))
    };
    let named = files.into_iter().map(|file| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read(file).unwrap())
    });
    named.filter(|(_, bytes)| good(bytes)).collect()
}

fn options() -> Options {
    Options { at: Some("2026-03-01T12:00:00Z".parse().unwrap()), ..Options::default() }
}

fn through(name: &str, bytes: &[u8], from: Format, to: Format) -> Converted {
    let source = read(bytes, from, u64::MAX).unwrap_or_else(|found| panic!("{name}: {found}"));
    let errors: Vec<_> = source.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(from == Format::Record || errors.is_empty(), "{name}: {errors:#?}");
    convert(source, to, options())
        .unwrap_or_else(|found| panic!("{name} {from} to {to}: {found:#?}\n{}", String::from_utf8_lossy(bytes)))
}

/// The objects of a STIX document by id and `modified`, and what stands around them.
fn normal(bytes: &[u8]) -> (Option<String>, BTreeMap<String, Vec<Json>>) {
    let Document::Stix(document) = read(bytes, Format::Stix, u64::MAX).unwrap().document else { panic!() };
    let document: StixDocument = *document;
    let mut objects: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for object in document.objects() {
        let text = crate::json::to_string(object.value(), Layout::Compact).unwrap();
        let value: Json = serde_json::from_str(&text).unwrap();
        let name = |name: &str| value.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let same = objects.entry(format!("{} {}", name("id"), name("modified"))).or_default();
        if !same.contains(&value) {
            same.push(value);
        }
    }
    let frame = document.frame().map(|frame| {
        let text = crate::json::to_string(frame, Layout::Compact).unwrap();
        serde_json::from_str::<Json>(&text).unwrap().to_string()
    });
    (frame, objects)
}

fn iodef(bytes: &[u8]) -> IodefDocument {
    match read(bytes, Format::IodefXml, u64::MAX).unwrap().document {
        Document::Iodef(document) => *document,
        _ => panic!(),
    }
}

fn leaves(document: &IodefDocument) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        let text = match leaf {
            Leaf::Text(text) => text,
            other => format!("{other:?}"),
        };
        all.insert(path.to_string(), text);
    });
    all
}

fn stix_comes_back(name: &str, bytes: &[u8], by: Format) {
    let Converted { bytes: made, account } = through(name, bytes, Format::Stix, by);
    let bad: Vec<_> = account.iter().filter(|entry| entry.fate == Fate::Lost).map(ToString::to_string).collect();
    assert!(bad.is_empty(), "{name} by {by}: {bad:#?}");
    let dropped: Vec<_> =
        account.iter().filter(|entry| matches!(entry.fate, Fate::Dropped { .. })).map(ToString::to_string).collect();
    let Converted { bytes: back, account } = through(name, &made, by, Format::Stix);
    let lost: Vec<_> = account.iter().filter(|entry| entry.fate == Fate::Lost).map(ToString::to_string).collect();
    assert!(lost.is_empty(), "{name} by {by}: {lost:#?}");
    let (before, after) = (normal(bytes), normal(&back));
    assert_eq!(before.0, after.0, "{name} by {by}\n{}", String::from_utf8_lossy(&made));
    for (id, objects) in &before.1 {
        assert_eq!(Some(objects), after.1.get(id), "{name} by {by}: {id}\n{}", String::from_utf8_lossy(&made));
    }
    let new: Vec<_> = after.1.keys().filter(|id| !before.1.contains_key(*id)).collect();
    assert!(new.is_empty(), "{name} by {by}: {new:#?}");
    assert!(dropped.is_empty(), "{name} by {by}: {dropped:#?}");
}

#[test]
fn stix_comes_back_from_iodef() {
    let all = documents("stix", "json", Format::Stix);
    assert!(all.len() > 40, "{}", all.len());
    for (name, bytes) in &all {
        for by in [Format::IodefXml, Format::IodefJson, Format::IodefCbor, Format::Iodef1Xml] {
            stix_comes_back(name, bytes, by);
        }
    }
}

#[test]
fn iodef_comes_back_from_stix() {
    let all = documents("iodef-v2", "xml", Format::IodefXml);
    assert!(all.len() > 2, "{}", all.len());
    for (name, bytes) in &all {
        let made = through(name, bytes, Format::IodefXml, Format::Stix).bytes;
        let back = through(name, &made, Format::Stix, Format::IodefXml).bytes;
        let record = through(name, bytes, Format::IodefXml, Format::Record).bytes;
        let direct = through(name, &record, Format::Record, Format::IodefXml).bytes;
        assert_eq!(leaves(&iodef(&direct)), leaves(&iodef(&back)), "{name}");
    }
}

/// An incident, an indicator and a malware, as IODEF.
fn case(number: u32) -> (Vec<u8>, String) {
    let id = |kind: &str, n: u32| format!("{kind}--00000000-0000-4000-8000-0000{number:04}{n:04}");
    let common = |kind: &str, n: u32, more: Json| {
        let mut object = serde_json::json!({
            "type": kind, "spec_version": "2.1", "id": id(kind, n),
            "created": "2026-03-01T10:00:00.000Z", "modified": "2026-03-01T10:00:00.000Z", "labels": ["theirs"],
        });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let bundle = serde_json::json!({ "type": "bundle", "id": id("bundle", 0), "objects": [
        common("incident", 1, serde_json::json!({
            "name": format!("Case {number}"), "description": "Files were encrypted.",
            "object_marking_refs": ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
        })),
        common("indicator", 2, serde_json::json!({
            "name": "Its server", "pattern": format!("[ipv4-addr:value = '198.51.100.{number}']"), "pattern_type": "stix",
            "valid_from": "2026-02-28T23:00:00Z",
        })),
        common("malware", 3, serde_json::json!({ "name": "Locker", "is_family": true })),
        common("relationship", 4, serde_json::json!({
            "relationship_type": "indicates", "source_ref": id("indicator", 2), "target_ref": id("malware", 3),
        })),
        common("relationship", 5, serde_json::json!({
            "relationship_type": "related-to", "source_ref": id("malware", 3), "target_ref": id("incident", 1),
        })),
    ]});
    let bytes = bundle.to_string().into_bytes();
    let made = String::from_utf8(through("case", &bytes, Format::Stix, Format::IodefXml).bytes).unwrap();
    (bytes, made)
}

/// The objects of a type.
fn objects<'n>(normal: &'n BTreeMap<String, Vec<Json>>, kind: &str) -> Vec<&'n Json> {
    normal
        .values()
        .flatten()
        .filter(|object| object["type"] == kind && !object.to_string().contains("derived"))
        .collect()
}

/// Where the document says something else by now, it is right, and the rest comes back nevertheless.
#[test]
fn what_was_changed_between_is_right() {
    let (before, made) = case(7);
    let before = normal(&before).1;
    let back = |made: &str| normal(&through("changed", made.as_bytes(), Format::IodefXml, Format::Stix).bytes).1;
    // Blocks say what parts stand for; only classes are changed.
    let (classes, blocks) =
        made.split_at(made.find("<AdditionalData dtype=\"string\" meaning=\"record-parts\"").unwrap());

    let renamed = classes.replace("Files were encrypted.", "Files were copied.") + blocks;
    let after = back(&renamed);
    let incident = objects(&after, "incident")[0];
    assert_eq!(incident["description"], "Files were copied.");
    assert_eq!(incident["name"], "Case 7", "what was not changed is as it was");
    for kind in ["indicator", "malware"] {
        assert_eq!(objects(&after, kind), objects(&before, kind));
    }

    let start = made.find("<IndicatorData>").unwrap();
    let end = made.find("</IndicatorData>").unwrap() + "</IndicatorData>".len();
    let taken_out = format!("{}{}", &made[..start], &made[end..]);
    let after = back(&taken_out);
    assert!(objects(&after, "indicator").is_empty());
    assert_eq!(objects(&after, "malware"), objects(&before, "malware"));
    assert!(!after.values().flatten().any(|object| object["relationship_type"] == "indicates"), "it has lost an end");

    let narrower = made.replacen("restriction=\"green\"", "restriction=\"red\"", 1);
    assert_ne!(made, narrower);
    let source = read(narrower.as_bytes(), Format::IodefXml, u64::MAX).unwrap();
    let record = convert(source, Format::Record, options()).unwrap().bytes;
    let record: Json = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["records"][0]["handling"]["tlp"], "RED");
}

/// A part that says of itself that it may be seen by more than the document says may not.
#[test]
fn a_marking_is_never_lowered() {
    let (_, made) = case(7);
    let source = read(made.as_bytes(), Format::IodefXml, u64::MAX).unwrap();
    let Document::Iodef(document) = source.document else { panic!() };
    let (said, _) = super::read_again({
        let mut document = document.clone();
        document.incident[0].restriction = Some(crate::iodef::vocab::Restriction::Red.into());
        document.incident[0].additional_data.clear();
        *document
    });
    // Whoever writes a block knows the digest of what the document says of its handling.
    let digests = super::units::digests(&said);
    let (_, digest) = digests[1].iter().find(|(unit, _)| unit.member == "handling").unwrap();
    let mut hostile = document.clone();
    hostile.incident[0].restriction = Some(crate::iodef::vocab::Restriction::Red.into());
    let parts = BTreeMap::from([("handling".to_owned(), serde_json::json!({ "tlp": "CLEAR" }))]);
    let carrier = super::Carrier { instead: vec![*digest], parts, ..super::Carrier::default() };
    hostile.incident[0].additional_data = vec![carrier.block(None).unwrap()];
    let (records, _) = super::from_iodef_and_blocks(*hostile);
    assert_eq!(records.records[0].handling.as_ref().unwrap().tlp, Some(crate::marking::Tlp::Red));
}

/// Incidents of two documents in one, in another order.
#[test]
fn documents_are_merged_and_split() {
    let ((one, first), (two, second)) = (case(7), case(8));
    let incident = |text: &str| {
        let start = text.find("<Incident ").unwrap();
        let end = text.rfind("</Incident>").unwrap() + "</Incident>".len();
        text[start..end].to_owned()
    };
    let merged = first.replace(&incident(&first), &format!("{}{}", incident(&second), incident(&first)));
    let after = normal(&through("merged", merged.as_bytes(), Format::IodefXml, Format::Stix).bytes).1;
    for (id, objects) in normal(&one).1.iter().chain(&normal(&two).1) {
        assert_eq!(Some(objects), after.get(id), "{id}");
    }
    assert_eq!(after.len(), 10);
}

/// What somebody else has written of how severe it is goes back to him, with his words.
#[test]
fn how_severe_others_think_it_is_comes_back() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/stix-core");
    for name in ["v1.json", "v2.json", "os-threat.json"] {
        stix_comes_back(name, &fs::read(folder.join(name)).unwrap(), Format::IodefXml);
    }
    // What one of us thinks stays at home, and so does who it was.
    let source = read(&fs::read(folder.join("v2.json")).unwrap(), Format::Stix, u64::MAX).unwrap();
    let mut record: Json = serde_json::from_slice(&convert(source, Format::Record, options()).unwrap().bytes).unwrap();
    let list = record["records"][0]["severity_series"].as_array_mut().unwrap();
    list.push(serde_json::json!({ "id": "s9", "scale": "ours", "value": "gravest", "by": "Ada Own" }));
    let made = through("severity", record.to_string().as_bytes(), Format::Record, Format::IodefXml);
    let text = String::from_utf8(made.bytes).unwrap();
    assert!(!text.contains("gravest") && !text.contains("Ada Own") && text.contains("Nightjar Exposure"));
    let own = "$.records[0].severity_series[2].value";
    let own = made.account.iter().find(|entry| entry.path == own).unwrap();
    assert!(matches!(&own.fate, Fate::Dropped { why } if why.contains("how severe we thought it")), "{own}");
}

/// Without what is for gateways of ours, there is nothing of them, and the account says what became of it.
#[test]
fn a_plain_document_has_none_of_our_blocks() {
    let id = |kind: &str, n: u32| format!("{kind}--00000000-0000-4000-8000-00000000{n:04}");
    let object = |kind: &str, n: u32, more: Json| {
        let mut object = serde_json::json!({
            "type": kind, "spec_version": "2.1", "id": id(kind, n),
            "created": "2026-03-01T10:00:00.000Z", "modified": "2026-03-01T10:00:00.000Z",
        });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let bundle = serde_json::json!({ "type": "bundle", "id": id("bundle", 9), "objects": [
        object("malware", 1, serde_json::json!({ "name": "Locker", "is_family": true, "malware_types": ["ransomware"] })),
        object("threat-actor", 2, serde_json::json!({ "name": "Crew", "sophistication": "expert" })),
    ]});
    let bytes = bundle.to_string().into_bytes();
    for to in [Format::IodefXml, Format::IodefJson, Format::Iodef1Xml] {
        let source = read(&bytes, Format::Stix, u64::MAX).unwrap();
        let made = convert(source, to, Options { plain: true, ..options() }).unwrap();
        let text = String::from_utf8(made.bytes).unwrap();
        assert!(!text.contains("urn:sirex:") && text.contains("Locker") && text.contains("Crew"), "{text}");
        // Version 1 has blocks for what it has no class for, which are for whoever reads version 2.
        if to == Format::Iodef1Xml {
            continue;
        }
        let fate = |path: &str| &made.account.iter().find(|entry| entry.path == path).unwrap().fate;
        for path in ["$.objects[0].malware_types[0]", "$.objects[1].sophistication"] {
            assert!(matches!(fate(path), Fate::Dropped { .. }), "{to} {path}: {:?}", fate(path));
        }
        // Another reader takes the one for a method and the other for something that is related.
        for path in ["$.objects[0].type", "$.objects[0].name", "$.objects[1].type", "$.objects[1].name"] {
            assert!(matches!(fate(path), Fate::Moved { .. } | Fate::Coarsened { .. }), "{to} {path}: {:?}", fate(path));
        }
        assert!(!made.account.iter().any(|entry| matches!(entry.fate, Fate::Carried { .. } | Fate::Lost)), "{to}");
    }
}

/// Objects of several kinds, without an incident around them.
fn objects_alone() -> String {
    let id = |kind: &str, n: u32| format!("{kind}--00000000-0000-4000-8000-00000000{n:04}");
    let object = |kind: &str, n: u32, more: Json| {
        let mut object = serde_json::json!({
            "type": kind, "spec_version": "2.1", "id": id(kind, n),
            "created": "2026-03-01T10:00:00.000Z", "modified": "2026-03-01T10:00:00.000Z",
        });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let report = serde_json::json!({
        "name": "Locker at work", "description": "What it does.", "published": "2026-03-01T10:00:00Z",
        "object_refs": [id("malware", 2), id("indicator", 3)],
    });
    let indicator = serde_json::json!({
        "name": "Its server", "description": "Seen twice.", "pattern": "[domain-name:value = 'a.example']",
        "pattern_type": "stix", "valid_from": "2026-02-28T23:00:00Z",
    });
    let bundle = serde_json::json!({ "type": "bundle", "id": id("bundle", 9), "objects": [
        object("report", 1, report),
        object("malware", 2, serde_json::json!({ "name": "Locker", "description": "It encrypts.", "is_family": true })),
        object("indicator", 3, indicator),
        object("relationship", 4, serde_json::json!({
            "relationship_type": "indicates", "source_ref": id("indicator", 3), "target_ref": id("malware", 2),
        })),
    ]});
    bundle.to_string()
}

/// Whatever text a person changes in between, what comes of it is a document, and what was not changed is in it.
#[test]
fn a_word_that_was_edited_is_no_reason_to_refuse() {
    let (case, _) = case(7);
    for source in [String::from_utf8(case).unwrap(), objects_alone()] {
        let before = normal(source.as_bytes()).1;
        let made =
            String::from_utf8(through("edited", source.as_bytes(), Format::Stix, Format::IodefXml).bytes).unwrap();
        let (classes, blocks) =
            made.split_at(made.find("<AdditionalData dtype=\"string\" meaning=\"record-parts\"").unwrap());
        let texts: Vec<(usize, &str)> = classes.match_indices("</Description>").collect();
        assert!(texts.len() > 2, "{classes}");
        for (at, _) in texts {
            let edited = format!("{} and more{}{blocks}", &classes[..at], &classes[at..]);
            let back = through("edited", edited.as_bytes(), Format::IodefXml, Format::Stix).bytes;
            let text = String::from_utf8(back.clone()).unwrap();
            assert!(text.contains(" and more"), "{edited}\n{text}");
            let after = normal(&back).1;
            let same = before.iter().filter(|(id, objects)| after.get(*id) == Some(*objects)).count();
            assert!(same + 3 >= before.len(), "{same} of {}: {edited}\n{text}", before.len());
        }
    }
}

/// Two incidents that somebody has made one: all that is in both is there.
#[test]
fn two_incidents_become_one() {
    let ((one, first), (two, second)) = (case(7), case(8));
    let inner = |text: &str, name: &str| -> String {
        let mut all = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(&format!("<{name}")) {
            let end = rest[start..].find(&format!("</{name}>")).unwrap() + start + name.len() + 3;
            all.push_str(&rest[start..end]);
            rest = &rest[end..];
        }
        all
    };
    let own = &second[second.find("<Incident ").unwrap()..second.rfind("</Incident>").unwrap()];
    let mut merged = first.clone();
    // Each list goes behind the one that is there.
    for name in ["AdditionalData", "Indicator", "Method"] {
        let mark = format!("</{name}>");
        let own = match name {
            "Indicator" => inner(own.split_once("<IndicatorData>").unwrap().1, "Indicator"),
            "AdditionalData" => inner(own.split_once("</IndicatorData>").unwrap().1, name),
            _ => inner(own, name),
        };
        let at = merged[..merged.rfind("</Incident>").unwrap()].rfind(&mark).unwrap() + mark.len();
        merged.insert_str(at, &own);
    }
    let texts = own[own.find("<Description").unwrap()..own.find("<Method").unwrap()].to_owned();
    let texts = inner(&texts, "Description");
    let at = merged.find("<Description").unwrap();
    merged.insert_str(at, &texts);
    let back = through("merged", merged.as_bytes(), Format::IodefXml, Format::Stix).bytes;
    let after = normal(&back).1;
    for kind in ["malware", "indicator"] {
        for before in [&one, &two] {
            for object in objects(&normal(before).1, kind) {
                assert!(objects(&after, kind).contains(&object), "{kind}: {object:#}\n{after:#?}");
            }
        }
    }
    let text = String::from_utf8(back).unwrap();
    assert!(text.contains("Case 7") && text.contains("Case 8"), "{text}");
}

/// What is no part of a record, or may not be, stays what it is: a block of somebody's.
#[test]
fn hostile_blocks_are_residue() {
    let (_, made) = case(7);
    let end = made.find("<AdditionalData dtype=\"string\" meaning=\"record-parts\"").unwrap();
    for text in [
        "",
        "null",
        "{",
        r#"{"parts":{"number":"CERT-1"}}"#,
        r#"{"parts":{"kind":"incident"}}"#,
        r#"{"parts":{"id":"00000000-0000-4000-8000-000000000000"}}"#,
        r#"{"parts":{"releases[0]":{"recipient":"x"}}}"#,
        r#"{"parts":{"recorded_by":"somebody"}}"#,
        r#"{"parts":{"no_such":"member"}}"#,
        r#"{"parts":{"title":7}}"#,
        r#"{"parts":{"malware[99999999999999999999]":{}}}"#,
        r#"{"parts":{"malware[18446744073709551615]":{"name":7}}}"#,
        r#"{"parts":{"systems[0]":{"event":"nowhere"}}}"#,
        r#"{"instead":["sha256:00"],"parts":{}}"#,
        r#"{"other":1}"#,
    ] {
        let block = format!(
            "<AdditionalData dtype=\"string\" meaning=\"record-parts\" formatid=\"urn:sirex:carried:1\">{text}</AdditionalData>"
        );
        let hostile = format!("{}{block}</Incident></IODEF-Document>", &made[..end]);
        let made = through(text, hostile.as_bytes(), Format::IodefXml, Format::Record);
        let record: Json = serde_json::from_slice(&made.bytes).unwrap();
        let record = &record["records"][0];
        assert_eq!(record["kind"], "event", "{text}");
        for member in ["number", "releases", "recorded_by", "malware", "systems", "title"] {
            assert_eq!(record[member], Json::Null, "{text}");
        }
        let lost: Vec<_> = made.account.iter().filter(|entry| entry.fate == Fate::Lost).collect();
        assert!(lost.is_empty(), "{text}: {lost:#?}");
        assert!(made.account.iter().any(|entry| entry.path.contains("/AdditionalData[")), "{text}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Whatever a record says, each leaf is told of once, none is lost, and what is written is read as a record again.
    #[test]
    fn generated_records_are_told_of(seed: u64, json: bool) {
        let by = if json { Format::IodefJson } else { Format::IodefXml };
        let record = crate::record::generate::record(&crate::world::Seeded::new(seed)).unwrap();
        let source = RecordDocument::of(vec![record.clone()]);
        let bytes = crate::record::write(&source, crate::record::Form::Compact).unwrap();
        let first = match convert(read(&bytes, Format::Record, u64::MAX).unwrap(), by, options()) {
            Ok(first) => first,
            // A generated record may say one thing twice that must be said once; what it does not say is no reason.
            Err(found) => {
                let frame = ["IncidentID", "@name", "GenerationTime", "@purpose", "Contact"];
                let unsaid = found.iter().any(|finding| frame.iter().any(|end| finding.path.ends_with(end)));
                proptest::prop_assert!(!unsaid, "{found:#?}");
                return Ok(());
            }
        };
        let lost: Vec<_> = first.account.iter().filter(|entry| entry.fate == Fate::Lost).collect();
        proptest::prop_assert!(lost.is_empty(), "{lost:#?}");
        let told: Vec<&String> = first.account.iter().map(|entry| &entry.path).collect();
        let once: std::collections::BTreeSet<&String> = told.iter().copied().collect();
        proptest::prop_assert_eq!(told.len(), once.len());
        let back = through("generated", &first.bytes, by, Format::Record);
        let lost: Vec<_> = back.account.iter().filter(|entry| entry.fate == Fate::Lost).collect();
        proptest::prop_assert!(lost.is_empty(), "{lost:#?}");
    }
}
