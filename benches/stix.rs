//! `cargo bench --bench stix`: reading, checking and writing STIX 2.1, against what serde_json does with the same bytes, and
//! against libraries of Python where `SIREX_PYTHON` (else `python3`) has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod memory;
mod runner;

use std::{
    fs::File,
    io::{BufReader, Cursor, Write as _},
    path::Path,
    process::Command,
};

use memory::{peak, peak_of, wanted};
use runner::{Case, group};
use serde_json::{Value, value::RawValue};
use sirex::{
    error::Severity,
    json::{Layout, Limits},
    stix,
    translate::{self, Bounds, Long},
};

/// Objects that belong together, about 5 KB of them.
const OBJECTS: &str = include_str!("data/bundle.json");

/// What ends the ids in [`OBJECTS`].
const LAST: &str = "-000000000000\"";

/// A bundle with so many objects: those, again and again, with ids of their own.
fn bundle(objects: usize) -> Vec<u8> {
    let lines: Vec<&str> = OBJECTS.lines().filter(|line| line.starts_with("  {")).collect();
    let mut made =
        String::from("{\"type\": \"bundle\", \"id\": \"bundle--00000000-0000-4000-8000-000000000000\", \"objects\": [");
    for i in 0..objects {
        let line = lines[i % lines.len()].trim_end_matches(',');
        made.push_str(if i == 0 { "\n" } else { ",\n" });
        made.push_str(&line.replace(LAST, &format!("-{:012x}\"", i / lines.len())));
    }
    made.push_str("\n]}\n");
    made.into_bytes()
}

fn limits() -> Limits {
    Limits { total_bytes: u64::MAX, values: u64::MAX, ..Limits::default() }
}

fn decode(bytes: &[u8]) -> stix::StixDocument {
    let decoded = stix::decode(bytes, &limits()).unwrap();
    assert_eq!(errors(&decoded.findings), 0);
    decoded.document
}

/// What `sirex validate` does; how many errors there are.
fn check(source: impl sirex::spool::Source) -> usize {
    errors(&translate::check(Long::Stix(Box::new(source)), Bounds::default()).unwrap())
}

fn errors(findings: &[sirex::error::Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

#[derive(serde::Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    objects: Vec<&'a RawValue>,
}

fn measure(title: &str, rounds: usize, bytes: &[u8]) {
    let document = decode(bytes);
    let size = bytes.len();
    let cases = vec![
        Case::new("serde_json to Value", size, || serde_json::from_slice::<Value>(bytes).unwrap()),
        Case::new("serde_json to Vec<&RawValue>", size, || {
            serde_json::from_slice::<Raw<'_>>(bytes).unwrap().objects.len()
        }),
        Case::new("decode, every rule checked", size, || decode(bytes)),
        Case::new("validate, object by object", size, || check(Cursor::new(bytes))),
        Case::new("encode", size, || stix::encode(&document, Layout::Indented).unwrap()),
    ];
    group(title, rounds, cases);
}

/// The libraries of Python, each over the same file in a process of its own that tells the time of the work alone.
fn others(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let python = std::env::var("SIREX_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/data/stix_others.py");
    println!("\nOthers over {:.1} MB (best of 3)", bytes.len() as f64 / 1e6);
    for name in ["python-stix2", "stix2-validator", "misp-stix"] {
        let output = Command::new(&python).arg(&script).arg(name).arg(file.path()).output();
        let told = output.map(|output| (String::from_utf8_lossy(&output.stdout).into_owned(), output));
        match told.map(|(told, output)| (told.trim().parse::<f64>(), output)) {
            Ok((Ok(seconds), _)) => {
                println!("{name:<58} {:>11.2}s {:>10.2}", seconds, bytes.len() as f64 / seconds / 1e6);
            }
            Ok((_, output)) => {
                let said = String::from_utf8_lossy(&output.stderr);
                println!("{name:<58} {}", said.lines().last().unwrap_or("no figure"));
            }
            Err(error) => println!("{name:<58} {error}"),
        }
    }
}

/// One case in a process of its own, over a file.
fn alone(case: &str, file: &Path) {
    match case {
        "nothing" => {}
        "decode" => drop(decode(&std::fs::read(file).unwrap())),
        "validate" => assert_eq!(check(BufReader::new(File::open(file).unwrap())), 0),
        other => panic!("no case {other}"),
    }
    println!("{}", peak());
}

fn main() {
    if let Some(case) = wanted() {
        let (case, file) = case.split_once(' ').unwrap();
        return alone(case, Path::new(file));
    }
    let small = bundle(9);
    measure(&format!("9 objects, {} bytes", small.len()), 301, &small);
    let large = bundle(50_000);
    measure(&format!("50,000 objects, {:.1} MB", large.len() as f64 / 1e6), 5, &large);
    others(&bundle(1_000));

    println!("\nPeak memory of a process over a file, MiB");
    for objects in [50_000, 100_000] {
        let bytes = bundle(objects);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        for case in ["nothing", "decode", "validate"] {
            let peak = peak_of(&format!("{case} {}", file.path().display()));
            let (size, peak) = (bytes.len() as f64 / 1e6, peak as f64 / 1024.0 / 1024.0);
            println!("{case:<10} {size:>6.1} MB {peak:>8.1}");
        }
    }
}
