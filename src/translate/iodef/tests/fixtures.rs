//! The fixture records reach every form of IODEF and come back.

use std::{fs, path::PathBuf};

use super::*;
use crate::{
    error::{Finding, Severity},
    iodef::{self, Change, Decoded},
    json, record,
    translate::{
        iodef::{taken::leaves_of, trail::Trail},
        refit,
    },
    xml,
};

/// A form of IODEF: its name, how a document is made to fit it, written and read.
struct Form {
    name: &'static str,
    fit: fn(&mut IodefDocument) -> Vec<Change>,
    write: fn(&IodefDocument) -> Result<Vec<u8>, Vec<crate::error::Finding>>,
    read: fn(&[u8]) -> Decoded,
}

const FORMS: [Form; 2] = [
    Form {
        name: "iodef-xml",
        fit: |document| iodef::fit(document, iodef::Profile::default()),
        write: iodef::encode_xml,
        read: |bytes| iodef::decode_xml(bytes, xml::Limits::default()).unwrap(),
    },
    Form {
        name: "iodef-json",
        fit: iodef::fit_json,
        write: iodef::encode_json,
        read: |bytes| iodef::decode_json(bytes, &json::Limits::default()).unwrap(),
    },
];

/// As [`record_to_iodef`](crate::translate::record_to_iodef) makes it, before it is written.
fn fitted(source: RecordDocument, form: &Form) -> (IodefDocument, Vec<Entry>) {
    let (mut made, mut account) = to_iodef(source);
    outward::say_what_is_unsaid(&mut made);
    let mut changes = (form.fit)(&mut made);
    changes.extend(outward::leave_out_hollow(&mut made));
    refit(&mut account, &changes);
    (made, account)
}

pub(super) fn fixtures() -> Vec<(PathBuf, RecordDocument)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/records");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: PathBuf| {
        let mut source = record::read(&fs::read(&path).unwrap()).unwrap();
        source.records.iter_mut().for_each(frame);
        (path, source)
    };
    paths.into_iter().map(read).collect()
}

/// What filing gives a record and no document can be without; the minimal one was never filed.
fn frame(record: &mut crate::record::Record) {
    record.number.get_or_insert_with(|| "NHC-7K3-M9Q-TXV".parse().unwrap());
    record.purpose.get_or_insert_with(|| "reporting".to_owned().into());
    record.modified.get_or_insert_with(|| "2026-03-02T11:00:00Z".parse().unwrap());
    let creator = record.creator.get_or_insert_default();
    creator.domain.get_or_insert_with(|| "csirt.nordhafen.example".to_owned());
}

/// Nothing is invented: a record that was never filed makes no whole document, and the findings name what it lacks.
#[test]
fn a_record_without_frame_names_what_it_lacks() {
    let bytes = include_bytes!("../../../../fixtures/records/minimal.json");
    for form in FORMS {
        let (mut made, _) = to_iodef(record::read(bytes).unwrap());
        (form.fit)(&mut made);
        let findings = (form.write)(&made).unwrap_err();
        let mut places: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        places.sort_unstable();
        let incident = ["/@purpose", "/Contact", "/GenerationTime", "/IncidentID"];
        let wanted = incident.map(|place| format!("/IODEF-Document/Incident[1]{place}"));
        assert_eq!(places, wanted, "{}", form.name);
    }
}

/// Every leaf of a record is in the account once and not lost, the document is read back without an error, and what is
/// read back makes the same document again.
#[test]
fn fixtures_go_to_every_form_and_back() {
    for (path, source) in fixtures() {
        for form in FORMS {
            let place = format!("{} to {}", path.display(), form.name);
            let wanted: BTreeSet<String> = source
                .records
                .iter()
                .enumerate()
                .flat_map(|(n, record)| leaves_of(record, &Trail::ROOT).into_iter().map(move |leaf| (n, leaf.path)))
                .map(|(n, path)| format!("$.records[{n}]{}", path.strip_prefix('$').unwrap()))
                .collect();
            let (made, account) = fitted(source.clone(), &form);
            assert_eq!(lost(&account), Vec::<&Entry>::new(), "{place}");
            let accounted: BTreeSet<String> = account.iter().map(|entry| entry.path.clone()).collect();
            let missing: Vec<_> = wanted.difference(&accounted).collect();
            assert!(missing.is_empty(), "{place}: {missing:#?}");
            let bytes = (form.write)(&made).unwrap_or_else(|findings| panic!("{place}: {findings:#?}"));
            let back = (form.read)(&bytes);
            // A record may lack what is good to have; `rules.rs` has what that is.
            let is_advice = |finding: &&Finding| iodef::rules::RULES.iter().any(|rule| rule.says(finding));
            let other: Vec<_> =
                back.findings.iter().filter(|f| f.severity == Severity::Error || !is_advice(f)).collect();
            assert_eq!(other, Vec::<&Finding>::new(), "{place}");
            // What was written is all that was fitted: nothing goes between the two.
            let mut normal = back.document;
            inward::normal(&mut normal);
            let (records, account) = from_iodef(normal.clone());
            let gone: Vec<_> = account.iter().filter(|e| matches!(e.fate, Fate::Lost | Fate::Dropped { .. })).collect();
            assert!(gone.is_empty(), "{place}: {gone:#?}");
            let (again, _) = to_iodef(records);
            let (before, after) = (leaves(&normal), leaves(&again));
            let differs: Vec<_> = before.symmetric_difference(&after).collect();
            assert!(differs.is_empty(), "{place}: {differs:#?}");
        }
    }
}

/// What the account says is kept stands in the document that was written, also when the form had to change it.
#[test]
fn what_is_kept_is_in_the_document() {
    for (path, source) in fixtures() {
        for form in FORMS {
            let texts: Vec<(String, String)> = source
                .records
                .iter()
                .flat_map(|record| leaves_of(record, &Trail::ROOT))
                .filter_map(|leaf| match leaf.leaf {
                    Leaf::Text(text) if leaf.path.ends_with(".text") => Some((leaf.path, text)),
                    _ => None,
                })
                .collect();
            let (made, account) = fitted(source.clone(), &form);
            let back = (form.read)(&(form.write)(&made).unwrap()).document;
            let written: BTreeSet<String> = leaves(&back).into_iter().map(|(_, text)| text).collect();
            for (leaf, text) in texts {
                let fate = account.iter().find(|entry| entry.path == leaf).map(|entry| &entry.fate);
                if matches!(fate, Some(Fate::Kept { .. } | Fate::Moved { .. })) {
                    assert!(written.contains(&text), "{}: {leaf} to {}: {fate:?}", path.display(), form.name);
                }
            }
        }
    }
}

/// What a machine sends is an event, also when its sender calls it an incident (requirement 9); other kinds are kept.
#[test]
fn what_comes_in_is_an_event() {
    use crate::record::identity::Kind;
    for (kind, wanted) in [
        (Kind::Event, Kind::Event),
        (Kind::Incident, Kind::Event),
        (Kind::Weakness, Kind::Weakness),
        (Kind::Intelligence, Kind::Intelligence),
    ] {
        let (_, mut source) = fixtures().pop().unwrap();
        source.records[0].kind = kind;
        let (made, account) = to_iodef(source);
        let fate = account.iter().find(|entry| entry.path == "$.records[0].kind").map(|entry| &entry.fate);
        assert_eq!(matches!(fate, Some(Fate::Kept { .. } | Fate::Carried { .. })), kind == wanted, "{fate:?}");
        let (back, _) = from_iodef(made);
        assert_eq!(back.records[0].kind, wanted);
    }
    let said = crate::iodef::Extension {
        dtype: Some(crate::iodef::vocab::Dtype::String.into()),
        meaning: Some("kind".into()),
        format_id: Some("urn:sirex:record:1".into()),
        content: Some(crate::xml::Verbatim::Text("incident".to_owned())),
        ..crate::iodef::Extension::default()
    };
    let incident = crate::iodef::Incident { additional_data: vec![said], ..crate::iodef::Incident::default() };
    let (records, _) = from_iodef(IodefDocument { incident: vec![incident.clone()], ..IodefDocument::default() });
    assert_eq!(records.records[0].kind, Kind::Event);
    let (back, _) = to_iodef(records);
    assert_eq!(back.incident[0].additional_data, incident.additional_data, "the sender's word is carried");
}
