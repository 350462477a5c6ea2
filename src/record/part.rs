//! What the parts of a record have in common, and the walks over them.

use std::fmt;

use serde::{Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    base::{Carried, Currency, Dated, ElementId, ElementRef, Origin},
    generate::Generator,
    letters::{Letters, Visibility},
};

/// A part of the record: a value, a group of fields, or a list of either.
pub trait Part: Sized + Serialize + DeserializeOwned {
    /// Whether the part counts into the digest of the element that holds it. Elements do not, as they have their own.
    const OWN: bool = true;

    /// Whether it is a list.
    const LIST: bool = false;

    /// The fields of a group; empty for a value.
    fn fields() -> &'static [Field] {
        &[]
    }

    /// What the group's content says about its visibility.
    fn refine(_: &Value) -> Refined {
        Refined::default()
    }

    /// Whether there is nothing to write.
    fn is_absent(&self) -> bool {
        false
    }

    /// Reads the value of a member that is there. `null` is not a way to leave out.
    ///
    /// # Errors
    /// When it is of another type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Shows each [`Node`] at or below this part.
    fn visit<'a>(&'a self, _: &mut Place, _: &mut dyn FnMut(&Place, Node<'a>)) {}

    /// The same, to change them.
    fn visit_mut(&mut self, _: &mut Place, _: &mut dyn FnMut(&Place, NodeMut<'_>)) {}

    /// A random value.
    fn generate(generator: &mut Generator) -> Self;
}

/// One row of a group's declaration.
#[derive(Clone, Copy)]
pub struct Field {
    /// Member name in JSON.
    pub name: &'static str,
    /// Its letters, or what stands for them.
    pub sight: Sight,
    /// The fields of its type; empty for a value.
    pub fields: fn() -> &'static [Field],
    /// See [`Part::refine`].
    pub refine: fn(&Value) -> Refined,
    /// Whether it is a list.
    pub list: bool,
}

/// What a group's content says about its visibility, beside its declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refined {
    /// Letters in place of those of the row in which the group stands.
    pub letters: Option<Letters>,
    /// Letters that nothing in the group exceeds, however deep.
    pub cap: Option<Letters>,
}

/// What a declaration says about who may see a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing: it takes that of the group it stands in, and at the top of the record `N` for all.
    Inherit,
    /// See [`Visibility`].
    Own(Visibility),
    /// A reference with letters: what it points to is shown no wider than this, wherever it stands.
    Guard(Letters),
}

impl Sight {
    /// What the field resolves to inside a group that resolves to `outer`.
    pub fn within(self, outer: Visibility) -> Visibility {
        match self {
            Sight::Inherit => outer,
            Sight::Own(visibility) => visibility,
            Sight::Guard(letters) => Visibility::Letters(letters),
        }
    }
}

/// What a walk over a record meets.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// An element, by its id.
    Element(&'a ElementId),
    /// A reference to an element.
    Reference(&'a ElementRef),
    /// A currency code.
    Currency(&'a Currency),
    /// A dated value.
    Dated(&'a Dated),
}

/// The changeable ones of [`Node`].
#[derive(Debug)]
pub enum NodeMut<'a> {
    /// An element's id.
    Element(&'a mut ElementId),
    /// A reference to an element.
    Reference(&'a mut ElementRef),
    /// A dated value.
    Dated(&'a mut Dated),
}

/// A record element: what residue can hang on and references can point to (§0a).
pub trait Element: Part {
    /// Its id, unique in the record.
    fn id(&self) -> &ElementId;
    /// Where it came from; several when elements were merged.
    fn origins(&self) -> &[Origin];
    /// The same, to add to.
    fn origins_mut(&mut self) -> &mut Vec<Origin>;
    /// What the record has no field for.
    fn carried(&self) -> &[Carried];
    /// The same, to add to or take from.
    fn carried_mut(&mut self) -> &mut Vec<Carried>;
    /// The element's own members as compact JSON, without origins, residue and elements inside: what residue is bound
    /// to. When these bytes change, the residue no longer belongs there.
    ///
    /// # Errors
    /// Never for a value of the record types; the signature is serde's.
    fn own_bytes(&self) -> Result<Vec<u8>, serde_json::Error>;
}

/// A place in a record; shows as `$.events[0].systems`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Vec<Segment>);

/// A step of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Into a member.
    Member(&'static str),
    /// Into a list, from 0.
    Index(usize),
}

impl Place {
    /// The steps from the record down.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Goes one step down, does the work there, and comes back.
    pub fn at(&mut self, segment: Segment, work: impl FnOnce(&mut Place)) {
        self.push(segment);
        work(self);
        self.pop();
    }

    pub(crate) fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// The same as an RFC 6901 JSON pointer, for [`Value::pointer_mut`].
    pub fn pointer(&self) -> String {
        let step = |segment: &Segment| match segment {
            Segment::Member(name) => format!("/{name}"),
            Segment::Index(index) => format!("/{index}"),
        };
        self.0.iter().map(step).collect()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Member(name) => write!(f, ".{name}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

impl<T: Part> Part for Option<T> {
    const OWN: bool = T::OWN;
    const LIST: bool = T::LIST;

    fn fields() -> &'static [Field] {
        T::fields()
    }

    fn refine(value: &Value) -> Refined {
        T::refine(value)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Some)
    }

    fn visit<'a>(&'a self, at: &mut Place, visit: &mut dyn FnMut(&Place, Node<'a>)) {
        self.iter().for_each(|part| part.visit(at, visit));
    }

    fn visit_mut(&mut self, at: &mut Place, visit: &mut dyn FnMut(&Place, NodeMut<'_>)) {
        self.iter_mut().for_each(|part| part.visit_mut(at, visit));
    }

    fn generate(generator: &mut Generator) -> Self {
        generator.goes_on().then(|| T::generate(generator))
    }
}

impl<T: Part> Part for Vec<T> {
    const OWN: bool = T::OWN;
    const LIST: bool = true;

    fn fields() -> &'static [Field] {
        T::fields()
    }

    fn refine(value: &Value) -> Refined {
        T::refine(value)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn visit<'a>(&'a self, at: &mut Place, visit: &mut dyn FnMut(&Place, Node<'a>)) {
        for (index, part) in self.iter().enumerate() {
            at.at(Segment::Index(index), |at| part.visit(at, visit));
        }
    }

    fn visit_mut(&mut self, at: &mut Place, visit: &mut dyn FnMut(&Place, NodeMut<'_>)) {
        for (index, part) in self.iter_mut().enumerate() {
            at.at(Segment::Index(index), |at| part.visit_mut(at, visit));
        }
    }

    fn generate(generator: &mut Generator) -> Self {
        let mut list = Vec::new();
        while list.len() < Generator::LONGEST_LIST && generator.goes_on() {
            list.push(T::generate(generator));
        }
        list
    }
}

impl<T: Part> Part for Box<T> {
    const OWN: bool = T::OWN;

    fn fields() -> &'static [Field] {
        T::fields()
    }

    fn refine(value: &Value) -> Refined {
        T::refine(value)
    }

    fn visit<'a>(&'a self, at: &mut Place, visit: &mut dyn FnMut(&Place, Node<'a>)) {
        (**self).visit(at, visit);
    }

    fn visit_mut(&mut self, at: &mut Place, visit: &mut dyn FnMut(&Place, NodeMut<'_>)) {
        (**self).visit_mut(at, visit);
    }

    fn generate(generator: &mut Generator) -> Self {
        Box::new(T::generate(generator))
    }
}

/// The member name of a field: `r#type` is written `type`.
pub(crate) const fn member_name(ident: &'static str) -> &'static str {
    match ident.as_bytes() {
        [b'r', b'#', ..] => ident.split_at(2).1,
        _ => ident,
    }
}
