//! Between the bindings of IODEF (RFC 7970, RFC 8727): the same classes, written another way, with an account of what the
//! other binding cannot hold.

use super::{Counts, Entry, Fate, refit};
use crate::{
    class::{self, Fields, List, Path, SimpleNode, Sink, Slot},
    error::Finding,
    iodef::{self, Binding, Change, Encoder, IodefDocument, Part},
    spool::Whole,
};

/// Takes a line of the account.
pub type Tell<'t> = &'t mut dyn FnMut(Entry);

/// A translation: it takes a document whole, or the elements of its long lists first.
pub(super) struct Between<'t> {
    /// What XML leaves to defaults and inheritance is to be said.
    explicit: bool,
    binding: Binding,
    encoder: Encoder,
    tell: Option<Tell<'t>>,
    counts: Counts,
    /// Where the leaves of lists begin that were taken before, by how many long lists they are in.
    taken: Vec<Vec<String>>,
    refused: Vec<Finding>,
}

impl<'t> Between<'t> {
    /// Begins one, into `binding`. JSON and CBOR require what XML leaves to its defaults.
    pub(super) fn new(from_xml: bool, binding: Binding, tell: Option<Tell<'t>>) -> Self {
        Between {
            explicit: from_xml && !matches!(binding, Binding::Xml(_)),
            binding,
            encoder: Encoder::new(binding),
            tell,
            counts: Counts::default(),
            taken: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// How many leaves had which fate.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes the document, or what is left of it.
    pub(super) fn finish(&mut self, mut document: IodefDocument) -> Result<Whole, Vec<Finding>> {
        let taken = if self.taken.is_empty() { Vec::new() } else { self.taken.swap_remove(0) };
        let all = taken.is_empty();
        self.part(&mut Part { all, ..Part::whole(&mut document) }, &taken);
        if !self.refused.is_empty() {
            return Err(std::mem::take(&mut self.refused));
        }
        std::mem::replace(&mut self.encoder, Encoder::new(self.binding)).finish(&document)
    }

    /// Writes an element of a list, unless something cannot be written: then the rest is only read.
    fn write(&mut self, list: &List<'_>, class: &dyn Fields, path: &Path<'_>, has_lists: bool) {
        if self.refused.is_empty()
            && let Err(findings) = self.encoder.element(list, class, path, has_lists)
        {
            self.refused = findings;
        }
    }

    /// Makes a part ready to be written and accounts for its leaves, save for those of lists that were `taken`; whether it
    /// can be written at all.
    fn part(&mut self, part: &mut Part<'_>, taken: &[String]) -> bool {
        // What the document says itself is accounted for, before what it leaves to inheritance and defaults is said.
        let mut entries = Vec::new();
        let binding = self.binding;
        class::each_leaf(part.class, part.path, &mut |place, simple| {
            let path = place.text();
            if taken.iter().any(|list| path.starts_with(list)) {
                return;
            }
            let fate = match simple.is_none_or(|simple| keeps_text(binding, simple)) {
                true => Fate::Kept { to: path.clone() },
                false => Fate::Coarsened { to: path.clone(), how: "the same number, written another way".to_owned() },
            };
            entries.push(Entry { path, fate });
        });
        if self.explicit {
            class::normalise_within(part.class, part.around, &|_, _| true);
        }
        let (mut changes, whole) = fit(part, self.binding);
        changes.retain(|change| !taken.iter().any(|list| change.path.starts_with(list)));
        refit(&mut entries, &changes);
        for entry in entries {
            self.counts.add(&entry.fate);
            if let Some(tell) = &mut self.tell {
                tell(entry);
            }
        }
        whole
    }
}

impl Sink for Between<'_> {
    fn take(&mut self, list: &List<'_>, slot: &mut dyn Slot) -> Result<(), Finding> {
        let level = list.routes.len();
        self.taken.resize_with(level.max(self.taken.len()), Vec::new);
        let (mut nth, mut at) = (list.before, list.kept);
        while at < slot.len() {
            nth += 1;
            let path = list.path.item(list.field.name, nth);
            // The lists that were taken last are those of the last element.
            let last = at + 1 == slot.len();
            let inner = if last && self.taken.len() > level { self.taken.split_off(level) } else { Vec::new() };
            let alone = slot.len() == 1;
            let Some(class) = class::element(slot, at) else { break };
            let part = &mut Part { class, path: &path, around: list.around, all: false };
            let whole = self.part(part, inner.first().map_or(&[], Vec::as_slice));
            if whole {
                self.write(list, part.class, &path, last);
            } else if last {
                self.encoder.leave_out(list);
            }
            // What is left out does not stand for those that are not.
            if whole || alone { at += 1 } else { slot.remove(at) }
        }
        let begin = format!("{}/{}[", list.path, list.field.name);
        let taken = &mut self.taken[level - 1];
        if !taken.contains(&begin) {
            taken.push(begin);
        }
        Ok(())
    }
}

/// Makes a part such that the schema of the binding accepts it; what was changed for that, and whether it can stand.
pub(super) fn fit(part: &mut Part<'_>, binding: Binding) -> (Vec<Change>, bool) {
    match binding {
        Binding::Json | Binding::Cbor => iodef::fit_json_part(part),
        Binding::Xml(profile) => iodef::fit_part(part, profile),
    }
}

/// Whether a simple value is read again as it was written.
fn keeps_text(binding: Binding, simple: &dyn SimpleNode) -> bool {
    let (def, text) = (simple.def(), simple.text());
    match binding {
        Binding::Xml(_) => true,
        Binding::Json => class::json_form(def, text) == text,
        Binding::Cbor => class::cbor_form(def, text) == text,
    }
}
