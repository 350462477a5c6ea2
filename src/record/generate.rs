//! Random valid records, for property tests and measurements. The same randomness gives the same record.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    Record,
    base::{Dated, ElementId, ElementRef},
    classification::{Category, ClassLevel},
    part::{NodeMut, Part, Place},
};
use crate::{
    time::WireTime,
    world::{Entropy, NoEntropy},
};

/// A record with content in all field groups. It reads back equal, follows the schema, has distinct element ids and
/// references that resolve, and no finding of severity error.
///
/// # Errors
/// When `entropy` has none to give; 8 bytes are drawn.
pub fn record(entropy: &dyn Entropy) -> Result<Record, NoEntropy> {
    let mut seed = [0; 8];
    entropy.fill(&mut seed)?;
    let mut generator = Generator::new(u64::from_be_bytes(seed));
    let mut record = Record::generate(&mut generator);
    settle(&mut record, &mut generator);
    Ok(record)
}

/// The stream of choices that a generated value is made from.
#[derive(Debug)]
pub struct Generator {
    state: u64,
    depth: u32,
    budget: u32,
}

impl Generator {
    /// Longest list that is generated.
    pub const LONGEST_LIST: usize = 3;

    /// Groups that one member of the record may hold in all; keeps a record at some tens of KiB.
    const BUDGET: u32 = 60;

    fn new(seed: u64) -> Self {
        Generator { state: seed, depth: 0, budget: Self::BUDGET }
    }

    /// Makes a group; deeper ones are sparser.
    pub fn inside<T>(&mut self, make: impl FnOnce(&mut Generator) -> T) -> T {
        self.depth += 1;
        self.budget = self.budget.saturating_sub(1);
        let made = make(self);
        self.depth -= 1;
        made
    }

    /// Whether an optional part or one more list item is made.
    pub fn goes_on(&mut self) -> bool {
        let sixteenths = match self.depth {
            0 | 1 => {
                self.budget = Self::BUDGET;
                12
            }
            _ if self.budget == 0 => 0,
            2 => 9,
            3 => 6,
            4 => 4,
            5..=9 => 3,
            _ => 0,
        };
        self.below(16) < sixteenths
    }

    /// A number from 0 to below `bound`; 0 when that is 0. Slightly uneven, which is of no matter here.
    pub fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64: a hash per number would take most of the time of a property test
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(bound).unwrap_or_default()
    }

    /// One of the items.
    ///
    /// # Panics
    /// When there is none; every vocabulary has one.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// One of the sample texts, as a value.
    pub fn sample<T>(&mut self, samples: &[&str], make: fn(String) -> T) -> T {
        make((*self.pick(samples)).to_owned())
    }

    /// A random UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        let halves = (self.below(u64::MAX), self.below(u64::MAX));
        uuid::Builder::from_random_bytes(Uuid::from_u64_pair(halves.0, halves.1).into_bytes()).into_uuid()
    }

    /// A word of letters that no vocabulary has.
    pub fn word(&mut self) -> String {
        let letters = self.below(8) + 1;
        "x-".chars().chain((0..letters).map(|_| char::from(b'a' + self.below(26) as u8))).collect()
    }

    /// A text: words, and now and then what trips a writer. Every character may stand in XML 1.0.
    pub fn text(&mut self) -> String {
        const ODD: &[&str] = &[
            "\"", "\\", "]]>", "<&>", "\n", "\t", "é", "漢字", "😀", "\u{2028}", "'", "\u{feff}", "{}", " ", "/*", "%s",
        ];
        let pieces = self.below(5) + 1;
        (0..pieces).map(|_| if self.below(4) == 0 { (*self.pick(ODD)).to_owned() } else { self.word() }).collect()
    }

    /// A time, in one of the forms that occur.
    pub fn time(&mut self) -> WireTime {
        let second = 1_700_000_000 + self.below(100_000_000) as i64;
        let instant = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let digits = [0, 0, 0, 3, 6, 9][self.below(6) as usize];
        let utc = WireTime::with_precision(instant, digits);
        let zone = *self.pick(&["Z", "Z", "Z", "+01:00", "-08:00", "+05:45", ""]);
        utc.as_str().replace('Z', zone).parse().unwrap_or(utc)
    }
}

/// Makes of random parts a record that keeps the rules over several fields.
fn settle(record: &mut Record, generator: &mut Generator) {
    name_elements(record, generator);
    sort_times(record);
    let later = record.created.clone().filter(|_| record.modified.is_some());
    if let (Some(created), Some(modified)) = (later, record.modified.as_mut()) {
        *modified = created;
    }
    for event in &mut record.events {
        // a tree: each event below the one before it or at the top
        event.parent = None;
    }
    for index in 1..record.events.len() {
        let parent = ElementRef::from(&record.events[index - 1].id);
        record.events[index].parent = (generator.below(2) == 0).then_some(parent);
    }
    for (index, entry) in record.timeline.iter_mut().enumerate() {
        entry.seq = Some(index as u64 + 1);
    }
    if let Some(e409) = &mut record.e409 {
        e409.class = match e409.category {
            Some(Category::Incident) => ClassLevel::new(1),
            Some(Category::SecurityIncident) => ClassLevel::new(generator.below(4) as u8 + 1),
            _ => None,
        };
    }
}

/// Gives every element its own id and lets every reference point to one of them.
fn name_elements(record: &mut Record, generator: &mut Generator) {
    let mut counts: HashMap<usize, u64> = HashMap::new();
    let mut ids: Vec<ElementId> = Vec::new();
    record.visit_mut(&mut Place::default(), &mut |at, node| {
        if let NodeMut::Element(id) = node {
            let depth = at.segments().len();
            let count = counts.entry(depth).or_default();
            *count += 1;
            if let Ok(made) = format!("e{depth}-{count}").parse::<ElementId>() {
                *id = made;
            }
            ids.push(id.clone());
        }
    });
    if ids.is_empty() {
        return;
    }
    record.visit_mut(&mut Place::default(), &mut |_, node| {
        if let NodeMut::Reference(reference) = node {
            *reference = ElementRef::from(generator.pick(&ids));
        }
    });
}

/// One base time for all dates with a zone: equal times break no order. The text and fidelity stay random.
fn sort_times(record: &mut Record) {
    let base = record.created.clone();
    record.visit_mut(&mut Place::default(), &mut |_, node| {
        if let NodeMut::Dated(Dated { at, zone, .. }) = node {
            if at.as_ref().is_some_and(|at| at.zone() != crate::time::Zone::Unknown) {
                at.clone_from(&base);
            }
            *zone = None;
        }
    });
}
