//! What of a record never stands in STIX is what the table says, no more and no less.

use std::collections::BTreeSet;

use super::*;
use crate::translate::{reasons::field, stix::dropped::ROWS};

/// Reasons that are about a value or about residue, not about a field: what they begin with.
const NO_FIELD: &[&str] = &["residue ", "the id of a record is never sent"];

/// What may not go out does not go out as a property either.
#[test]
fn no_row_writes_what_the_table_drops() {
    for pair in table::PAIRS.iter().chain(observable::PAIRS) {
        for row in pair.rows.iter().copied().flatten() {
            let path = format!("{}{}", pair.list, tree::step(row.member));
            assert_eq!(ROWS.row(&field(&path)), None, "{path}");
        }
    }
}

#[test]
fn what_is_dropped_is_what_the_table_says() {
    let mut hit = BTreeSet::new();
    let mut unknown = BTreeMap::new();
    for record in (0..150).map(generated) {
        for entry in to_stix(RecordDocument::of(vec![record]), &IdKey::public()).unwrap().1 {
            let Fate::Dropped { why } = entry.fate else { continue };
            match ROWS.row(&field(&entry.path)) {
                Some((row, reason)) if reason == why => _ = hit.insert(row),
                _ if NO_FIELD.iter().any(|about| why.starts_with(about)) => {}
                _ => _ = unknown.insert(entry.path, why),
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    let stale: Vec<_> = ROWS.0.keys().filter(|row| !hit.contains(*row)).collect();
    assert!(stale.is_empty(), "rows of dropped.tsv of which nothing is dropped: {stale:#?}");
}
