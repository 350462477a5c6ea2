//! Between the bindings of IODEF, whole and piece by piece.

mod by_record;
mod mapping;
mod stix20;

use std::{
    collections::BTreeMap,
    io::{BufReader, Cursor},
};

use proptest::prelude::*;

use super::*;
use crate::{
    class::{self, Dice, Path, REST},
    error::{Code, Ended, Finding, Severity},
    format::Format,
    iodef::{self, IodefDocument},
    spool::Source,
    world::Seeded,
};

const BINDINGS: [Format; 3] = [Format::IodefXml, Format::IodefJson, Format::IodefCbor];

fn document(seed: u64, depth: usize, json: bool) -> IodefDocument {
    let entropy = Seeded::new(seed);
    let dice = Dice::new(&entropy);
    iodef::generate(&mut if json { dice.for_json() } else { dice }, depth)
}

fn encode(document: &IodefDocument, format: Format) -> Vec<u8> {
    match format {
        Format::IodefXml => iodef::encode_xml(document),
        Format::IodefJson => iodef::encode_json(document),
        _ => iodef::encode_cbor(document),
    }
    .unwrap()
}

fn leaves(document: &IodefDocument) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        all.insert(path.to_string(), format!("{leaf:?}"));
    });
    all
}

fn read_iodef(bytes: &[u8], format: Format) -> IodefDocument {
    match read(bytes, format, u64::MAX).unwrap().document {
        Document::Iodef(document) => *document,
        _ => panic!("no IODEF"),
    }
}

fn long(bytes: &[u8], format: Format) -> Long<'_> {
    let source = Cursor::new(bytes);
    match format {
        Format::IodefXml => Long::Xml(Box::new(source)),
        Format::Iodef1Xml => Long::Xml1(Box::new(source)),
        Format::IodefJson => Long::Json(Box::new(source)),
        _ => Long::Cbor(Box::new(source)),
    }
}

/// What is found when so many bytes are held.
fn found(bytes: &[u8], format: Format, window: u64) -> Vec<Finding> {
    let bounds = Bounds { window, ..Bounds::default() };
    let mut found = check(long(bytes, format), bounds).unwrap_or_else(Ended::all);
    found.sort_by_key(|finding| (finding.position.offset, finding.path.clone(), finding.expected.clone()));
    found
}

/// A translation with a window of so many bytes: what was written, and the account by its paths.
fn by_piece(bytes: &[u8], from: Format, to: Format, window: u64) -> (Result<Vec<u8>, Vec<Finding>>, Vec<Entry>) {
    let mut account = Vec::new();
    let tell = Tell { all: true, line: &mut |entry| account.push(entry) };
    let bounds = Bounds { window, ..Bounds::default() };
    let translated = translate(long(bytes, from), to, Options::default(), bounds, Some(tell)).unwrap();
    let errors = translated.findings.iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.collect::<Vec<_>>(), Vec::<&Finding>::new());
    assert_eq!(translated.counts, counts(&account));
    account.sort_by(|a, b| a.path.cmp(&b.path));
    (translated.written.map(|whole| whole.into_bytes().unwrap()), account)
}

/// What refers to something in another piece that is left out cannot be taken back.
fn refers_elsewhere(written: &Result<Vec<u8>, Vec<Finding>>) -> bool {
    written.as_ref().is_err_and(|findings| findings.iter().all(|one| one.code == Code::IdUnresolved))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However little is held, the same is written and the same is said of it.
    #[test]
    fn by_piece_is_as_whole(seed: u64, depth in 0usize..7, window in 0u64..4096, from in prop::sample::select(&BINDINGS)) {
        let bytes = encode(&document(seed, depth, from != Format::IodefXml), from);
        for to in BINDINGS {
            let (whole, all) = by_piece(&bytes, from, to, u64::MAX);
            for window in [0, window] {
                let (written, account) = by_piece(&bytes, from, to, window);
                let left_out = |entry: &Entry| entry.to_string().contains("what it refers to is left out");
                if refers_elsewhere(&written) && all.iter().any(left_out) {
                    continue;
                }
                prop_assert_eq!(
                    written.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).map_err(|f| f.len()),
                    whole.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).map_err(|f| f.len())
                );
                prop_assert_eq!(&account, &all);
            }
        }
    }

    /// The same from one version to the other, and it is what is made of a document that is held whole.
    #[test]
    fn versions_by_piece_are_as_whole(seed: u64, depth in 0usize..6, window in 0u64..4096, from in prop::sample::select(&BINDINGS)) {
        let whole = |bytes: &[u8], from, to| {
            let made = convert(read(bytes, from, u64::MAX).unwrap(), to, Default::default());
            let (bytes, mut account) = made.map_or_else(|f| (Err(f.len()), Vec::new()), |made| (Ok(made.bytes), made.account));
            account.sort_by(|a, b| a.path.cmp(&b.path));
            (bytes, account)
        };
        let bytes = encode(&document(seed, depth, from != Format::IodefXml), from);
        let version1 = whole(&bytes, from, Format::Iodef1Xml).0;
        let back = version1.iter().flat_map(|bytes| BINDINGS.iter().chain([&Format::Iodef1Xml]).map(move |to| (bytes, *to)));
        let ways = back.map(|(bytes, to)| (bytes, Format::Iodef1Xml, to)).chain([(&bytes, from, Format::Iodef1Xml)]);
        for (bytes, from, to) in ways {
            let (wanted, all) = whole(bytes, from, to);
            for window in [0, window, u64::MAX] {
                let (written, account) = by_piece(bytes, from, to, window);
                if refers_elsewhere(&written) {
                    continue;
                }
                prop_assert_eq!(written.is_ok(), wanted.is_ok(), "{:?}", written.err());
                prop_assert_eq!(
                    written.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).map_err(|_| ()),
                    wanted.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).map_err(|_| ()),
                    "{} to {}", from, to
                );
                if wanted.is_ok() {
                    prop_assert_eq!(&account, &all, "{} to {}", from, to);
                }
            }
        }
    }

    /// Lines of what is kept can be done without; the others and the counts are the same.
    #[test]
    fn an_account_of_losses_is_that_without_what_is_kept(seed: u64, depth in 0usize..6) {
        let bytes = encode(&document(seed, depth, false), Format::IodefXml);
        for to in BINDINGS {
            let told = |all| {
                let mut lines = Vec::new();
                let tell = Tell { all, line: &mut |entry| lines.push(entry) };
                let made = translate(long(&bytes, Format::IodefXml), to, Options::default(), Bounds::default(), Some(tell));
                (made.unwrap().counts, lines)
            };
            let (counts, mut all) = told(true);
            all.retain(|entry| !matches!(entry.fate, Fate::Kept { .. }));
            prop_assert_eq!(told(false), (counts, all));
        }
    }

    /// What is found is the same, and stands at the same places.
    #[test]
    fn the_same_is_found_by_piece(seed: u64, depth in 2usize..6, json: bool, cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let from = if json { Format::IodefJson } else { Format::IodefXml };
        let text = String::from_utf8(encode(&document(seed, depth, json), from)).unwrap();
        // Lines are left out, so that elements and members are missing, or nothing fits any more.
        let mut lines: Vec<&str> = text.lines().collect();
        for cut in cuts {
            let at = cut.index(lines.len());
            lines.remove(at);
        }
        let broken = lines.join("\n");
        prop_assert_eq!(found(broken.as_bytes(), from, 0), found(broken.as_bytes(), from, u64::MAX));
    }

    /// The same in CBOR, whose bytes are changed; and what is found in one that is read whole.
    #[test]
    fn the_same_is_found_in_cbor(seed: u64, depth in 2usize..6, at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = encode(&document(seed, depth, true), Format::IodefCbor);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let by_piece = found(&bytes, Format::IodefCbor, 0);
        prop_assert_eq!(&by_piece, &found(&bytes, Format::IodefCbor, u64::MAX));
        let mut whole = match read(&bytes, Format::IodefCbor, u64::MAX) {
            Ok(read) => read.findings,
            Err(finding) => vec![finding],
        };
        whole.sort_by_key(|finding| (finding.position.offset, finding.path.clone(), finding.expected.clone()));
        prop_assert_eq!(by_piece, whole);
    }

    /// The account is true: what is kept is read back as it was, what is dropped is not there.
    #[test]
    fn the_account_is_what_can_be_read_back(seed: u64, depth in 0usize..7, from in prop::sample::select(&BINDINGS)) {
        let source = document(seed, depth, from != Format::IodefXml);
        let bytes = encode(&source, from);
        for to in BINDINGS {
            let (Ok(written), account) = by_piece(&bytes, from, to, u64::MAX) else { continue };
            let (before, after) = (leaves(&read_iodef(&bytes, from)), leaves(&read_iodef(&written, to)));
            prop_assert_eq!(account.len(), before.len());
            // Elements behind one that is left out have other numbers, so what is kept is looked for without them.
            let mut left = counted(after.iter());
            for entry in &account {
                let was = before.get(&entry.path);
                prop_assert!(was.is_some(), "{} is no leaf", entry.path);
                let Fate::Kept { .. } = &entry.fate else {
                    prop_assert!(matches!(entry.fate, Fate::Coarsened { .. } | Fate::Dropped { .. }), "{}", entry);
                    continue;
                };
                let text = was.cloned().unwrap_or_default();
                let found = left.get_mut(&(unnumbered(&entry.path), text.clone())).filter(|count| **count > 0);
                match found {
                    Some(count) => *count -= 1,
                    // A bare string is English to readers of JSON.
                    None if entry.path.ends_with("@xml:lang") && text == "Text(\"en\")" => {}
                    // An element that had nothing in it may have a default now.
                    None if text == "Empty" => {
                        let below = format!("{}/", unnumbered(&entry.path));
                        prop_assert!(left.keys().any(|(path, _)| path.starts_with(&below)), "{} in {}", entry, to);
                    }
                    None => prop_assert!(false, "{} ({}) in {}", entry, text, to),
                }
            }
        }
    }
}

/// A path without the numbers of elements.
fn unnumbered(path: &str) -> String {
    path.split('[').map(|piece| piece.split_once(']').map_or(piece, |(_, rest)| rest)).collect()
}

fn counted<'l>(leaves: impl Iterator<Item = (&'l String, &'l String)>) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for (path, text) in leaves {
        *counts.entry((unnumbered(path), text.clone())).or_insert(0) += 1;
    }
    counts
}

/// A document with so many of one thing in one incident.
fn many(element: &str, count: usize) -> String {
    let mut text = String::from(
        r#"<IODEF-Document version="2.00" xml:lang="en" xmlns="urn:ietf:params:xml:ns:iodef-2.0"><Incident purpose="reporting">
<IncidentID name="csirt.example">1</IncidentID><GenerationTime>2026-01-01T00:00:00Z</GenerationTime>
<Contact type="organization" role="creator"/>"#,
    );
    let (open, close) = match element {
        "Indicator" => ("<IndicatorData>", "</IndicatorData>"),
        "HistoryItem" => ("<History>", "</History>"),
        "RecordData" => ("<EventData><Record>", "</Record></EventData>"),
        _ => ("", ""),
    };
    text.push_str(open);
    for i in 0..count {
        let one = match element {
            "Indicator" => format!(
                "<Indicator><IndicatorID name=\"csirt.example\" version=\"1\">i{i}</IndicatorID><Observable><Address category=\"ipv4-addr\">192.0.2.1</Address></Observable></Indicator>"
            ),
            "HistoryItem" => {
                "<HistoryItem action=\"other\"><DateTime>2026-01-01T00:00:00Z</DateTime></HistoryItem>".to_owned()
            }
            "RecordData" => "<RecordData><RecordItem dtype=\"string\">x</RecordItem></RecordData>".to_owned(),
            "EventData" => format!("<EventData><Description>{i}</Description></EventData>"),
            _ => format!("<Contact type=\"person\" role=\"tech\"><ContactName>{i}</ContactName></Contact>"),
        };
        text.push_str(&one);
    }
    text.push_str(close);
    text.push_str("</Incident></IODEF-Document>");
    text
}

#[test]
fn every_long_list_is_read_and_written_by_piece() {
    // What is not handed on stays, and there is no room for it.
    let bounds = Bounds { window: 1_000, rest: 10_000, ..Bounds::default() };
    for element in ["EventData", "Indicator", "HistoryItem", "RecordData"] {
        let xml = many(element, 300);
        assert!(check(long(xml.as_bytes(), Format::IodefXml), bounds).is_ok(), "{element}");
        let (json, account) = by_piece(xml.as_bytes(), Format::IodefXml, Format::IodefJson, 1_000);
        let json = json.unwrap();
        assert!(json.len() > 20_000 && check(long(&json, Format::IodefJson), bounds).is_ok(), "{element}");
        assert!(account.len() > 300, "{element}");
        let (cbor, _) = by_piece(&json, Format::IodefJson, Format::IodefCbor, 1_000);
        let cbor = cbor.unwrap();
        assert!(check(long(&cbor, Format::IodefCbor), bounds).is_ok(), "{element}");
        let (back, _) = by_piece(&cbor, Format::IodefCbor, Format::IodefXml, 1_000);
        let text = String::from_utf8(back.unwrap()).unwrap();
        assert_eq!(text.matches(&format!("</{element}>")).count(), 300, "{element}");
    }
}

/// What ended a reading.
fn end(checked: Result<Vec<Finding>, Ended>) -> Finding {
    *checked.unwrap_err().end
}

#[test]
fn what_is_in_no_long_list_has_a_limit() {
    let xml = many("Contact", 5_000);
    let bounds = Bounds { rest: 100_000, ..Bounds::default() };
    let finding = end(check(long(xml.as_bytes(), Format::IodefXml), bounds));
    assert_eq!(finding.code, Code::LimitExceeded);
    assert!(finding.expected.contains("rest_bytes"), "{finding}");
    assert!(finding.path.starts_with("/IODEF-Document/Incident[1]/Contact["), "{finding}");
    assert!(check(long(xml.as_bytes(), Format::IodefXml), Bounds::default()).is_ok());

    let (json, _) = by_piece(xml.as_bytes(), Format::IodefXml, Format::IodefJson, u64::MAX);
    let json = json.unwrap();
    let finding = end(check(long(&json, Format::IodefJson), bounds));
    assert_eq!(finding.code, Code::LimitExceeded);
    assert!(finding.expected.contains("rest_bytes"), "{finding}");
    assert_eq!(REST, Bounds::default().rest);
}

#[test]
fn a_source_that_ends_early_is_a_finding() {
    let xml = many("Indicator", 100);
    let cut = &xml[..xml.len() / 2];
    assert_eq!(end(check(long(cut.as_bytes(), Format::IodefXml), Bounds::default())).code, Code::XmlSyntax);
    let source: Box<dyn Source> = Box::new(BufReader::new(Cursor::new(b"{\"Incident\": [{".to_vec())));
    assert_eq!(end(check(Long::Json(source), Bounds::default())).code, Code::JsonSyntax);
}

/// A document that breaks off is told with all that was wrong before.
#[test]
fn what_was_found_before_the_end_is_told() {
    let xml = many("Indicator", 3).replace("</Incident>", "<Strange/></Incident>").replace("</IODEF-Document>", "");
    let findings = check(long(xml.as_bytes(), Format::IodefXml), Bounds::default()).unwrap_err().all();
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&Code::ClassUnknownElement), "{codes:?}");
    assert_eq!(codes.last(), Some(&Code::XmlSyntax));
}

/// A bare string of JSON is English (RFC 8727 §3.2), also in a document of another language, and however it is read.
#[test]
fn bare_strings_are_english() {
    let xml = many("Indicator", 3).replace("xml:lang=\"en\"", "xml:lang=\"de\"").replace(
        "<GenerationTime>",
        "<RelatedActivity><Description xml:lang=\"en\">hello</Description></RelatedActivity><GenerationTime>",
    );
    assert!(xml.contains("xml:lang=\"de\"") && xml.contains("hello"), "{xml}");
    let (json, _) = by_piece(xml.as_bytes(), Format::IodefXml, Format::IodefJson, u64::MAX);
    let json = json.unwrap();
    let text = String::from_utf8(json.clone()).unwrap();
    assert!(text.contains("\"hello\"") && text.contains("\"lang\": \"de\""), "{text}");
    for window in [0, u64::MAX] {
        let (back, account) = by_piece(&json, Format::IodefJson, Format::IodefXml, window);
        let back = String::from_utf8(back.unwrap()).unwrap();
        assert!(back.contains("<Description xml:lang=\"en\">hello</Description>"), "{back}");
        assert!(account.iter().all(|entry| matches!(entry.fate, Fate::Kept { .. })));
    }
}

/// What is nested as deep as XML may be has a form in JSON and CBOR that is read.
#[test]
fn what_xml_nests_the_others_nest() {
    let (open, close) = ("<EventData>".repeat(60), "</EventData>".repeat(60));
    let nested = format!("{open}<Description>x</Description>{close}</Incident>");
    let xml = many("Contact", 1).replace("</Incident>", &nested);
    for to in [Format::IodefJson, Format::IodefCbor] {
        let (written, _) = by_piece(xml.as_bytes(), Format::IodefXml, to, u64::MAX);
        let read = read(&written.unwrap(), to, u64::MAX).unwrap();
        assert!(read.error().is_none(), "{:?}", read.findings);
    }
}

/// What a reader of XML has a limit for is not written longer.
#[test]
fn xml_that_is_written_is_within_the_limits_of_reading() {
    let (json, _) = by_piece(many("Contact", 1).as_bytes(), Format::IodefXml, Format::IodefJson, u64::MAX);
    let json = String::from_utf8(json.unwrap()).unwrap();
    let (open, close) = ("\"EventData\": [{".repeat(70), "}]".repeat(70));
    for more in [
        format!("{open} \"Description\": [\"x\"] {close}"),
        format!(
            "\"AdditionalData\": [{{ \"dtype\": \"string\", \"meaning\": \"{}\", \"value\": \"x\" }}]",
            "m".repeat(70_000)
        ),
    ] {
        let json = json.replacen("\"purpose\"", &format!("{more}, \"purpose\""), 1);
        let (written, _) = by_piece(json.as_bytes(), Format::IodefJson, Format::IodefXml, u64::MAX);
        let findings = written.unwrap_err();
        assert_eq!(findings[0].code, Code::LimitExceeded, "{findings:?}");
    }
}
