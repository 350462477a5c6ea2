//! Lists whose elements were written before the class that has them.

use std::io;

use super::{
    def::{ClassDef, JsonField},
    stream::fields_of,
};

/// A list whose elements were written before: of what is in the class itself, nothing of it is written.
pub struct Hole<'h, W> {
    /// The way to it from the class that is written: fields, by index, through classes that stand once.
    pub route: &'h [usize],
    /// How many elements it has.
    pub count: usize,
    /// Puts them in, as the writer of the format has written them for this place.
    pub fill: &'h dyn Fn(&mut W) -> io::Result<()>,
}

impl<W> Clone for Hole<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<W> Copy for Hole<'_, W> {}

impl<'h, W> Hole<'h, W> {
    /// The same, seen from the class in the field of this index; `None` if it is not in there.
    pub(super) fn below(&self, index: usize) -> Option<Self> {
        let (first, route) = self.route.split_first()?;
        (*first == index).then_some(Hole { route, ..*self })
    }
}

/// The members that lead to a list in JSON and CBOR: a class that is a mere wrapper there has none of its own.
pub fn members_of(def: &'static ClassDef, route: &[usize]) -> Vec<&'static str> {
    let mut members = Vec::new();
    let mut fields = fields_of(def, route).into_iter();
    while let Some(field) = fields.next() {
        match field.json {
            JsonField::Member(name) => members.push(name),
            JsonField::Unwrapped(name) => {
                members.push(name);
                fields.next();
            }
            JsonField::Inline | JsonField::Absent => {}
        }
    }
    members
}

/// A hole in a tree of members.
pub(super) struct Named<'h, W> {
    /// The members that are left on the way.
    pub(super) path: Vec<&'static str>,
    pub(super) hole: Hole<'h, W>,
}

impl<'h, W> Named<'h, W> {
    /// The holes of a class, by their members.
    pub(super) fn all(def: &'static ClassDef, holes: &[Hole<'h, W>]) -> Vec<Self> {
        holes.iter().map(|hole| Named { path: members_of(def, hole.route), hole: *hole }).collect()
    }

    /// Those in the member of this name.
    pub(super) fn below(all: &[Self], member: &str) -> Vec<Self> {
        let inside = all.iter().filter(|named| named.path.first().is_some_and(|first| *first == member));
        inside.map(|named| Named { path: named.path[1..].to_vec(), hole: named.hole }).collect()
    }

    /// The one that is right here.
    pub(super) fn here(all: &[Self]) -> Option<Hole<'h, W>> {
        all.iter().find(|named| named.path.is_empty()).map(|named| named.hole)
    }
}
