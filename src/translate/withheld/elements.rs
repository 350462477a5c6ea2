//! Elements that never leave as a whole: by what they say themselves, or because nothing that leaves says who they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{narrow::narrow, reason};
use crate::{
    marking::Audience,
    record::{
        Element, Letter, Node, Part as _, Place, Record, RecordDocument,
        actions::{Notified, NotifiedWho},
        base::ElementRef,
        intake::ReporterMode,
        party::{Party, PartyRole},
        timeline::TimelineEntry,
    },
    translate::{
        ledger::{Entry, Fate, each_leaf},
        reasons::field,
    },
};

const UNNAMED: &str = "the reporter wants to stay unnamed (§2)";
const ONLY_WITHHELD: &str = "nothing that leaves names this party";
const INTERNAL: &str = "who was told within the house stays at home (§4.5)";
const CLOSED: &str = "its letters let it out to nobody (§8)";
const NARROWER: &str = "as narrow as the marking of a field in it (§14)";

/// Functions within the house, which is told to nobody outside (§4.5).
const WITHIN: [NotifiedWho; 9] = [
    NotifiedWho::InformationSecurityManager,
    NotifiedWho::IsirtManager,
    NotifiedWho::SiteManager,
    NotifiedWho::InformationSystemsManager,
    NotifiedWho::OriginatorsManager,
    NotifiedWho::HelpDesk,
    NotifiedWho::HumanResources,
    NotifiedWho::Management,
    NotifiedWho::InternalAudit,
];

const OUTSIDE: [Audience; 5] =
    [Audience::TrustedCert, Audience::LawEnforcement, Audience::Partner, Audience::Regulator, Audience::Public];

/// What was left out of records, for the account.
#[derive(Debug, Default)]
pub(in crate::translate) struct LeftOut {
    entries: Vec<Entry>,
    /// The places that what is left of a list had, by the path of the list.
    places: BTreeMap<String, Vec<usize>>,
    /// Where markings were put, and whether in the place of another.
    marked: BTreeMap<String, bool>,
}

/// Leaves out what never leaves, and marks what stands around a field by its marking.
pub(in crate::translate) fn leave_out(document: &mut RecordDocument) -> LeftOut {
    let mut left = LeftOut::default();
    for (number, record) in document.records.iter_mut().enumerate() {
        // Before anything is left out: fields are named by their places in the whole.
        let marked = narrow(record).into_iter();
        left.marked
            .extend(marked.map(|(path, in_place)| (path.replacen('$', &format!("$.records[{number}]"), 1), in_place)));
        left.take_from(record, &format!("$.records[{number}]"));
    }
    left
}

impl LeftOut {
    /// Completes the account of what is left: its paths are those of the whole again.
    pub fn tell(self, account: &mut Vec<Entry>) {
        if self.entries.is_empty() && self.marked.is_empty() {
            return;
        }
        for entry in account.iter_mut() {
            for (list, places) in &self.places {
                let index =
                    entry.path.strip_prefix(list.as_str()).and_then(|rest| rest.strip_prefix('[')?.split_once(']'));
                let Some((index, rest)) = index else { continue };
                if let Some(place) = index.parse().ok().and_then(|index: usize| places.get(index)) {
                    entry.path = format!("{list}[{place}]{rest}");
                }
                break;
            }
        }
        account.extend(self.entries);
        account.retain(|entry| self.marked.get(&entry.path) != Some(&false));
        for entry in account.iter_mut().filter(|entry| self.marked.contains_key(&entry.path)) {
            if let Some(place) = entry.fate.place() {
                entry.fate = Fate::Coarsened { to: place.to_owned(), how: NARROWER.to_owned() };
            }
        }
        account.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn take_from(&mut self, record: &mut Record, at: &str) {
        let hidden = only_withheld(record);
        self.list(&mut record.notified, &format!("{at}.notified"), &|told| is_within(told).then_some(INTERNAL));
        self.list(&mut record.timeline, &format!("{at}.timeline"), &|entry| is_closed(entry).then_some(CLOSED));
        let is_unnamed = is_unnamed(record);
        let reporter: BTreeSet<ElementRef> = match (&mut record.reporter, is_unnamed) {
            (Some(reporter), true) => {
                let mut named = BTreeSet::new();
                for (member, place) in [("person", &mut reporter.person), ("manager", &mut reporter.manager)] {
                    if let Some(reference) = place.take() {
                        self.drop_leaves(&reference, format!("{at}.reporter.{member}"), UNNAMED);
                        named.insert(reference);
                    }
                }
                named
            }
            _ => BTreeSet::new(),
        };
        let why = |party: &Party| {
            let own = ElementRef::from(&party.id);
            let is_reporter = is_unnamed && party.roles.contains(&PartyRole::Reporter);
            let whole = (is_reporter || reporter.contains(&own)).then_some(UNNAMED);
            whole.or_else(|| hidden.contains(&own).then_some(ONLY_WITHHELD))
        };
        self.list(&mut record.parties, &format!("{at}.parties"), &why);
    }

    fn list<E: Element>(&mut self, list: &mut Vec<E>, at: &str, why: &dyn Fn(&E) -> Option<&'static str>) {
        let all = std::mem::take(list);
        let count = all.len();
        let mut places = Vec::new();
        for (i, element) in all.into_iter().enumerate() {
            match why(&element) {
                Some(why) => self.drop_leaves(&element, format!("{at}[{i}]"), why),
                None => {
                    places.push(i);
                    list.push(element);
                }
            }
        }
        if list.len() < count {
            self.places.insert(at.to_owned(), places);
        }
    }

    fn drop_leaves(&mut self, value: &impl Serialize, at: String, why: &str) {
        // A type of the record cannot fail to serialise: its keys are strings.
        let value = serde_json::to_value(value).unwrap_or_default();
        each_leaf(&value, at, &mut |path, _| {
            self.entries.push(Entry { path, fate: Fate::Dropped { why: why.to_owned() } });
        });
    }
}

fn is_within(told: &Notified) -> bool {
    told.who.as_ref().is_some_and(|who| WITHIN.contains(who))
}

fn is_closed(entry: &TimelineEntry) -> bool {
    entry.visibility.is_some_and(|letters| OUTSIDE.iter().all(|audience| letters.get(*audience) == Letter::Never))
}

fn is_unnamed(record: &Record) -> bool {
    let mode = record.reporter.as_ref().and_then(|reporter| reporter.mode);
    matches!(mode, Some(ReporterMode::Confidential | ReporterMode::Anonymous))
}

/// The parties to which something refers, and nothing of that leaves.
fn only_withheld(record: &Record) -> BTreeSet<ElementRef> {
    let mut parties: BTreeMap<ElementRef, Option<bool>> =
        record.parties.iter().map(|party| (ElementRef::from(&party.id), None)).collect();
    let within = record.notified.iter().enumerate().filter(|(_, told)| is_within(told));
    let closed = record.timeline.iter().enumerate().filter(|(_, entry)| is_closed(entry));
    let within = within.map(|(i, _)| format!("$.notified[{i}]."));
    let gone: Vec<String> = within.chain(closed.map(|(i, _)| format!("$.timeline[{i}]."))).collect();
    record.visit(&mut Place::default(), &mut |place, node| {
        let Node::Reference(reference) = node else { return };
        let Some(is_withheld) = parties.get_mut(reference) else { return };
        let path = place.to_string();
        let own = reason(&field(&path)).is_some() || gone.iter().any(|gone| path.starts_with(gone));
        *is_withheld = Some(is_withheld.unwrap_or(true) && own);
    });
    let withheld = parties.into_iter().filter(|(_, is_withheld)| *is_withheld == Some(true));
    withheld.map(|(party, _)| party).collect()
}
