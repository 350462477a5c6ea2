//! Our schemas and the RFCs': the same verdict on every document of the reference set, on generated ones and on broken ones,
//! save for the exceptions that `docs/schemas.md` lists.

mod cddl;
mod items;
mod markup;
mod members;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use jsonschema::Validator;
use members::{EXCEPTIONS, Exception, Schema};
use serde_json::Value;
use sirex::{
    cbor::{self, Item},
    class::{self, Blank as _, Dice, Node as _, ViewMut},
    iodef::{self, Indicator, IndicatorContent, IndicatorData, IodefDocument, Observable, ObservableContent, Profile},
    json,
    world::Seeded,
};

use crate::{iodef::files, peer};

/// How many documents are made, whole and broken; for XML twice as many.
const MADE: u64 = 10_000;

/// A document of the tables; small ones more often than large ones.
fn generated(seed: u64, dice: &mut Dice<'_>) -> IodefDocument {
    if seed.is_multiple_of(3) {
        return iodef::generate(dice, [2, 3, 3, 4, 5][(seed / 3 % 5) as usize]);
    }
    let mut document = IodefDocument::default();
    // Most classes are far below the root, where whole documents of that depth are too large: an observable of each kind.
    class::generate(&mut document, dice, 0);
    let mut content = ObservableContent::blank();
    if let ViewMut::Choice(choice) = content.view_mut() {
        let kinds = choice.def().variants.len();
        if let ViewMut::Class(class) = choice.choose(dice.below(kinds)).view_mut() {
            class::generate(class, dice, 4);
        }
    }
    let mut indicator = Indicator::default();
    class::generate(&mut indicator, dice, 0);
    indicator.content =
        Some(IndicatorContent::Observable(Observable { content: Some(content), ..Observable::default() }));
    document.incident[0].indicator_data = Some(IndicatorData { indicator: vec![indicator] });
    iodef::keep_rules(&mut document, dice);
    document
}

/// Writes the documents for the XML Schemas into a folder: a quarter whole, the rest broken once or twice.
fn make_xml(folder: &Path) -> Vec<PathBuf> {
    let make = |range: std::ops::Range<u64>| {
        let mut paths = Vec::new();
        for seed in range {
            let entropy = Seeded::new(seed);
            let mut dice = Dice::new(&entropy);
            let mut document = generated(seed, &mut dice);
            let profile = if dice.one_in(2) { Profile::Errata } else { Profile::Rfc7970 };
            if !dice.one_in(8) {
                iodef::fit(&mut document, profile);
            }
            let text = String::from_utf8(iodef::encode_xml_for(&document, profile).unwrap()).unwrap();
            let mut root = markup::Element::read(&text);
            if !dice.one_in(8) {
                root.without(&["sci:AttackPattern", "sci:Vulnerability", "sci:Weakness", "CertificateData"]);
            }
            for _ in 0..dice.below(4).min(2) {
                root.break_one(&mut dice);
            }
            let mut text = String::new();
            root.write(&mut text);
            let path = folder.join(format!("{seed}.xml"));
            fs::write(&path, text).unwrap();
            paths.push(path);
        }
        paths
    };
    let mut paths = thread::scope(|scope| {
        let other = scope.spawn(|| make(0..MADE));
        let mut paths = make(MADE..2 * MADE);
        paths.extend(other.join().unwrap());
        paths
    });
    paths.sort();
    paths
}

/// Which of these files the schema accepts, by xmllint; a file that is no XML is not accepted.
fn accepted(schema: &Path, files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let output =
        Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("failed to compile"), "{}: {said:.2000}", schema.display());
    said.lines().filter_map(|line| line.strip_suffix(" validates")).map(PathBuf::from).collect()
}

/// Our schema beside the ones that it uses, which it names by the places where they are published.
fn ours(folder: &Path, name: &str) -> PathBuf {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name)).unwrap();
    let mut local = String::new();
    for (at, piece) in text.split("schemaLocation=\"").enumerate() {
        let piece = match (at, piece.split_once('"')) {
            (1.., Some((place, rest))) => {
                format!("schemaLocation=\"{}\"{rest}", place.rsplit('/').next().unwrap_or_default())
            }
            _ => piece.to_owned(),
        };
        local.push_str(&piece);
    }
    let path = folder.join(format!("ours-{name}"));
    fs::write(&path, local).unwrap();
    path
}

#[test]
fn the_xml_schemas_agree_with_the_published_ones() {
    let (Some(reference), Some(())) = (peer::reference(), peer::tool("xmllint")) else { return };
    let folder = tempfile::tempdir().unwrap();
    for path in files(&reference.join("schemas/local"), "xsd") {
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut documents = make_xml(folder.path());
    for part in ["valid", "invalid"] {
        documents.extend(files(&reference.join("documents/iodef-v2").join(part), "xml"));
    }
    for (name, published) in [("iodef-2.0.xsd", "iodef-2.0.xsd"), ("iodef-2.0-errata.xsd", "iodef-2.0-corrected.xsd")] {
        let (ours, theirs) = (ours(folder.path(), name), folder.path().join(published));
        let (ours, theirs) = thread::scope(|scope| {
            let theirs = scope.spawn(|| accepted(&theirs, &documents));
            (accepted(&ours, &documents), theirs.join().unwrap())
        });
        let apart: Vec<_> = ours.symmetric_difference(&theirs).collect();
        assert!(apart.is_empty(), "{name}: {} documents are judged otherwise: {:?}", apart.len(), &apart[..1]);
        // A verdict that is always the same would agree with anything.
        let share = ours.len() * 100 / documents.len();
        println!("{name}: {} of {} documents accepted", ours.len(), documents.len());
        assert!((20..80).contains(&share), "{share} of 100 are accepted");
    }
}

/// A schema with its formats, as of this draft.
fn validator(path: &Path, draft: &str) -> Validator {
    let mut schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    schema["$schema"] = draft.into();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What one schema refuses of what the other accepts, beside the exceptions.
fn unexplained(document: &Value, ours: &Validator, theirs: &Validator) -> Vec<String> {
    let (refuses, by) = match (ours.is_valid(document), theirs.is_valid(document)) {
        (true, false) => (theirs, Schema::Theirs),
        (false, true) => (ours, Schema::Ours),
        _ => return Vec::new(),
    };
    let mut errors = refuses.iter_errors(document).collect::<Vec<_>>();
    errors.retain(|error| !EXCEPTIONS.iter().any(|known| known.refuses == by && (known.covers)(error)));
    errors.iter().map(|error| format!("{by:?}: {error} at {}", error.instance_path())).collect()
}

#[test]
fn the_json_schema_agrees_with_the_published_one() {
    let Some(reference) = peer::reference() else { return };
    let published = reference.join("schemas/iodef-json/iodef-2.0.rfc8727.schema.json");
    // Printed as draft-04, which forbids the empty `required` lists that it has.
    let theirs = validator(&published, "http://json-schema.org/draft-07/schema#");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/iodef-2.0.schema.json");
    let ours = validator(&own, "https://json-schema.org/draft/2020-12/schema");

    // Each exception is there, and nothing else is in its example.
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas.md")).unwrap();
    assert!(ours.is_valid(&members::whole()) && theirs.is_valid(&members::whole()));
    for Exception { why, refuses, covers, shown_by: (place, value) } in EXCEPTIONS {
        let mut document = members::whole();
        members::set(&mut document, place, value());
        let (refusing, accepting) = if *refuses == Schema::Ours { (&ours, &theirs) } else { (&theirs, &ours) };
        assert!(accepting.is_valid(&document) && !refusing.is_valid(&document), "stale: {why}");
        let other: Vec<_> = refusing.iter_errors(&document).filter(|error| !covers(error)).collect();
        assert!(other.is_empty(), "{why}: {other:?}");
        assert!(page.contains(why), "docs/schemas.md does not say: {why}");
    }

    let check = |range: std::ops::Range<u64>| {
        let (mut accepted, mut apart) = (0, Vec::new());
        for seed in range {
            let entropy = Seeded::new(seed);
            let mut dice = Dice::new(&entropy).for_json();
            let mut document = generated(seed, &mut dice);
            iodef::fit_json(&mut document);
            let mut value: Value = serde_json::from_slice(&iodef::encode_json(&document).unwrap()).unwrap();
            for _ in 0..dice.below(4).min(2) {
                members::break_one(&mut value, &mut dice);
            }
            accepted += u64::from(ours.is_valid(&value));
            apart.extend(unexplained(&value, &ours, &theirs).into_iter().map(|what| format!("{seed}: {what}")));
        }
        (accepted, apart)
    };
    let (accepted, mut apart) = thread::scope(|scope| {
        let other = scope.spawn(|| check(0..MADE / 2));
        let (mut accepted, mut apart) = check(MADE / 2..MADE);
        let (more, also) = other.join().unwrap();
        accepted += more;
        apart.extend(also);
        (accepted, apart)
    });
    for path in files(&reference.join("documents/iodef-json/valid"), "json") {
        let value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert!(ours.is_valid(&value) && theirs.is_valid(&value), "{}", path.display());
    }
    apart.sort();
    assert!(apart.is_empty(), "{} differences: {:#?}", apart.len(), &apart[..apart.len().min(12)]);
    println!("iodef-2.0.schema.json: {accepted} of {MADE} documents accepted");
    assert!((20..80).contains(&(accepted * 100 / MADE)), "{accepted}");
}

/// What RFC 8727's CDDL has, what it has to have for the verdicts to be the same, and why (`docs/schemas.md`).
const AMENDED: &[(&str, &str, &str)] = &[
    ("iodef-version => text,", "iodef-version => text .regexp \"2\\\\.00?\",", "the version is `2.00` or `2.0`"),
    ("SpecID = \"urn:ietf:params:xml:ns:mile:mmdef:1.2\" /  \"private\"", "SpecID = text", "SpecID is any text"),
    ("iodef-value => float32,", "iodef-value => float32 / float64,", "eight bytes"),
    (
        "PositiveFloatType = float32 .gt 0",
        "PositiveFloatType = (float32 .gt 0) / (float64 .gt 0)",
        "a number that `float32` does not hold",
    ),
    (
        "(iodef-DomainData => [+ DomainData] //\n                               iodef-Address => [+ Address])",
        "(iodef-DomainData => [+ DomainData], ? iodef-Address => [+ Address] // iodef-Address => [+ Address])",
        "DomainData or Address, not both",
    ),
    (
        "iodef-AttackPattern => [+ STRUCTUREDINFO]",
        "iodef-AttackPattern => [+ ATTACK]",
        "an attack pattern has no Scoring, as in RFC 7203",
    ),
];

/// Numbers of members (RFC 8727 table 4).
const ATTACK_PATTERN: i128 = 49;
const WEAKNESS: i128 = 51;

/// The CDDL of RFC 8727 with the brace of erratum 7334, and with all amendments but one.
fn published_cddl(reference: &Path, without: Option<usize>) -> cddl::Cddl {
    let mut text = fs::read_to_string(reference.join("schemas/iodef-json/iodef-2.0.rfc8727.cddl")).unwrap();
    let mut amend = |from: &str, to: &str| {
        assert!(text.contains(from), "stale: {from}");
        text = text.replace(from, to);
    };
    amend("{iodef-BusinessImpact => BusinessImpact /", "{iodef-BusinessImpact => BusinessImpact} /");
    for (at, (from, to, _)) in AMENDED.iter().enumerate() {
        if without != Some(at) {
            amend(from, to);
        }
    }
    let structured = text.split_once("STRUCTUREDINFO = {").unwrap().1.split_once("\n}").unwrap().0.to_owned();
    let attack = structured.replace(",\n ? iodef-Scoring => [+ Scoring]", "");
    cddl::Cddl::read(&format!("{text}\nATTACK = {{{attack}\n}}\n"))
}

#[test]
fn the_cddl_agrees_with_the_published_one_and_accepts_what_we_write() {
    let Some(reference) = peer::reference() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = cddl::Cddl::read(&fs::read_to_string(root.join("schemas/iodef-2.0.cddl")).unwrap());
    let theirs = published_cddl(&reference, None);
    let less: Vec<_> = (0..AMENDED.len()).map(|at| published_cddl(&reference, Some(at))).collect();
    let mut shown = vec![false; AMENDED.len()];
    let (mut accepted, mut count) = (0, 0);
    let mut judge = |item: &Item<'_>, what: &str| {
        let verdict = ours.accepts(item);
        assert_eq!(verdict, theirs.accepts(item), "ours says {verdict} of {what}");
        for (shown, less) in shown.iter_mut().zip(&less).filter(|(shown, _)| !**shown) {
            *shown = less.accepts(item) != verdict;
        }
        accepted += u64::from(verdict);
        count += 1;
        verdict
    };
    for seed in 0..MADE / 4 {
        let entropy = Seeded::new(seed);
        let mut dice = Dice::new(&entropy).for_json();
        let mut document = generated(seed, &mut dice);
        iodef::fit_json(&mut document);
        let bytes = iodef::encode_cbor(&document).unwrap();
        let mut item = cbor::read(&bytes, &cbor::Limits::default()).unwrap();
        assert!(
            judge(&item, &format!("document {seed}, which we wrote")),
            "document {seed}, which we wrote, is refused"
        );
        for _ in 0..3 {
            items::break_one(&mut item, &mut dice);
            judge(&item, &format!("document {seed}, broken"));
        }
    }
    // Too rare to wait for.
    let mut scored = members::whole();
    let method = serde_json::json!([{ "Weakness": [{ "SpecID": "private", "Scoring": [{ "SpecID": "private" }] }] }]);
    members::set(&mut scored, "/Incident/0/Method", method);
    let scored = iodef::decode_json(scored.to_string().as_bytes(), &json::Limits::default()).unwrap().document;
    let bytes = iodef::encode_cbor(&scored).unwrap();
    let mut scored = cbor::read(&bytes, &cbor::Limits::default()).unwrap();
    assert!(judge(&scored, "a weakness with its score"));
    items::rename(&mut scored, WEAKNESS, ATTACK_PATTERN);
    assert!(!judge(&scored, "an attack pattern with a score"));
    let mut node = members::whole();
    let domain = serde_json::json!([{ "Name": "a.example", "system-status": "unknown", "domain-status": "unknown" }]);
    members::set(&mut node, "/Incident/0/EventData/0/System/0/Node/DomainData", domain);
    // Numbers that need eight bytes.
    let confidence = serde_json::json!({ "rating": "numeric", "value": 0.123456789 });
    members::set(&mut node, "/Incident/0/RelatedActivity/0/Confidence", confidence);
    let impact = serde_json::json!({ "MonetaryImpact": { "value": 0.123456789 } });
    members::set(&mut node, "/Incident/0/Assessment/0/Impact/0", impact);
    let node = iodef::decode_json(node.to_string().as_bytes(), &json::Limits::default()).unwrap().document;
    let bytes = iodef::encode_cbor(&node).unwrap();
    assert!(judge(&cbor::read(&bytes, &cbor::Limits::default()).unwrap(), "a node with name and address"));
    for path in files(&reference.join("documents/iodef-cbor/valid"), "cbor") {
        let bytes = fs::read(&path).unwrap();
        // The RFC's own examples have no tags, which its rules want.
        let item = cbor::read(&bytes, &cbor::Limits::default()).unwrap();
        assert!(!judge(&item, &path.display().to_string()), "{}", path.display());
    }
    let page = fs::read_to_string(root.join("docs/schemas.md")).unwrap();
    for ((from, _, why), shown) in AMENDED.iter().zip(shown) {
        assert!(shown, "stale: no document shows {from}");
        assert!(page.contains(why), "docs/schemas.md does not say: {why}");
    }
    println!("iodef-2.0.cddl: {accepted} of {count} documents accepted");
    assert!((20..80).contains(&(accepted * 100 / count)), "{accepted}");
}
