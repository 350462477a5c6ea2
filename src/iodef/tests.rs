//! The codecs over documents that the tables generate.

use proptest::prelude::*;

use super::*;
use crate::{
    class::{self, Dice, Leaf, Path},
    world::Seeded,
    xml::Limits,
};

/// A document out of the tables. Its texts are such as XML can hold.
fn document(seed: u64, depth: usize) -> IodefDocument {
    let entropy = Seeded::new(seed);
    let mut document = IodefDocument::default();
    class::generate(&mut document, &mut Dice::new(&entropy), depth);
    document
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
        prop_assert_eq!(&back.findings, &[], "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(all_leaves(&back.document), all_leaves(&document));
        prop_assert_eq!(back.document, document);
    }

    /// What JSON can say comes back from it; what it cannot is named.
    #[test]
    fn json_round_trip(seed: u64, depth in 0usize..7) {
        let entropy = Seeded::new(seed);
        let mut document = IodefDocument::default();
        class::generate(&mut document, &mut Dice::new(&entropy).for_json(), depth);
        let bytes = encode_json(&document).unwrap();
        let back = decode_json(&bytes, &crate::json::Limits::default()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(&back.findings, &[], "{}", text);
        // What is named may be more than what was lost, never less.
        if class::unsayable(&document).is_empty() {
            prop_assert_eq!(all_leaves(&back.document), all_leaves(&document), "{}", text);
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
