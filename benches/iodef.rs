//! `cargo bench --bench iodef`: reading, checking and writing IODEF, against the bare event loop of the XML library, and
//! against `xmllint` where it is installed and `SIREX_REFERENCE` says where the schemas are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod memory;
mod runner;

use std::{path::PathBuf, process::Command};

use memory::{peak, peak_of, wanted};
use quick_xml::{NsReader, events::Event};
use runner::{Case, group};
use sirex::{
    format::Format,
    iodef::{self, IodefDocument, Profile},
    json,
    record::{self, RecordDocument},
    translate, xml,
};

const RECORD: &str = include_str!("../fixtures/records/phishing.json");

/// One incident as RFC 7970 XML.
fn one() -> Vec<u8> {
    let mut document = record::read(RECORD.as_bytes()).unwrap();
    frame(&mut document);
    translate::record_to_iodef(document, Format::IodefXml, Profile::default()).unwrap().bytes
}

/// What a document needs and the fixture, which was never sent, lacks.
fn frame(document: &mut RecordDocument) {
    for record in &mut document.records {
        record.creator.get_or_insert_with(|| record::identity::Creator {
            name: Some(record::base::Text::new("CSIRT")),
            domain: Some("csirt.example".into()),
            ..Default::default()
        });
    }
}

/// A document with so many incidents, each of them that one with a number of its own.
fn many(one: &[u8], incidents: usize) -> Vec<u8> {
    let text = std::str::from_utf8(one).unwrap();
    let start = text.find("  <Incident ").unwrap();
    let end = text.rfind("</IODEF-Document>").unwrap();
    let (head, incident, tail) = (&text[..start], &text[start..end], &text[end..]);
    let id = incident.find("</IncidentID>").unwrap();
    let mut made = head.to_owned();
    for i in 0..incidents {
        made.push_str(&incident[..id]);
        made.push_str(&format!("-{i}"));
        made.push_str(&incident[id..]);
    }
    made.push_str(tail);
    made.into_bytes()
}

/// The baseline: every event with its namespace resolved, every attribute read and unescaped, nothing checked or kept.
fn bare(bytes: &[u8]) -> usize {
    let mut reader = NsReader::from_reader(bytes);
    let mut seen = 0;
    loop {
        match reader.read_resolved_event().unwrap() {
            (_, Event::Eof) => return seen,
            (_, Event::Start(tag) | Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    seen += attribute.unwrap().value.len();
                }
            }
            (_, Event::Text(text)) => seen += text.len(),
            _ => seen += 1,
        }
    }
}

fn xml_limits() -> xml::Limits {
    xml::Limits { total_bytes: u64::MAX, ..xml::Limits::default() }
}

fn decode(bytes: &[u8]) -> IodefDocument {
    let decoded = iodef::decode_xml(bytes, xml_limits()).unwrap();
    assert_eq!(decoded.errors().count(), 0);
    decoded.document
}

fn to_json(bytes: &[u8]) -> Vec<u8> {
    let mut document = decode(bytes);
    sirex::class::normalise(&mut document);
    iodef::fit_json(&mut document);
    iodef::encode_json(&document).unwrap()
}

fn from_json(bytes: &[u8]) -> IodefDocument {
    let limits = json::Limits { total_bytes: u64::MAX, values: u64::MAX, members: usize::MAX, ..Default::default() };
    iodef::decode_json(bytes, &limits).unwrap().document
}

fn measure(title: &str, rounds: usize, bytes: &[u8]) {
    let document = decode(bytes);
    let json = to_json(bytes);
    let mut normal = document.clone();
    sirex::class::normalise(&mut normal);
    let mut fitted = normal.clone();
    iodef::fit_json(&mut fitted);
    let size = bytes.len();
    let mut cases = vec![
        Case::new("quick-xml event loop with namespaces and attributes", size, || bare(bytes)),
        Case::new("decode XML into types, every rule of the tables checked", size, || decode(bytes)),
        Case::new("encode XML", size, || iodef::encode_xml(&document).unwrap()),
        Case::new("XML to JSON", size, || to_json(bytes)),
        Case::new("of which: to the normal form", size, || {
            let mut document = document.clone();
            sirex::class::normalise(&mut document);
            document
        }),
        Case::new("of which: fit for JSON", size, || iodef::fit_json(&mut normal.clone())),
        Case::new("of which: encode JSON", size, || iodef::encode_json(&fitted).unwrap()),
        Case::new("encode CBOR", size, || iodef::encode_cbor(&fitted).unwrap()),
        Case::new("decode JSON", json.len(), || from_json(&json)),
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let schema = std::env::var("SIREX_REFERENCE").map(|at| PathBuf::from(at).join("schemas/local/iodef-2.0.xsd"));
    match schema.ok().filter(|schema| schema.exists() && Command::new("xmllint").arg("--version").output().is_ok()) {
        Some(schema) => cases.push(Case::new("xmllint --stream --schema (a process)", size, move || {
            let mut command = Command::new("xmllint");
            command.args(["--nonet", "--noout", "--huge", "--stream", "--schema"]).arg(&schema).arg(file.path());
            command.output().unwrap().status
        })),
        None => println!("xmllint is not measured: no xmllint, or no SIREX_REFERENCE"),
    }
    group(title, rounds, cases);
}

fn main() {
    let one = one();
    if let Some(case) = wanted() {
        let (case, incidents) = case.split_once(' ').unwrap();
        let bytes = many(&one, incidents.parse().unwrap());
        match case {
            "nothing" => {}
            "decode" => drop(decode(&bytes)),
            "json" => drop(to_json(&bytes)),
            other => panic!("no case {other}"),
        }
        println!("{}", peak());
        return;
    }
    measure(&format!("One incident, {} bytes of XML", one.len()), 501, &one);
    let (half, whole) = (many(&one, 2_000), many(&one, 4_000));
    measure(&format!("4,000 incidents, {:.1} MB of XML", whole.len() as f64 / 1e6), 5, &whole);
    let cases = vec![
        Case::new("decode 2,000 incidents", half.len(), || decode(&half)),
        Case::new("decode 4,000 incidents", whole.len(), || decode(&whole)),
    ];
    group("Twice the input", 5, cases);

    println!("\nPeak memory of a process, MiB above one that has the same input and does nothing with it");
    for incidents in [2_000, 4_000] {
        let nothing = peak_of(&format!("nothing {incidents}"));
        for case in ["decode", "json"] {
            let more = peak_of(&format!("{case} {incidents}")).saturating_sub(nothing);
            println!("{case:<10} {incidents:>6} incidents {:>8.1}", more as f64 / 1024.0 / 1024.0);
        }
    }
}
