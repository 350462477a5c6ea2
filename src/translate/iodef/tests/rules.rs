//! What we write of our own records keeps the rules that are warnings too, wherever the records say enough.

use std::{collections::BTreeSet, path::Path as File};

use super::*;
use crate::{
    error::{Code, Finding},
    format::Format,
    iodef::Profile,
    translate::{Document, Read, convert, read, record_to_iodef},
};

/// A finding that stays.
struct Stays {
    fixture: &'static str,
    /// Whether the record is as filing leaves it, or as it stands.
    filed: bool,
    code: Code,
    /// The last step of its place.
    at: &'static str,
    xml_only: bool,
    /// Nothing that the RFC has says this.
    why: &'static str,
}

const MINIMAL: Stays = Stays {
    fixture: "minimal.json",
    filed: false,
    code: Code::ClassMissing,
    at: "",
    xml_only: false,
    why: "the record was never filed, so no whole document comes of it",
};

const STAY: &[Stays] = &[
    Stays { at: "purpose", ..MINIMAL },
    Stays { at: "IncidentID", ..MINIMAL },
    Stays { at: "GenerationTime", ..MINIMAL },
    Stays { at: "Contact", ..MINIMAL },
    Stays {
        filed: true,
        at: "lang",
        xml_only: true,
        why: "the record does not say its language, and RFC 7970 has no word for one that is not known",
        ..MINIMAL
    },
    Stays {
        fixture: "phishing.json",
        code: Code::ValueInvalid,
        at: "name",
        why: "the record has no creator, whose domain is asked for; who makes it for a partner fills in its own",
        ..MINIMAL
    },
];

/// What a finding is about, by the last step of its path, in XML or JSON.
fn last(path: &str) -> &str {
    path.rsplit(['/', '@', '.', ':']).find(|step| !step.is_empty()).unwrap_or_default()
}

/// What is wrong with what was written, or what keeps it from being written.
fn findings(source: RecordDocument, to: Format, profile: Profile) -> Vec<Finding> {
    match record_to_iodef(source, to, profile) {
        Ok(made) => read(&made.bytes, to, u64::MAX).unwrap().findings,
        Err(findings) => findings,
    }
}

#[test]
fn what_we_write_keeps_the_rules() {
    let raw = |path: &File| match read(&std::fs::read(path).unwrap(), Format::Record, u64::MAX).unwrap() {
        Read { document: Document::Record(document), .. } => *document,
        other => panic!("{other:?}"),
    };
    let forms = [
        (Format::IodefXml, Profile::Rfc7970),
        (Format::IodefXml, Profile::Errata),
        (Format::IodefJson, Profile::default()),
        (Format::IodefCbor, Profile::default()),
    ];
    for (path, framed) in fixtures::fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        for ((to, profile), filed) in forms.into_iter().flat_map(|form| [(form, false), (form, true)]) {
            let source = if filed { framed.clone() } else { raw(&path) };
            let found = findings(source, to, profile);
            let told: BTreeSet<(Code, &str)> = found.iter().map(|one| (one.code, last(&one.path))).collect();
            let stays = STAY.iter().filter(|one| (one.fixture, one.filed) == (name, filed));
            let stays = stays.filter(|one| !one.xml_only || to == Format::IodefXml);
            let wanted: BTreeSet<(Code, &str)> = stays.clone().map(|one| (one.code, one.at)).collect();
            let why: Vec<&str> = stays.map(|one| one.why).collect();
            assert_eq!(told, wanted, "{name} to {to}, filed: {filed}: {found:#?}\nwhat stays: {why:#?}");
        }
    }
}

/// The language of a document is said only where every record says its own, and never changes that of a text.
#[test]
fn the_language_is_that_of_the_records() {
    let (_, source) = fixtures::fixtures().pop().unwrap();
    let mut other = source.records[0].clone();
    other.indicators.clear();
    let language = |second: Option<&str>| {
        let second = crate::record::Record { lang: second.map(str::to_owned), ..other.clone() };
        let source = RecordDocument { records: vec![source.records[0].clone(), second], ..source.clone() };
        let (mut made, _) = to_iodef(source);
        outward::say_what_is_unsaid(&mut made);
        let text = |lang: &Option<crate::class::Lang>| lang.as_ref().map(|lang| lang.as_str().to_owned());
        (text(&made.lang), text(&made.incident[1].lang))
    };
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(language(Some("en")), (said("en"), said("en")));
    assert_eq!(language(Some("de")), (said("en"), said("de")));
    assert_eq!(language(None), (None, None));
}

/// A piece of evidence of which a document may show nothing is not in it, and the account says so.
#[test]
fn what_is_hollow_is_left_out() {
    let (_, mut source) = fixtures::fixtures().remove(1);
    let record = &mut source.records[0];
    record.evidence[0] = crate::record::evidence::Evidence { id: record.evidence[0].id.clone(), ..Default::default() };
    let tlp = crate::record::base::Marking { tlp: Some(crate::marking::Tlp::Red), ..Default::default() };
    record.evidence[0].marking = Some(tlp);
    let made = record_to_iodef(source, Format::IodefXml, Profile::default()).unwrap();
    assert!(!String::from_utf8(made.bytes).unwrap().contains("<Record"));
    let marking = made.account.iter().find(|entry| entry.path == "$.records[0].evidence[0].marking.tlp").unwrap();
    assert!(matches!(&marking.fate, Fate::Dropped { why } if why.contains("nothing of the record")), "{marking}");
}

/// Kind and digests of a piece of evidence stand in the document; the digests come back as those of a file.
#[test]
fn digests_are_those_of_a_file() {
    let (_, source) = fixtures::fixtures().remove(1);
    let wanted = source.records[0].evidence[0].digests[0].clone();
    let kind = source.records[0].evidence[0].kind.clone();
    let made = record_to_iodef(source, Format::IodefJson, Profile::default()).unwrap();
    let path = "$.records[0].evidence[0].digests[0]";
    for (member, kept) in [(".alg", true), (".value", true), (".at.at", false)] {
        let entry = made.account.iter().find(|entry| entry.path == format!("{path}{member}")).unwrap();
        assert_eq!(matches!(entry.fate, Fate::Kept { .. }), kept, "{entry}");
    }
    let back = read(&made.bytes, Format::IodefJson, u64::MAX).unwrap();
    let back = convert(back, Format::Record, Default::default()).unwrap();
    let back = crate::record::read(&back.bytes).unwrap();
    assert!(kind.is_some());
    assert_eq!(back.records[0].evidence[0].kind, kind);
    let hash = &back.records[0].evidence[0].files[0].files[0].hashes.as_ref().unwrap().hashes[0];
    assert_eq!(hash.alg.as_deref(), Some("http://www.w3.org/2001/04/xmlenc#sha256"));
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(hash.value.as_deref().unwrap()).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(Some(hex), wanted.value);
}
