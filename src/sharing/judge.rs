//! The verdict on each value of a record: what the visibility table, the markings and the agreement say of it.

use std::{collections::HashSet, fmt};

use serde_json::{Map, Value};

use super::{
    agreement::Agreement,
    case::{Case, Forbidden, Leaf, Reference, ancestors, selected},
    deny::DenyEntries,
    guard,
    model::is_required,
    residue,
    rules::{CaseKeys, How, Outcome},
    selector::Selector,
};
use crate::{
    marking::Audience,
    record::{Letter, Record, Segment, Visibility},
};

/// What may leave although its letter is `C`, or although a name is not confirmed: a person will be asked to approve the
/// exact bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Nothing.
    #[default]
    None,
    /// All of it.
    All,
}

/// Why a value stays here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Letter(Letter, Audience),
    Marking(String),
    Removed(usize, String),
    NotAllowed,
    Naming(&'static str),
    Unfit(usize, How, &'static str),
    Target,
    Residue(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Letter(letter @ Letter::Sanitised, to) => {
                write!(f, "{} for {to}: no rule touches it", letter.as_char())
            }
            Why::Letter(letter @ Letter::Consent, to) => write!(f, "{} for {to}: no consent", letter.as_char()),
            Why::Letter(letter, to) => write!(f, "{} for {to}", letter.as_char()),
            Why::Marking(why) => f.write_str(why),
            Why::Removed(index, selector) => write!(f, "remove[{index}] {selector}"),
            Why::NotAllowed => f.write_str("not in allow"),
            Why::Naming(what) => write!(f, "naming guard: {what} is not confirmed"),
            Why::Unfit(index, how, why) => write!(f, "rule[{index}] {}: {why}", how.as_str()),
            Why::Target => f.write_str("what it refers to stays here"),
            Why::Residue(why) => write!(f, "residue: {why}"),
        }
    }
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes as it is.
    Kept,
    /// It goes as this; the rule's place in the list.
    Changed(usize, Value),
    /// It stays here.
    Dropped(Why),
    /// It held an element together of which nothing else goes.
    Vanished,
}

/// The verdicts on a record.
pub(super) struct Verdicts {
    /// In the order of the leaves.
    pub fates: Vec<Fate>,
    /// Leaves that go by consent only, with the reason.
    pub consented: Vec<(usize, String)>,
    /// For each selector of `allow`, of `remove` and of the rules: whether it selected anything.
    pub used: [Vec<bool>; 3],
}

/// What judging needs beside the record.
pub(super) struct Bench<'a> {
    pub agreement: &'a Agreement,
    pub consent: &'a Consent,
    pub keys: &'a CaseKeys,
    pub deny: &'a DenyEntries,
}

impl Bench<'_> {
    /// Judges every value, then lets go what nothing holds any more.
    pub fn judge(&self, record: &Record, case: &Case, forbidden: &Forbidden) -> Verdicts {
        let Agreement { out, .. } = self.agreement;
        let select = |selectors: &mut dyn Iterator<Item = &Selector>| -> Vec<HashSet<String>> {
            selectors.map(|selector| selector.pointers(&case.value)).collect()
        };
        let selections = Selections {
            allow: select(&mut out.allow.iter()),
            remove: select(&mut out.remove.iter()),
            rules: select(&mut out.rules.iter().map(|rule| rule.select())),
        };
        let mut verdicts = Verdicts {
            fates: Vec::with_capacity(case.leaves.len()),
            consented: Vec::new(),
            used: [&selections.allow, &selections.remove, &selections.rules]
                .map(|list| list.iter().map(|selection| !selection.is_empty()).collect()),
        };
        for (index, leaf) in case.leaves.iter().enumerate() {
            let mut consented = None;
            let fate = self.leaf(record, case, leaf, forbidden, &selections, &mut consented);
            verdicts.fates.push(fate);
            verdicts.consented.extend(consented.map(|why| (index, why)));
        }
        settle(case, &selections, &mut verdicts.fates);
        residue::settle(case, &selections.touching(case), &mut verdicts.fates);
        let Verdicts { fates, consented, .. } = &mut verdicts;
        consented.retain(|(index, _)| matches!(fates[*index], Fate::Kept | Fate::Changed(..)));
        verdicts
    }

    fn leaf(
        &self,
        record: &Record,
        case: &Case,
        leaf: &Leaf,
        forbidden: &Forbidden,
        selections: &Selections,
        consented: &mut Option<String>,
    ) -> Fate {
        let Agreement { out, .. } = self.agreement;
        let audience = self.agreement.audience();
        let fixed = leaf.visibility == Visibility::Frame || is_required(&leaf.place);
        if fixed || leaf.visibility == Visibility::Structure {
            return Fate::Kept;
        }
        let drop = Fate::Dropped;
        let letter = match leaf.visibility {
            Visibility::Residue => match residue::not_carried(case, leaf, &out.carry) {
                Some(why) => return drop(Why::Residue(why)),
                None => Letter::Yes,
            },
            other => other.letter(audience),
        };
        if let Letter::Aggregate | Letter::Never = letter {
            return drop(Why::Letter(letter, audience));
        }
        if let Some(why) = forbidden.why(&leaf.pointer) {
            return drop(Why::Marking(why.to_owned()));
        }
        if let Some(index) = selections.remove.iter().position(|selection| selected(selection, &leaf.pointer)) {
            return drop(Why::Removed(index, out.remove[index].as_str().to_owned()));
        }
        if !selections.allow.iter().any(|selection| selected(selection, &leaf.pointer)) {
            return drop(Why::NotAllowed);
        }
        let consents = *self.consent == Consent::All;
        if letter == Letter::Consent {
            if !consents {
                return drop(Why::Letter(letter, audience));
            }
            *consented = Some(format!("{} for {audience}", letter.as_char()));
        }
        if let Some(what) = guard::unconfirmed(record, case, leaf) {
            if !consents {
                return drop(Why::Naming(what));
            }
            *consented = Some(format!("naming guard: {what} is not confirmed"));
        }
        // Residue is markup of another format: no rule can make it harmless, and a rule that selects it removes it.
        let rule = selections.rules.iter().position(|selection| selected(selection, &leaf.pointer));
        match rule.filter(|_| leaf.visibility != Visibility::Residue) {
            Some(index) => self.rewrite(case, leaf, index),
            None if letter == Letter::Sanitised => drop(Why::Letter(letter, audience)),
            None => Fate::Kept,
        }
    }

    fn rewrite(&self, case: &Case, leaf: &Leaf, index: usize) -> Fate {
        let rule = &self.agreement.out.rules[index];
        // Ids of elements stay, so a reference has nothing that a rule could change.
        if leaf.reference.is_some() {
            return match rule.how() {
                How::Mask => Fate::Changed(index, case.at(leaf).clone()),
                how => Fate::Dropped(Why::Unfit(index, how, "a reference")),
            };
        }
        match rule.apply(case.at(leaf), self.keys, self.deny) {
            Outcome::Value(value) if &value == case.at(leaf) || fits(leaf, &value) => Fate::Changed(index, value),
            Outcome::Value(_) => {
                Fate::Dropped(Why::Unfit(index, rule.how(), "what it makes is no value of this field"))
            }
            Outcome::Unfit(why) => Fate::Dropped(Why::Unfit(index, rule.how(), why)),
        }
    }
}

/// What the selectors select in this record, by pointer.
struct Selections {
    allow: Vec<HashSet<String>>,
    remove: Vec<HashSet<String>>,
    rules: Vec<HashSet<String>>,
}

impl Selections {
    /// Whether an element as such may go.
    fn admit(&self, element: &str) -> bool {
        let any = |selections: &[HashSet<String>]| selections.iter().any(|selection| selected(selection, element));
        any(&self.allow) && !any(&self.remove)
    }

    /// For each leaf, whether a rule or a removal touches it.
    fn touching(&self, case: &Case) -> Vec<bool> {
        let touches =
            |leaf: &Leaf| self.remove.iter().chain(&self.rules).any(|selection| selected(selection, &leaf.pointer));
        case.leaves.iter().map(touches).collect()
    }
}

/// Whether a record can have this value at this place: reads a record that has nothing else.
fn fits(leaf: &Leaf, value: &Value) -> bool {
    let inside = leaf.place.segments().iter().rev().fold(value.clone(), |value, segment| match segment {
        Segment::Member(name) => Value::Object(Map::from_iter([((*name).to_owned(), value)])),
        Segment::Index(_) => Value::Array(vec![value]),
    });
    let Value::Object(mut record) = inside else { return false };
    record.insert("id".to_owned(), "00000000-0000-4000-8000-000000000000".into());
    record.insert("kind".to_owned(), "event".into());
    serde_json::from_value::<Record>(Value::Object(record)).is_ok()
}

/// Lets go what nothing holds: references to what stays here, and elements of which only their frame is left. An element
/// goes when a fact in it goes, when a reference of it leads to one that goes, or when it holds such elements together
/// and is itself allowed.
fn settle(case: &Case, selections: &Selections, fates: &mut [Fate]) {
    let goes = |fate: &Fate| matches!(fate, Fate::Kept | Fate::Changed(..));
    let mut alive = Alive { case, elements: HashSet::new() };
    let mut waiting: Vec<(&Leaf, &str, bool)> = Vec::new();
    for (leaf, _) in case.leaves.iter().zip(fates.iter()).filter(|(_, fate)| goes(fate)) {
        match (&leaf.reference, leaf.visibility) {
            (Some(Reference { target: Some(target), container }), _) => {
                waiting.push((leaf, target, *container && selections.admit(target)));
            }
            (Some(_), _) | (None, Visibility::Structure | Visibility::Residue) => {}
            (None, _) => {
                alive.revive(&leaf.owner);
            }
        }
    }
    let mut grown = true;
    while grown {
        grown = false;
        for (leaf, target, container) in &waiting {
            if alive.has(target) && leaf.visibility != Visibility::Structure {
                grown |= alive.revive(&leaf.owner);
            } else if *container && alive.has(&leaf.owner) {
                grown |= alive.revive(target);
            }
        }
    }
    for (leaf, fate) in case.leaves.iter().zip(fates) {
        let resolves = |reference: &Reference| reference.target.as_deref().is_some_and(|target| alive.has(target));
        if goes(fate) && !alive.has(&leaf.owner) {
            *fate = Fate::Vanished;
        } else if goes(fate) && !leaf.reference.as_ref().is_none_or(resolves) {
            *fate = Fate::Dropped(Why::Target);
        }
    }
}

/// The elements that go.
struct Alive<'c> {
    case: &'c Case,
    elements: HashSet<&'c str>,
}

impl<'c> Alive<'c> {
    /// The record itself always goes.
    fn has(&self, element: &str) -> bool {
        element.is_empty() || self.elements.contains(element)
    }

    /// The element goes, and those around it; says whether one of them did not before.
    fn revive(&mut self, element: &str) -> bool {
        let around = std::iter::once(element).chain(ancestors(element));
        let known = around.filter_map(|pointer| self.case.elements.get_key_value(pointer));
        known.fold(false, |new, (pointer, _)| self.elements.insert(pointer) | new)
    }
}
