//! The page that says where everything goes, `docs/mapping.md`. It is made of the accounts of translations and of nothing else.

mod cell;
mod declared;
mod inward;
mod outward;
mod page;

use std::{collections::BTreeMap, fs, path::PathBuf};

use crate::{
    class::{self, Dice, Leaf, Path},
    error::Severity,
    format::Format,
    iodef::IodefDocument,
    record::{self, RecordDocument},
    translate::{Document, Entry, Options, convert, read},
    world::Seeded,
};

/// How many records are generated; the page lists what none of them has.
const RECORDS: u64 = 48;

/// How many IODEF documents are generated.
const DOCUMENTS: u64 = 120;

#[test]
fn the_page_of_the_mapping_is_fresh() {
    let page = page::page();
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let odd: Vec<_> = page.lines().filter(|line| line.starts_with('|') && ![3, 4].contains(&cells(line))).collect();
    assert!(odd.is_empty(), "a cell has a bar: {odd:#?}");
    crate::config::stale("docs/mapping.md", &page);
}

fn options(plain: bool) -> Options {
    Options { at: Some("2026-03-01T12:00:00Z".parse().unwrap()), plain, ..Options::default() }
}

/// The fixtures of a folder in this format that are read without an error.
fn fixtures(folder: &str, format: Format) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let good = |bytes: &Vec<u8>| {
        let read = read(bytes, format, u64::MAX);
        read.is_ok_and(|read| {
            let outdated = matches!(read.document, Document::Stix20(_));
            !outdated && read.findings.iter().all(|finding| finding.severity < Severity::Error)
        })
    };
    files.into_iter().map(|file| fs::read(file).unwrap()).filter(good).collect()
}

/// The fixture records, those of the fixtures of IODEF, and generated ones.
fn records() -> impl Iterator<Item = Vec<u8>> {
    let generated = (0..RECORDS).map(|seed| {
        let record = record::generate::record(&Seeded::new(seed)).unwrap();
        record::write(&RecordDocument::of(vec![record]), record::Form::Pretty).unwrap()
    });
    let of_iodef = fixtures("iodef-v2", Format::IodefXml).into_iter();
    let of_iodef = of_iodef.map(|bytes| translated(&bytes, Format::IodefXml, Format::Record, true).unwrap().0);
    fixtures("records", Format::Record).into_iter().chain(of_iodef).chain(generated)
}

/// The fixtures of IODEF, and generated documents.
fn iodef_documents() -> impl Iterator<Item = Vec<u8>> {
    let generated = (0..DOCUMENTS).map(|seed| {
        let document = crate::iodef::generate(&mut Dice::new(&Seeded::new(seed)), 2 + seed as usize % 6);
        crate::iodef::encode_xml(&document).unwrap()
    });
    let fixtures = ["iodef-v2", "rules"].into_iter().flat_map(|folder| fixtures(folder, Format::IodefXml));
    fixtures.chain(generated)
}

/// What a document becomes, where it can be written.
fn translated(bytes: &[u8], from: Format, to: Format, plain: bool) -> Option<(Vec<u8>, Vec<Entry>)> {
    let made = convert(read(bytes, from, u64::MAX).unwrap(), to, options(plain)).ok()?;
    Some((made.bytes, made.account))
}

/// The texts of an IODEF document by their paths.
fn leaves(bytes: &[u8]) -> BTreeMap<String, String> {
    let Document::Iodef(document) = read(bytes, Format::IodefXml, u64::MAX).unwrap().document else { panic!() };
    let document: IodefDocument = *document;
    let mut all = BTreeMap::new();
    class::leaves(&document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        if let Leaf::Text(text) = leaf {
            all.insert(path.to_string(), text);
        }
    });
    all
}
