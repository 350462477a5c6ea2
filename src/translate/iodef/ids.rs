//! Ids that came with documents (RFC 7970 §3.3.2 `observable-id`) and the `uid-ref`s to them. Each was unique in its document;
//! in one that is made of several, an id that another thing has already is written under another name.
//!
//! While incidents are made, a stand-in is put where such an id goes. When all are made, each gets its own name back if it
//! is free, and references follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    class::{self, Fields, Path, Slot, View, ViewMut},
    iodef::{IndicatorId, IodefDocument},
    translate::{
        iodef::taken::{Came, Context},
        ledger::Fate,
    },
};

/// Where an id stands, and where a reference to one does.
const PLACES: [(&str, bool); 2] = [("observable-id", false), ("uid-ref", true)];

/// What stand-ins begin with; behind it is the index in [`Context::came`].
const STAND_IN: &str = "stand-in-";

/// Whether the place of some residue is for an id, and then whether for a reference to one.
pub(in crate::translate) fn place(path: &str) -> Option<bool> {
    let attribute = path.rsplit('/').next()?.strip_prefix('@')?;
    PLACES.iter().find(|(name, _)| *name == attribute).map(|(_, refers)| *refers)
}

/// What stands for the id of this index for the time being.
pub(in crate::translate) fn stand_in(index: usize) -> String {
    format!("{STAND_IN}{index}")
}

/// The number of a part of the document (0 for its own blocks, then its incidents), and the index of an id there.
type Key = (usize, usize);

/// Gives all ids their names and ends them in the accounts: of the document itself, then of each incident.
pub(super) fn settle(made: &mut IodefDocument, contexts: &[Context]) {
    let came: Vec<Vec<Came>> = contexts.iter().map(|cx| cx.came.take()).collect();
    if came.iter().all(Vec::is_empty) {
        return;
    }
    let names = Names::give(made, &came);
    // What is written in several places has a name in each.
    let mut left = names.all.clone();
    let mut fates: BTreeMap<Key, Fate> = BTreeMap::new();
    each_place(made, &mut |key, refers, slot| {
        let Some(one) = came.get(key.0).and_then(|came| came.get(key.1)) else { return };
        let name = match refers {
            true => names.meant(key, one, &came),
            false => left.get_mut(&key).and_then(VecDeque::pop_front).ok_or("it is not there"),
        };
        let fate = match &name {
            Ok(name) if *name == one.id => Fate::Kept { to: one.to.clone() },
            Ok(name) => {
                Fate::Coarsened { to: one.to.clone(), how: format!("written as {name}: another thing has the id here") }
            }
            Err(why) => Fate::Dropped { why: (*why).to_owned() },
        };
        match (name, slot.get_mut(0).map(|node| node.view_mut())) {
            (Ok(name), Some(ViewMut::Simple(simple))) => _ = simple.set(&name),
            _ => slot.pop(),
        }
        fates.entry(key).or_insert(fate);
    });
    for (part, (came, cx)) in came.into_iter().zip(contexts).enumerate() {
        for (index, one) in came.into_iter().enumerate() {
            let why = "what it stands on is not written".to_owned();
            cx.ledger.end(one.at, fates.remove(&(part, index)).unwrap_or(Fate::Dropped { why }));
        }
    }
}

/// The names of all ids.
struct Names {
    all: BTreeMap<Key, VecDeque<String>>,
    /// Who has come with an id.
    bearers: BTreeMap<String, Vec<Key>>,
}

impl Names {
    /// Each id keeps its name, save those that another thing had before.
    fn give(made: &mut IodefDocument, came: &[Vec<Came>]) -> Self {
        let mut names = Names { all: BTreeMap::new(), bearers: BTreeMap::new() };
        let mut given = indicators(made);
        let mut in_use: BTreeSet<String> = came.iter().flatten().map(|one| one.id.clone()).collect();
        in_use.extend(given.iter().cloned());
        let mut next: BTreeMap<String, usize> = BTreeMap::new();
        each_place(made, &mut |key, refers, _| {
            let Some(one) = came.get(key.0).and_then(|came| came.get(key.1)).filter(|_| !refers) else { return };
            let mut name = one.id.clone();
            if !given.insert(name.clone()) {
                let number = next.entry(one.id.clone()).or_insert(1);
                while !in_use.insert(name.clone()) {
                    *number += 1;
                    name = format!("{}-{number}", one.id);
                }
            }
            let own = names.all.entry(key).or_default();
            if own.is_empty() {
                names.bearers.entry(one.id.clone()).or_default().push(key);
            }
            own.push_back(name);
        });
        names
    }

    /// The name of what a reference means: a thing that came in the same document, best in the same incident.
    fn meant(&self, key: Key, one: &Came, came: &[Vec<Came>]) -> Result<String, &'static str> {
        // An indicator keeps its id; an id that is nowhere is for the writer to find.
        let Some(bearers) = self.bearers.get(&one.id) else { return Ok(one.id.clone()) };
        let document = |bearer: &Key| came.get(bearer.0).and_then(|came| came.get(bearer.1)?.document.as_deref());
        let own = one.document.as_deref();
        let mut meant: Vec<&Key> = bearers.iter().collect();
        if own.is_some() {
            meant.retain(|bearer| document(bearer).is_none_or(|other| Some(other) == own));
        }
        narrow(&mut meant, |bearer| document(bearer) == own);
        narrow(&mut meant, |bearer| bearer.0 == key.0);
        match meant.as_slice() {
            [] => Err("what it refers to is not in the document"),
            [bearer] => self.all.get(bearer).and_then(|names| names.front().cloned()).ok_or("it is not there"),
            _ => Err("several things came with the id that it refers to, and none says from which document"),
        }
    }
}

/// Keeps those that fit, if there are any.
fn narrow(keys: &mut Vec<&Key>, fits: impl Fn(&Key) -> bool) {
    if keys.iter().any(|key| fits(key)) {
        keys.retain(|key| fits(key));
    }
}

/// The ids of indicators, which are their own wherever they are written.
fn indicators(made: &mut IodefDocument) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    each_class(made, &mut |_, class| {
        if let Some(IndicatorId { id: Some(id), .. }) = class.any().downcast_ref() {
            ids.insert(id.to_string());
        }
    });
    ids
}

/// Visits each stand-in: which it is, whether it refers, and the field.
fn each_place(made: &mut IodefDocument, visit: &mut dyn FnMut(Key, bool, &mut dyn Slot)) {
    each_class(made, &mut |part, class| {
        for (name, refers) in PLACES {
            let index = class.def().fields.iter().position(|field| field.name == name);
            let Some(slot) = index.and_then(|index| class.slot_mut(index)) else { continue };
            let index = match slot.get(0).map(|node| node.view()) {
                Some(View::Simple(simple)) => simple.text().strip_prefix(STAND_IN).and_then(|text| text.parse().ok()),
                _ => None,
            };
            if let Some(index) = index {
                visit((part, index), refers, slot);
            }
        }
    });
}

/// Visits each class with the number of its part, always in the same order.
fn each_class(made: &mut IodefDocument, visit: &mut dyn FnMut(usize, &mut dyn Fields)) {
    let root = Path::root("IODEF-Document");
    for block in &mut made.additional_data {
        class::each_class(block, &root, &mut |class, _| visit(0, class));
    }
    for (i, incident) in made.incident.iter_mut().enumerate() {
        class::each_class(incident, &root, &mut |class, _| visit(i + 1, class));
    }
}
