//! One declaration per type. `group!` and `element!` turn a list of fields into the struct, its JSON form, its JSON
//! Schema, its rows of the visibility table, the walk over its parts and its generator; `closed!`, `open!`, `lexical!`
//! and `bounded!` do the same for values.

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

    /// The fields of a group; empty for a value.
    fn fields() -> &'static [Field] {
        &[]
    }

    /// Letters that the group's content calls for in place of those of its row.
    fn refine(_: &Value) -> Option<Letters> {
        None
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
    pub refine: fn(&Value) -> Option<Letters>,
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

/// A record element: what residue can hang on and references can point to (`docs/record-model.md` §0a).
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
        self.0.push(segment);
        work(self);
        self.0.pop();
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

    fn fields() -> &'static [Field] {
        T::fields()
    }

    fn refine(value: &Value) -> Option<Letters> {
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

    fn fields() -> &'static [Field] {
        T::fields()
    }

    fn refine(value: &Value) -> Option<Letters> {
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

    fn refine(value: &Value) -> Option<Letters> {
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

/// Declares a group of fields.
///
/// ```text
/// group! {
///     /// What it is.
///     pub struct Name : tag [refine] {          // the tag `dated` and the function `refine` are rare
///         @required { /// doc
///             id: RecordId = "YYNNNNN"; }       // fields that must be there
///         /// doc
///         field: Option<Type> = "YCNNNNN";      // own letters
///         other: Vec<Type>;                     // no sight: takes the group's
///         third: Type = frame;                  // or structure, residue, (guard "YNNCNNN")
///     }
/// }
/// ```
macro_rules! group {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(: $tag:ident)? $([$refine:path])? {
            $( @required { $( $(#[$rmeta:meta])* $rfield:ident : $rty:ty $(= $rsight:tt)? ; )* } )?
            $( $(#[$fmeta:meta])* $field:ident : $ty:ty $(= $sight:tt)? ; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $( $(#[$rmeta])* pub $rfield: $rty, )* )?
            $(
                $(#[$fmeta])*
                #[serde(
                    default,
                    skip_serializing_if = "crate::record::declare::Part::is_absent",
                    deserialize_with = "crate::record::declare::Part::read"
                )]
                pub $field: $ty,
            )*
        }

        impl crate::record::declare::Part for $name {
            const OWN: bool = $crate::record::declare::own!($($tag)?);

            fn fields() -> &'static [crate::record::declare::Field] {
                const FIELDS: &[crate::record::declare::Field] = &[
                    $( $( crate::record::declare::field!($rfield, $rty $(, $rsight)?), )* )?
                    $( crate::record::declare::field!($field, $ty $(, $sight)?), )*
                ];
                FIELDS
            }

            $( fn refine(value: &serde_json::Value) -> Option<crate::record::letters::Letters> { $refine(value) } )?

            #[allow(unused_variables)]
            fn visit<'a>(
                &'a self,
                at: &mut crate::record::declare::Place,
                visit: &mut dyn FnMut(&crate::record::declare::Place, crate::record::declare::Node<'a>),
            ) {
                crate::record::declare::show!(self, at, visit, Node $(, $tag)?);
                $(
                    at.at(
                        crate::record::declare::Segment::Member(crate::record::declare::member_name(stringify!($field))),
                        |at| crate::record::declare::Part::visit(&self.$field, at, visit),
                    );
                )*
            }

            #[allow(unused_variables)]
            fn visit_mut(
                &mut self,
                at: &mut crate::record::declare::Place,
                visit: &mut dyn FnMut(&crate::record::declare::Place, crate::record::declare::NodeMut<'_>),
            ) {
                crate::record::declare::show!(self, at, visit, NodeMut $(, $tag)?);
                $(
                    at.at(
                        crate::record::declare::Segment::Member(crate::record::declare::member_name(stringify!($field))),
                        |at| crate::record::declare::Part::visit_mut(&mut self.$field, at, visit),
                    );
                )*
            }

            fn generate(generator: &mut crate::record::generate::Generator) -> Self {
                generator.inside(|generator| $name {
                    $( $( $rfield: crate::record::declare::Part::generate(generator), )* )?
                    $( $field: crate::record::declare::Part::generate(generator), )*
                })
            }
        }

        impl $name {
            /// Members that count into the digest of this group as an element.
            #[allow(dead_code)] // used for elements only
            pub(crate) fn write_own<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $( $( map.serialize_entry(crate::record::declare::member_name(stringify!($rfield)), &self.$rfield)?; )* )?
                $(
                    if <$ty as crate::record::declare::Part>::OWN
                        && !crate::record::declare::Part::is_absent(&self.$field)
                    {
                        map.serialize_entry(crate::record::declare::member_name(stringify!($field)), &self.$field)?;
                    }
                )*
                Ok(())
            }
        }
    };
}

/// Declares a group that is a record element: `id` and `marking` come first, `origins` and `carried` last.
macro_rules! element {
    ( $(#[$meta:meta])* pub struct $name:ident $([$refine:path])? { $($body:tt)* } ) => {
        crate::record::declare::group! {
            $(#[$meta])*
            pub struct $name : element $([$refine])? {
                /// The element's id, unique in the record; given by the reader when absent (§0a).
                id: crate::record::base::ElementId = structure;
                /// Marking of this element alone; may narrow that of the record, never widen it (§14).
                marking: Option<crate::record::base::Marking> = structure;
                $($body)*
                /// Where the element came from; several after a merge (§0a).
                origins: Vec<crate::record::base::Origin> = structure;
                /// What came with the element and has no field (§0a).
                carried: Vec<crate::record::base::Carried> = residue;
            }
        }

        crate::record::declare::anchor!($name, crate::record::base::ElementId);
    };
}

/// Implements [`Element`] over the members `id`, `origins`, `carried`.
macro_rules! anchor {
    ($name:ident, $id:ty) => {
        impl crate::record::declare::Element for $name {
            fn id(&self) -> &crate::record::base::ElementId {
                &self.id
            }
            fn origins(&self) -> &[crate::record::base::Origin] {
                &self.origins
            }
            fn origins_mut(&mut self) -> &mut Vec<crate::record::base::Origin> {
                &mut self.origins
            }
            fn carried(&self) -> &[crate::record::base::Carried] {
                &self.carried
            }
            fn carried_mut(&mut self) -> &mut Vec<crate::record::base::Carried> {
                &mut self.carried
            }
            fn own_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
                crate::record::write::own_bytes(|map| self.write_own(map))
            }
        }
    };
}

macro_rules! own {
    (element) => {
        false
    };
    ($($other:ident)?) => {
        true
    };
}

macro_rules! show {
    ($self:ident, $at:ident, $visit:ident, Node, element) => {
        $visit($at, crate::record::declare::Node::Element(&$self.id))
    };
    ($self:ident, $at:ident, $visit:ident, NodeMut, element) => {
        $visit($at, crate::record::declare::NodeMut::Element(&mut $self.id))
    };
    ($self:ident, $at:ident, $visit:ident, Node, dated) => {
        $visit($at, crate::record::declare::Node::Dated($self))
    };
    ($self:ident, $at:ident, $visit:ident, NodeMut, dated) => {
        $visit($at, crate::record::declare::NodeMut::Dated($self))
    };
    ($self:ident, $at:ident, $visit:ident, $node:ident $(, $tag:ident)?) => {};
}

macro_rules! field {
    ($field:ident, $ty:ty $(, $sight:tt)?) => {
        crate::record::declare::Field {
            name: crate::record::declare::member_name(stringify!($field)),
            sight: crate::record::declare::sight!($($sight)?),
            fields: <$ty as crate::record::declare::Part>::fields,
            refine: <$ty as crate::record::declare::Part>::refine,
        }
    };
}

macro_rules! sight {
    () => {
        crate::record::declare::Sight::Inherit
    };
    (frame) => {
        crate::record::declare::Sight::Own(crate::record::letters::Visibility::Frame)
    };
    (structure) => {
        crate::record::declare::Sight::Own(crate::record::letters::Visibility::Structure)
    };
    (residue) => {
        crate::record::declare::Sight::Own(crate::record::letters::Visibility::Residue)
    };
    ((guard $letters:literal)) => {
        crate::record::declare::Sight::Guard(crate::record::letters::Letters::declared($letters))
    };
    ($letters:literal) => {
        crate::record::declare::Sight::Own(crate::record::letters::Visibility::Letters(
            crate::record::letters::Letters::declared($letters),
        ))
    };
}

/// Declares a closed vocabulary: any other word is refused.
macro_rules! closed {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`.")] #[serde(rename = $text)] $variant, )*
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [$name] = &[ $( $name::$variant, )* ];

            /// The word as written.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [ $( $text, )* ] })
            }
        }

        crate::record::declare::value!($name, |generator| *generator.pick($name::ALL));
    };
}

/// Declares an open vocabulary: a word that is not listed is kept as it came.
macro_rules! open {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", from = "String")]
        pub enum $name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`.")] $variant, )*
            /// A word that is not in the list.
            Other(String),
        }

        impl $name {
            /// Every listed value, in the order of the declaration.
            pub const LISTED: &'static [$name] = &[ $( $name::$variant, )* ];

            /// The word as written.
            pub fn as_str(&self) -> &str {
                match self { $( $name::$variant => $text, )* $name::Other(text) => text }
            }

            /// Whether the word is in the list.
            pub const fn is_listed(&self) -> bool { !matches!(self, $name::Other(_)) }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text { $( $text => $name::$variant, )* _ => $name::Other(text.to_owned()) }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self { $name::from(text.as_str()) }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String { value.as_str().to_owned() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": "Open vocabulary; the listed words have a meaning, any other is kept.",
                    "examples": [ $( $text, )* ]
                })
            }
        }

        crate::record::declare::value!($name, |generator| match generator.below(8) {
            0 => $name::from(generator.word()),
            _ => generator.pick($name::LISTED).clone(),
        });
    };
}

/// Declares a text of a certain form. The value keeps the text; a text of another form cannot be made.
macro_rules! lexical {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { form: $expected:literal, pattern: $pattern:literal, fits: $fits:expr, like: [$($sample:literal),+ $(,)?], }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl std::str::FromStr for $name {
            type Err = crate::record::base::BadForm;
            fn from_str(text: &str) -> Result<Self, crate::record::base::BadForm> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok($name(text.to_owned())) } else { Err(crate::record::base::BadForm::new(text, $expected)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::record::base::BadForm;
            fn try_from(text: String) -> Result<Self, crate::record::base::BadForm> { text.parse() }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String { value.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expected, "pattern": $pattern })
            }
        }

        impl $name {
            /// Texts of the form, for generated records.
            pub(crate) const SAMPLES: &'static [&'static str] = &[ $($sample),+ ];
        }
    };
}

/// Declares a whole number within bounds.
macro_rules! bounded {
    ($(#[$meta:meta])* pub struct $name:ident ($low:literal ..= $high:literal);) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(into = "u8", try_from = "u8")]
        pub struct $name(u8);

        impl $name {
            /// The value, when it lies within the bounds.
            pub const fn new(value: u8) -> Option<Self> {
                if value >= $low && value <= $high { Some($name(value)) } else { None }
            }

            /// The number.
            pub const fn get(self) -> u8 { self.0 }
        }

        impl TryFrom<u8> for $name {
            type Error = crate::record::base::BadForm;
            fn try_from(value: u8) -> Result<Self, crate::record::base::BadForm> {
                let bad = || crate::record::base::BadForm::new(
                    &value.to_string(),
                    concat!("a whole number from ", stringify!($low), " to ", stringify!($high)),
                );
                $name::new(value).ok_or_else(bad)
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> u8 { value.0 }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "integer", "minimum": $low, "maximum": $high })
            }
        }

        crate::record::declare::value!($name, |generator| $name($low + generator.below($high - $low + 1) as u8));
    };
}

/// Makes a type a [`Part`] without fields.
macro_rules! value {
    ($name:ident like its samples) => {
        crate::record::declare::value!($name, |generator| generator.sample($name::SAMPLES, $name));
    };
    ($name:ty, |$generator:ident| $make:expr) => {
        impl crate::record::declare::Part for $name {
            fn generate($generator: &mut crate::record::generate::Generator) -> Self {
                $make
            }
        }
    };
}

pub(crate) use {anchor, bounded, closed, element, field, group, lexical, open, own, show, sight, value};
