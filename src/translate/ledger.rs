//! The account of a translation: what became of every leaf of the input.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::Value;

use crate::iodef::Change;

/// Where what names an element of the record goes: the place of the element says the same.
pub(super) const ITS_PLACE: &str = "(its place)";

/// What became of one leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "lowercase")]
pub enum Fate {
    /// It stands in the target, meaning the same.
    Kept {
        /// Where; between bindings of one format by the numbers of the input, also behind elements that were left out.
        to: String,
    },
    /// It stands in the target whole, in a place that says less about what it is.
    Moved {
        /// Where.
        to: String,
    },
    /// The target says it less precisely.
    Coarsened {
        /// Where.
        to: String,
        /// How.
        how: String,
    },
    /// The target has no place for it; it travels along and comes back when the same format is written.
    Carried {
        /// In which extension of the target.
        on: String,
    },
    /// It is not in the target.
    Dropped {
        /// Why.
        why: String,
    },
    /// The translator has forgotten it: a defect.
    Lost,
}

/// One line of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The leaf, by its path in the input.
    pub path: String,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// How many leaves had which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// See [`Fate::Kept`].
    pub kept: u64,
    /// See [`Fate::Moved`].
    pub moved: u64,
    /// See [`Fate::Coarsened`].
    pub coarsened: u64,
    /// See [`Fate::Carried`].
    pub carried: u64,
    /// See [`Fate::Dropped`].
    pub dropped: u64,
    /// See [`Fate::Lost`].
    pub lost: u64,
}

impl Counts {
    pub(super) fn add(&mut self, fate: &Fate) {
        let count = match fate {
            Fate::Kept { .. } => &mut self.kept,
            Fate::Moved { .. } => &mut self.moved,
            Fate::Coarsened { .. } => &mut self.coarsened,
            Fate::Carried { .. } => &mut self.carried,
            Fate::Dropped { .. } => &mut self.dropped,
            Fate::Lost => &mut self.lost,
        };
        *count += 1;
    }
}

/// The account while it is written. Translators share it.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: RefCell<Vec<Entry>>,
}

impl Ledger {
    pub(super) fn end(&self, path: String, fate: Fate) {
        self.entries.borrow_mut().push(Entry { path, fate });
    }

    /// The account, when all is translated: sorted by path, so that it does not tell the order of the work.
    pub fn close(self) -> Vec<Entry> {
        let mut entries = self.entries.into_inner();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    }
}

/// Enters into an account what the schema of the target has forced afterwards: whatever stands at or below a changed
/// place is coarsened, or dropped where something is left out.
pub fn refit(entries: &mut [Entry], changes: &[Change]) {
    let forced = Forced::of(changes);
    entries.iter_mut().for_each(|entry| forced.refit(entry));
}

/// Changes that the schema of the target has forced, by place.
pub(super) struct Forced<'c> {
    /// What is left out is gone, whatever else was changed at the place; of changes of one kind, the first counts.
    at: BTreeMap<&'c str, (bool, usize)>,
    shortest: usize,
    changes: &'c [Change],
}

impl<'c> Forced<'c> {
    pub(super) fn of(changes: &'c [Change]) -> Self {
        let mut at: BTreeMap<&str, (bool, usize)> = BTreeMap::new();
        for (number, change) in changes.iter().enumerate() {
            let rank = (!change.left_out, number);
            at.entry(&change.path).and_modify(|first| *first = rank.min(*first)).or_insert(rank);
        }
        let shortest = at.keys().map(|path| path.len()).min().unwrap_or(usize::MAX);
        Forced { at, shortest, changes }
    }

    /// The change that matters for a place, if one does.
    pub(super) fn change(&self, place: &str) -> Option<&'c Change> {
        let first = at_or_above(place, self.shortest).filter_map(|place| self.at.get(place)).min();
        first.and_then(|(_, number)| self.changes.get(*number))
    }

    /// Brings the fate of a leaf up to date.
    pub(super) fn refit(&self, entry: &mut Entry) {
        let (to, before) = match &entry.fate {
            Fate::Kept { to } | Fate::Moved { to } | Fate::Carried { on: to } => (to, None),
            Fate::Coarsened { to, how } => (to, Some(how)),
            Fate::Dropped { .. } | Fate::Lost => return,
        };
        let Some(change) = self.change(to) else { return };
        entry.fate = match change.left_out {
            true => Fate::Dropped { why: change.how.clone() },
            false => Fate::Coarsened {
                to: change.to.as_ref().unwrap_or(to).clone(),
                how: before.map_or_else(|| change.how.clone(), |how| format!("{how}; {}", change.how)),
            },
        };
    }
}

/// The path itself, and those of what it is in: `a/b[2]` is in `a/b`, which is in `a`. Only those of so many bytes.
fn at_or_above(path: &str, shortest: usize) -> impl Iterator<Item = &str> {
    let tail = path.as_bytes().get(shortest..).unwrap_or_default();
    let end = move |(at, byte): (usize, &u8)| matches!(byte, b'/' | b'[').then_some(shortest + at);
    let whole = (path.len() >= shortest).then_some(path.len());
    tail.iter().enumerate().filter_map(end).chain(whole).filter_map(|end| path.get(..end))
}

/// A path within the record of this number as one within the document (record model §0a).
pub(super) fn of_record(path: &mut String, number: usize) {
    if path.starts_with('$') {
        path.replace_range(..1, &format!("$.records[{number}]"));
    }
}

impl Fate {
    /// The place that it names, if it does.
    pub(super) fn place_mut(&mut self) -> Option<&mut String> {
        match self {
            Fate::Kept { to } | Fate::Moved { to } | Fate::Coarsened { to, .. } | Fate::Carried { on: to } => Some(to),
            Fate::Dropped { .. } | Fate::Lost => None,
        }
    }

    /// The same, to read.
    pub(super) fn place(&self) -> Option<&str> {
        match self {
            Fate::Kept { to } | Fate::Moved { to } | Fate::Coarsened { to, .. } | Fate::Carried { on: to } => Some(to),
            Fate::Dropped { .. } | Fate::Lost => None,
        }
    }
}

/// The counts of an account.
pub fn counts(entries: &[Entry]) -> Counts {
    let mut counts = Counts::default();
    entries.iter().for_each(|entry| counts.add(&entry.fate));
    counts
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.fate {
            Fate::Kept { to } => write!(f, "kept as {to}"),
            Fate::Moved { to } => write!(f, "moved to {to}"),
            Fate::Coarsened { to, how } => write!(f, "coarsened to {to} ({how})"),
            Fate::Carried { on } => write!(f, "carried on {on}"),
            Fate::Dropped { why } => write!(f, "dropped ({why})"),
            Fate::Lost => f.write_str("LOST"),
        }
    }
}

/// Visits the simple values in a value, each with its path; `null` is none.
pub(super) fn each_leaf(value: &Value, path: String, visit: &mut dyn FnMut(String, &Value)) {
    match value {
        Value::Null => {}
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| each_leaf(value, format!("{path}[{i}]"), visit));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| each_leaf(value, format!("{path}.{name}"), visit));
        }
        leaf => visit(path, leaf),
    }
}
