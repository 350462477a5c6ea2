//! The bodies of the fuzz targets over the seeds in `fuzz/corpus`, without a fuzzer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The name of a target and its body.
type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("cbor", sirex::cbor::fuzz),
    ("iodef_cbor", sirex::iodef::fuzz_cbor),
    ("iodef_json", sirex::iodef::fuzz_json),
    ("iodef_roundtrip", sirex::iodef::fuzz_roundtrip),
    ("iodef_v1", sirex::iodef1::fuzz_xml),
    ("iodef_xml", sirex::iodef::fuzz_xml),
    ("json", sirex::json::fuzz),
    ("openpgp", sirex::openpgp::fuzz),
    ("pattern", sirex::stix::fuzz_pattern),
    ("stix", sirex::stix::fuzz),
    ("translate", sirex::translate::fuzz),
    ("xml", sirex::xml::fuzz),
];

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

fn files(path: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder(path)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn stems(path: &str) -> BTreeSet<String> {
    files(path).iter().map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_target_has_a_body_and_seeds() {
    let named: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems("fuzz_targets"), named);
    assert_eq!(stems("corpus"), named);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in fuzz/Cargo.toml");
        assert!(files(&format!("corpus/{name}")).len() >= 4, "{name} has too few seeds");
    }
}

/// Each seed whole, cut at several places and with single bits changed.
#[test]
fn seeds_pass_through_their_bodies() {
    for (name, body) in TARGETS {
        for seed in files(&format!("corpus/{name}")) {
            let bytes = fs::read(&seed).unwrap();
            println!("{}", seed.display()); // shown when a body panics
            body(&bytes);
            let step = (bytes.len() / 16).max(1);
            for at in (0..bytes.len()).step_by(step) {
                body(&bytes[..at]);
                let mut changed = bytes.clone();
                changed[at] ^= 1 << (at % 8);
                body(&changed);
            }
        }
    }
}

/// The seeds that are meant to be good are: a corpus of refused inputs would test nothing behind the entry.
#[test]
fn good_seeds_are_read_and_written() {
    use sirex::{error::Severity, iodef, iodef1, json, stix, xml};
    let of = |target: &str| -> Vec<(PathBuf, Vec<u8>)> {
        let good = |file: &PathBuf| file.file_stem().unwrap().to_string_lossy().starts_with("good-");
        let seeds: Vec<_> = files(&format!("corpus/{target}")).into_iter().filter(good).collect();
        assert!(seeds.len() >= 2, "{target} has too few good seeds");
        seeds.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
    };
    for (file, bytes) in of("iodef_xml") {
        let decoded = iodef::decode_xml(&bytes, xml::Limits::default()).unwrap();
        assert_eq!(decoded.errors().count(), 0, "{}: {:#?}", file.display(), decoded.findings);
        assert!(iodef::encode_xml(&decoded.document).is_ok(), "{}", file.display());
    }
    for (file, bytes) in of("iodef_v1") {
        let decoded = iodef1::decode_xml(&bytes, xml::Limits::default()).unwrap();
        assert_eq!(decoded.errors().count(), 0, "{}: {:#?}", file.display(), decoded.findings);
        assert!(iodef1::encode_xml(&decoded.document).is_ok(), "{}", file.display());
    }
    for (file, bytes) in of("iodef_json") {
        let decoded = iodef::decode_json(&bytes, &json::Limits::default()).unwrap();
        assert_eq!(decoded.errors().count(), 0, "{}: {:#?}", file.display(), decoded.findings);
        assert!(iodef::encode_json(&decoded.document).is_ok(), "{}", file.display());
    }
    for (file, bytes) in of("stix") {
        let decoded = stix::decode(&bytes, &json::Limits::default()).unwrap();
        let wrong: Vec<_> = decoded.findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
    }
    for (file, bytes) in of("translate") {
        let format = sirex::translate::detect(&bytes).unwrap();
        let read = sirex::translate::read(&bytes, format, u64::MAX).unwrap();
        assert!(read.error().is_none(), "{}: {:#?}", file.display(), read.findings);
        for to in sirex::translate::FORMATS {
            assert!(sirex::translate::trial(&bytes, format, *to).is_ok(), "{} to {to}", file.display());
        }
    }
    for (file, bytes) in of("pattern") {
        let parsed = stix::pattern::Pattern::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        assert_eq!(parsed.spellings, [], "{}", file.display());
    }
}
