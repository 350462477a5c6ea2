//! What of a record has no place in IODEF, field by field, and why: the table `dropped.tsv`.

use std::sync::LazyLock;

use crate::translate::{
    ledger::{Entry, Fate},
    reasons::{Reasons, field},
    taken::NO_PLACE,
};

/// The table.
pub(in crate::translate) static ROWS: LazyLock<Reasons> = LazyLock::new(|| Reasons::read(include_str!("dropped.tsv")));

/// Puts the reasons of the table where an account says no more than that there is no place.
pub(super) fn give_reasons(account: &mut [Entry]) {
    for entry in account {
        if let Fate::Dropped { why } = &mut entry.fate
            && why == NO_PLACE
            && let Some((_, reason)) = ROWS.row(&field(&entry.path))
        {
            reason.clone_into(why);
        }
    }
}
