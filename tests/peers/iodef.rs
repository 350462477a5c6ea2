//! IODEF against the RFCs' schemas and documents.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sirex::{
    cbor,
    class::{self, Dice},
    error,
    iodef::{self, Decoded, IodefDocument, Profile},
    json,
    world::Seeded,
    xml,
};

use crate::peer;

/// Documents of this seed range are given to the schemas.
const GENERATED: std::ops::Range<u64> = 0..300;

pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ext| ext == ending));
    found.sort();
    assert!(!found.is_empty(), "no {ending} in {}", folder.display());
    found
}

/// Which of these files the schema refuses, with what xmllint says.
pub fn refused(schema: &Path, files: &[PathBuf]) -> Vec<String> {
    let output =
        Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().filter(|line| !line.ends_with(" validates")).map(str::to_owned).collect()
}

/// The profiles, and the published schemas that they are of.
const PROFILES: [(Profile, &str); 2] =
    [(Profile::Rfc7970, "schemas/local/iodef-2.0.xsd"), (Profile::Errata, "schemas/local/iodef-2.0-corrected.xsd")];

/// The document with what the schema of the profile forces.
fn fitted(mut document: IodefDocument, profile: Profile) -> Vec<u8> {
    iodef::fit(&mut document, profile);
    iodef::encode_xml_for(&document, profile).unwrap()
}

/// What the schema of each profile says against these documents, written for the profile.
fn refused_by_its_schema(reference: &Path, documents: &[IodefDocument]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    for (profile, schema) in PROFILES {
        let mut written = Vec::new();
        for (at, document) in documents.iter().enumerate() {
            let path = folder.path().join(format!("{}-{at}.xml", profile.as_str()));
            fs::write(&path, fitted(document.clone(), profile)).unwrap();
            written.push(path);
        }
        said.extend(refused(&reference.join(schema), &written));
    }
    said
}

#[test]
fn every_valid_document_is_read_and_written_as_the_schema_wants() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let mut documents = Vec::new();
    let mut read = |path: &Path, decoded: Decoded| {
        let errors: Vec<_> = decoded.errors().collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        documents.push(decoded.document);
    };
    for path in files(&reference.join("documents/iodef-v2/valid"), "xml") {
        read(&path, iodef::decode_xml(&fs::read(&path).unwrap(), xml::Limits::default()).unwrap());
    }
    for path in files(&reference.join("documents/iodef-json/valid"), "json") {
        read(&path, iodef::decode_json(&fs::read(&path).unwrap(), &json::Limits::default()).unwrap());
    }
    let refused = refused_by_its_schema(&reference, &documents);
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// RFC 8727's own documents in CBOR, which have no tags, say what those in JSON say.
#[test]
fn documents_in_cbor_are_those_in_json() {
    let Some(reference) = peer::reference() else { return };
    for (cbor_name, json_name) in [
        ("rfc8727__minimal.cbor", "rfc8727__minimal.json"),
        ("rfc8727__campaign-indicators.cbor", "rfc8727__campaign-indicators-unwrapped.json"),
    ] {
        let read = |path: &str| fs::read(reference.join("documents").join(path)).unwrap();
        let bytes = read(&format!("iodef-cbor/valid/{cbor_name}"));
        let came = iodef::decode_cbor(&bytes, &cbor::Limits::default()).unwrap();
        assert_eq!(came.errors().collect::<Vec<_>>(), Vec::<&error::Finding>::new(), "{cbor_name}");
        let bytes = read(&format!("iodef-json/valid/{json_name}"));
        let mut json = iodef::decode_json(&bytes, &json::Limits::default()).unwrap().document;
        let mut cbor = came.document;
        class::normalise(&mut json);
        class::normalise(&mut cbor);
        assert_eq!(cbor, json, "{cbor_name}");
    }
}

#[test]
fn the_campaign_example_is_read_though_it_breaks_both_schemas() {
    let Some(reference) = peer::reference() else { return };
    let path = reference.join("documents/iodef-v2/invalid/rfc7970__campaign-indicators.xml");
    let decoded = iodef::decode_xml(&fs::read(path).unwrap(), xml::Limits::default()).unwrap();
    assert_eq!(decoded.errors().count(), 0, "{:#?}", decoded.findings);
    let bulk = &decoded.document.incident[0].indicator_data.as_ref().unwrap().indicator;
    assert!(!bulk.is_empty());
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let Some(reference) = peer::reference() else { return };
    let path = reference.join("documents/iodef-json/invalid/rfc8727__campaign-indicators.json");
    let finding = iodef::decode_json(&fs::read(path).unwrap(), &json::Limits::default()).unwrap_err();
    assert_eq!((finding.code.as_str(), finding.position.line), ("json-syntax", 22));
}

/// The tables allow nothing that the schema forbids, save what `docs/schemas.md` lists.
#[test]
fn the_schema_accepts_what_the_tables_generate() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let make = |seed: u64| iodef::generate(&mut Dice::new(&Seeded::new(seed)), (seed % 6) as usize);
    let documents: Vec<_> = GENERATED.map(make).collect();
    // Rules beyond the tables, and schemas of others that contradict each other (`docs/schemas.md`).
    let known = [
        "fails to validate",
        "iodef-1.0}Reference",
        "element RawData: ",
        "iodef-sci-1.0}RawData",
        "element X509Data: ",
    ];
    let refused = refused_by_its_schema(&reference, &documents);
    let other: Vec<_> = refused.iter().filter(|line| !known.iter().any(|known| line.contains(known))).collect();
    assert!(other.is_empty(), "{} of them: {:#?}", other.len(), &other[..other.len().min(12)]);
    let unused: Vec<_> = known.iter().filter(|known| !refused.iter().any(|line| line.contains(*known))).collect();
    assert!(unused.is_empty(), "stale: {unused:?}");
}

/// RFC 8727's schema.
fn json_schema(reference: &Path) -> jsonschema::Validator {
    let schema = fs::read(reference.join("schemas/iodef-json/iodef-2.0.rfc8727.schema.json")).unwrap();
    let mut schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    // Printed as draft-04, which forbids the empty `required` lists that it has.
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    jsonschema::validator_for(&schema).unwrap()
}

/// The fixture records make documents that RFC 8727's schema accepts without exception, and RFC 7970's too.
#[test]
fn the_schemas_accept_what_the_fixtures_make() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let validator = json_schema(&reference);
    let mut documents = Vec::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/records"), "json") {
        let source = sirex::record::read(&fs::read(&path).unwrap()).unwrap();
        let (document, _) = sirex::translate::to_iodef(source);
        if document.incident.iter().any(|incident| incident.contact.is_empty()) {
            continue; // never filed: it makes no whole document
        }
        let mut json = document.clone();
        iodef::fit_json(&mut json);
        let value: serde_json::Value = serde_json::from_slice(&iodef::encode_json(&json).unwrap()).unwrap();
        let refused: Vec<_> =
            validator.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(refused.is_empty(), "{}: {refused:#?}", path.display());
        documents.push(document);
    }
    assert!(documents.len() >= 2);
    let refused = refused_by_its_schema(&reference, &documents);
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Our documents that use all of the tables. RFC 7203's schema alone refuses something: a Reference of IODEF 2.
#[test]
fn the_schemas_accept_documents_that_use_everything() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let paths = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iodef-v2"), "xml");
    let read = |path: &PathBuf| iodef::decode_xml(&fs::read(path).unwrap(), xml::Limits::default()).unwrap().document;
    let documents: Vec<_> = paths.iter().map(read).collect();
    let refused = refused_by_its_schema(&reference, &documents);
    let known = |line: &str| line.contains("iodef-1.0}Reference") || line.ends_with("fails to validate");
    let (known, other): (Vec<_>, Vec<_>) = refused.iter().partition(|line| known(line));
    assert!(other.is_empty(), "{other:#?}");
    let failing = known.iter().filter(|line| line.ends_with("fails to validate")).count();
    assert_eq!(failing, PROFILES.len(), "one document for each profile: {known:#?}");
}

#[test]
fn json_follows_the_schema_of_rfc_8727() {
    let Some(reference) = peer::reference() else { return };
    let validator = json_schema(&reference);
    let mut refused = Vec::new();
    for seed in GENERATED {
        let mut document = iodef::generate(&mut Dice::new(&Seeded::new(seed)).for_json(), (seed % 6) as usize);
        iodef::fit_json(&mut document);
        let value: serde_json::Value = serde_json::from_slice(&iodef::encode_json(&document).unwrap()).unwrap();
        refused.extend(
            validator
                .iter_errors(&value)
                .take(2)
                .map(|error| format!("{seed}: {} at {}", error, error.instance_path())),
        );
    }
    refused.retain(|line| !known_json_gap(line));
    assert!(refused.is_empty(), "{} of them: {:#?}", refused.len(), &refused[..refused.len().min(12)]);
}

/// Where RFC 8727's schema is narrower than RFC 7970 (`docs/schemas.md`): the list of SpecID has two values, and a
/// GenerationTime without zone is an xs:dateTime and no RFC 3339 date-time.
fn known_json_gap(line: &str) -> bool {
    line.ends_with("/SpecID") || line.ends_with("/GenerationTime") && line.contains("is not a \"date-time\"")
}
