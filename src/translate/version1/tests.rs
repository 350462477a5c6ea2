//! Documents of version 1 among the other formats.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    class,
    iodef::{IODEF, Profile},
    iodef1::IODEF1,
    record::{RecordDocument, generate},
    translate::{counts, detect, read, record_to_iodef},
    world::Seeded,
};

const SCAN: &[u8] = include_bytes!("../../../fixtures/iodef-v1/scan.xml");

fn in_rid(document: &str) -> String {
    format!(
        "<RID xmlns=\"{RID}\" lang=\"en\"><RIDPolicy><ReportSchema><XMLDocument dtype=\"xml\">{document}</XMLDocument>\
         </ReportSchema></RIDPolicy></RID>"
    )
}

#[test]
fn an_xml_document_is_known_by_its_root() {
    let comment = format!("<!-- {} -->", "far into the document ".repeat(2000));
    for (root, format) in [
        (format!("<IODEF-Document xmlns='{IODEF1}'/>"), Format::Iodef1Xml),
        (format!("<x:IODEF-Document xmlns='{IODEF}' xmlns:x='{IODEF1}'/>"), Format::Iodef1Xml),
        (format!("<IODEF-Document xmlns='{IODEF}' xmlns:x='{IODEF1}'/>"), Format::IodefXml),
        (format!("<x:RID xmlns:x='{RID}'/>"), Format::Rid),
        ("<IODEF-Document".to_owned(), Format::IodefXml),
    ] {
        for before in
            ["", "\u{feff}", "<?xml version='1.0'?>\n", &format!("<?xml version='1.0'?>\n{comment}<?pi x?>\n")]
        {
            assert_eq!(detect(format!("{before}{root}").as_bytes()), Some(format), "{root}");
        }
    }
}

/// By way of version 2 into every format, and the account is of the leaves of version 1.
#[test]
fn version_1_goes_into_every_format() {
    let source = || read(SCAN, Format::Iodef1Xml, 1 << 20).unwrap();
    let Document::Iodef1(document) = source().document else { panic!("another format") };
    let mut leaves = BTreeSet::new();
    class::leaves(&*document, &Path::root("IODEF-Document"), &mut |path, _| _ = leaves.insert(path.to_string()));
    for to in crate::translate::FORMATS {
        let Converted { bytes, account } = convert(source(), *to, Default::default()).unwrap();
        assert_eq!(detect(&bytes), Some(*to));
        assert!(read(&bytes, *to, 1 << 20).unwrap().error().is_none(), "{to}");
        assert_eq!(counts(&account).lost, 0);
        assert_eq!(account.into_iter().map(|entry| entry.path).collect::<BTreeSet<_>>(), leaves, "{to}");
    }
}

#[test]
fn the_envelope_of_rid_is_one_line_of_the_account() {
    let text = std::str::from_utf8(SCAN).unwrap().split_once("?>").unwrap().1;
    let message = in_rid(text);
    let source = read(message.as_bytes(), Format::Rid, 1 << 20).unwrap();
    assert!(source.error().is_none() && source.findings.iter().any(|finding| finding.path == "/RID"));
    let account = convert(source, Format::IodefJson, Default::default()).unwrap().account;
    assert_eq!(account.iter().filter(|entry| **entry == envelope()).count(), 1);
    // A finding has its place in the message.
    let broken = message.replace("2026-03-02T09:30:00+01:00", "yesterday").replace("<RIDPolicy>", "<RIDPolicy>\n\n");
    let source = read(broken.as_bytes(), Format::Rid, 1 << 20).unwrap();
    let line = 1 + broken[..broken.find("<ReportTime>").unwrap()].matches('\n').count() as u64;
    let found: Vec<_> = source.findings.iter().filter(|finding| finding.code == Code::ValueInvalid).collect();
    assert_eq!(found.iter().map(|finding| finding.position.line).collect::<Vec<_>>(), [line]);
    // It is read, never written.
    let source = read(message.as_bytes(), Format::Rid, 1 << 20).unwrap();
    assert_eq!(convert(source, Format::Rid, Default::default()).unwrap_err()[0].code, Code::FormatUnknown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Two translations, one account: of the same leaves as the first, none forgotten.
    #[test]
    fn a_record_in_version_1_is_accounted_for(seed: u64) {
        let record = || RecordDocument::of(vec![generate::record(&Seeded::new(seed)).unwrap()]);
        let paths = |account: &[Entry]| -> Vec<String> { account.iter().map(|entry| entry.path.clone()).collect() };
        let (_, first) = crate::translate::to_iodef(record());
        let made = record_to_iodef(record(), Format::Iodef1Xml, Profile::default());
        // Version 2 requires more of an incident: what makes a document of it makes one of version 1.
        prop_assert!(made.is_ok() || record_to_iodef(record(), Format::IodefXml, Profile::default()).is_err(), "{:#?}", made.err());
        if let Ok(Converted { bytes, account }) = made {
            prop_assert_eq!(counts(&account).lost, 0);
            prop_assert_eq!(paths(&account), paths(&first));
            let back = read(&bytes, Format::Iodef1Xml, u64::MAX).unwrap();
            prop_assert!(back.error().is_none(), "{:#?}", back.findings);
        }
    }
}

/// Our own records make whole documents, by the schema's rules.
#[test]
fn our_records_are_written_as_version_1() {
    for text in ["ransomware", "phishing"] {
        let path = format!("{}/fixtures/records/{text}.json", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let made =
            convert(read(&bytes, Format::Record, 1 << 24).unwrap(), Format::Iodef1Xml, Default::default()).unwrap();
        let back = read(&made.bytes, Format::Iodef1Xml, 1 << 24).unwrap();
        assert_eq!(back.findings, [], "{text}");
        let Document::Iodef1(document) = back.document else { panic!("another format") };
        assert!(!document.incident[0].event_data.is_empty() && document.incident[0].contact.len() > 1, "{text}");
    }
}
