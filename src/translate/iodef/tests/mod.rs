//! Translation of generated documents and records: nothing is forgotten, and what is said to be kept is.

mod blocks;
mod dropped;
mod fixtures;
mod ids;
mod markings;
mod meanings;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{
    class::{self, Coded, Dice, Leaf, Path},
    iodef::IodefDocument,
    record::RecordDocument,
    translate::{Entry, Fate, counts},
    world::Seeded,
    xml::Verbatim,
};

fn document(seed: u64, depth: usize) -> IodefDocument {
    crate::iodef::generate(&mut Dice::new(&Seeded::new(seed)), depth)
}

fn leaves(document: &IodefDocument) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        let text = match leaf {
            Leaf::Text(text) | Leaf::Foreign(Verbatim::Text(text)) => text,
            Leaf::Foreign(verbatim) => format!("{verbatim:?}"),
            Leaf::Empty => String::new(),
        };
        all.insert((path.to_string(), text));
    });
    all
}

fn lost(account: &[Entry]) -> Vec<&Entry> {
    account.iter().filter(|entry| entry.fate == Fate::Lost).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every leaf of the document is in the account, once, and none is lost or dropped: what has no field is carried.
    #[test]
    fn every_leaf_of_a_document_is_accounted_for(seed: u64, depth in 0usize..6) {
        let document = document(seed, depth);
        let mut normal = document.clone();
        inward::normal(&mut normal);
        let (_, account) = from_iodef(document);
        let gone: Vec<_> = account.iter().filter(|e| matches!(e.fate, Fate::Lost | Fate::Dropped { .. })).collect();
        prop_assert!(gone.is_empty(), "{gone:#?}");
        prop_assert_eq!(counts(&account).dropped, 0);
        let mut paths: Vec<String> = account.iter().map(|entry| entry.path.clone()).collect();
        let mut wanted = Vec::new();
        class::leaves(&normal, &Path::root("IODEF-Document"), &mut |path, _| wanted.push(path.to_string()));
        paths.sort();
        wanted.sort();
        let missing: Vec<_> = wanted.iter().filter(|path| !paths.contains(path)).collect();
        let invented: Vec<_> = paths.iter().filter(|path| !wanted.contains(path)).collect();
        prop_assert!(missing.is_empty() && invented.is_empty(), "missing {missing:#?}\ninvented {invented:#?}");
        prop_assert_eq!(paths, wanted, "a leaf stands in the account twice");
    }

    /// A document comes back from its record as it was, in the normal form.
    #[test]
    fn documents_come_back(seed: u64, depth in 0usize..6) {
        let document = document(seed, depth);
        let mut normal = document.clone();
        inward::normal(&mut normal);
        let (records, _) = from_iodef(document);
        let (back, account) = to_iodef(records);
        prop_assert_eq!(lost(&account), Vec::<&Entry>::new());
        let (before, after) = (leaves(&normal), leaves(&back));
        let missing: Vec<_> = before.difference(&after).collect();
        let new: Vec<_> = after.difference(&before).collect();
        let dropped: Vec<_> = account.iter().filter(|e| matches!(e.fate, Fate::Dropped { .. })).collect();
        prop_assert!(missing.is_empty() && new.is_empty(), "missing {missing:#?}\nnew {new:#?}\n{dropped:#?}");
    }

    /// Every leaf of a record is in the account, once, and none is lost.
    #[test]
    fn every_leaf_of_a_record_is_accounted_for(seed: u64) {
        let record = crate::record::generate::record(&Seeded::new(seed)).unwrap();
        let wanted = crate::translate::iodef::taken::leaves_of(&record, &crate::translate::iodef::trail::Trail::ROOT);
        let mut wanted: Vec<String> = wanted.into_iter().map(|leaf| leaf.path.replacen('$', "$.records[0]", 1)).collect();
        let (_, account) = to_iodef(RecordDocument::of(vec![record]));
        prop_assert_eq!(lost(&account), Vec::<&Entry>::new());
        let mut paths: Vec<String> = account.iter().map(|entry| entry.path.clone()).collect();
        paths.sort();
        wanted.sort();
        let missing: Vec<_> = wanted.iter().filter(|path| !paths.contains(path)).collect();
        let invented: Vec<_> = paths.iter().filter(|path| !wanted.contains(path)).collect();
        prop_assert!(missing.is_empty() && invented.is_empty(), "missing {missing:#?}\ninvented {invented:#?}");
        let twice: Vec<_> = paths.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        prop_assert!(twice.is_empty(), "twice in the account: {twice:#?}");
    }

    /// What a record becomes is read back without an error finding, once the frame is there.
    #[test]
    fn records_become_documents_that_can_be_read(seed: u64) {
        let record = crate::record::generate::record(&Seeded::new(seed)).unwrap();
        let (document, _) = to_iodef(RecordDocument::of(vec![record]));
        let errors: Vec<_> = crate::iodef::check(&document).into_iter()
            .filter(|finding| finding.severity == crate::error::Severity::Error)
            .collect();
        if errors.is_empty() {
            let bytes = crate::iodef::encode_xml(&document);
            if let Ok(bytes) = bytes {
                let back = crate::iodef::decode_xml(&bytes, crate::xml::Limits::default()).unwrap();
                prop_assert_eq!(back.errors().collect::<Vec<_>>(), Vec::<&crate::error::Finding>::new());
            }
        }
    }
}
