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
    let account = walked(Walk::new(Way::Up, Rest::Carried), source, &mut made, &ROOT);
    (made, account)
}

/// A document of version 2 as one of version 1, and the account of every leaf.
pub fn downgrade(source: &iodef::IodefDocument, rest: Rest) -> (iodef1::IodefDocument, Vec<Entry>) {
    let mut made = iodef1::IodefDocument::default();
    let account = walked(Walk::new(Way::Down, rest), source, &mut made, &ROOT);
    (made, account)
}

/// The incident of this number of a document of version 1, as one of version 2.
pub(super) fn upgrade_incident(source: &dyn Fields, nth: usize) -> (iodef::Incident, Vec<Entry>) {
    let mut made = iodef::Incident::default();
    let account = walked(Walk::new(Way::Up, Rest::Carried), source, &mut made, &ROOT.item("Incident", nth));
    (made, account)
}

/// The incident of this number of a document of version 2, as one of version 1.
pub(super) fn downgrade_incident(source: &dyn Fields, nth: usize) -> (iodef1::Incident, Vec<Entry>) {
    let mut made = iodef1::Incident::default();
    let account = walked(Walk::new(Way::Down, Rest::Carried), source, &mut made, &ROOT.item("Incident", nth));
    (made, account)
}

/// What is around the incidents of a document of version 2, in version 1, with the last incident that was made, which is
/// the one of this number: what is beside the incidents goes into it.
pub(super) fn downgrade_rest(
    source: &iodef::IodefDocument,
    last: iodef1::Incident,
    nth: usize,
) -> (iodef1::IodefDocument, Vec<Entry>) {
    let mut made = iodef1::IodefDocument { incident: vec![last], ..Default::default() };
    let walk = Walk { before: nth.saturating_sub(1), ..Walk::new(Way::Down, Rest::Carried) };
    let account = walked(walk, source, &mut made, &ROOT);
    (made, account)
}

/// The root has one name in both versions.
const ROOT: Path<'static> = Path::root(iodef::IodefDocument::DEF.name);

fn walked(mut walk: Walk, source: &dyn Fields, made: &mut dyn Fields, path: &Path<'_>) -> Vec<Entry> {
    walk.begin(source, made, path);
    let mut account = walk.entries;
    let ended: HashSet<String> = account.iter().map(|entry| entry.path.clone()).collect();
    class::leaves(source, path, &mut |path, _| {
        let path = path.to_string();
        if !ended.contains(&path) {
            account.push(Entry { path, fate: Fate::Lost });
        }
    });
    account.sort_by(|a, b| a.path.cmp(&b.path));
    account
}
