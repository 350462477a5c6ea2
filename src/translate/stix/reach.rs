//! Which objects of a document belong to which of its incidents (record model §0a).

use std::collections::{BTreeSet, HashMap};

use super::tree::members;
use crate::{
    digest::Digest,
    json::{Data, Value},
};

/// Types that say something about other objects: whoever reaches one of those reaches them.
const ABOUT: &[&str] =
    &["relationship", "sighting", "note", "opinion", "report", "grouping", "observed-data", "language-content"];

/// References that say who made an object or how it is marked, and nothing of what it is about.
const OF_ALL: &[&str] = &["created_by_ref", "object_marking_refs", "marking_ref"];

/// The objects of a record: the one that it is made of, if there is one, and the others in their order.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub frame: Option<usize>,
    pub others: Vec<usize>,
}

/// How many times over the objects of a document may be shared among its records: a document in which each incident reaches
/// all objects would else make records of its size squared. Beyond it an object is in the first of them only.
const SHARED: usize = 16;

/// How many objects that belong to no incident are one record. A feed of more makes several, each of which a person can
/// work with and a machine can hold.
pub(in crate::translate) const PACK: usize = 2_000;

/// What more objects than this refer to, or what refers to more, holds nothing together: it would be most of the document.
const HUB: usize = 256;

/// What refers to what in a document. Memory is about 100 bytes for each object.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// A number for each id that is met, by the first half of its digest.
    names: HashMap<u128, u32>,
    /// The objects, each with the number of its id.
    bearers: Vec<Option<u32>>,
    /// Where the references of each object begin.
    starts: Vec<usize>,
    /// What is referred to, and whether it is what the object is about.
    references: Vec<(u32, bool)>,
}

impl Links {
    /// Takes note of the next object.
    pub fn note(&mut self, object: &Value<'static>) {
        self.starts.push(self.references.len());
        let bearer = id(object).map(|id| self.name(id));
        self.bearers.push(bearer);
        let kind = object.get("type").and_then(|kind| kind.as_str().ok());
        let says_of_others = kind.is_some_and(|kind| ABOUT.contains(&kind));
        refs(object, &mut |name, to| {
            let to = self.name(to);
            self.references.push((to, says_of_others && !OF_ALL.contains(&name)));
        });
    }

    /// A number for the id of each object, in their order.
    pub fn bearers(&self) -> &[Option<u32>] {
        &self.bearers
    }

    fn name(&mut self, id: &str) -> u32 {
        let digest = Digest::of(id.as_bytes());
        let half = digest.as_bytes().first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half));
        // Each name is met in at least four bytes of a document that fits a file.
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        *self.names.entry(half).or_insert(next)
    }

    /// Sorts the objects by the frames from which they are reached. What is reached from none comes last.
    pub fn sort(self, frames: &[usize]) -> Vec<Reached> {
        let names = self.names.len();
        let bearers = self.bearers.iter().enumerate().filter_map(|(i, name)| Some(((*name)?, i)));
        let about = (0..self.bearers.len())
            .flat_map(|i| self.from(i).iter().filter(|(_, about)| *about).map(move |(name, _)| (*name, i)));
        let graph = Graph { bearers: Lists::of(names, bearers), about: Lists::of(names, about), links: &self };
        let count = self.bearers.len();
        let mut is_frame = vec![false; count];
        frames.iter().for_each(|frame| is_frame[*frame] = true);
        let mut found: Vec<Reached> = Vec::new();
        let mut is_reached = is_frame.clone();
        let mut left = SHARED * count;
        for frame in frames {
            let others = graph.reached(*frame, &is_frame, &mut left);
            others.iter().for_each(|other| is_reached[*other] = true);
            found.push(Reached { frame: Some(*frame), others: others.into_iter().collect() });
        }
        let rest: Vec<usize> = (0..count).filter(|one| !is_reached[*one]).collect();
        let packs = if rest.len() <= PACK { vec![rest] } else { graph.packs(rest, is_reached, &is_frame, left) };
        found.extend(packs.into_iter().filter(|pack| !pack.is_empty()).map(|others| Reached { frame: None, others }));
        found
    }

    fn from(&self, object: usize) -> &[(u32, bool)] {
        let start = self.starts.get(object).copied().unwrap_or_default();
        let end = self.starts.get(object + 1).copied().unwrap_or(self.references.len());
        self.references.get(start..end).unwrap_or_default()
    }
}

/// Objects by names, in their order.
struct Lists {
    starts: Vec<usize>,
    objects: Vec<u32>,
}

impl Lists {
    fn of(names: usize, pairs: impl Iterator<Item = (u32, usize)> + Clone) -> Self {
        let mut starts = vec![0; names + 1];
        pairs.clone().for_each(|(name, _)| starts[name as usize + 1] += 1);
        for i in 0..names {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut objects = vec![0; starts[names]];
        for (name, object) in pairs {
            let place = &mut next[name as usize];
            objects[*place] = u32::try_from(object).unwrap_or(u32::MAX);
            *place += 1;
        }
        Lists { starts, objects }
    }

    fn get(&self, name: u32) -> impl ExactSizeIterator<Item = usize> {
        let name = name as usize;
        self.objects[self.starts[name]..self.starts[name + 1]].iter().map(|object| *object as usize)
    }
}

struct Graph<'l> {
    /// The objects of a name.
    bearers: Lists,
    /// The objects that say something about what has a name.
    about: Lists,
    links: &'l Links,
}

impl Graph<'_> {
    /// What is reached from a frame.
    fn reached(&self, frame: usize, is_frame: &[bool], left: &mut usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut seen: BTreeSet<(u32, bool)> = BTreeSet::new();
        let mut next = vec![frame];
        while let Some(now) = next.pop() {
            // What has the same name is reached once.
            let to = self.links.from(now).iter().map(|(name, _)| *name).filter(|name| seen.insert((*name, false)));
            let to: Vec<u32> = to.collect();
            let of = self.links.bearers[now].filter(|name| seen.insert((*name, true)));
            let all = to.into_iter().flat_map(|name| self.bearers.get(name));
            for other in all.chain(of.into_iter().flat_map(|name| self.about.get(name))) {
                // One incident is no part of another.
                if *left > 0 && !is_frame[other] && reached.insert(other) {
                    *left -= 1;
                    next.push(other);
                }
            }
        }
        reached
    }

    /// Divides what belongs to no incident: things that have to do with one another stay together, as far as there is room;
    /// what several packs refer to is in each of them.
    fn packs(&self, rest: Vec<usize>, mut is_taken: Vec<bool>, is_frame: &[bool], mut left: usize) -> Vec<Vec<usize>> {
        let mut packs = Vec::new();
        let mut pack: BTreeSet<usize> = BTreeSet::new();
        for seed in rest {
            if is_taken[seed] {
                continue;
            }
            if pack.len() >= PACK {
                packs.push(std::mem::take(&mut pack).into_iter().collect());
            }
            is_taken[seed] = true;
            pack.insert(seed);
            let mut next = vec![(seed, true)];
            while let Some((now, is_new)) = next.pop() {
                let to = self.links.from(now);
                let to = if to.len() > HUB { &[] } else { to };
                for other in to.iter().flat_map(|(name, _)| self.bearers.get(*name).take(HUB)) {
                    let is_new = !is_taken[other];
                    let room = pack.len() < 2 * PACK && (is_new || left > 0);
                    if room && !is_frame[other] && pack.insert(other) {
                        left -= usize::from(!is_new);
                        is_taken[other] = true;
                        next.push((other, is_new));
                    }
                }
                // What is there a second time has its company where it was first.
                let about = self.links.bearers[now].filter(|_| is_new).map(|name| self.about.get(name));
                for other in about.filter(|about| about.len() <= HUB).into_iter().flatten() {
                    if pack.len() < 2 * PACK && !is_taken[other] && pack.insert(other) {
                        is_taken[other] = true;
                        next.push((other, true));
                    }
                }
            }
        }
        packs.push(pack.into_iter().collect());
        packs
    }
}

/// The id of an object.
pub(super) fn id<'v>(object: &'v Value<'static>) -> Option<&'v str> {
    object.get("id")?.as_str().ok()
}

/// Tells of each reference in a value, with the name of its property.
fn refs<'v>(value: &'v Value<'static>, tell: &mut dyn FnMut(&'v str, &'v str)) {
    for member in members(value) {
        let name = member.key.as_ref();
        let is_ref = name.ends_with("_ref") || name.ends_with("_refs");
        match &member.value.data {
            Data::String(text) if is_ref => tell(name, text.as_ref()),
            Data::Array(list) if is_ref => {
                list.iter().filter_map(|one| one.as_str().ok()).for_each(|text| tell(name, text));
            }
            Data::Array(list) => list.iter().for_each(|one| refs(one, tell)),
            Data::Object(_) => refs(&member.value, tell),
            _ => {}
        }
    }
}
