//! One declaration per type. `group!` and `element!` turn a list of fields into the struct, its JSON form, its JSON
//! Schema, its rows of the visibility table, the walk over its parts and its generator; `closed!`, `open!`, `lexical!`
//! and `bounded!` do the same for values.

/// Declares a group of fields.
///
/// ```text
/// group! {
///     /// What it is.
///     pub struct Name : tag [refine] {          // rare: tags dated, provenance; a function for Part::refine
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
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $( $(#[$rmeta])* pub $rfield: $rty, )* )?
            $(
                $(#[$fmeta])*
                #[serde(default, skip_serializing_if = "crate::record::part::Part::is_absent")]
                pub $field: $ty,
            )*
        }

        impl crate::record::part::Part for $name {
            const OWN: bool = $crate::record::declare::own!($($tag)?);

            fn fields() -> &'static [crate::record::part::Field] {
                const FIELDS: &[crate::record::part::Field] = &[
                    $( $( crate::record::declare::field!($rfield, $rty $(, $rsight)?), )* )?
                    $( crate::record::declare::field!($field, $ty $(, $sight)?), )*
                ];
                FIELDS
            }

            $( fn refine(value: &serde_json::Value) -> crate::record::part::Refined { $refine(value) } )?

            #[allow(unused_variables)]
            fn visit<'a>(
                &'a self,
                at: &mut crate::record::part::Place,
                visit: &mut dyn FnMut(&crate::record::part::Place, crate::record::part::Node<'a>),
            ) {
                crate::record::declare::show!(self, at, visit, Node $(, $tag)?);
                $(
                    at.at(
                        crate::record::part::Segment::Member(crate::record::part::member_name(stringify!($field))),
                        |at| crate::record::part::Part::visit(&self.$field, at, visit),
                    );
                )*
            }

            #[allow(unused_variables)]
            fn visit_mut(
                &mut self,
                at: &mut crate::record::part::Place,
                visit: &mut dyn FnMut(&crate::record::part::Place, crate::record::part::NodeMut<'_>),
            ) {
                crate::record::declare::show!(self, at, visit, NodeMut $(, $tag)?);
                $(
                    at.at(
                        crate::record::part::Segment::Member(crate::record::part::member_name(stringify!($field))),
                        |at| crate::record::part::Part::visit_mut(&mut self.$field, at, visit),
                    );
                )*
            }

            fn generate(generator: &mut crate::record::generate::Generator) -> Self {
                generator.inside(|generator| $name {
                    $( $( $rfield: crate::record::part::Part::generate(generator), )* )?
                    $( $field: crate::record::part::Part::generate(generator), )*
                })
            }
        }

        impl crate::record::object::Members for $name {
            const WHAT: &'static str = stringify!($name);
            const NAMES: &'static [&'static str] = &[
                $( $( crate::record::part::member_name(stringify!($rfield)), )* )?
                $( crate::record::part::member_name(stringify!($field)), )*
            ];
            const REQUIRED: usize = [ $( $( stringify!($rfield), )* )? "" ].len() - 1;

            #[allow(unused_variables, unused_mut)]
            fn set<'de, A: serde::de::MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
                let mut next = 0..Self::NAMES.len();
                $( $( if next.next() == Some(at) { return crate::record::object::value(map, &mut self.$rfield); } )* )?
                $( if next.next() == Some(at) { return crate::record::object::value(map, &mut self.$field); } )*
                Ok(())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::record::object::read(deserializer)
            }
        }

        impl $name {
            /// Members that count into the digest of this group as an element.
            #[allow(dead_code)] // used for elements only
            pub(crate) fn write_own<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $( $( map.serialize_entry(crate::record::part::member_name(stringify!($rfield)), &self.$rfield)?; )* )?
                $(
                    if <$ty as crate::record::part::Part>::OWN
                        && !crate::record::part::Part::is_absent(&self.$field)
                    {
                        map.serialize_entry(crate::record::part::member_name(stringify!($field)), &self.$field)?;
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

/// Implements `Element` over the members `id`, `origins`, `carried`.
macro_rules! anchor {
    ($name:ident, $id:ty) => {
        impl crate::record::part::Element for $name {
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
    (provenance) => {
        false
    };
    ($($other:ident)?) => {
        true
    };
}

macro_rules! show {
    ($self:ident, $at:ident, $visit:ident, Node, element) => {
        $visit($at, crate::record::part::Node::Element(&$self.id))
    };
    ($self:ident, $at:ident, $visit:ident, NodeMut, element) => {
        $visit($at, crate::record::part::NodeMut::Element(&mut $self.id))
    };
    ($self:ident, $at:ident, $visit:ident, Node, dated) => {
        $visit($at, crate::record::part::Node::Dated($self))
    };
    ($self:ident, $at:ident, $visit:ident, NodeMut, dated) => {
        $visit($at, crate::record::part::NodeMut::Dated($self))
    };
    ($self:ident, $at:ident, $visit:ident, $node:ident $(, $tag:ident)?) => {};
}

macro_rules! field {
    ($field:ident, $ty:ty $(, $sight:tt)?) => {
        crate::record::part::Field {
            name: crate::record::part::member_name(stringify!($field)),
            sight: crate::record::declare::sight!($($sight)?),
            fields: <$ty as crate::record::part::Part>::fields,
            refine: <$ty as crate::record::part::Part>::refine,
            list: <$ty as crate::record::part::Part>::LIST,
        }
    };
}

macro_rules! sight {
    () => {
        crate::record::part::Sight::Inherit
    };
    (frame) => {
        crate::record::part::Sight::Own(crate::record::letters::Visibility::Frame)
    };
    (structure) => {
        crate::record::part::Sight::Own(crate::record::letters::Visibility::Structure)
    };
    (residue) => {
        crate::record::part::Sight::Own(crate::record::letters::Visibility::Residue)
    };
    ((guard $letters:literal)) => {
        crate::record::part::Sight::Guard(crate::record::letters::Letters::declared($letters))
    };
    ($letters:literal) => {
        crate::record::part::Sight::Own(crate::record::letters::Visibility::Letters(
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

/// Makes a type a `Part` without fields.
macro_rules! value {
    ($name:ident like its samples) => {
        crate::record::declare::value!($name, |generator| generator.sample($name::SAMPLES, $name));
    };
    ($name:ty, |$generator:ident| $make:expr) => {
        impl crate::record::part::Part for $name {
            fn generate($generator: &mut crate::record::generate::Generator) -> Self {
                $make
            }
        }
    };
}

pub(crate) use {anchor, bounded, closed, element, field, group, lexical, open, own, show, sight, value};
