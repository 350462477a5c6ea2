//! Indicators that came with a pattern alone, to IODEF and back.

use super::*;
use crate::{
    error::{Code, Finding, Severity},
    format::Format,
    iodef::{self, IodefDocument, Profile},
    record::{self, RecordDocument, indicator::Indicator},
    translate::{Document, Fate, convert, read, record_to_iodef},
};

/// A record of which a whole document can be made, with one indicator.
fn framed(indicator: Indicator) -> RecordDocument {
    let bytes = include_bytes!("../../../../fixtures/records/ransomware.json");
    let mut source = record::read(bytes).unwrap();
    let record = &mut source.records[0];
    record.indicators = vec![indicator];
    record.creator.get_or_insert_default().domain.get_or_insert_with(|| "csirt.nordhafen.example".to_owned());
    source
}

fn with(pattern: &str, language: &str) -> Indicator {
    Indicator {
        id: "i1".parse().unwrap(),
        pattern: Some(pattern.to_owned()),
        pattern_type: Some(language.to_owned()),
        ..Indicator::default()
    }
}

const FORMATS: [(Format, Profile); 4] = [
    (Format::IodefXml, Profile::Rfc7970),
    (Format::IodefXml, Profile::Errata),
    (Format::IodefJson, Profile::Rfc7970),
    (Format::IodefCbor, Profile::Rfc7970),
];

fn document(bytes: &[u8], format: Format) -> (IodefDocument, Vec<Finding>) {
    let read = read(bytes, format, u64::MAX).unwrap();
    match read.document {
        Document::Iodef(document) => (*document, read.findings),
        other => panic!("{other:?}"),
    }
}

/// Writes the indicator, asserts that it breaks no rule, reads it back and asserts that it is as it was. Gives the document.
fn there_and_back(indicator: &Indicator, (format, profile): (Format, Profile), what: &str) -> IodefDocument {
    let made = record_to_iodef(framed(indicator.clone()), format, profile)
        .unwrap_or_else(|findings| panic!("{what}: {findings:#?}"));
    let (document, findings) = document(&made.bytes, format);
    // The schemas of the two profiles do not agree on the order of all classes.
    let other_order = |one: &Finding| profile == Profile::Errata && one.code == Code::ClassOrder;
    let good = |one: &Finding| other_order(one) || !one.path.contains("Indicator");
    assert!(findings.iter().all(good), "{what}: {findings:#?}");
    for entry in made.account.iter().filter(|entry| entry.path.contains("indicators[0].pattern")) {
        assert!(matches!(entry.fate, Fate::Carried { .. }), "{what}: {entry}");
    }
    let source = read(&made.bytes, format, u64::MAX).unwrap();
    let back = convert(source, Format::Record, Default::default()).unwrap();
    assert!(back.account.iter().all(|entry| entry.fate != Fate::Lost), "{what}");
    let records = record::read(&back.bytes).unwrap();
    let came = &records.records[0].indicators[0];
    assert_eq!((&came.pattern, &came.pattern_type), (&indicator.pattern, &indicator.pattern_type), "{what}");
    assert_eq!((&came.observable, &came.expression), (&None, &None), "{what}");
    document
}

fn content_in(document: &IodefDocument) -> &iodef::IndicatorContent {
    document.incident[0].indicator_data.as_ref().unwrap().indicator[0].content.as_ref().unwrap()
}

/// What the content of an indicator is called: its element, or that in an Observable.
fn element(document: &IodefDocument) -> String {
    let iodef::IndicatorContent::Observable(observable) = content_in(document) else {
        return "IndicatorExpression".to_owned();
    };
    let whole = crate::class::children(observable);
    let names: Vec<String> = whole.iter().map(|child| child.step()).filter(|step| !step.starts_with('@')).collect();
    names[0].split('[').next().unwrap().to_owned()
}

#[test]
fn patterns_become_what_the_table_says() {
    for row in rows(READ) {
        let [pattern, _, wanted, _] = row.as_slice() else { panic!("{row:?}") };
        for form in FORMATS {
            let document = there_and_back(&with(pattern, "stix"), form, pattern);
            assert_eq!(element(&document), *wanted, "{pattern}");
        }
    }
}

#[test]
fn other_languages_are_configurations() {
    for (language, text) in [
        ("yara", "rule a {\n\tstrings: $a = \"<&>\"\n\tcondition: $a\n}\n"),
        ("sigma", "title: a\r\ndetection:\r\n  condition: b"),
        ("snort", " alert tcp any any -> any any (sid:1;) "),
        ("x-own", "漢字"),
        ("stix", "[file:name = "),
    ] {
        for form in FORMATS {
            let document = there_and_back(&with(text, language), form, text);
            assert_eq!(element(&document), "DetectionPattern", "{text}");
        }
    }
}

/// Whoever says it himself is heard: content beside a pattern that is not what the pattern makes is read.
#[test]
fn what_was_edited_is_read() {
    use crate::class::Text;
    let indicator = with("[ipv4-addr:value = '198.51.100.7']", "stix");
    let made = record_to_iodef(framed(indicator.clone()), Format::IodefXml, Profile::default()).unwrap();
    let edits: [fn(&mut iodef::Observable); 2] = [
        |observable| match &mut observable.content {
            Some(iodef::ObservableContent::Address(address)) => address.value = Text::new("198.51.100.8").ok(),
            other => panic!("{other:?}"),
        },
        |observable| observable.restriction = Some(iodef::vocab::Restriction::NeedToKnow.into()),
    ];
    for edit in edits {
        let (mut document, _) = document(&made.bytes, Format::IodefXml);
        match &mut document.incident[0].indicator_data.as_mut().unwrap().indicator[0].content {
            Some(iodef::IndicatorContent::Observable(observable)) => edit(observable),
            other => panic!("{other:?}"),
        }
        let (records, _) = crate::translate::from_iodef(document);
        let came = &records.records[0].indicators[0];
        assert_eq!(came.pattern, indicator.pattern);
        assert!(came.observable.as_ref().is_some_and(|observable| observable.address.is_some()));
    }
}

/// What is said beside a pattern stays what is said.
#[test]
fn what_is_said_beside_a_pattern_is_written() {
    let observable = Observable { mutex: Some("a".to_owned()), ..Observable::default() };
    let indicator = Indicator { observable: Some(observable), ..with("[file:name LIKE 'a%']", "stix") };
    let made = record_to_iodef(framed(indicator.clone()), Format::IodefXml, Profile::default()).unwrap();
    let (document, _) = document(&made.bytes, Format::IodefXml);
    assert_eq!(element(&document), "BulkObservable");
    let (records, _) = crate::translate::from_iodef(document);
    assert!(records.records[0].indicators[0].observable.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The pattern of any expression makes a document that breaks no rule, and comes back as it was and alone.
    #[test]
    fn any_pattern_makes_a_document(content in arbitrary::content(), form in 0..FORMATS.len()) {
        let pattern = written(&content).unwrap();
        there_and_back(&with(&pattern, "stix"), FORMATS[form], &pattern);
    }

    /// So does any text in any language.
    #[test]
    fn any_text_makes_a_document(text in "[ -~\t\n\ré漢]{1,40}", language in "[a-z]{1,8}", form in 0..FORMATS.len()) {
        there_and_back(&with(&text, &language), FORMATS[form], &text);
    }

    /// To STIX, all that is written is read without an error, and a pattern that was made is told to be.
    #[test]
    fn expressions_reach_stix(content in arbitrary::content()) {
        let mut source = with("", "");
        (source.pattern, source.pattern_type) = (None, None);
        match content {
            Content::Observable(observable) => source.observable = Some(*observable),
            Content::Expression(expression) => source.expression = Some(expression),
        }
        let (document, account) = crate::translate::to_stix(framed(source.clone()), &crate::translate::IdKey::public(), Default::default()).unwrap();
        prop_assert!(account.iter().all(|entry| entry.fate != Fate::Lost));
        let text = crate::stix::encode(&document, crate::json::Layout::Compact).unwrap();
        let read = crate::stix::decode(&text, &crate::json::Limits::default()).unwrap();
        let bad: Vec<_> = read.findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect();
        prop_assert!(bad.is_empty(), "{bad:#?}");
        prop_assert!(read.document.objects().iter().any(|object| object.text("pattern_type") == Some("stix")));
        let (back, _) = crate::translate::from_stix(read.document);
        let came = &back.records[0].indicators[0];
        prop_assert_eq!((&came.observable, &came.expression), (&source.observable, &source.expression));
        prop_assert_eq!(&came.pattern, &None);
    }
}
