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
        Record, actions::Action, base::ElementRef, event::Event, evidence::Evidence, party::Party, system::System,
    },
    translate::{mirror::Mirror as _, taken::Context, trail::Trail},
};

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
    /// The document that the record came in.
    document: Option<String>,
}

impl Pool {
    /// Takes the lists out of the record.
    pub fn of(record: &mut Record) -> Self {
        fn numbered<T>(list: &mut Vec<T>) -> RefCell<Vec<(usize, T)>> {
            RefCell::new(std::mem::take(list).into_iter().enumerate().collect())
        }
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
