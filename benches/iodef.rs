//! `cargo bench --bench iodef`: reading, checking and writing IODEF, against the bare event loop of the XML library, and
//! against `xmllint` and lxml where they are installed and `SIREX_REFERENCE` says where the schemas are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod memory;
mod runner;

use std::{
    fs::File,
    io::{self, BufReader, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use memory::{peak, peak_of, wanted};
use quick_xml::{NsReader, events::Event};
use runner::{Case, group};
use sirex::{
    error::Severity,
    format::Format,
    iodef::{self, IodefDocument, Profile},
    json,
    translate::{self, Bounds, Long, Options, Tell},
    xml,
};

/// A report of about 4 KiB with one incident, as RFC 7970 XML.
const REPORT: &[u8] = include_bytes!("data/report.xml");

/// A document with so many incidents, each of them that one with ids of its own.
fn many(one: &[u8], incidents: usize) -> Vec<u8> {
    let text = std::str::from_utf8(one).unwrap();
    let start = text.find("  <Incident ").unwrap();
    let end = text.rfind("</IODEF-Document>").unwrap();
    let (head, incident, tail) = (&text[..start], &text[start..end], &text[end..]);
    let mut made = head.to_owned();
    for i in 0..incidents {
        let own = IDS.iter().fold(incident.to_owned(), |text, end| text.replace(end, &format!("-{i}{end}")));
        made.push_str(&own);
    }
    made.push_str(tail);
    made.into_bytes()
}

/// Where the ids of an incident end.
const IDS: [&str; 2] = ["</IncidentID>", "</IndicatorID>"];

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

/// What `sirex validate` does; how many errors there are.
fn check(input: impl io::BufRead) -> usize {
    let findings = translate::check(Long::Xml(Box::new(input)), Bounds::default()).unwrap();
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

/// What `sirex translate` does, with the lines of the account that it shows.
fn stream(input: impl io::BufRead) -> u64 {
    let mut lines = 0;
    let tell = Tell { all: false, line: &mut |_| lines += 1 };
    let (json, profile, bounds) = (Format::IodefJson, Profile::default(), Bounds::default());
    let made = translate::translate(
        Long::Xml(Box::new(input)),
        json,
        Options { profile, ..Options::default() },
        bounds,
        Some(tell),
    )
    .unwrap();
    let mut whole = made.written.unwrap();
    whole.copy(&mut io::sink()).unwrap();
    lines
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
        Case::new("the same piece by piece, as validate does", size, || check(bytes)),
        Case::new("encode XML", size, || iodef::encode_xml(&document).unwrap()),
        Case::new("XML to JSON", size, || to_json(bytes)),
        Case::new("of which: to the normal form", size, || {
            let mut document = document.clone();
            sirex::class::normalise(&mut document);
            document
        }),
        Case::new("of which: fit for JSON", size, || iodef::fit_json(&mut normal.clone())),
        Case::new("of which: encode JSON", size, || iodef::encode_json(&fitted).unwrap()),
        Case::new("XML to JSON piece by piece with an account, as translate does", size, || stream(bytes)),
        Case::new("encode CBOR", size, || iodef::encode_cbor(&fitted).unwrap()),
        Case::new("decode JSON", json.len(), || from_json(&json)),
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let schema = std::env::var("SIREX_REFERENCE").map(|at| PathBuf::from(at).join("schemas/local/iodef-2.0.xsd"));
    let schema = schema.ok().filter(|schema| schema.exists());
    for (name, ask, run) in &OTHERS {
        let there = Command::new(ask[0]).args(&ask[1..]).output().is_ok_and(|output| output.status.success());
        let Some(schema) = schema.clone().filter(|_| there) else {
            println!("{name}: not installed, or no SIREX_REFERENCE");
            continue;
        };
        let path = file.path().to_owned();
        cases.push(Case::new(name, size, move || {
            let output = Command::new(run[0]).args(&run[1..]).arg(&schema).arg(&path).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }));
    }
    group(title, rounds, cases);
}

/// Other programs that check a document by the schema: how to ask whether they are there, and how they are run.
const OTHERS: [(&str, &[&str], &[&str]); 2] = [
    (
        "xmllint --stream --schema (a process)",
        &["xmllint", "--version"],
        &["xmllint", "--nonet", "--noout", "--huge", "--stream", "--schema"],
    ),
    ("lxml, XMLSchema on the parsed tree (a process)", &["python3", "-c", "import lxml"], &["python3", "-c", LXML]),
];

const LXML: &str = "import sys
from lxml import etree
etree.XMLSchema(file=sys.argv[1]).assertValid(etree.parse(sys.argv[2], etree.XMLParser(huge_tree=True)))";

/// One case in a process of its own, over a file.
fn alone(case: &str, file: &Path) {
    let input = || BufReader::new(File::open(file).unwrap());
    match case {
        "nothing" => {}
        "decode" => drop(decode(&std::fs::read(file).unwrap())),
        "validate" => assert_eq!(check(input()), 0),
        "translate" => drop(stream(input())),
        other => panic!("no case {other}"),
    }
    println!("{}", peak());
}

fn main() {
    if let Some(case) = wanted() {
        let (case, file) = case.split_once(' ').unwrap();
        return alone(case, Path::new(file));
    }
    measure(&format!("One incident, {} bytes of XML", REPORT.len()), 501, REPORT);
    let whole = many(REPORT, 10_000);
    measure(&format!("10,000 incidents, {:.1} MB of XML", whole.len() as f64 / 1e6), 5, &whole);
    let half = many(REPORT, 5_000);
    let cases = vec![
        Case::new("decode 5,000 incidents", half.len(), || decode(&half)),
        Case::new("decode 10,000 incidents", whole.len(), || decode(&whole)),
        Case::new("translate 5,000 incidents piece by piece", half.len(), || stream(half.as_slice())),
        Case::new("translate 10,000 incidents piece by piece", whole.len(), || stream(whole.as_slice())),
    ];
    group("Twice the input", 5, cases);

    println!("\nPeak memory of a process over a file, MiB");
    for bytes in [&half, &whole] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        for case in ["nothing", "decode", "validate", "translate"] {
            let peak = peak_of(&format!("{case} {}", file.path().display()));
            let (size, peak) = (bytes.len() as f64 / 1e6, peak as f64 / 1024.0 / 1024.0);
            println!("{case:<10} {size:>6.1} MB {peak:>8.1}");
        }
    }
}
