//! Between the versions of IODEF, incident by incident: what the versions say differently may be far apart within one, so
//! that an incident is held whole.

use std::cell::RefCell;

use super::{
    Counts, Entry, Fate, Tell,
    between::Between,
    compose::compose,
    iodef1::{Rest, downgrade, downgrade_incident, downgrade_rest, upgrade, upgrade_incident},
};
use crate::{
    class::{self, ClassDef, Fields, Inherited, List, Path, Sink, Slot},
    error::Finding,
    iodef, iodef1,
    spool::Whole,
};

/// Where the incidents stand in the document.
fn incidents(def: &'static ClassDef) -> usize {
    def.fields.iter().position(|field| field.name == "Incident").unwrap_or(0)
}

/// What came of all leaves so far.
pub(super) struct Account<'t> {
    tell: Option<Tell<'t>>,
    counts: Counts,
}

impl<'t> Account<'t> {
    pub(super) fn new(tell: Option<Tell<'t>>) -> Self {
        Account { tell, counts: Counts::default() }
    }

    /// How many leaves had which fate.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Enters what is around the incidents, which were entered before: a root with nothing else in it is no leaf.
    fn enter_rest(&mut self, mut entries: Vec<Entry>) {
        let root = ROOT.to_string();
        entries.retain(|entry| entry.path != root);
        self.enter(entries);
    }

    pub(super) fn enter(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.counts.add(&entry.fate);
            if let Some(tell) = self.tell.as_mut().filter(|tell| tell.all || !matches!(entry.fate, Fate::Kept { .. })) {
                (tell.line)(entry);
            }
        }
    }
}

/// From version 1 to version 2: each incident is upgraded, and goes on as one of version 2.
pub(super) struct Up<'b, 't> {
    account: Account<'t>,
    between: Between<'b>,
    /// What was said of the leaves of version 2 since it was last looked at.
    then: &'b RefCell<Vec<Entry>>,
    /// Holds the incident of version 2 that is on its way; the last stays, to stand for those before it.
    made: iodef::IodefDocument,
}

impl<'b, 't> Up<'b, 't> {
    /// Begins one. What `between` tells goes to `then`.
    pub(super) fn new(between: Between<'b>, then: &'b RefCell<Vec<Entry>>, tell: Option<Tell<'t>>) -> Self {
        let account = Account::new(tell);
        Up { account, between, then, made: iodef::IodefDocument::default() }
    }

    /// Ends the document.
    pub(super) fn finish(mut self, mut document: iodef1::IodefDocument) -> (Result<Whole, Vec<Finding>>, Counts) {
        if !self.made.incident.is_empty() {
            document.incident.clear();
        }
        let (mut made, first) = upgrade(&document);
        if made.incident.is_empty() {
            made.incident = self.made.incident;
        }
        let (written, _) = self.between.finish(made);
        self.account.enter_rest(compose(first, &self.then.take()));
        (written, self.account.counts)
    }
}

impl Sink for Up<'_, '_> {
    fn take(&mut self, list: &List<'_>, slot: &mut dyn Slot) -> Result<(), Finding> {
        let index = incidents(&iodef::IodefDocument::DEF);
        let routes = [vec![index]];
        let around: Vec<Inherited> = list.around.iter().cloned().map(renamed).collect();
        for (at, nth) in (list.kept..slot.len()).zip(list.before..) {
            let Some(class) = class::element(slot, at) else { break };
            let (incident, first) = upgrade_incident(class, nth + 1);
            self.made.incident = vec![incident];
            let (Some(field), Some(slot)) = (self.made.def().fields.get(index), self.made.slot_mut(index)) else {
                break;
            };
            let list = List { path: &ROOT, field, before: nth, kept: 0, routes: &routes, around: &around };
            self.between.take(&list, slot)?;
            self.account.enter(compose(first, &self.then.take()));
        }
        Ok(())
    }
}

/// What is inherited has another name in version 1 where it is of XML there.
fn renamed((name, value, ext): Inherited) -> Inherited {
    (if name == "lang" { "xml:lang" } else { name }, value, ext)
}

/// To version 1, from either.
pub(super) struct Down<'t> {
    account: Account<'t>,
    encoder: iodef1::Encoder,
    /// The last incident and its number: what is beside the incidents goes into it.
    last: Option<(iodef1::Incident, usize)>,
    refused: Vec<Finding>,
}

impl<'t> Down<'t> {
    /// Begins one.
    pub(super) fn new(tell: Option<Tell<'t>>) -> Self {
        let account = Account::new(tell);
        Down { account, encoder: iodef1::Encoder::default(), last: None, refused: Vec::new() }
    }

    /// Ends a document of version 2.
    pub(super) fn finish(mut self, mut document: iodef::IodefDocument) -> (Result<Whole, Vec<Finding>>, Counts) {
        let Some((last, nth)) = self.last.take() else {
            let (made, account) = downgrade(&document, Rest::Carried);
            return self.end(made, account);
        };
        document.incident.clear();
        let (made, account) = downgrade_rest(&document, last, nth);
        made.incident.iter().for_each(|incident| self.write(incident, nth));
        self.end(made, account)
    }

    /// Ends a document of version 1.
    pub(super) fn finish_same(mut self, mut document: iodef1::IodefDocument) -> (Result<Whole, Vec<Finding>>, Counts) {
        let last = self.last.take();
        if last.is_some() {
            document.incident.clear();
        }
        let account = kept(&document, &ROOT);
        if let Some((incident, nth)) = last {
            self.write(&incident, nth);
            document.incident.push(incident);
        }
        self.end(document, account)
    }

    fn end(mut self, made: iodef1::IodefDocument, account: Vec<Entry>) -> (Result<Whole, Vec<Finding>>, Counts) {
        self.account.enter_rest(account);
        let written = if self.refused.is_empty() { self.encoder.finish(&made) } else { Err(self.refused) };
        (written, self.account.counts)
    }

    fn write(&mut self, incident: &iodef1::Incident, nth: usize) {
        if self.refused.is_empty()
            && let Err(findings) = self.encoder.incident(incident, &ROOT.item("Incident", nth))
        {
            self.refused = findings;
        }
    }
}

impl Sink for Down<'_> {
    fn take(&mut self, list: &List<'_>, slot: &mut dyn Slot) -> Result<(), Finding> {
        for (at, before) in (list.kept..slot.len()).zip(list.before..) {
            let nth = before + 1;
            let Some(class) = class::element(slot, at) else { break };
            let (incident, account) = match class.any().downcast_ref::<iodef1::Incident>() {
                Some(same) => (same.clone(), kept(same, &ROOT.item("Incident", nth))),
                None => downgrade_incident(class, nth),
            };
            self.account.enter(account);
            if let Some((ready, nth)) = self.last.replace((incident, nth)) {
                self.write(&ready, nth);
            }
        }
        Ok(())
    }
}

/// The root has one name in both versions.
const ROOT: Path<'static> = Path::root(iodef::IodefDocument::DEF.name);

/// Everything in a part stays as it is.
pub(super) fn kept(part: &dyn Fields, path: &Path<'_>) -> Vec<Entry> {
    let mut account = Vec::new();
    class::leaves(part, path, &mut |path, _| {
        let path = path.to_string();
        account.push(Entry { path: path.clone(), fate: Fate::Kept { to: path } });
    });
    account
}
