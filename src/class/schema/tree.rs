//! What the tree that JSON and CBOR share looks like by the tables: objects, their members, and which of those exclude
//! each other. [`tree`](super::super::tree) makes such trees.

use super::super::{
    Dialect,
    def::{ClassDef, EnumDef, FieldDef, JsonField, JsonForm, Kind, Shape, SimpleDef},
};

/// What a member or an element of a list is.
#[derive(Debug)]
pub(super) enum Type {
    /// A value of a simple type.
    Simple(&'static SimpleDef),
    /// A value of a list.
    Coded(&'static EnumDef),
    /// A text of no type.
    Text,
    /// Bytes, which JSON has in base64. The text of a class may stand there as it is.
    Bytes,
    /// The object of a class.
    Class(&'static ClassDef),
    /// An object with one member.
    OneKey(Vec<Member>),
    /// A list of at least one.
    List(Box<Type>),
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) of: Type,
    pub(super) required: bool,
}

/// Members of which not all may be there, or not none.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) members: Vec<&'static str>,
    pub(super) rule: Rule,
}

/// How many of a set there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    One,
    AtMostOne,
    AtLeastOne,
}

/// The object of a class.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) class: &'static ClassDef,
    pub(super) members: Vec<Member>,
    pub(super) sets: Vec<Set>,
    /// Whether a bare text may stand for it.
    pub(super) or_text: bool,
}

/// The objects of all classes that `root` can have in it, itself first, in the order in which they are named.
pub(super) fn objects(root: &'static ClassDef, dialect: &Dialect) -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    let mut named = vec![root];
    let mut next = 0;
    while let Some(class) = named.get(next).copied() {
        let object = object(class, dialect);
        object.members.iter().for_each(|member| name_classes(&member.of, &mut named));
        objects.push(object);
        next += 1;
    }
    objects
}

/// The lists that the objects name, in the order in which they do.
pub(super) fn lists(objects: &[Object]) -> Vec<&'static EnumDef> {
    fn name(of: &Type, named: &mut Vec<&'static EnumDef>) {
        match of {
            Type::Coded(list) if !named.iter().any(|known| known.name == list.name) => named.push(list),
            Type::OneKey(members) => members.iter().for_each(|member| name(&member.of, named)),
            Type::List(inner) => name(inner, named),
            _ => {}
        }
    }
    let mut named = Vec::new();
    objects.iter().flat_map(|object| &object.members).for_each(|member| name(&member.of, &mut named));
    named
}

fn name_classes(of: &Type, named: &mut Vec<&'static ClassDef>) {
    match of {
        Type::Class(class) if !named.iter().any(|known| known.name == class.name) => named.push(class),
        Type::OneKey(members) => members.iter().for_each(|member| name_classes(&member.of, named)),
        Type::List(inner) => name_classes(inner, named),
        _ => {}
    }
}

fn object(class: &'static ClassDef, dialect: &Dialect) -> Object {
    let or_text = class.json == JsonForm::TextOrObject;
    let mut object = Object { class, members: Vec::new(), sets: Vec::new(), or_text };
    let exclusive = dialect.one_of(class);
    if let Some(set) = exclusive {
        let members = set.fields.iter().flat_map(|name| names(class.fields.iter().find(|field| field.rust == *name)));
        let rule = if set.required { Rule::One } else { Rule::AtMostOne };
        object.sets.push(Set { members: members.collect(), rule });
    }
    for index in dialect.order(class) {
        let Some(field) = class.fields.get(index).filter(|field| dialect.has(class, field)) else { continue };
        let required = dialect.json_required(class, field);
        let (many, shape) = (field.card.many() || field.json_list, (field.shape)());
        match (field.json, shape) {
            (JsonField::Absent, _) => {}
            (JsonField::Member(name), shape) => {
                let bare = dialect.bare.contains(&(class.name, field.rust));
                let of = listed(if bare { Type::Text } else { one(field, shape) }, many);
                object.members.push(Member { name, of, required });
                if let (Some(ext), Shape::Coded(_), false) = (field.ext, shape, field.json_lacks_ext) {
                    object.members.push(Member { name: ext, of: Type::Text, required: false });
                }
            }
            (JsonField::Unwrapped(name), Shape::Class(wrapper)) => {
                let element = wrapper.fields.iter().find(|field| field.kind == Kind::Element);
                let of = element.map_or(Type::Text, |element| one(element, (element.shape)()));
                object.members.push(Member { name, of: listed(of, true), required });
            }
            (JsonField::Inline, Shape::Choice(choice)) => {
                object.variants(choice.variants, many);
                let rule = match (many, dialect.card(class, field).required()) {
                    (false, true) => Some(Rule::One),
                    (false, false) => Some(Rule::AtMostOne),
                    (true, true) => Some(Rule::AtLeastOne),
                    (true, false) => None,
                };
                let alone = !exclusive.is_some_and(|set| set.fields.contains(&field.rust));
                if let Some(rule) = rule.filter(|_| alone) {
                    object.sets.push(Set { members: names(Some(field)), rule });
                }
            }
            // Many groups are spread into one object: their choices become lists, of what is single one remains.
            (JsonField::Inline, Shape::Class(group)) => {
                for part in group.fields {
                    match ((part.shape)(), part.json) {
                        (Shape::Choice(choice), _) => object.variants(choice.variants, true),
                        (shape, JsonField::Member(name)) => {
                            let of = listed(one(part, shape), part.card.many());
                            object.members.push(Member { name, of, required: false });
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    object
}

impl Object {
    fn variants(&mut self, variants: &'static [FieldDef], many: bool) {
        for variant in variants {
            let JsonField::Member(name) = variant.json else { continue };
            self.members.push(Member { name, of: listed(one(variant, (variant.shape)()), many), required: false });
        }
    }
}

fn listed(of: Type, many: bool) -> Type {
    if many { Type::List(Box::new(of)) } else { of }
}

/// The names of the members that a field is.
fn names(field: Option<&'static FieldDef>) -> Vec<&'static str> {
    match field.map(|field| (field.json, (field.shape)())) {
        Some((JsonField::Member(name) | JsonField::Unwrapped(name), _)) => vec![name],
        Some((JsonField::Inline, Shape::Choice(choice))) => {
            let name = |variant: &FieldDef| match variant.json {
                JsonField::Member(name) => Some(name),
                _ => None,
            };
            choice.variants.iter().filter_map(name).collect()
        }
        _ => Vec::new(),
    }
}

/// One value of a field.
fn one(field: &FieldDef, shape: Shape) -> Type {
    if field.base64 || field.cbor_byte {
        return Type::Bytes;
    }
    match shape {
        Shape::Simple(def) => Type::Simple(def),
        Shape::Coded(list) => Type::Coded(list),
        Shape::Foreign => Type::Text,
        Shape::Class(class) if class.json == JsonForm::Transparent => {
            class.fields.first().map_or(Type::Text, |inner| one(inner, (inner.shape)()))
        }
        Shape::Class(class) => Type::Class(class),
        Shape::Choice(choice) => {
            let member = |variant: &'static FieldDef| {
                let of = one(variant, (variant.shape)());
                Member { name: variant.name, of, required: true }
            };
            Type::OneKey(choice.variants.iter().map(member).collect())
        }
    }
}
