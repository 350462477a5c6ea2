//! The account of one translation: what was said first of a leaf counts, and a leaf of which nothing was said is lost.

use std::collections::BTreeMap;

use crate::translate::ledger::{Entry, Fate, ITS_PLACE};

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

    /// What is said of each leaf until now.
    pub fn said(&self) -> impl Iterator<Item = (&str, &Fate)> {
        self.0.iter().map(|(path, fate)| (path.as_str(), fate))
    }

    /// That our extension has it here.
    pub fn carried(&mut self, path: String, on: String) {
        self.end(path, Fate::Carried { on });
    }

    /// Why nothing of what is below a path is in the document, if something is there and nothing is.
    pub fn gone(&self, path: &str) -> Option<String> {
        let below = self.0.range(path.to_owned()..).take_while(|(known, _)| known.starts_with(path));
        let below = below.filter(|(known, _)| known.get(path.len()..).is_some_and(|rest| rest.starts_with(['.', '['])));
        let mut reason = None;
        for (_, fate) in below {
            match fate {
                Fate::Dropped { why } => _ = reason.get_or_insert(why),
                // That it is in its place is said of what only names it.
                Fate::Kept { to } if to == ITS_PLACE => {}
                _ => return None,
            }
        }
        reason.cloned()
    }

    /// That it is not.
    pub fn dropped(&mut self, path: String, why: &str) {
        self.end(path, Fate::Dropped { why: why.to_owned() });
    }

    /// Says of what was to come back that it is dropped.
    pub fn change(&mut self, path: String, why: &str) {
        self.0.insert(path, Fate::Dropped { why: why.to_owned() });
    }

    /// Says of a leaf what is said of another.
    pub fn share(&mut self, of: &str, path: String) {
        self.0.get(of).cloned().into_iter().for_each(|fate| self.end(path.clone(), fate));
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
