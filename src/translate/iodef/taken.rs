//! Taking values out of a source so that none can be forgotten.
//!
//! A translator takes what it understands; each thing taken must come to an end ([`Taken::kept`] and the others), and one
//! that is dropped without is entered as lost. What was never taken is found by walking over what is left of the source
//! ([`Context::rest_of_class`], [`Context::rest_of_group`]): it becomes residue, which is carried or dropped.

use std::{cell::RefCell, fmt::Display, mem};

use serde::Serialize;

use super::{
    ids,
    pool::{Made, Pool},
    trail::Trail,
};
use crate::{
    class::{self, Fields, Id, Leaf, Path},
    digest::Digest,
    iodef::{HistoryItem, vocab::Action},
    record::{
        Element, anchor_digest,
        base::{Carried, ElementId, ElementRef, Origin},
    },
    translate::ledger::{Fate, ITS_PLACE, Ledger, each_leaf},
    xml::{self, Verbatim},
};

/// Why most of what is dropped is; which field it is says more (`outward/dropped.tsv`).
pub(super) const NO_PLACE: &str = "the format has no place for it";

/// Why what came from another format does not stand in this one.
pub(super) const FOREIGN: &str =
    "what came from another format and no field of the record says goes back to that format only";

/// Something of the source that no rule takes: its path and what stands there.
#[derive(Clone, Debug)]
pub(super) struct Residue {
    pub path: String,
    pub leaf: Leaf,
}

/// An id of residue that has been put, or a reference to one; its name is given when all is made.
#[derive(Debug)]
pub(super) struct Came {
    /// Where it stands in the record.
    pub at: String,
    /// Where it goes.
    pub to: String,
    pub id: String,
    /// The document that it came in, if that is known.
    pub document: Option<String>,
}

/// What all rules of one translation share.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub ledger: Ledger,
    pub residue: RefCell<Vec<Residue>>,
    /// How many elements of each kind were named.
    pub names: RefCell<Vec<(&'static str, usize)>>,
    /// The event around the one that is read next.
    pub parent: RefCell<Option<ElementRef>>,
    /// The event and the flow of the system that is read next.
    pub flow: RefCell<Option<(ElementRef, ElementRef)>>,
    /// The record's lists, on the way in.
    pub made: RefCell<Made>,
    /// The record's lists, on the way out.
    pub pool: Pool,
    /// The ids and references of residue that were put.
    pub came: RefCell<Vec<Came>>,
}

/// A value on its way. Dropped without an end, its leaves are entered as lost.
#[derive(Debug)]
#[must_use = "what is taken must come to an end"]
pub(super) struct Taken<'c, V> {
    value: Option<V>,
    leaves: Vec<Residue>,
    context: &'c Context,
}

impl Context {
    /// Takes a field of a class. `None` when there is nothing in it.
    pub fn take_class<'c, C: Fields, V: Default>(
        &'c self,
        source: &mut C,
        field: &str,
        at: &Path<'_>,
        get: impl FnOnce(&mut C) -> &mut V,
    ) -> Option<Taken<'c, V>> {
        let index = source.def().fields.iter().position(|def| def.rust == field)?;
        let mut leaves = Vec::new();
        class::field_leaves(source, index, at, &mut |path, leaf| leaves.push(Residue { path: path.to_string(), leaf }));
        let value = mem::take(get(source));
        (!leaves.is_empty()).then_some(Taken { value: Some(value), leaves, context: self })
    }

    /// Takes a member of a group of the record. `None` when there is nothing in it.
    pub fn take_group<'c, V: Default + Serialize>(&'c self, place: &mut V, at: &Trail<'_>) -> Option<Taken<'c, V>> {
        let value = mem::take(place);
        let leaves = leaves_of(&value, at);
        (!leaves.is_empty()).then_some(Taken { value: Some(value), leaves, context: self })
    }

    /// What is left of a class becomes residue.
    pub fn rest_of_class(&self, source: &dyn Fields, at: &Path<'_>) {
        let mut residue = self.residue.borrow_mut();
        for index in 0..source.def().fields.len() {
            class::field_leaves(source, index, at, &mut |path, leaf| {
                residue.push(Residue { path: path.to_string(), leaf })
            });
        }
    }

    /// What is left of a group of the record is not in the target.
    pub fn rest_of_group<V: Serialize>(&self, source: &V, at: &Trail<'_>, why: &str) {
        for leaf in leaves_of(source, at) {
            self.ledger.end(leaf.path, Fate::Dropped { why: why.to_owned() });
        }
    }

    /// How much residue there is so far; a mark for [`Context::residue_since`].
    pub fn mark(&self) -> usize {
        self.residue.borrow().len()
    }

    /// The residue since the mark, to be carried by the element that is being made.
    pub fn residue_since(&self, mark: usize) -> Vec<Residue> {
        self.residue.borrow_mut().split_off(mark)
    }

    /// A name for the next element of a kind, such as `event-3`.
    pub fn name(&self, kind: &'static str) -> String {
        let mut names = self.names.borrow_mut();
        let count = match names.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                names.push((kind, 1));
                1
            }
        };
        format!("{kind}-{count}")
    }
}

/// Residue of a record's element, on its way back into the format that it came from.
#[derive(Debug)]
pub(super) struct Returning {
    /// Where it stands in the record.
    at: String,
    path: String,
    value: String,
    /// The document that it came in, if that is known.
    document: Option<String>,
}

impl Returning {
    /// The place that it is to go to, below the element.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stood there.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// The format whose residue this translator writes.
const FORMAT: &str = "iodef-xml";
/// Marks a path whose value is markup; a text of the same characters is something else.
const MARKUP: &str = "/node()";

impl Context {
    /// An id for a new element.
    pub fn element_id(&self, kind: &'static str) -> ElementId {
        self.name(kind).parse().unwrap_or_default()
    }

    /// The residue since the mark hangs on `made`, which is complete but for it.
    pub fn carry<E: Element>(&self, made: &mut E, mark: usize, at: &Path<'_>, to: &Trail<'_>) {
        let base = at.to_string();
        made.origins_mut().push(Origin { path: Some(base.clone()), ..Origin::default() });
        let digest = anchor_digest(made).ok();
        for carried in self.carried_since(mark, &base, to, digest) {
            made.carried_mut().push(carried);
        }
    }

    /// The same for what is no element: the record and the document.
    pub fn carried_since(&self, mark: usize, base: &str, to: &Trail<'_>, digest: Option<Digest>) -> Vec<Carried> {
        let carried = |residue: Residue| {
            let below = residue.path.strip_prefix(base).unwrap_or(&residue.path).trim_start_matches('/').to_owned();
            let (path, value) = match residue.leaf {
                Leaf::Text(text) | Leaf::Foreign(Verbatim::Text(text)) => (below, text),
                Leaf::Foreign(Verbatim::Markup(fragment)) => (below + MARKUP, fragment.into_string()),
                Leaf::Empty => (below + "/", String::new()),
            };
            self.ledger.end(residue.path, Fate::Carried { on: format!("{to}.carried") });
            Carried { format: Some(FORMAT.to_owned()), anchor: None, path: Some(path), value: Some(value), digest }
        };
        self.residue_since(mark).into_iter().map(carried).collect()
    }

    /// Takes an element's residue. What belongs to another format, or to an element that has changed, ends here.
    pub fn residue_of<E: Element>(&self, source: &mut E, at: &Trail<'_>) -> Vec<Returning> {
        let carried = mem::take(source.carried_mut());
        // As it was when the residue was hung on it: without.
        let digest = anchor_digest(source).ok();
        self.returning(carried, source.origins(), digest, at)
    }

    /// The same for what is no element.
    pub fn returning(
        &self,
        carried: Vec<Carried>,
        origins: &[Origin],
        digest: Option<Digest>,
        at: &Trail<'_>,
    ) -> Vec<Returning> {
        let document = origins.iter().find_map(|origin| origin.document.as_deref()).or(self.pool.document());
        let mut out = Vec::new();
        for (i, carried) in carried.into_iter().enumerate() {
            let here = at.element("carried", i);
            let whole = leaves_of(&carried, &here);
            let end = |fate: Fate| whole.iter().for_each(|leaf| self.ledger.end(leaf.path.clone(), fate.clone()));
            let dropped = |why: &str| Fate::Dropped { why: why.to_owned() };
            match carried {
                Carried { format: Some(format), .. } if format != FORMAT => end(dropped(FOREIGN)),
                carried if carried.digest.is_some() && carried.digest != digest => {
                    end(dropped("it was said of an element that has changed since"));
                }
                Carried { path: Some(path), value: Some(value), .. } => {
                    // The value ends when it is put, or is not.
                    for leaf in whole.iter().filter(|leaf| !leaf.path.ends_with(".value")) {
                        self.ledger.end(leaf.path.clone(), Fate::Kept { to: path.clone() });
                    }
                    let document = document.map(str::to_owned);
                    out.push(Returning { at: here.to_string(), path, value, document });
                }
                _ => end(dropped("nobody can tell where it stood: it has no path or no value")),
            }
        }
        out
    }

    /// Puts residue where the class has nothing; what the translation has written wins.
    pub fn put_back(&self, residue: Vec<Returning>, made: &mut dyn Fields, to: &Path<'_>) {
        for Returning { at, path, value, document } in residue {
            let at = format!("{at}.value");
            // Whether an id is free is seen only when all is made.
            if ids::place(&path).is_some() && Id::new(&value).is_ok() {
                let index = self.came.borrow().len();
                match class::put(made, &path, Leaf::Text(ids::stand_in(index))) {
                    Ok(()) => {
                        let to = format!("{to}/{path}");
                        self.came.borrow_mut().push(Came { at, to, id: value, document });
                    }
                    Err(error) => self.ledger.end(at, superseded(to, &path, &error)),
                }
                continue;
            }
            let parse = || Verbatim::parse(&value, &xml::Limits::default()).map(Leaf::Foreign).ok();
            let (place, leaf) = match path.strip_suffix(MARKUP) {
                Some(place) => (place, parse()),
                None if path.ends_with('/') => (path.as_str(), Some(Leaf::Empty)),
                None => (path.as_str(), Some(Leaf::Text(value.clone()))),
            };
            let done = match leaf {
                // Whether a text stands in a place for foreign content is seen only there.
                Some(leaf) => class::put(made, place, leaf)
                    .or_else(|_| class::put(made, place, Leaf::Foreign(Verbatim::Text(value)))),
                None => Err(class::BadLeaf::NoPlace(place.to_owned())),
            };
            let fate = match done {
                Ok(()) => Fate::Kept { to: format!("{to}/{place}") },
                Err(error) => superseded(to, place, &error),
            };
            self.ledger.end(at, fate);
        }
        // A HistoryItem cannot be without (RFC 7970 §3.13.1).
        if let Some(item) = made.any_mut().downcast_mut::<HistoryItem>() {
            item.action.get_or_insert_with(|| Action::Other.into());
        }
    }

    /// An element with nothing in it is a leaf: a group with nothing in it says the same.
    pub fn presence(&self, source: &dyn Fields, at: &Path<'_>, to: &Trail<'_>) {
        if class::is_empty(source) {
            self.ledger.end(at.to_string(), Fate::Kept { to: to.to_string() });
        }
    }

    /// A leaf of the record that was taken without ado.
    pub fn kept(&self, path: &str, to: &impl Display) {
        self.ledger.end(path.to_owned(), Fate::Kept { to: to.to_string() });
    }

    /// What names an element within the record: its place in the target says the same.
    pub fn structure<V: Default + Serialize>(&self, place: &mut V, at: &Trail<'_>) {
        if let Some(taken) = self.take_group(place, at) {
            let _ = taken.kept(&ITS_PLACE);
        }
    }
}

impl<V> Taken<'_, V> {
    /// What it is, without taking it.
    pub fn peek(&self) -> Option<&V> {
        self.value.as_ref()
    }

    /// It goes to `to`, meaning the same.
    pub fn kept(self, to: &impl Display) -> Option<V> {
        self.end(|| Fate::Kept { to: to.to_string() })
    }

    /// It goes to `to` whole, where it says less about what it is.
    pub fn moved(self, to: &impl Display) -> Option<V> {
        self.end(|| Fate::Moved { to: to.to_string() })
    }

    /// It goes to `to`, less precise.
    pub fn coarsened(self, to: &impl Display, how: &str) -> Option<V> {
        self.end(|| Fate::Coarsened { to: to.to_string(), how: how.to_owned() })
    }

    /// It does not go into the target.
    pub fn discard(self, why: &str) -> Option<V> {
        self.end(|| Fate::Dropped { why: why.to_owned() })
    }

    /// Each leaf ends in its own way; `fate` is given the path below the value (empty for the value itself).
    pub fn each(mut self, base: &impl Display, fate: impl Fn(&str) -> Fate) -> Option<V> {
        let base = base.to_string();
        for leaf in mem::take(&mut self.leaves) {
            let below = leaf.path.strip_prefix(&base).unwrap_or(&leaf.path).to_owned();
            self.context.ledger.end(leaf.path, fate(&below));
        }
        self.value.take()
    }

    /// No rule takes it after all.
    pub fn back(mut self) {
        self.context.residue.borrow_mut().append(&mut self.leaves);
    }

    fn end(mut self, fate: impl Fn() -> Fate) -> Option<V> {
        for leaf in mem::take(&mut self.leaves) {
            self.context.ledger.end(leaf.path, fate());
        }
        self.value.take()
    }
}

impl<V> Drop for Taken<'_, V> {
    fn drop(&mut self) {
        for leaf in mem::take(&mut self.leaves) {
            self.context.ledger.end(leaf.path, Fate::Lost);
        }
    }
}

fn superseded(to: &Path<'_>, place: &str, error: &class::BadLeaf) -> Fate {
    Fate::Dropped { why: format!("superseded at {to}/{place}: {error}") }
}

/// The leaves of a record's part. A list or an object without anything in it has none.
pub(super) fn leaves_of<V: Serialize>(value: &V, at: &Trail<'_>) -> Vec<Residue> {
    let mut out = Vec::new();
    // A type of the record cannot fail to serialise: its keys are strings.
    if let Ok(value) = serde_json::to_value(value) {
        each_leaf(&value, at.to_string(), &mut |path, leaf| {
            let text = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
            out.push(Residue { path, leaf: Leaf::Text(text) });
        });
    }
    out
}
