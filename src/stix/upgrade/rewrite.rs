//! Values of 2.0 as values of 2.1, with the ends of their leaves.

use std::collections::HashMap;

use super::{
    End, Leaf, member,
    table::{self, Name},
};
use crate::{
    json::{Data, Member, Value, below},
    stix::def::{Def, Type, Values},
};

/// A place in an object, as paths and as selectors of markings write it. Paths begin at the object.
#[derive(Clone, Default)]
pub(super) struct At {
    pub(super) path: String,
    pub(super) selector: String,
}

impl At {
    pub(super) fn key(&self, key: &str) -> At {
        let path = below(&self.path, key);
        let selector = if self.selector.is_empty() { key.to_owned() } else { format!("{}.{key}", self.selector) };
        At { path, selector }
    }

    pub(super) fn index(&self, index: usize) -> At {
        At { path: format!("{}[{index}]", self.path), selector: format!("{}.[{index}]", self.selector) }
    }
}

/// What is known of a value.
#[derive(Clone, Copy)]
enum What {
    /// Its type.
    Typed(Type),
    /// It is the extensions of an object of this type.
    Extensions(&'static Def),
    /// Nothing: then it is by its name that something is a reference.
    Open { reference: bool },
    /// That it is text and numbers without references.
    Plain,
}

/// The rewriting of one object.
#[derive(Default)]
pub(super) struct Rewrite<'i> {
    /// The ids of the objects of a container, by their keys.
    ids: Option<&'i HashMap<&'i str, String>>,
    pub(super) leaves: Vec<Leaf>,
    /// Where what a selector selects is now; the selectors are those of the object.
    pub(super) selectors: HashMap<String, Vec<String>>,
    /// Whether what is rewritten now is in a place that says less.
    less: bool,
}

impl<'i> Rewrite<'i> {
    /// The rewriting of an object in a container.
    pub(super) fn within(ids: &'i HashMap<&'i str, String>) -> Self {
        Rewrite { ids: Some(ids), ..Rewrite::default() }
    }

    /// Takes note that a value is as it was.
    pub(super) fn copy(&mut self, value: &Value<'static>, path: &str) {
        let at = At { path: path.to_owned(), selector: String::new() };
        self.value(What::Plain, value, &at, &at);
    }

    /// One member of an object or part, under the name that it has now.
    pub(super) fn property(
        &mut self,
        def: Option<&'static Def>,
        property: &Member<'static>,
        siblings: &[Member<'static>],
        from: &At,
        to: &At,
    ) -> Member<'static> {
        let old = &*property.key;
        let taken = |name: &str| siblings.iter().any(|other| other.key == name);
        let (new, less) = match def.map_or(Name::Same, |def| table::name(def.name, old)) {
            Name::Same => (old.to_owned(), false),
            Name::New(new) if !taken(new) => (new.to_owned(), false),
            Name::New(_) | Name::Gone => (table::custom(old), true),
        };
        let what = match def.and_then(|def| Some((def, def.property(&new)?))) {
            Some((def, known)) if matches!(known.ty, Type::Extensions) => What::Extensions(def),
            Some((_, known)) => What::Typed(known.ty),
            None => What::Open { reference: new.ends_with("_ref") || new.ends_with("_refs") },
        };
        let before = self.less;
        self.less |= less;
        let value = self.value(what, &property.value, &from.key(old), &to.key(&new));
        self.less = before;
        member(new, value)
    }

    /// The members of a part, or of something that is not known.
    fn members(
        &mut self,
        def: Option<&'static Def>,
        members: &[Member<'static>],
        from: &At,
        to: &At,
    ) -> Value<'static> {
        let members = members.iter().map(|one| self.property(def, one, members, from, to)).collect();
        Value::new(Data::Object(members))
    }

    fn value(&mut self, what: What, value: &Value<'static>, from: &At, to: &At) -> Value<'static> {
        self.selected(from, to);
        match (&value.data, what) {
            (Data::Array(elements), _) if elements.is_empty() => self.leaf(value.clone(), from, to),
            (Data::Object(members), _) if members.is_empty() => self.leaf(value.clone(), from, to),
            (Data::Array(elements), _) => {
                let of = match what {
                    What::Typed(Type::List(of)) => What::Typed(*of),
                    What::Open { .. } | What::Plain => what,
                    What::Typed(_) | What::Extensions(_) => What::Open { reference: false },
                };
                let elements = elements.iter().enumerate();
                Value::array(elements.map(|(nth, element)| self.value(of, element, &from.index(nth), &to.index(nth))))
            }
            (Data::Object(members), What::Typed(Type::Part(def))) => self.members(Some(def), members, from, to),
            (Data::Object(members), What::Extensions(def)) => self.each(members, from, to, |this, one, from, to| {
                let part = def.extensions.iter().find(|part| part.name == one.key);
                let what = part.map_or(What::Open { reference: false }, |part| What::Typed(Type::Part(part)));
                (one.key.to_string(), this.value(what, &one.value, &from.key(&one.key), &to.key(&one.key)))
            }),
            (Data::Object(members), What::Typed(Type::Hashes)) => {
                self.each(members, from, to, |this, one, from, to| {
                    let new = table::algorithm(&one.key);
                    let taken = new != one.key && members.iter().any(|other| other.key == new);
                    let new = if taken { &*one.key } else { new };
                    (new.to_owned(), this.value(What::Plain, &one.value, &from.key(&one.key), &to.key(new)))
                })
            }
            (Data::Object(members), What::Typed(Type::Dictionary(values))) => {
                self.each(members, from, to, |this, one, from, to| {
                    let (from, to) = (from.key(&one.key), to.key(&one.key));
                    let value = match one.value.data {
                        // A text stood there alone where a list must be now.
                        Data::String(_) if values == Values::Strings => {
                            this.selected(&from, &to);
                            Value::array([this.value(What::Plain, &one.value, &from, &to.index(0))])
                        }
                        _ => this.value(What::Plain, &one.value, &from, &to),
                    };
                    (one.key.to_string(), value)
                })
            }
            (Data::Object(members), What::Plain) => self.each(members, from, to, |this, one, from, to| {
                (one.key.to_string(), this.value(What::Plain, &one.value, &from.key(&one.key), &to.key(&one.key)))
            }),
            (Data::Object(members), _) => self.members(None, members, from, to),
            (Data::String(text), What::Typed(Type::Identifier(_)) | What::Open { reference: true }) => {
                let id = self.ids.and_then(|ids| ids.get(&**text));
                let value = id.map_or_else(|| value.clone(), |id| Value::string(id.clone()));
                self.leaf(value, from, to)
            }
            _ => self.leaf(value.clone(), from, to),
        }
    }

    /// The members of a dictionary, each under the name that `one` gives it.
    fn each(
        &mut self,
        members: &[Member<'static>],
        from: &At,
        to: &At,
        mut one: impl FnMut(&mut Self, &Member<'static>, &At, &At) -> (String, Value<'static>),
    ) -> Value<'static> {
        let mut rewritten = Vec::new();
        for old in members {
            let (key, value) = one(self, old, from, to);
            rewritten.push(member(key, value));
        }
        Value::new(Data::Object(rewritten))
    }

    fn leaf(&mut self, value: Value<'static>, from: &At, to: &At) -> Value<'static> {
        let to = to.path.clone();
        let end = if self.less { End::Moved { to } } else { End::Kept { to } };
        self.leaves.push(Leaf { path: from.path.clone(), end });
        value
    }

    /// Takes note of where something is now.
    pub(super) fn selected(&mut self, from: &At, to: &At) {
        let places = self.selectors.entry(from.selector.clone()).or_default();
        // Of a text that has become a list, the list is selected.
        if places.is_empty() {
            places.push(to.selector.clone());
        }
    }
}
