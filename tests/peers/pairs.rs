//! Every document of the reference in every format.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sirex::{
    format::Format,
    translate::{self, Converted, FORMATS, Options},
};

use crate::peer;

/// The folders of documents of each format, with how many documents there are.
const FOLDERS: &[(&str, Format, usize)] = &[
    ("iodef-cbor", Format::IodefCbor, 2),
    ("iodef-json", Format::IodefJson, 3),
    ("iodef-v1", Format::Iodef1Xml, 9),
    ("iodef-v2", Format::IodefXml, 7),
    ("rid", Format::Rid, 7),
    ("stix-2.0", Format::Stix20, 7),
    ("stix-2.1", Format::Stix, 22),
];

/// What is not read, or read with an error, or not written in a format, and with which words the finding says why.
const REFUSED: &[(&str, &str, &str)] = &[
    ("iodef-json/invalid/rfc8727__campaign-indicators", "read", "control characters in strings as escapes"),
    ("rid/valid/rfc6545__acknowledgement-1", "read", "a message without a document"),
    ("rid/valid/rfc6545__acknowledgement-2", "read", "a message without a document"),
    ("rid/valid/rfc6545__query", "read", "a message without a document"),
    ("stix-2.0/invalid/oasis-stix-validator__invalid_braces", "read", "found '<', expected a value"),
    ("stix-2.0/invalid/oasis-stix-validator__invalid_comma", "read", "expected a member name in quotes"),
    ("stix-2.0/invalid/oasis-stix-validator__invalid_identity", "read", "expected the property \"modified\""),
    ("stix-2.0/invalid/oasis-stix-validator__invalid_timestamp", "read", "expected modified not before created"),
    ("stix-2.1/invalid/oasis-stix-validator__invalid_braces", "read", "found '<', expected a value"),
    ("stix-2.1/invalid/oasis-stix-validator__invalid_comma", "read", "expected a member name in quotes"),
    ("stix-2.1/invalid/oasis-stix-validator__invalid_identity", "read", "expected the property \"modified\""),
    ("stix-2.1/invalid/oasis-stix-validator__invalid_timestamp", "read", "expected modified not before created"),
];

/// The documents of a folder, good and bad, by their names.
fn documents(reference: &Path, folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for verdict in ["invalid", "valid"] {
        let Ok(entries) = fs::read_dir(reference.join("documents").join(folder).join(verdict)) else { continue };
        found.extend(entries.map(|entry| {
            let path = entry.unwrap().path();
            (format!("{folder}/{verdict}/{}", path.file_stem().unwrap().to_string_lossy()), path)
        }));
    }
    found.sort();
    found
}

#[test]
fn every_document_is_written_in_every_format() {
    let Some(reference) = peer::reference() else { return };
    let (mut faults, mut refused) = (Vec::new(), BTreeMap::new());
    for (folder, format, count) in FOLDERS {
        let documents = documents(&reference, folder);
        assert_eq!(documents.len(), *count, "{folder}");
        for (name, path) in documents {
            let bytes = fs::read(&path).unwrap();
            let unread = match translate::read(&bytes, *format, u64::MAX) {
                Err(finding) => Some(finding.to_string()),
                Ok(read) => read.error().map(ToString::to_string),
            };
            if let Some(why) = unread {
                refused.insert((name, "read".to_owned()), why);
                continue;
            }
            for to in FORMATS {
                match translate::trial(&bytes, *format, *to) {
                    Ok(found) => faults.extend(found.into_iter().map(|fault| format!("{name} to {to}: {fault}"))),
                    Err(findings) => {
                        let why: Vec<_> = findings.iter().map(ToString::to_string).collect();
                        refused.insert((name.clone(), to.as_str().to_owned()), why.join("; "));
                    }
                }
            }
        }
    }
    let new: Vec<_> = refused
        .iter()
        .filter(|((name, to), why)| {
            !REFUSED.iter().any(|(known, format, words)| known == name && format == to && why.contains(words))
        })
        .collect();
    let gone: Vec<_> =
        REFUSED.iter().filter(|(name, to, _)| !refused.contains_key(&((*name).to_owned(), (*to).to_owned()))).collect();
    assert!(new.is_empty() && gone.is_empty() && faults.is_empty(), "new {new:#?}\ngone {gone:#?}\nfaults {faults:#?}");
}

/// The objects of a document by id and time of modification, and what stands around them.
fn said(bytes: &[u8]) -> BTreeMap<String, serde_json::Value> {
    let mut document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let mut all = BTreeMap::new();
    let objects = document.get_mut("objects").and_then(|list| list.as_array_mut()).map(std::mem::take);
    for object in objects.into_iter().flatten() {
        all.insert(format!("{} {}", object["id"], object["modified"]), object);
    }
    all.insert("around".to_owned(), document);
    all
}

#[test]
fn stix_comes_back_from_every_form_of_iodef() {
    let Some(reference) = peer::reference() else { return };
    let options = Options { at: Some("2026-03-01T12:00:00Z".parse().unwrap()), ..Options::default() };
    let mut differ = Vec::new();
    for (name, path) in documents(&reference, "stix-2.1") {
        let bytes = fs::read(&path).unwrap();
        let read = |bytes: &[u8], format| translate::read(bytes, format, u64::MAX);
        if read(&bytes, Format::Stix).map_or(true, |read| read.error().is_some()) {
            continue;
        }
        for by in [Format::IodefXml, Format::IodefJson, Format::IodefCbor, Format::Iodef1Xml] {
            let converted = |bytes: &[u8], from, to| -> Result<Converted, String> {
                let source = read(bytes, from).map_err(|finding| finding.to_string())?;
                translate::convert(source, to, options).map_err(|found| format!("{found:?}"))
            };
            let back = converted(&bytes, Format::Stix, by).and_then(|made| converted(&made.bytes, by, Format::Stix));
            match back {
                Err(why) => differ.push(format!("{name} by {by}: {why}")),
                Ok(back) if said(&back.bytes) != said(&bytes) => {
                    let (before, after) = (said(&bytes), said(&back.bytes));
                    let objects: Vec<_> = before.iter().filter(|(id, value)| after.get(*id) != Some(value)).collect();
                    let new: Vec<_> = after.keys().filter(|id| !before.contains_key(*id)).collect();
                    differ.push(format!("{name} by {by}: {objects:#?} are others, new are {new:#?}"));
                }
                Ok(_) => {}
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
