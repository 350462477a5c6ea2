//! A cell of the page: what became of one thing, over all accounts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::translate::Fate;

/// More places than these are shown by their last steps.
const PLACES: usize = 4;

/// More reasons than these are left to what is around.
const REASONS: usize = 3;

/// Each end that leaves of one kind came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    kept: BTreeSet<String>,
    moved: BTreeSet<String>,
    coarsened: BTreeMap<String, BTreeSet<String>>,
    /// What carries it, and why nothing else does.
    carried: BTreeMap<String, BTreeSet<String>>,
    dropped: BTreeSet<String>,
}

impl Cell {
    /// Adds an end, with the place as the page names it.
    pub fn add(&mut self, fate: &Fate, place: impl Fn(&str) -> String) {
        match fate {
            Fate::Kept { to } => _ = self.kept.insert(place(to)),
            Fate::Moved { to } => _ = self.moved.insert(place(to)),
            Fate::Coarsened { to, how } => _ = self.coarsened.entry(plainly(how)).or_default().insert(place(to)),
            Fate::Carried { on } => _ = self.carried.entry(place(on)).or_default(),
            Fate::Dropped { why } => _ = self.dropped.insert(plainly(why)),
            Fate::Lost => panic!("something is lost"),
        }
    }

    /// Adds what `by` carries because of this.
    pub fn add_carried(&mut self, by: &str, why: &str) {
        let reasons = self.carried.entry(by.to_owned()).or_default();
        reasons.extend(Some(plainly(why)).filter(|why| !why.is_empty()));
    }

    /// Whether nothing was ever added.
    pub fn is_empty(&self) -> bool {
        *self == Cell::default()
    }

    /// Every reason in it.
    pub fn reasons(&self) -> BTreeSet<&str> {
        self.dropped.iter().chain(self.carried.values().flatten()).map(String::as_str).collect()
    }

    /// The same without reasons that `others` have too, which are those of what is around, where there are many.
    pub fn own(mut self, others: &[&Cell]) -> Cell {
        if self.reasons().len() <= REASONS {
            return self;
        }
        let around: BTreeSet<String> = others.iter().flat_map(|other| other.reasons()).map(str::to_owned).collect();
        for reasons in self.carried.values_mut().chain([&mut self.dropped]) {
            let before = reasons.len();
            reasons.retain(|why| !around.contains(why));
            if reasons.len() < before {
                reasons.insert("as what is around it".to_owned());
            }
        }
        self
    }

    pub fn merge(&mut self, other: &Cell) {
        self.kept.extend(other.kept.iter().cloned());
        self.moved.extend(other.moved.iter().cloned());
        self.dropped.extend(other.dropped.iter().cloned());
        for (mine, theirs) in [(&mut self.coarsened, &other.coarsened), (&mut self.carried, &other.carried)] {
            for (key, values) in theirs {
                mine.entry(key.clone()).or_default().extend(values.iter().cloned());
            }
        }
    }
}

/// A reason without the values that it names.
fn plainly(why: &str) -> String {
    for about in ["superseded at ", "not a digest ", "the format takes "] {
        if why.starts_with(about) {
            return format!("{about}…");
        }
    }
    why.to_owned()
}

/// Places that differ in where the class stands are shown by less and less of it.
fn places(all: &BTreeSet<String>) -> String {
    let shorter = |keep: usize| -> BTreeSet<String> {
        let cut = |place: &String| {
            let between = if place.contains('/') { "/" } else { "." };
            let steps: Vec<&str> = place.split(between).collect();
            match steps.len() > keep {
                true => format!("…{between}{}", steps[steps.len() - keep..].join(between)),
                false => place.clone(),
            }
        };
        all.iter().map(cut).collect()
    };
    let blocks = |places: &BTreeSet<String>| -> BTreeSet<String> {
        let block = |place: &String| match place.contains("AdditionalData") {
            true => "(our AdditionalData)".to_owned(),
            false => place.clone(),
        };
        places.iter().map(block).collect()
    };
    let tries = [all.clone(), shorter(2), blocks(all), blocks(&shorter(2)), blocks(&shorter(1))];
    let shown = tries.iter().find(|places| places.len() <= PLACES).unwrap_or(&tries[4]);
    let list: Vec<String> = shown.iter().map(|place| named(place)).collect();
    list.join(", ")
}

/// What is no place is said in words.
fn named(place: &str) -> String {
    match place.strip_prefix('(') {
        Some(words) => words.trim_end_matches(')').to_owned(),
        None => format!("`{place}`"),
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let (places_of, words): (BTreeSet<String>, BTreeSet<String>) =
            self.kept.iter().cloned().partition(|place| !place.starts_with('('));
        for kept in [places_of, words] {
            if !kept.is_empty() {
                parts.push(places(&kept));
            }
        }
        if !self.moved.is_empty() {
            parts.push(format!("moved: {}", places(&self.moved)));
        }
        parts.extend(self.coarsened.iter().map(|(how, to)| format!("coarsened: {}: {how}", places(to))));
        parts.extend(self.carried.iter().map(|(by, why)| match why.is_empty() {
            true => format!("carried: {}", named(by)),
            false => format!("carried: {}: {}", named(by), why.iter().cloned().collect::<Vec<_>>().join("; ")),
        }));
        parts.extend(self.dropped.iter().map(|why| format!("dropped: {why}")));
        let text = if parts.is_empty() { "**never met**".to_owned() } else { parts.join("<br>") };
        f.write_str(&text.replace('|', "\\|"))
    }
}
