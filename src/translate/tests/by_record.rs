//! STIX record by record, beside the same whole.

use std::{collections::BTreeMap, io::Cursor};

use jiff::Timestamp;

use super::*;
use crate::{json, stix, translate::stix::PACK};

const TARGETS: [Format; 6] =
    [Format::Record, Format::IodefXml, Format::IodefJson, Format::IodefCbor, Format::Iodef1Xml, Format::Stix];

fn options(plain: bool) -> Options {
    Options { at: Timestamp::from_second(1_772_366_400).ok(), plain, ..Options::default() }
}

/// What was written, or why not, and the account by its paths.
type Made = (Result<Vec<u8>, Vec<Finding>>, BTreeMap<String, Fate>);

fn by_record(bytes: &[u8], to: Format, options: Options, bounds: Bounds) -> Result<Made, Ended> {
    let mut account = Vec::new();
    let tell = Tell { all: true, line: &mut |entry| account.push(entry) };
    let translated = translate(Long::Stix(Box::new(Cursor::new(bytes))), to, options, bounds, Some(tell))?;
    assert_eq!(translated.counts, counts(&account));
    let written = translated.written.map(|whole| whole.into_bytes().unwrap());
    Ok((written, by_path(account)))
}

fn by_path(account: Vec<Entry>) -> BTreeMap<String, Fate> {
    let count = account.len();
    let all: BTreeMap<String, Fate> = account.into_iter().map(|entry| (entry.path, entry.fate)).collect();
    assert_eq!(all.len(), count, "a leaf was told of twice");
    all
}

fn whole(bytes: &[u8], to: Format, options: Options) -> Made {
    match convert(read(bytes, Format::Stix, u64::MAX).unwrap(), to, options) {
        Ok(made) => (Ok(made.bytes), by_path(made.account)),
        Err(findings) => (Err(findings), BTreeMap::new()),
    }
}

fn same(bytes: &[u8], what: &str, formats: &[Format]) {
    for (to, plain) in formats.iter().flat_map(|to| [(*to, false), (*to, true)]) {
        let (one, its) = by_record(bytes, to, options(plain), Bounds::default()).unwrap();
        let (other, account) = whole(bytes, to, options(plain));
        assert_eq!(one.as_ref().err(), other.as_ref().err(), "{what} to {to}");
        if let (Ok(one), Ok(other)) = (&one, &other) {
            // Of a long document, where they differ is enough.
            let at = one.iter().zip(other).position(|(a, b)| a != b).unwrap_or(one.len().min(other.len()));
            let around = |bytes: &[u8]| {
                String::from_utf8_lossy(&bytes[at.saturating_sub(80)..bytes.len().min(at + 80)]).into_owned()
            };
            assert!(one == other, "{what} to {to}, at {at}:\n{}\n{}", around(one), around(other));
        }
        if one.is_ok() {
            let differ = its.iter().find(|(path, fate)| account.get(*path) != Some(*fate));
            assert_eq!(differ, None, "{what} to {to}");
            assert_eq!(its.len(), account.len(), "{what} to {to}");
        }
    }
}

/// Indicators that one identity has made, each of which a sighting is about; `incidents` of them belong to an incident.
fn feed(count: usize, incidents: usize) -> Vec<u8> {
    let times = "\"created\":\"2026-01-02T03:04:05.000Z\",\"modified\":\"2026-01-02T03:04:05.000Z\"";
    let id = |kind: &str, n: usize| format!("{kind}--00000000-0000-4000-8000-{n:012}");
    let owner = id("identity", 0);
    let mut objects = vec![format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{owner}",{times},"name":"CERT","identity_class":"organization"}}"#
    )];
    for n in 0..count {
        let indicator = id("indicator", n);
        objects.push(format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"{indicator}","created_by_ref":"{owner}",{times},"name":"{n}","indicator_types":["benign"],"pattern":"[domain-name:value = 'h{n}.example']","pattern_type":"stix","valid_from":"2026-01-02T03:04:05Z"}}"#
        ));
        let (kind, from) =
            if n < incidents { ("incident", id("incident", n)) } else { ("campaign", id("campaign", n)) };
        objects.push(format!(r#"{{"type":"{kind}","spec_version":"2.1","id":"{from}",{times},"name":"{kind} {n}"}}"#));
        objects.push(format!(
            r#"{{"type":"relationship","spec_version":"2.1","id":"{}",{times},"relationship_type":"related-to","source_ref":"{indicator}","target_ref":"{from}"}}"#,
            id("relationship", n)
        ));
    }
    format!(r#"{{"type":"bundle","id":"{}","objects":[{}]}}"#, id("bundle", 0), objects.join(",")).into_bytes()
}

fn bundle(bytes: &[u8]) -> stix::StixDocument {
    stix::decode(bytes, &json::Limits::default()).unwrap().document
}

fn stix_objects(document: &stix::StixDocument) -> Vec<String> {
    let text = |object: &stix::Object| json::to_string(object.value(), json::Layout::Compact).unwrap();
    document.objects().iter().map(text).collect()
}

#[test]
fn by_record_and_whole_give_the_same() {
    for folder in ["fixtures/stix", "fixtures/stix-core"] {
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            let Ok(source) = read(&bytes, Format::Stix, u64::MAX) else { continue };
            if source.error().is_none() && matches!(source.document, Document::Stix(_)) {
                same(&bytes, &file.display().to_string(), &TARGETS);
            }
        }
    }
    // Of our own records there is our extension too.
    for text in ["phishing", "ransomware"] {
        let bytes = std::fs::read(format!("fixtures/records/{text}.json")).unwrap();
        let records = crate::record::read(&bytes).unwrap();
        let (made, _) = to_stix(records, &IdKey::public(), IncidentShape::V2).unwrap();
        let bytes = stix::encode(&made, json::Layout::Compact).unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(r#""extensions""#), "{text}");
        same(&bytes, text, &TARGETS);
    }
    same(&feed(20, 10), "incidents and others", &TARGETS);
    same(&feed(0, 0), "nothing", &TARGETS);
}

#[test]
fn a_feed_of_many_objects_is_several_records() {
    let bytes = feed(PACK / 2, 0);
    let (made, account) = from_stix(bundle(&bytes));
    assert_eq!(made.records.len(), 2);
    // What one identity has made is beside it in each; what is about an indicator is where it is.
    for record in &made.records {
        assert_eq!(record.parties.len(), 1);
        assert!(!record.indicators.is_empty());
        assert!(record.related.iter().all(|link| link.elements.len() == 2));
    }
    assert!(account.iter().all(|entry| entry.fate != Fate::Lost));
    // They are the same feed when they go back.
    let back = to_stix(made, &IdKey::public(), IncidentShape::None).unwrap().0;
    assert_eq!(stix_objects(&back), stix_objects(&bundle(&bytes)));
    same(&bytes, "a feed", &[Format::Record]);
}

#[test]
fn a_record_larger_than_its_limit_is_refused_with_its_place() {
    let bounds = Bounds { record: 1_000, ..Bounds::default() };
    let ended = by_record(&feed(3, 3), Format::Record, options(false), bounds).unwrap_err();
    assert_eq!(ended.end.code, Code::LimitExceeded);
    assert!(ended.end.path.starts_with("$.objects["), "{}", ended.end.path);
    assert!(ended.end.expected.contains("record_bytes"), "{}", ended.end.expected);
}

/// What is of STIX 2.0 is read whole, and the same comes of it.
#[test]
fn what_is_of_version_2_0_is_read_at_once() {
    let bytes = std::fs::read("fuzz/corpus/translate/good-stix-2.0.json").unwrap();
    for to in TARGETS {
        let (made, account) = by_record(&bytes, to, options(false), Bounds::default()).unwrap();
        let other = convert(read(&bytes, Format::Stix20, u64::MAX).unwrap(), to, options(false)).unwrap();
        assert!(made.unwrap() == other.bytes, "to {to}");
        assert_eq!(account, by_path(other.account), "to {to}");
    }
    let bounds = Bounds { record: 100, ..Bounds::default() };
    let ended = by_record(&bytes, Format::Record, options(false), bounds).unwrap_err();
    assert_eq!(ended.end.code, Code::LimitExceeded);
}

/// What is past is no element, in whichever order the versions stand.
#[test]
fn only_what_holds_becomes_an_element() {
    let indicator = |n: usize, modified: &str, host: &str, more: &str| {
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{n:012}","created":"2026-01-01T00:00:00Z","modified":"{modified}","pattern":"[domain-name:value = '{host}']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"{more}}}"#
        )
    };
    let mut objects = [
        indicator(1, "2026-01-02T00:00:00.5Z", "newer.example", ""),
        indicator(1, "2026-01-02T00:00:00Z", "older.example", ""),
        indicator(2, "2026-01-02T00:00:00Z", "gone.example", ""),
        indicator(2, "2026-01-03T00:00:00Z", "gone.example", r#","revoked":true"#),
    ];
    for _ in 0..2 {
        let text = format!(
            r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{}]}}"#,
            objects.join(",")
        );
        let (made, account) = from_stix(bundle(text.as_bytes()));
        assert!(account.iter().all(|entry| !matches!(entry.fate, Fate::Lost | Fate::Dropped { .. })));
        let indicators = &made.records[0].indicators;
        let patterns: Vec<_> = indicators.iter().filter_map(|one| one.pattern.as_deref()).collect();
        assert_eq!(patterns, ["[domain-name:value = 'newer.example']"]);
        let xml =
            convert(read(text.as_bytes(), Format::Stix, u64::MAX).unwrap(), Format::IodefXml, options(true)).unwrap();
        let xml = String::from_utf8(xml.bytes).unwrap();
        assert!(xml.contains("newer.example") && !xml.contains("older.example") && !xml.contains("gone.example"));
        let back = to_stix(made, &IdKey::public(), IncidentShape::None).unwrap().0;
        assert_eq!(stix_objects(&back), stix_objects(&bundle(text.as_bytes())));
        same(text.as_bytes(), "versions", &TARGETS);
        objects.reverse();
    }
}

/// An object that breaks a rule is carried as it came, and the others go on; without its incident nothing is told of a case.
#[test]
fn one_bad_object_does_not_stop_the_others() {
    let text = |broken: &str| {
        String::from_utf8(feed(3, 1)).unwrap().replacen(
            broken,
            &broken.replace("2.1", "2.1\",\"revoked\":\"perhaps"),
            1,
        )
    };
    let good = text(r#""type":"indicator","spec_version":"2.1""#);
    let (made, account) = by_record(good.as_bytes(), Format::Record, options(false), Bounds::default()).unwrap();
    assert!(account.values().all(|fate| !matches!(fate, Fate::Lost | Fate::Dropped { .. })));
    let made = String::from_utf8(made.unwrap()).unwrap();
    assert!(made.contains(r#"\"revoked\":\"perhaps\""#), "{made}");
    assert!(!made.contains(r#""pattern": "[domain-name:value = 'h0.example']""#), "{made}");
    assert!(made.contains(r#""pattern": "[domain-name:value = 'h1.example']""#), "{made}");
    same(good.as_bytes(), "a bad object", &TARGETS);
    let bad = text(r#""type":"incident","spec_version":"2.1""#);
    assert_eq!(
        by_record(bad.as_bytes(), Format::Record, options(false), Bounds::default()).unwrap().0,
        Err(Vec::new())
    );
    assert!(read(bad.as_bytes(), Format::Stix, u64::MAX).unwrap().obstacle().is_some());
}
