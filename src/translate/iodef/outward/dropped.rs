//! What of a record has no place in IODEF, field by field, and why: the table `dropped.tsv`.

use std::sync::LazyLock;

use crate::translate::{
    iodef::taken::NO_PLACE,
    ledger::{Entry, Fate},
    reasons::{Reasons, field},
    withheld,
};

/// The table, of what has no row in that of all formats (`withheld/fields.tsv`).
pub(in crate::translate) static ROWS: LazyLock<Reasons> = LazyLock::new(|| Reasons::read(include_str!("dropped.tsv")));

/// What says why nothing is made of a field: what leaves in no format comes first.
pub(in crate::translate) fn row(field: &str) -> Option<(&'static str, &'static str)> {
    withheld::row(field).or_else(|| ROWS.row(field))
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
