//! IODEF version 1 and RID against the RFCs' schemas and documents.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use sirex::{
    class::{self, Dice},
    format::Format,
    iodef, iodef1,
    translate::{self, Converted, Document, Fate},
    world::Seeded,
    xml,
};

use crate::{
    iodef::{files, refused},
    peer,
};

/// Documents of this seed range are given to the schemas.
const GENERATED: Range<u64> = 0..200;

/// Reads, writes, and says what was dropped.
fn converted(bytes: &[u8], from: Format, to: Format) -> (Vec<u8>, Vec<String>) {
    let read = translate::read(bytes, from, 1 << 24).unwrap();
    assert!(read.error().is_none(), "{:#?}", read.findings);
    let Converted { bytes, account, .. } = translate::convert(read, to, Default::default()).unwrap();
    assert_eq!(translate::counts(&account).lost, 0);
    let dropped = account.iter().filter(|entry| matches!(entry.fate, Fate::Dropped { .. }));
    (bytes, dropped.map(ToString::to_string).collect())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// The leaves of the normal form.
fn leaves(bytes: &[u8]) -> Vec<String> {
    let mut document = iodef1::decode_xml(bytes, xml::Limits::default()).unwrap().document;
    class::normalise(&mut document);
    let mut all = Vec::new();
    class::leaves(&document, &class::Path::root("IODEF-Document"), &mut |path, leaf| {
        all.push(format!("{path} {leaf:?}"))
    });
    all.sort();
    all
}

#[test]
fn every_valid_document_of_version_1_is_upgraded_and_comes_back() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let own = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iodef-v1"), "xml");
    for path in files(&reference.join("documents/iodef-v1/valid"), "xml").into_iter().chain(own) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(translate::detect(&bytes), Some(Format::Iodef1Xml), "{name}");
        let (up, dropped) = converted(&bytes, Format::Iodef1Xml, Format::IodefXml);
        assert_eq!(dropped, [] as [&str; 0], "{name}");
        let (down, _) = converted(&up, Format::IodefXml, Format::Iodef1Xml);
        // What the printed schema of version 2 has no form for is the one thing that does not come back.
        let (before, after) = (leaves(&bytes), leaves(&down));
        let missing: Vec<_> = before.iter().filter(|leaf| !after.contains(leaf)).collect();
        let confidence = |leaf: &&&String| leaf.contains("/Confidence");
        assert_eq!(missing.iter().filter(|leaf| !confidence(leaf)).count(), 0, "{name}: {missing:#?}");
        first.push(write(folder.path(), &format!("1-{name}"), &down));
        second.push(write(folder.path(), &format!("2-{name}"), &up));
        // And on into the record.
        converted(&bytes, Format::Iodef1Xml, Format::Record);
    }
    assert_eq!(refused(&reference.join("schemas/local/iodef-2.0.xsd"), &second), [] as [&str; 0]);
    assert_eq!(refused(&reference.join("schemas/local/iodef-1.0.xsd"), &first), [] as [&str; 0]);
}

/// The document of RFC 5941 as printed breaks a namespace over two lines: what is in AdditionalData is not ours to judge.
#[test]
fn the_invalid_document_is_read_and_its_extension_kept_as_it_is() {
    let Some(reference) = peer::reference() else { return };
    let bytes = fs::read(reference.join("documents/iodef-v1/invalid/rfc5941__thraud.xml")).unwrap();
    match translate::read(&bytes, Format::Iodef1Xml, 1 << 24) {
        Err(finding) => assert!(finding.position.line >= 31, "{finding}"),
        Ok(read) => assert!(read.error().is_none(), "{:#?}", read.findings),
    }
}

#[test]
fn extension_content_survives_both_ways_byte_for_byte() {
    let Some(reference) = peer::reference() else { return };
    for (name, mark) in [
        ("rfc5901__phish-lure", "PhraudReport"),
        ("rfc5901__phish-minimal", "PhraudReport"),
        ("rfc5941__thraud-unwrapped", "FraudEventTransfer"),
        ("rfc7203__sci", "AttackPattern"),
    ] {
        let bytes = fs::read(reference.join(format!("documents/iodef-v1/valid/{name}.xml"))).unwrap();
        let (up, _) = converted(&bytes, Format::Iodef1Xml, Format::IodefXml);
        let (down, _) = converted(&up, Format::IodefXml, Format::Iodef1Xml);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace("\r\n", "\n");
        let (bytes, up, down) = (text(&bytes), text(&up), text(&down));
        // From behind the start tag, which has got declarations, to the end tag.
        let start = bytes.find(mark).unwrap();
        let start = start + bytes[start..].find('>').unwrap() + 1;
        let end = bytes.rfind(mark).unwrap();
        let content = &bytes[start..end];
        assert!(content.len() > 100, "{name}: {content}");
        assert!(up.contains(content), "{name} in version 2");
        assert!(down.contains(content), "{name} in version 1");
    }
}

fn generated1(seed: u64) -> iodef1::IodefDocument {
    let entropy = Seeded::new(seed);
    let mut document = iodef1::IodefDocument::default();
    class::generate(&mut document, &mut Dice::new(&entropy), 5);
    for incident in &mut document.incident {
        if let Some(related) = &mut incident.related_activity {
            match related.incident_id.is_empty() {
                true if related.url.is_empty() => incident.related_activity = None,
                true => {}
                false => related.url.clear(),
            }
        }
    }
    document
}

/// What the generator makes by version 1's tables passes the schema, and so does its upgrade.
#[test]
fn generated_documents_of_version_1_pass_both_schemas() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for seed in GENERATED {
        let bytes = iodef1::encode_xml(&generated1(seed)).unwrap();
        let (up, mut dropped) = converted(&bytes, Format::Iodef1Xml, Format::IodefXml);
        dropped.retain(|entry| !entry.contains("/Confidence: ")); // the printed schema of version 2 has no number there
        assert_eq!(dropped, [] as [&str; 0], "{seed}");
        first.push(write(folder.path(), &format!("1-{seed}.xml"), &bytes));
        second.push(write(folder.path(), &format!("2-{seed}.xml"), &up));
    }
    assert_eq!(refused(&reference.join("schemas/local/iodef-1.0.xsd"), &first), [] as [&str; 0]);
    assert_eq!(refused(&reference.join("schemas/local/iodef-2.0.xsd"), &second), [] as [&str; 0]);
}

#[test]
fn generated_documents_of_version_2_pass_the_schema_of_version_1() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut written = Vec::new();
    for seed in GENERATED {
        let entropy = Seeded::new(seed);
        let document = iodef::generate(&mut Dice::new(&entropy), 5);
        let bytes = iodef::encode_xml(&document).unwrap();
        let (down, _) = converted(&bytes, Format::IodefXml, Format::Iodef1Xml);
        written.push(write(folder.path(), &format!("{seed}.xml"), &down));
    }
    assert_eq!(refused(&reference.join("schemas/local/iodef-1.0.xsd"), &written), [] as [&str; 0]);
}

/// The documents of version 2 that others wrote are written for partners who have version 1 only.
#[test]
fn every_valid_document_of_version_2_is_written_as_version_1() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut written = Vec::new();
    for path in files(&reference.join("documents/iodef-v2/valid"), "xml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (down, _) = converted(&fs::read(&path).unwrap(), Format::IodefXml, Format::Iodef1Xml);
        written.push(write(folder.path(), &name, &down));
    }
    assert_eq!(refused(&reference.join("schemas/local/iodef-1.0.xsd"), &written), [] as [&str; 0]);
}

#[test]
fn the_document_in_a_rid_message_is_read() {
    let Some(reference) = peer::reference() else { return };
    let (mut with, mut without) = (0, 0);
    for path in files(&reference.join("documents/rid/valid"), "xml") {
        let bytes = fs::read(&path).unwrap();
        assert_eq!(translate::detect(&bytes), Some(Format::Rid), "{}", path.display());
        let encloses = String::from_utf8_lossy(&bytes).contains("IODEF-Document lang");
        match translate::read(&bytes, Format::Rid, 1 << 24) {
            Ok(read) => {
                with += 1;
                assert!(encloses && read.error().is_none(), "{}: {:#?}", path.display(), read.findings);
                assert!(matches!(read.document, Document::Iodef1(_)));
                let account = translate::convert(read, Format::IodefXml, Default::default()).unwrap().account;
                let envelope = account.iter().filter(|entry| entry.path == "/RID");
                assert_eq!(envelope.filter(|entry| matches!(entry.fate, Fate::Dropped { .. })).count(), 1);
            }
            Err(finding) => {
                without += 1;
                assert!(!encloses && finding.path == "/RID", "{}: {finding}", path.display());
            }
        }
    }
    assert_eq!((with, without), (4, 3));
}
