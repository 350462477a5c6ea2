//! The codecs over documents that the tables generate.

mod cbor;
mod fixtures;
mod hostile;

use proptest::prelude::*;

use super::*;
use crate::{
    class::{self, Dice, Leaf, Path},
    world::Seeded,
    xml::Limits,
};

/// A document out of the tables. Its texts are such as XML can hold.
fn document(seed: u64, depth: usize) -> IodefDocument {
    generate(&mut Dice::new(&Seeded::new(seed)), depth)
}

/// The findings, save the warnings of rules beyond the tables: random texts are no names of teams and no addresses.
fn of_tables(decoded: &Decoded) -> Vec<&crate::error::Finding> {
    let is_rule = |finding: &crate::error::Finding| rules::RULES.iter().any(|rule| rule.says(finding));
    let is_error = |finding: &crate::error::Finding| finding.severity == crate::error::Severity::Error;
    decoded.findings.iter().filter(|finding| is_error(finding) || !is_rule(finding)).collect()
}

fn all_leaves(document: &IodefDocument) -> Vec<(String, Leaf)> {
    let mut all = Vec::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| all.push((path.to_string(), leaf)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is written is read back as it was, without a finding.
    #[test]
    fn xml_round_trip(seed: u64, depth in 0usize..7) {
        let document = document(seed, depth);
        let bytes = encode_xml(&document).unwrap();
        let back = decode_xml(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(of_tables(&back), Vec::<&crate::error::Finding>::new(), "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(all_leaves(&back.document), all_leaves(&document));
        prop_assert_eq!(back.document, document);
    }

    /// What was made for a profile and is written for it comes back as it was: names and order are those of the schema,
    /// and the reader reads both.
    #[test]
    fn xml_round_trip_in_each_profile(seed: u64, depth in 0usize..7, errata: bool) {
        let profile = if errata { Profile::Errata } else { Profile::Rfc7970 };
        let mut document = document(seed, depth);
        fit(&mut document, profile);
        let bytes = encode_xml_for(&document, profile).unwrap();
        let back = decode_xml(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(back.errors().count(), 0, "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(all_leaves(&back.document), all_leaves(&document));
        // What fits once fits again.
        prop_assert_eq!(fit(&mut document, profile), Vec::new());
    }

    /// What fitting takes or changes, it names.
    #[test]
    fn fitting_names_what_it_changes(seed: u64, depth in 0usize..7, errata: bool) {
        let profile = if errata { Profile::Errata } else { Profile::Rfc7970 };
        let mut made = document(seed, depth);
        let before = all_leaves(&made);
        let changes = fit(&mut made, profile);
        let after = all_leaves(&made);
        for (path, leaf) in &before {
            let named = |change: &Change| {
                let bare = |path: &str| path.replace("[1]", "");
                bare(path).starts_with(&bare(&change.path)) || bare(&change.path).starts_with(&bare(path))
            };
            let kept = after.iter().any(|(other, text)| other == path && text == leaf);
            // Places behind one that went have other positions.
            let moved = after.iter().any(|(_, text)| text == leaf);
            // What was empty may have something in it now.
            let moved = moved || *leaf == Leaf::Empty && after.iter().any(|(other, _)| other.starts_with(path));
            prop_assert!(kept || moved || changes.iter().any(named), "{} {:?} of {:#?}", path, leaf, changes);
        }
    }

    /// What JSON can say comes back from it; what it cannot is named.
    #[test]
    fn json_round_trip(seed: u64, depth in 0usize..7) {
        let mut document = generate(&mut Dice::new(&Seeded::new(seed)).for_json(), depth);
        // A bare string is English, whatever is inherited.
        class::normalise_where(&mut document, &|_, attribute| attribute == "xml:lang");
        let bytes = encode_json(&document).unwrap();
        let back = decode_json(&bytes, &crate::json::Limits::default()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(of_tables(&back), Vec::<&crate::error::Finding>::new(), "{}", text);
        // What is named may be more than what was lost, never less.
        if class::unsayable(&document).is_empty() {
            prop_assert_eq!(all_leaves(&back.document), all_leaves(&document), "{}", text);
        }
    }

    /// Documents that keep no rule on purpose: what is written is read without an error, and what is not is refused by a
    /// rule, or by nothing but what JSON cannot say.
    #[test]
    fn what_is_written_has_no_errors(seed: u64, depth in 0usize..6) {
        let entropy = Seeded::new(seed);
        let mut document = IodefDocument::default();
        class::generate(&mut document, &mut Dice::new(&entropy).for_json(), depth);
        let is_rule = |finding: &crate::error::Finding| {
            rules::RULES.iter().any(|rule| rule.says(finding)) || finding.expected == "an id that JSON has a place for"
        };
        match encode_xml(&document) {
            Ok(bytes) => prop_assert_eq!(decode_xml(&bytes, Limits::default()).unwrap().errors().count(), 0),
            Err(findings) => prop_assert!(findings.iter().all(is_rule), "{findings:#?}"),
        }
        match encode_json(&document) {
            Ok(bytes) => {
                let back = decode_json(&bytes, &crate::json::Limits::default()).unwrap();
                let errors: Vec<_> = back.errors().collect();
                prop_assert_eq!(errors, Vec::<&crate::error::Finding>::new());
            }
            Err(findings) => prop_assert!(findings.iter().all(is_rule), "{findings:#?}"),
        }
    }

    /// A document is the list of its leaves.
    #[test]
    fn leaves_make_the_document_again(seed: u64, depth in 0usize..7) {
        let document = document(seed, depth);
        let mut built = IodefDocument::default();
        for (path, leaf) in all_leaves(&document) {
            let below = path.strip_prefix("/IODEF-Document").unwrap().trim_start_matches('/');
            class::put(&mut built, below, leaf).unwrap();
        }
        prop_assert_eq!(built, document);
    }

    /// The normal form is reached at once.
    #[test]
    fn normalising_twice_changes_nothing(seed: u64, depth in 0usize..6) {
        let mut once = document(seed, depth);
        class::normalise(&mut once);
        let mut twice = once.clone();
        class::normalise(&mut twice);
        prop_assert_eq!(once, twice);
    }

    /// No bytes make the reader panic.
    #[test]
    fn broken_documents_do_not_panic(seed: u64, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut bytes = encode_xml(&document(seed, 4)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode_xml(&bytes, Limits::default());
        bytes.truncate(cut.index(bytes.len()));
        let _ = decode_xml(&bytes, Limits::default());
    }
}

/// XML has the signatures of a file in one element, JSON in a list (RFC 8727 §3.2).
#[test]
fn signatures_of_a_file_are_a_list_in_json() {
    use base64::Engine as _;
    let encode = |n: u8| {
        let markup =
            format!("<ds:Signature xmlns:ds=\"{DS}\"><ds:SignatureValue>{n}</ds:SignatureValue></ds:Signature>");
        base64::engine::general_purpose::STANDARD.encode(markup)
    };
    let file = format!(r#"{{"File": [{{"FileName": "a", "Signature": ["{}", "{}"]}}]}}"#, encode(1), encode(2));
    let text = format!(
        r#"{{"version": "2.00", "Incident": [{{"EventData": [{{"RecordData": [{{"FileData": [{file}]}}]}}]}}]}}"#
    );
    let decoded = decode_json(text.as_bytes(), &crate::json::Limits::default()).unwrap();
    let record = decoded.document.incident[0].event_data[0].record.as_ref().unwrap();
    let file = &record.record_data[0].file_data[0].file[0];
    let signatures = file.signature_data.as_ref().and_then(|data| data.signatures.as_ref()).unwrap();
    let content = signatures.content();
    assert!(content.find(">1<") < content.find(">2<") && content.matches("<ds:Signature ").count() == 2, "{content}");
    let written = unchecked_json(&decoded.document);
    let again = decode_json(written.as_bytes(), &crate::json::Limits::default()).unwrap();
    assert_eq!(again.document, decoded.document);
}

/// The JSON form, whatever the document lacks.
fn unchecked_json(document: &IodefDocument) -> String {
    let mut writer = crate::json::Writer::new(Vec::new(), crate::json::Layout::Indented);
    class::write_json(document, &[], &mut writer, &[]).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// RFC 8727 has raw data as a list of base64 strings, RFC 7203 as an extension.
#[test]
fn raw_data_is_base64_in_json() {
    let text = r#"{"version": "2.00", "Incident": [{"Method": [{"Vulnerability": [
        {"SpecID": "private", "RawData": ["PGEgeG1sbnM9InVybjp4Ii8+", "dGV4dA=="]}]}]}]}"#;
    let decoded = decode_json(text.as_bytes(), &crate::json::Limits::default()).unwrap();
    let raw = &decoded.document.incident[0].method[0].vulnerability[0].raw_data;
    assert_eq!(
        raw[0].content.as_ref().map(|content| content.content().into_owned()).as_deref(),
        Some("<a xmlns=\"urn:x\"/>")
    );
    assert_eq!(raw[0].dtype, Some(crate::class::Coded::Known(vocab::Dtype::Xml)));
    assert_eq!(raw[1].content, Some(crate::xml::Verbatim::Text("text".to_owned())));
    let written = unchecked_json(&decoded.document);
    assert!(written.contains("\"dGV4dA==\""), "{written}");
    assert_eq!(decode_json(written.as_bytes(), &crate::json::Limits::default()).unwrap().document, decoded.document);
}
