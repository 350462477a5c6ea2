//! The lists of a record while it is translated: filled on the way in, drawn from on the way out.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    event::{ActionPair, EvidencePair},
    system::SystemPair,
};
use crate::{
    class::Path,
    iodef,
    record::{
        Record,
        actions::Action,
        base::{Carried, ElementRef},
        event::Event,
        evidence::Evidence,
        party::Party,
        system::System,
    },
    translate::{
        anchors,
        iodef::{mirror::Mirror as _, taken::Context, trail::Trail},
        stix::IdKey,
    },
};

/// In the place of a team's domain that the source does not say. RFC 2606 keeps it from being anybody's.
pub(in crate::translate) const NOBODY: &str = "unknown.invalid";

/// What a case is known by: its number, one that others have given it, the id of the object that it came as, or the objects in it.
pub(in crate::translate) fn case(record: &Record) -> String {
    let id = |carried: &Carried| {
        let text = carried.value.as_deref().filter(|_| carried.path.as_deref() == Some("id"))?;
        serde_json::from_str::<String>(text).ok()
    };
    let number = record.number.as_ref().map(ToString::to_string);
    let known =
        number.or_else(|| record.aliases.first()?.number.clone()).or_else(|| record.carried.iter().find_map(id));
    known.unwrap_or_else(|| {
        let mut ids = Vec::new();
        anchors::each(&mut record.clone(), &mut |_, _, carried| ids.extend(carried.iter().filter_map(id)));
        ids.extend(record.carried.iter().filter_map(|carried| carried.value.clone()));
        if ids.is_empty() {
            ids.push(record.id.to_string());
        }
        let names: Vec<&str> = std::iter::once("case").chain(ids.iter().map(String::as_str)).collect();
        IdKey::public().uuid(&names).to_string()
    })
}

/// Lists that grow while a document is read.
#[derive(Debug, Default)]
pub(in crate::translate) struct Made {
    pub parties: Vec<Party>,
    pub events: Vec<Event>,
    pub systems: Vec<System>,
    pub actions: Vec<Action>,
    pub evidence: Vec<Evidence>,
}

/// Lists that are drawn from while a document is written. Each element keeps its place in the record, for the account.
#[derive(Debug, Default)]
pub(in crate::translate) struct Pool {
    parties: RefCell<Vec<(usize, Party)>>,
    /// Contacts that were made: a party may be needed in several places and is accounted for once.
    contacts: RefCell<BTreeMap<ElementRef, iodef::Contact>>,
    events: RefCell<Vec<(usize, Event)>>,
    event_ids: BTreeSet<ElementRef>,
    systems: RefCell<Vec<(usize, System)>>,
    actions: RefCell<Vec<(usize, Action)>>,
    evidence: RefCell<Vec<(usize, Evidence)>>,
    team: String,
    /// What the case is known by.
    case: String,
    /// The document that the record came in.
    document: Option<String>,
}

impl Pool {
    /// Takes the lists out of the record.
    pub fn of(record: &mut Record) -> Self {
        fn numbered<T>(list: &mut Vec<T>) -> RefCell<Vec<(usize, T)>> {
            RefCell::new(std::mem::take(list).into_iter().enumerate().collect())
        }
        let case = case(record);
        let team = record.creator.as_ref().and_then(|creator| creator.domain.clone());
        Pool {
            parties: numbered(&mut record.parties),
            contacts: RefCell::default(),
            event_ids: record.events.iter().map(|event| ElementRef::from(&event.id)).collect(),
            events: numbered(&mut record.events),
            systems: numbered(&mut record.systems),
            actions: numbered(&mut record.actions),
            evidence: numbered(&mut record.evidence),
            team: team.unwrap_or_default(),
            case,
            document: record.origins.iter().find_map(|origin| origin.document.clone()),
        }
    }

    /// The document that the record came in, if that is known.
    pub fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }
}

/// The elements that fit, in their order.
fn drain<T>(list: &RefCell<Vec<(usize, T)>>, fits: impl Fn(&T) -> bool) -> Vec<(usize, T)> {
    list.borrow_mut().extract_if(.., |(_, item)| fits(item)).collect()
}

impl Context {
    /// An identifier for an element without one: it follows from what the case is known by and from its place there, so that it
    /// is the same when the document has come back as records.
    pub fn identifier(&self, at: &Trail<'_>) -> String {
        IdKey::public().uuid(&["iodef", &self.pool.case, &at.to_string()]).to_string()
    }

    /// Our team's domain, or in its place what is nobody's.
    pub fn team_or_nobody(&self) -> &str {
        if self.pool.team.is_empty() { NOBODY } else { &self.pool.team }
    }

    /// Our team's domain, for identifiers that we give.
    pub fn team(&self) -> &str {
        &self.pool.team
    }

    /// The contact of this party, made by `make` the first time.
    pub fn party(
        &self,
        reference: &ElementRef,
        make: impl FnOnce(Party, &Trail<'_>) -> iodef::Contact,
    ) -> Option<iodef::Contact> {
        if let Some(contact) = self.pool.contacts.borrow().get(reference) {
            return Some(contact.clone());
        }
        let (index, party) = drain(&self.pool.parties, |party| ElementRef::from(&party.id) == *reference).pop()?;
        let contact = make(party, &Trail::ROOT.element("parties", index));
        self.pool.contacts.borrow_mut().insert(reference.clone(), contact.clone());
        Some(contact)
    }

    /// The parties that nobody has asked for.
    pub fn other_parties(&self) -> Vec<ElementRef> {
        self.pool.parties.borrow().iter().map(|(_, party)| ElementRef::from(&party.id)).collect()
    }

    /// The next event of this parent.
    pub fn next_event(&self, parent: Option<&ElementRef>) -> Option<(usize, Event)> {
        let mut events = self.pool.events.borrow_mut();
        // A parent that is nowhere is none.
        let at = events.iter().position(|(_, event)| match (&event.parent, parent) {
            (Some(own), None) => !self.pool.event_ids.contains(own),
            (own, parent) => own.as_ref() == parent,
        })?;
        Some(events.remove(at))
    }

    /// Events whose parents lead in a circle.
    pub fn stranded_events(&self) -> Vec<(usize, Event)> {
        drain(&self.pool.events, |_| true)
    }

    /// The systems that fit, as the systems of the flow at `to`.
    pub fn systems(&self, fits: impl Fn(&System) -> bool, to: &Path<'_>) -> Vec<iodef::System> {
        let drawn = drain(&self.pool.systems, fits);
        let class = |(n, (index, system)): (usize, (usize, System))| {
            SystemPair::outward(self, system, &Trail::ROOT.element("systems", index), &to.item("System", n + 1))
        };
        drawn.into_iter().enumerate().map(class).collect()
    }

    /// The actions that fit, as expectations of the event at `to`.
    pub fn actions(&self, fits: impl Fn(&Action) -> bool, to: &Path<'_>) -> Vec<iodef::Expectation> {
        let drawn = drain(&self.pool.actions, fits);
        let class = |(n, (index, action)): (usize, (usize, Action))| {
            ActionPair::outward(self, action, &Trail::ROOT.element("actions", index), &to.item("Expectation", n + 1))
        };
        drawn.into_iter().enumerate().map(class).collect()
    }

    /// The evidence that fits, as data of the record at `to`.
    pub fn evidence(&self, fits: impl Fn(&Evidence) -> bool, to: &Path<'_>) -> Vec<iodef::RecordData> {
        let drawn = drain(&self.pool.evidence, fits);
        let to = to.child("Record");
        let class = |(n, (index, item)): (usize, (usize, Evidence))| {
            EvidencePair::outward(self, item, &Trail::ROOT.element("evidence", index), &to.item("RecordData", n + 1))
        };
        drawn.into_iter().enumerate().map(class).collect()
    }

    /// The actions that fit, as they are.
    pub fn raw_actions(&self, fits: impl Fn(&Action) -> bool) -> Vec<(usize, Action)> {
        drain(&self.pool.actions, fits)
    }
}
