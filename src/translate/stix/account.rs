//! The account of one translation: what was said first of a leaf counts, and a leaf of which nothing was said is lost.

use std::collections::BTreeMap;

use crate::translate::ledger::{Entry, Fate};

/// The account while it is written.
#[derive(Debug, Default)]
pub(super) struct Account(BTreeMap<String, Fate>);

impl Account {
    /// Says what becomes of a leaf.
    pub fn end(&mut self, path: String, fate: Fate) {
        self.0.entry(path).or_insert(fate);
    }

    /// That it is kept.
    pub fn kept(&mut self, path: String, to: &str) {
        self.end(path, Fate::Kept { to: to.to_owned() });
    }

    /// That it is not.
    pub fn dropped(&mut self, path: String, why: &str) {
        self.end(path, Fate::Dropped { why: why.to_owned() });
    }

    /// Takes over what another has said.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = Entry>) {
        entries.into_iter().for_each(|entry| self.end(entry.path, entry.fate));
    }

    /// The account of these leaves.
    pub fn of(&mut self, leaves: impl IntoIterator<Item = String>) -> Vec<Entry> {
        let fate = |path: String| Entry { fate: self.0.remove(&path).unwrap_or(Fate::Lost), path };
        let mut entries: Vec<Entry> = leaves.into_iter().map(fate).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    }
}
