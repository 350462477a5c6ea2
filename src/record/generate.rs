//! Random valid records, for property tests and measurements. The same randomness gives the same record.

use uuid::Uuid;

use super::{
    base::{ElementId, ElementRef},
    classification::{Category, ClassLevel, Status},
    forms::Impact,
    intake::ReporterMode,
    part::{NodeMut, Part, Place, Segment},
    references::{elements, targets},
    root::Record,
};
use crate::{
    time::{WireTime, Zone, ZoneState},
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
    name_elements(record);
    link_elements(record, generator);
    settle_times(record);
    for index in 0..record.events.len() {
        // each event lies below the one before it or at the top: a tree
        let before = index.checked_sub(1).map(|before| ElementRef::from(&record.events[before].id));
        record.events[index].parent = before.filter(|_| generator.below(2) == 0);
    }
    for (index, entry) in record.timeline.iter_mut().enumerate() {
        entry.seq = Some(index as u64 + 1);
    }
    for evidence in &mut record.evidence {
        evidence.physical = Some(true);
    }
    if let Some(Impact { confidentiality, integrity, availability, non_repudiation, destruction }) = &mut record.impact
    {
        let rows = [confidentiality, integrity, availability, non_repudiation, destruction];
        rows.into_iter().flatten().for_each(|row| row.relevant = Some(true));
    }
    if let Some(reporter) = &mut record.reporter
        && reporter.mode == Some(ReporterMode::Anonymous)
    {
        reporter.person = None;
    }
    if record.supersedes.is_some() {
        record.version = Some(2 + generator.below(9));
    }
    if record.status == Some(Status::Closed) {
        record.status = Some(Status::Resolved);
    }
    if let Some(e409) = &mut record.e409 {
        e409.class = match e409.category {
            Some(Category::Incident) => ClassLevel::new(1),
            Some(Category::SecurityIncident) => ClassLevel::new(generator.below(4) as u8 + 1),
            Some(Category::Crisis) => ClassLevel::new(generator.below(3) as u8 + 2),
            _ => None,
        };
    }
    if let Some(crisis) = &mut record.crisis {
        crisis.declared_by.get_or_insert_with(|| generator.word());
        crisis.at.get_or_insert_with(|| generator.time().into());
    } else {
        record.status = record.status.filter(|status| *status != Status::Crisis);
        if let Some(e409) = &mut record.e409 {
            e409.category = e409.category.filter(|category| *category != Category::Crisis);
        }
    }
}

/// Gives every element an id of its own.
fn name_elements(record: &mut Record) {
    let mut count = 0;
    record.visit_mut(&mut Place::default(), &mut |_, node| {
        if let NodeMut::Element(id) = node {
            count += 1;
            id.clone_from(&format!("e{count}").parse().unwrap_or_default());
        }
    });
}

/// Lets every reference point to an element of the right kind, or where there is none to any.
fn link_elements(record: &mut Record, generator: &mut Generator) {
    let elements: Vec<(ElementId, &str)> =
        elements(record).into_iter().map(|(id, member)| (id.clone(), member)).collect();
    let mut elements = elements;
    elements.sort();
    if elements.is_empty() {
        return;
    }
    record.visit_mut(&mut Place::default(), &mut |place, node| {
        if let NodeMut::Reference(reference) = node {
            let wanted = targets(place);
            let fits = |member: &str| wanted.is_none_or(|wanted| wanted.contains(&member));
            let fitting: Vec<&ElementId> = elements.iter().filter(|(_, m)| fits(m)).map(|(id, _)| id).collect();
            let any = &generator.pick(&elements).0;
            let id = if fitting.is_empty() { any } else { generator.pick(&fitting) };
            *reference = ElementRef::from(id);
        }
    });
}

/// All times of the record itself and of its events become the same one, which breaks no order; other times stay. The
/// state of the zone follows the time.
fn settle_times(record: &mut Record) {
    let base = record.created.clone();
    record.modified = record.modified.as_ref().and(base.clone());
    record.visit_mut(&mut Place::default(), &mut |place, node| {
        if let NodeMut::Dated(dated) = node {
            let ordered = matches!(place.segments(), [_] | [Segment::Member("events"), _, _]);
            if ordered {
                dated.at.clone_from(&base);
            }
            dated.zone = dated.at.as_ref().map(|at| match at.zone() {
                Zone::Unknown => ZoneState::Unknown,
                _ => ZoneState::Stated,
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        record::{Node, references, table},
        world::Seeded,
    };

    /// The tests that use generated records see every field: each path down to the fourth member occurs.
    #[test]
    fn all_field_groups_are_filled() {
        let mut missing: BTreeSet<String> =
            table().into_iter().map(|row| row.path).filter(|path| path.matches('.').count() <= 3).collect();
        for seed in 0..160 {
            let value = serde_json::to_value(record(&Seeded::new(seed)).unwrap()).unwrap();
            missing.retain(|path| !is_there(&value, path.split('.').skip(1)));
        }
        assert_eq!(missing, BTreeSet::new());
    }

    fn is_there<'p>(value: &serde_json::Value, mut path: impl Iterator<Item = &'p str> + Clone) -> bool {
        match path.next() {
            None => true,
            Some(member) => match (value.get(member.trim_end_matches("[*]")), member.ends_with("[*]")) {
                (None, _) => false,
                (Some(value), false) => is_there(value, path),
                (Some(list), true) => {
                    list.as_array().is_some_and(|list| list.iter().any(|item| is_there(item, path.clone())))
                }
            },
        }
    }

    #[test]
    fn references_point_to_the_right_kind() {
        let mut seen = BTreeSet::new();
        for seed in 0..40 {
            let record = record(&Seeded::new(seed)).unwrap();
            record.visit(&mut Place::default(), &mut |place, node| {
                if let Node::Reference(_) = node {
                    seen.insert(references::last_member(place).unwrap());
                }
            });
        }
        let free = ["elements", "element", "observable_ref", "anchor"];
        for member in seen {
            let mut place = Place::default();
            place.push(Segment::Member(member));
            assert!(targets(&place).is_some() || free.contains(&member), "{member}");
        }
    }
}
