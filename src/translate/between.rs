//! Between the bindings of IODEF (RFC 7970, RFC 8727): the same classes, written another way, with an account of what the
//! other binding cannot hold.

use super::{Counts, Entry, Fate, ledger::Forced};
use crate::{
    class::{self, Fields, List, Path, SimpleNode, Sink, Slot},
    error::Finding,
    iodef::{self, Binding, Change, Encoder, IodefDocument, Part},
    spool::Whole,
};

/// Who wants lines of the account.
pub struct Tell<'t> {
    /// Whether also of what is kept, which is most of it.
    pub all: bool,
    /// Takes a line.
    pub line: &'t mut dyn FnMut(Entry),
}

/// A translation: it takes a document whole, or the elements of its long lists first.
pub(super) struct Between<'t> {
    /// What XML leaves to defaults and inheritance is to be said.
    explicit: bool,
    binding: Binding,
    encoder: Encoder,
    tell: Option<Tell<'t>>,
    counts: Counts,
    /// The leaves of the part before: their memory is used again.
    leaves: Leaves,
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
            leaves: Leaves::default(),
            taken: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Takes the document, or what is left of it. What was written, or what keeps it from being written, and how many
    /// leaves had which fate.
    pub(super) fn finish(mut self, mut document: IodefDocument) -> (Result<Whole, Vec<Finding>>, Counts) {
        let taken = if self.taken.is_empty() { Vec::new() } else { self.taken.swap_remove(0) };
        let all = taken.is_empty();
        self.part(&mut Part { all, ..Part::whole(&mut document) }, &taken);
        let written = if self.refused.is_empty() { self.encoder.finish(&document) } else { Err(self.refused) };
        (written, self.counts)
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
        let mut leaves = std::mem::take(&mut self.leaves);
        leaves.paths.clear();
        leaves.ends.clear();
        let binding = self.binding;
        class::each_leaf(part.class, part.path, &mut |place, simple| {
            leaves.add(place, simple.is_none_or(|simple| keeps_text(binding, simple)), taken);
        });
        if self.explicit {
            class::normalise_within(part.class, part.around, &|_, _| true);
        }
        let (mut changes, whole) = fit(part, self.binding);
        changes.retain(|change| !taken.iter().any(|list| change.path.starts_with(list)));
        self.account(&leaves, &Forced::of(&changes));
        self.leaves = leaves;
        whole
    }

    fn account(&mut self, leaves: &Leaves, forced: &Forced<'_>) {
        for (path, as_written) in leaves.iter() {
            let wanted = self.tell.as_ref().is_some_and(|tell| tell.all);
            if as_written && !wanted && forced.change(path).is_none() {
                self.counts.kept += 1;
                continue;
            }
            let (path, to) = (path.to_owned(), path.to_owned());
            let fate = match as_written {
                true => Fate::Kept { to },
                false => Fate::Coarsened { to, how: "the same number, written another way".to_owned() },
            };
            let mut entry = Entry { path, fate };
            forced.refit(&mut entry);
            self.counts.add(&entry.fate);
            if let Some(tell) = &mut self.tell {
                (tell.line)(entry);
            }
        }
    }
}

/// The leaves of a part, which may be a million: their paths one behind the other, each with its end and whether the value
/// is written as it stands.
#[derive(Default)]
struct Leaves {
    paths: String,
    ends: Vec<(usize, bool)>,
}

impl Leaves {
    /// Adds a leaf, unless it is in one of these lists.
    fn add(&mut self, place: &Path<'_>, as_written: bool, lists: &[String]) {
        let start = self.paths.len();
        place.write_to(&mut self.paths);
        let path = self.paths.get(start..).unwrap_or_default();
        if lists.iter().any(|list| path.starts_with(list)) {
            return self.paths.truncate(start);
        }
        self.ends.push((self.paths.len(), as_written));
    }

    fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        let paths = starts.zip(&self.ends).map(|(start, (end, as_written))| (self.paths.get(start..*end), *as_written));
        paths.map(|(path, as_written)| (path.unwrap_or_default(), as_written))
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
