//! IODEF version 1 and version 2, both ways, by one table (RFC 7970 §4.4).
//!
//! Two documents are walked side by side. What has a place on the other side is written there; what has none is held and
//! put into the `AdditionalData` of the nearest class that has it, named by its place, and put back when the document
//! returns. Every leaf of the source ends in the account exactly once; one without an end is entered as lost.

mod block;
mod special;
mod table;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashSet;

use super::ledger::{Entry, Fate};
use crate::{
    class::{self, Fields, Path},
    iodef, iodef1,
};
use table::Way;
use walk::Walk;

/// What becomes of what version 1 has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It goes along in `AdditionalData` and comes back.
    Carried,
    /// It is left out.
    LeftOut,
}

/// A document of version 1 as one of version 2, and the account of every leaf.
pub fn upgrade(source: &iodef1::IodefDocument) -> (iodef::IodefDocument, Vec<Entry>) {
    let mut made = iodef::IodefDocument::default();
    let account = walked(Way::Up, Rest::Carried, source, &mut made);
    (made, account)
}

/// A document of version 2 as one of version 1, and the account of every leaf.
pub fn downgrade(source: &iodef::IodefDocument, rest: Rest) -> (iodef1::IodefDocument, Vec<Entry>) {
    let mut made = iodef1::IodefDocument::default();
    let account = walked(Way::Down, rest, source, &mut made);
    (made, account)
}

fn walked(way: Way, rest: Rest, source: &dyn Fields, made: &mut dyn Fields) -> Vec<Entry> {
    let mut walk = Walk::new(way, rest);
    walk.document(source, made);
    let mut account = walk.entries;
    let ended: HashSet<String> = account.iter().map(|entry| entry.path.clone()).collect();
    class::leaves(source, &Path::root(source.def().name), &mut |path, _| {
        let path = path.to_string();
        if !ended.contains(&path) {
            account.push(Entry { path, fate: Fate::Lost });
        }
    });
    account.sort_by(|a, b| a.path.cmp(&b.path));
    account
}
