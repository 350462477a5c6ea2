//! Documents that are larger than memory should be: their long lists are handed on piece by piece while they are read.
//!
//! The table says which lists may be long. As long as the class that has such a list is small, nothing happens: it is read
//! whole. Beyond a [`Window`], every element of the list goes to a [`Sink`] as soon as it is complete, and is forgotten. One
//! stays in the list, so that what is checked of the class as a whole finds what it finds in a class that was read whole.

use super::{
    Fields, Path, Slot, ViewMut,
    def::{ClassDef, FieldDef, Kind, Shape},
    normal::{Inherited, inherit},
};
use crate::error::Finding;

/// Bytes of a class that are read before the elements of its long lists are handed on.
pub const WINDOW: u64 = 256 * 1024;

/// Bytes of a document that may stay in memory because they are in no long list, unless told otherwise.
pub const REST: u64 = 25 * 1024 * 1024;

/// Takes the elements of long lists.
pub trait Sink {
    /// Takes what is in the slot, from `list.kept` on. One may stay, to stand for those that were taken: of what is in the
    /// slot afterwards, the reader keeps the last.
    ///
    /// # Errors
    /// What ends the reading.
    fn take(&mut self, list: &List<'_>, slot: &mut dyn Slot) -> Result<(), Finding>;
}

/// A sink and the window that opens it.
pub struct Window<'w> {
    /// Bytes of a class that are read before the elements of its long lists are handed on.
    pub bytes: u64,
    /// Bytes that may stay in memory because they are in no long list.
    pub rest: u64,
    /// How many long lists may stand in each other for their elements to be handed on: with one, those of the document
    /// alone are, and an element of them is read whole.
    pub levels: usize,
    /// Where they go.
    pub sink: &'w mut dyn Sink,
}

/// A long list, part of which is handed on.
pub struct List<'l> {
    /// Place of the class that has the list.
    pub path: &'l Path<'l>,
    /// Its field.
    pub field: &'static FieldDef,
    /// How many elements were handed on before.
    pub before: usize,
    /// How many of those are still in the slot, in front.
    pub kept: usize,
    /// The way from the root to the list: the fields, by index, from the root to a long list, from its element to the next
    /// long list in it, and so on.
    pub routes: &'l [Vec<usize>],
    /// What the elements inherit.
    pub around: &'l [Inherited],
}

/// Where in a document a reader is, as far as long lists go.
#[derive(Default)]
pub(super) struct Spine {
    routes: Vec<Vec<usize>>,
    around: Vec<Inherited>,
    /// How many classes are open that no long list is known in.
    aside: usize,
}

/// What [`Spine::leave`] goes back to.
pub(super) enum Step {
    /// To a class beside the spine.
    Aside,
    /// To a class of the spine, from the element of a long list or from a single class.
    On { around: Vec<Inherited>, element: bool },
}

impl Spine {
    /// At the root.
    pub(super) fn new() -> Self {
        Spine { routes: vec![Vec::new()], ..Spine::default() }
    }

    /// Whether the class that is being read may hand on its long lists.
    pub(super) fn is_on(&self) -> bool {
        self.aside == 0
    }

    /// How many long lists an element of a list of this class is in.
    pub(super) fn level(&self) -> usize {
        self.routes.len()
    }

    /// Goes from a class into a child in the field of this index.
    pub(super) fn enter(&mut self, class: &dyn Fields, index: usize) -> Step {
        let leads_on = |field: &&FieldDef| {
            field.long && matches!((field.shape)(), Shape::Class(inner) if inner.fields.iter().any(|field| field.long))
        };
        let Some(field) = class.def().fields.get(index).filter(|_| self.is_on()).filter(leads_on) else {
            self.aside += 1;
            return Step::Aside;
        };
        let element = field.card.many();
        let around = self.around.clone();
        inherit(class, &mut self.around);
        if let Some(route) = self.routes.last_mut() {
            route.push(index);
        }
        if element {
            self.routes.push(Vec::new());
        }
        Step::On { around, element }
    }

    /// What the elements of lists in a class inherit, which is the last on the spine.
    pub(super) fn around(&self, class: &dyn Fields) -> Vec<Inherited> {
        let mut around = self.around.clone();
        inherit(class, &mut around);
        around
    }

    /// Goes back.
    pub(super) fn leave(&mut self, step: Step) {
        match step {
            Step::Aside => self.aside -= 1,
            Step::On { around, element } => {
                if element {
                    self.routes.pop();
                }
                if let Some(route) = self.routes.last_mut() {
                    route.pop();
                }
                self.around = around;
            }
        }
    }

    /// Hands on the elements of the list in the field of this index.
    pub(super) fn hand_on(
        &mut self,
        class: &mut dyn Fields,
        index: usize,
        before: usize,
        path: &Path<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Finding> {
        let Some(field) = class.def().fields.get(index) else { return Ok(()) };
        let around = self.around(class);
        if let Some(route) = self.routes.last_mut() {
            route.push(index);
        }
        let kept = usize::from(before > 0);
        let list = List { path, field, before, kept, routes: &self.routes, around: &around };
        let taken = class.slot_mut(index).map_or(Ok(()), |slot| {
            sink.take(&list, slot)?;
            slot.keep_last();
            Ok(())
        });
        if let Some(route) = self.routes.last_mut() {
            route.pop();
        }
        taken
    }
}

/// The fields on a route, from the class of `def`.
pub fn fields_of(def: &'static ClassDef, route: &[usize]) -> Vec<&'static FieldDef> {
    let mut def = Some(def);
    route
        .iter()
        .map_while(|index| {
            let field = def?.fields.get(*index)?;
            def = match (field.shape)() {
                Shape::Class(class) if field.kind == Kind::Element => Some(class),
                _ => None,
            };
            Some(field)
        })
        .collect()
}

/// The element of a list, as the class that it is.
pub fn element(slot: &mut dyn Slot, index: usize) -> Option<&mut dyn Fields> {
    match slot.get_mut(index)?.view_mut() {
        ViewMut::Class(class) => Some(class),
        _ => None,
    }
}
