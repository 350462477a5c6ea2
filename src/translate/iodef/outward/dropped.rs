//! What of a record has no place in IODEF, field by field, and why: the table `dropped.tsv`, reviewed as data.
//!
//! A row is for the field and what is below it, where that has no row of its own. `field.*` is for what is below it in part,
//! and `*.name` for a member of that name wherever it stands: where something else holds it, it is not dropped.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::translate::{
    ledger::{Entry, Fate},
    taken::NO_PLACE,
};

/// Fields without numbers, and the reason.
pub(in crate::translate) static ROWS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("dropped.tsv").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// The field that a path of the account leads to: the path without `$.` and numbers.
pub(in crate::translate) fn field(path: &str) -> String {
    let pieces = path.split('[').map(|piece| piece.split_once(']').map_or(piece, |(_, rest)| rest));
    pieces.collect::<String>().trim_start_matches("$.").to_owned()
}

/// The row for a field: the nearest at or above it, then the nearest by name, then the nearest that is for a part.
pub(in crate::translate) fn row(field: &str) -> Option<(&'static str, &'static str)> {
    let above = || std::iter::successors(Some(field), |field| field.rsplit_once('.').map(|(above, _)| above));
    let get = |row: &str| ROWS.get_key_value(row).map(|(row, why)| (*row, *why));
    let by_name = |field: &str| get(&format!("*.{}", field.rsplit('.').next().unwrap_or(field)));
    let whole = above().find_map(get);
    whole.or_else(|| above().find_map(by_name)).or_else(|| above().find_map(|field| get(&format!("{field}.*"))))
}

/// Puts the reasons of the table where an account says no more than that there is no place.
pub(super) fn give_reasons(account: &mut [Entry]) {
    for entry in account {
        if let Fate::Dropped { why } = &mut entry.fate
            && why == NO_PLACE
            && let Some((_, reason)) = row(&field(&entry.path))
        {
            reason.clone_into(why);
        }
    }
}
