//! The declarations. Each macro makes a type and its table; neither contains logic.

/// Declares a class.
///
/// ```text
/// class! {
///     /// What it is (RFC and section).
///     pub struct IncidentId("IncidentID", IODEF) {
///         attr name: Text = "name" => .required();
///         attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
///         content id: Text = "id";
///     }
/// }
/// ```
///
/// The kinds are `attr` (an attribute), `content` (the element's text; the string is its JSON name), `mixed` (the element's
/// foreign content), `one opt many some` (child elements, by cardinality), `choice_one choice_opt choice_many choice_some`
/// (a [`choice!`](crate::choice)) and `group_many group_some` (a class whose fields repeat here without an element of their
/// own). A field is an `Option`, or a `Vec` where several are allowed. After `=>` stand particulars, methods of
/// [`FieldDef`](crate::class::FieldDef); after the braces may stand `json FORM`, see [`JsonForm`](crate::class::JsonForm).
#[macro_export]
macro_rules! class {
    ($(
        $(#[$meta:meta])*
        pub struct $type:ident($name:literal, $ns:expr) {
            $( $(#[$fmeta:meta])* $kind:ident $field:ident : $ty:ty = $xml:literal $(=> $(.$particular:ident($($arg:expr)?))+)? ; )*
        } $(json $form:ident)?
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $type {
            $( $(#[$fmeta])* #[doc = concat!("`", $xml, "`")] pub $field: $crate::class!(@holder $kind $ty), )*
        }

        impl $type {
            /// The class's table.
            pub const DEF: $crate::class::ClassDef = $crate::class::ClassDef::new(
                $name,
                $ns,
                &[ $( $crate::class!(@field $kind $field $xml $ty) $($(.$particular($($arg)?))+)?, )* ],
                $crate::class!(@form $($form)?),
            );
        }

        impl $crate::class::Fields for $type {
            fn def(&self) -> &'static $crate::class::ClassDef {
                const { &$type::DEF }
            }
            fn any(&self) -> &dyn std::any::Any { self }
            fn any_mut(&mut self) -> &mut dyn std::any::Any { self }
            #[allow(non_upper_case_globals)]
            fn filled(&self) -> $crate::class::Marked {
                $crate::class!(@indices $($field)*);
                let mut filled = $crate::class::Marked::NONE;
                $( filled.mark($field, !$crate::class::Slot::is_empty(&self.$field)); )*
                filled
            }
            #[allow(non_upper_case_globals)]
            fn slot(&self, index: usize) -> Option<&dyn $crate::class::Slot> {
                $crate::class!(@indices $($field)*);
                match index { $( $field => Some(&self.$field), )* _ => None }
            }
            #[allow(non_upper_case_globals)]
            fn slot_mut(&mut self, index: usize) -> Option<&mut dyn $crate::class::Slot> {
                $crate::class!(@indices $($field)*);
                match index { $( $field => Some(&mut self.$field), )* _ => None }
            }
        }

        impl $crate::class::Node for $type {
            fn view(&self) -> $crate::class::View<'_> { $crate::class::View::Class(self) }
            fn view_mut(&mut self) -> $crate::class::ViewMut<'_> { $crate::class::ViewMut::Class(self) }
        }
        impl $crate::class::Blank for $type {
            fn blank() -> Self { Self::default() }
        }
        impl $crate::class::Shaped for $type {
            fn shape() -> $crate::class::Shape { $crate::class::Shape::Class(const { &$type::DEF }) }
        }
    )* };

    // The position of each name in the list, as constants that a pattern can use.
    (@indices $($at:ident)*) => {
        #[allow(non_camel_case_types, dead_code, clippy::enum_variant_names)]
        enum At { $($at,)* }
        $( #[allow(non_upper_case_globals)] const $at: usize = At::$at as usize; )*
    };

    (@holder many $ty:ty) => { Vec<$ty> };
    (@holder some $ty:ty) => { Vec<$ty> };
    (@holder choice_many $ty:ty) => { Vec<$ty> };
    (@holder choice_some $ty:ty) => { Vec<$ty> };
    (@holder group_many $ty:ty) => { Vec<$ty> };
    (@holder group_some $ty:ty) => { Vec<$ty> };
    (@holder $kind:ident $ty:ty) => { Option<$ty> };

    (@field attr $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Attribute, Optional) };
    (@field content $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Content, Optional) };
    (@field mixed $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Mixed, Optional) };
    (@field one $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Element, One) };
    (@field opt $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Element, Optional) };
    (@field many $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Element, Many) };
    (@field some $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Element, Some) };
    (@field choice_one $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Choice, One) };
    (@field choice_opt $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Choice, Optional) };
    (@field choice_many $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Choice, Many) };
    (@field choice_some $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Choice, Some) };
    (@field group_many $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Group, Many) };
    (@field group_some $f:ident $x:literal $ty:ty) => { $crate::class!(@new $f $x $ty, Group, Some) };
    (@new $f:ident $x:literal $ty:ty, $kind:ident, $card:ident) => {
        $crate::class::FieldDef::new(
            stringify!($f), $x, $crate::class::Kind::$kind, $crate::class::Card::$card, <$ty as $crate::class::Shaped>::shape,
        )
    };
    (@form) => { $crate::class::JsonForm::Object };
    (@form $form:ident) => { $crate::class::JsonForm::$form };
}

/// Declares a choice: an enum with one variant for each element that may stand there.
///
/// ```text
/// choice! {
///     /// What it is.
///     pub enum Impact("Impact", OneKey) {
///         System(SystemImpact) = "SystemImpact";
///         Many(AdditionalData) = "AdditionalData" => .json("AdditionalData");
///     }
/// }
/// ```
#[macro_export]
macro_rules! choice {
    ($(
        $(#[$meta:meta])*
        pub enum $type:ident($name:literal, $form:ident) {
            $first:ident($first_ty:ty) = $first_xml:literal $(=> $(.$first_particular:ident($($first_arg:expr)?))+)? ;
            $( $variant:ident($ty:ty) = $xml:literal $(=> $(.$particular:ident($($arg:expr)?))+)? ; )*
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $type {
            #[doc = concat!("`", $first_xml, "`")] $first($first_ty),
            $( #[doc = concat!("`", $xml, "`")] $variant($ty), )*
        }

        impl $type {
            /// The table of variants.
            pub const DEF: $crate::class::ChoiceDef = $crate::class::ChoiceDef {
                name: $name,
                variants: &[
                    $crate::class!(@field opt $first $first_xml $first_ty) $($(.$first_particular($($first_arg)?))+)?,
                    $( $crate::class!(@field opt $variant $xml $ty) $($(.$particular($($arg)?))+)?, )*
                ],
                json: $crate::class::JsonForm::$form,
            };
        }

        impl $crate::class::Node for $type {
            #[allow(non_upper_case_globals)]
            fn view(&self) -> $crate::class::View<'_> {
                $crate::class!(@indices $first $($variant)*);
                match self {
                    $type::$first(inner) => $crate::class::View::Choice(const { &$type::DEF.variants[$first] }, inner),
                    $( $type::$variant(inner) => $crate::class::View::Choice(const { &$type::DEF.variants[$variant] }, inner), )*
                }
            }
            fn view_mut(&mut self) -> $crate::class::ViewMut<'_> { $crate::class::ViewMut::Choice(self) }
        }

        impl $crate::class::Choose for $type {
            fn def(&self) -> &'static $crate::class::ChoiceDef { const { &$type::DEF } }
            #[allow(non_upper_case_globals)]
            fn choose(&mut self, variant: usize) -> &mut dyn $crate::class::Node {
                $crate::class!(@indices $first $($variant)*);
                match variant {
                    $first => *self = $type::$first($crate::class::Blank::blank()),
                    $( $variant => *self = $type::$variant($crate::class::Blank::blank()), )*
                    _ => {}
                }
                self.inner_mut()
            }
            fn inner_mut(&mut self) -> &mut dyn $crate::class::Node {
                match self {
                    $type::$first(inner) => inner,
                    $( $type::$variant(inner) => inner, )*
                }
            }
        }

        impl $crate::class::Blank for $type {
            fn blank() -> Self { $type::$first($crate::class::Blank::blank()) }
        }
        impl $crate::class::Shaped for $type {
            fn shape() -> $crate::class::Shape { $crate::class::Shape::Choice(const { &$type::DEF }) }
        }
    )* };
}

/// Declares an enumeration; used as `Coded<Name>`.
///
/// ```text
/// enumeration! {
///     /// What it is.
///     pub enum Purpose("incident-purpose-type", ext) { Traceback = "traceback", Other = "other" }
/// }
/// ```
///
/// `ext` says that `ext-value` is in the list, `closed` that it is not. `alias "x" = "y"` before the braces reads `x` as `y`.
#[macro_export]
macro_rules! enumeration {
    ($(
        $(#[$meta:meta])*
        pub enum $type:ident($name:literal, $ext:ident) $(alias $alias:literal = $to:literal)* {
            $( $variant:ident = $text:literal ),* $(,)?
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $( #[doc = concat!("`", $text, "`")] $variant, )* }

        impl $crate::class::Enumeration for $type {
            const DEF: $crate::class::EnumDef = $crate::class::EnumDef {
                name: $name,
                values: &[ $( $text, )* ],
                aliases: &[ $( ($alias, $to), )* ],
                extensible: $crate::enumeration!(@ext $ext),
            };
            fn of_index(index: usize) -> Option<Self> {
                const ALL: &[$type] = &[ $( $type::$variant, )* ];
                ALL.get(index).copied()
            }
            fn index(self) -> usize { self as usize }
        }
    )* };
    (@ext ext) => { true };
    (@ext closed) => { false };
}
