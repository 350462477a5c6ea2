//! Which parts of a record and of the one that is read again stand for one another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::units::{Group, Unit, locate, units};
use crate::translate::ledger::Entry;

/// Parts of both sides that stand for one another.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub mine: Vec<Unit>,
    pub theirs: Vec<Unit>,
    /// Whether they say the same.
    pub same: bool,
}

/// Which parts of the records have become which parts of those that are read again.
pub(super) struct Told(BTreeMap<usize, BTreeSet<(Unit, Unit)>>);

impl Told {
    /// By the accounts of the ways there and back.
    pub fn of(mine: &[Group], account: &[Entry], theirs: &[Group], back: &[Entry]) -> Self {
        let mut leads: BTreeMap<&str, (usize, Unit)> = BTreeMap::new();
        for entry in back {
            if let Some((number, unit, _)) = entry.fate.place().and_then(|place| locate(place, theirs)) {
                leads.insert(&entry.path, (number, unit));
            }
        }
        let mut pairs: BTreeMap<usize, BTreeSet<(Unit, Unit)>> = BTreeMap::new();
        for entry in account {
            let Some(place) = entry.fate.place().filter(|place| place.starts_with("/IODEF-Document")) else { continue };
            // These two are about the whole.
            let is_part = |unit: &Unit| !["id", "kind"].contains(&unit.member.as_str());
            let found = locate(&entry.path, mine).filter(|(_, unit, _)| is_part(unit));
            let Some((number, unit, _)) = found else { continue };
            for (path, (theirs, other)) in leads.range(place..) {
                let Some(rest) = path.strip_prefix(place) else { break };
                if *theirs == number && (rest.is_empty() || rest.starts_with(['/', '['])) {
                    pairs.entry(number).or_default().insert((unit.clone(), other.clone()));
                }
            }
        }
        Told(pairs)
    }

    /// The parts of both sides, together where one has to do with the other; `is_own` is for what only a reader has.
    pub fn sets(&self, number: usize, mine: &Group, theirs: &Group, is_own: impl Fn(&Unit) -> bool) -> Vec<Set> {
        let mut sets = Vec::new();
        let mut others: BTreeMap<(String, String), Vec<Unit>> = BTreeMap::new();
        for (unit, value) in units(theirs).into_iter().rev().filter(|(unit, _)| !is_own(unit)) {
            others.entry(said(&unit, value)).or_default().push(unit);
        }
        // What says the same is the same, wherever it stands.
        let mut left = Vec::new();
        for (unit, value) in units(mine) {
            match others.get_mut(&said(&unit, value)).and_then(Vec::pop) {
                Some(other) => sets.push(Set { mine: vec![unit], theirs: vec![other], same: true }),
                None => left.push(unit),
            }
        }
        let mut others: Vec<Unit> = others.into_values().flatten().collect();
        others.sort();
        let mut together = Together((0..left.len() + others.len()).collect());
        // One member on both sides is one thing, whichever way it went.
        let alike = left.iter().filter(|unit| unit.index.is_none()).map(|unit| (unit, unit));
        let told = self.0.get(&number).into_iter().flatten().map(|(from, to)| (from, to));
        for (from, to) in told.chain(alike) {
            if let (Ok(from), Ok(to)) = (left.binary_search(from), others.binary_search(to)) {
                together.join(from, left.len() + to);
            }
        }
        let mut joined: BTreeMap<usize, Set> = BTreeMap::new();
        for (i, unit) in left.iter().enumerate() {
            joined.entry(together.first(i)).or_default().mine.push(unit.clone());
        }
        for (i, unit) in others.iter().enumerate() {
            joined.entry(together.first(left.len() + i)).or_default().theirs.push(unit.clone());
        }
        sets.extend(joined.into_values());
        sets
    }
}

fn said(unit: &Unit, value: &Json) -> (String, String) {
    (unit.member.clone(), value.to_string())
}

/// Numbers that belong together: each leads to a lower one, or is the first.
struct Together(Vec<usize>);

impl Together {
    fn first(&mut self, one: usize) -> usize {
        let mut now = one;
        while let Some(next) = self.0.get(now).copied().filter(|next| *next != now) {
            now = next;
        }
        if let Some(place) = self.0.get_mut(one) {
            *place = now;
        }
        now
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(place) = self.0.get_mut(one.max(other)) {
            *place = one.min(other);
        }
    }
}
