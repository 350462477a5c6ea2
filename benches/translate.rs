//! `cargo bench --bench translate`: documents from each format into each, against what serde_json makes of as many bytes, and
//! the memory that STIX of any size takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod memory;
mod runner;

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
};

use memory::{peak, peak_of, wanted};
use runner::{Case, group};
use serde_json::Value;
use sirex::{
    format::Format,
    translate::{self, Bounds, Long, Options, Tell},
};

/// A report of about 4 KiB with one incident, as RFC 7970 XML.
const REPORT: &[u8] = include_bytes!("data/report.xml");

fn made(bytes: &[u8], from: Format, to: Format) -> Vec<u8> {
    let read = translate::read(bytes, from, u64::MAX).unwrap();
    assert!(read.error().is_none());
    translate::convert(read, to, Options::default()).unwrap().bytes
}

/// Objects that belong to no incident: indicators of one team, and for each a relationship to one malware.
fn feed(out: &mut impl Write, objects: usize) {
    let times = r#""created":"2026-01-02T03:04:05.000Z","modified":"2026-01-02T03:04:05.000Z""#;
    let id = |kind: &str, n: usize| format!("{kind}--00000000-0000-4000-8000-{n:012}");
    let (team, malware) = (id("identity", 0), id("malware", 0));
    write!(out, r#"{{"type":"bundle","id":"{}","objects":["#, id("bundle", 0)).unwrap();
    writeln!(
        out,
        r#"{{"type":"identity","spec_version":"2.1","id":"{team}",{times},"name":"CERT","identity_class":"organization"}},"#
    )
    .unwrap();
    write!(
        out,
        r#"{{"type":"malware","spec_version":"2.1","id":"{malware}",{times},"name":"Family","is_family":true}}"#
    )
    .unwrap();
    for n in 1..=objects.saturating_sub(2) / 2 {
        let indicator = id("indicator", n);
        write!(
            out,
            r#",{{"type":"indicator","spec_version":"2.1","id":"{indicator}","created_by_ref":"{team}",{times},"name":"{n}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'h{n}.example']","pattern_type":"stix","valid_from":"2026-01-02T03:04:05Z"}}"#
        )
        .unwrap();
        writeln!(
            out,
            r#",{{"type":"relationship","spec_version":"2.1","id":"{}",{times},"relationship_type":"indicates","source_ref":"{indicator}","target_ref":"{malware}"}}"#,
            id("relationship", n)
        )
        .unwrap();
    }
    out.write_all(b"]}\n").unwrap();
}

/// One translation in a process of its own, over a file, as `sirex translate` does.
fn alone(case: &str, file: &Path) {
    let to = *translate::FORMATS.iter().find(|format| format.as_str() == case).unwrap();
    let input = Long::Stix(Box::new(BufReader::new(File::open(file).unwrap())));
    let mut lines = 0_u64;
    let tell = Tell { all: false, line: &mut |_| lines += 1 };
    let options = Options { at: jiff::Timestamp::from_second(1_772_366_400).ok(), ..Options::default() };
    let made = translate::translate(input, to, options, Bounds::default(), Some(tell)).unwrap();
    made.written.unwrap().copy(&mut std::io::sink()).unwrap();
    println!("{}", peak());
}

fn main() {
    if let Some(case) = wanted() {
        let (case, file) = case.split_once(' ').unwrap();
        return alone(case, Path::new(file));
    }
    let record = made(REPORT, Format::IodefXml, Format::Record);
    let stix = made(REPORT, Format::IodefXml, Format::Stix);
    let size = stix.len();
    println!("The report: {} bytes of XML, {} of record, {size} of STIX", REPORT.len(), record.len());
    // All by the bytes of the STIX document, so that the figures are of one incident each.
    let cases = vec![
        Case::new("serde_json to Value, the STIX document", size, || serde_json::from_slice::<Value>(&stix).unwrap()),
        Case::new("iodef-xml to stix", size, || made(REPORT, Format::IodefXml, Format::Stix)),
        Case::new("iodef-xml to record", size, || made(REPORT, Format::IodefXml, Format::Record)),
        Case::new("record to stix", size, || made(&record, Format::Record, Format::Stix)),
        Case::new("record to iodef-xml", size, || made(&record, Format::Record, Format::IodefXml)),
        Case::new("stix to record", size, || made(&stix, Format::Stix, Format::Record)),
        Case::new("stix to iodef-xml", size, || made(&stix, Format::Stix, Format::IodefXml)),
        Case::new("stix to stix", size, || made(&stix, Format::Stix, Format::Stix)),
    ];
    group("One incident", 101, cases);

    println!("\nPeak memory of a process that translates a feed, MiB");
    for objects in [50_000, 100_000] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        feed(&mut BufWriter::new(&mut file), objects);
        let size = file.as_file().metadata().unwrap().len() as f64 / 1e6;
        for to in [Format::Record, Format::IodefXml, Format::IodefJson, Format::Stix] {
            let peak = peak_of(&format!("{to} {}", file.path().display()));
            println!("{objects:>7} objects to {to:<12} {size:>6.1} MB {:>8.1}", peak as f64 / 1024.0 / 1024.0);
        }
    }
}
