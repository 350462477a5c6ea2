//! Classes and groups of the record that say the same: one declaration gives both ways.

use super::{taken::Context, trail::Trail};
use crate::class::{Fields, Kind, Path};

/// A class and the group of the record that mirrors it.
pub(super) trait Mirror {
    /// The exchange format's class.
    type Class: Fields + Default;
    /// The record's group.
    type Group: Default;
    /// Into the record.
    fn inward(cx: &Context, source: Self::Class, at: &Path<'_>, to: &Trail<'_>) -> Self::Group;
    /// Out of the record.
    fn outward(cx: &Context, source: Self::Group, at: &Trail<'_>, to: &Path<'_>) -> Self::Class;
}

/// Declares mirrors.
///
/// ```text
/// mirror! {
///     AddressPair: Address => record::Address as "address" restriction { // `as`: an element of the record, see below
///         leaf category <=> kind: Word;         // one simple value, by a Convert
///         texts url <=> urls;                   // a list of plain texts
///         many description <=> descriptions: TextPair;   // lists of classes and groups
///         opt application <=> application: SoftwarePair; // at most one
///         also inward in_function;              // what no row can say: fn(&Context, &mut Class, &mut Group, &Path, &Trail)
///         also outward out_function;            // fn(&Context, &mut Group, &mut Class, &Trail, &Path)
///     }
/// }
/// ```
///
/// With `as "name"` the group is an element of the record: it gets an id that begins with the name, its origin, and its
/// residue. With an attribute after the name, that is its marking.
macro_rules! mirror {
    ($(
        $(#[$meta:meta])*
        $pair:ident: $class:ty => $group:ty $(as $element:literal $($marked:ident)?)? {
            $( $kind:ident $($a:ident $(<=> $b:ident $(: $by:ty)?)?)+ ; )*
        }
    )*) => { $(
        $(#[$meta])*
        pub(super) enum $pair {}
        impl $crate::translate::iodef::mirror::Mirror for $pair {
            type Class = $class;
            type Group = $group;
            #[allow(unused_variables, unused_mut)]
            fn inward(
                cx: &$crate::translate::iodef::taken::Context,
                mut source: $class,
                at: &$crate::class::Path<'_>,
                to: &$crate::translate::iodef::trail::Trail<'_>,
            ) -> $group {
                let mut made = <$group>::default();
                let mark = cx.mark();
                cx.presence(&source, at, to);
                $(
                    made.id = cx.element_id($element);
                    $( $crate::translate::iodef::mirror::row!(@in marking, cx, source, made, at, to, $marked); )?
                )?
                $( $crate::translate::iodef::mirror::row!(@in $kind, cx, source, made, at, to, $($a $(<=> $b $(: $by)?)?)+); )*
                cx.rest_of_class(&source, at);
                $( let _ = $element; cx.carry(&mut made, mark, at, to); )?
                made
            }
            #[allow(unused_variables, unused_mut)]
            fn outward(
                cx: &$crate::translate::iodef::taken::Context,
                mut source: $group,
                at: &$crate::translate::iodef::trail::Trail<'_>,
                to: &$crate::class::Path<'_>,
            ) -> $class {
                let mut made = <$class>::default();
                $(
                    let _ = $element;
                    let residue = cx.residue_of(&mut source, at);
                    $( $crate::translate::iodef::mirror::row!(@out marking, cx, source, made, at, to, residue, $marked); )?
                )?
                $( $crate::translate::iodef::mirror::row!(@out $kind, cx, source, made, at, to, $($a $(<=> $b $(: $by)?)?)+); )*
                $(
                    let _ = $element;
                    cx.structure(&mut source.id, &at.member("id"));
                    cx.structure(&mut source.origins, &at.member("origins"));
                )?
                cx.rest_of_group(&source, at, $crate::translate::iodef::taken::NO_PLACE);
                $( let _ = $element; cx.put_back(residue, &mut made, to); )?
                made
            }
        }
    )* };
}

/// One row of a mirror.
macro_rules! row {
    (@in leaf, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        if let Some(taken) = $cx.take_class(&mut $source, stringify!($a), $at, |source| &mut source.$a) {
            $made.$b =
                <$by as $crate::translate::iodef::convert::Convert<_, _>>::inward(taken, &$to.member(stringify!($b)));
        }
    };
    (@out leaf, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        if let Some(taken) = $cx.take_group(&mut $source.$b, &$at.member(stringify!($b))) {
            let name = $crate::translate::iodef::mirror::step(&$made, stringify!($a));
            let place = $crate::translate::iodef::mirror::place($to, &name);
            $made.$a = <$by as $crate::translate::iodef::convert::Convert<_, _>>::outward(taken, &place);
        }
    };
    (@in texts, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident) => {
        if let Some(taken) = $cx.take_class(&mut $source, stringify!($a), $at, |source| &mut source.$a) {
            $made.$b = $crate::translate::iodef::convert::texts_inward(taken, &$to.member(stringify!($b)));
        }
    };
    (@out texts, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident) => {
        if let Some(taken) = $cx.take_group(&mut $source.$b, &$at.member(stringify!($b))) {
            let name = $crate::translate::iodef::mirror::step(&$made, stringify!($a));
            $made.$a = $crate::translate::iodef::convert::texts_outward(taken, &$to.child(&name));
        }
    };
    (@in many, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        let name = $crate::translate::iodef::mirror::step(&$source, stringify!($a));
        for (i, item) in std::mem::take(&mut $source.$a).into_iter().enumerate() {
            let to = $to.element(stringify!($b), $made.$b.len());
            $made.$b.push(<$by as $crate::translate::iodef::mirror::Mirror>::inward(
                $cx,
                item,
                &$at.item(&name, i + 1),
                &to,
            ));
        }
    };
    (@out many, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        let name = $crate::translate::iodef::mirror::step(&$made, stringify!($a));
        for (i, item) in std::mem::take(&mut $source.$b).into_iter().enumerate() {
            let to = $to.item(&name, $made.$a.len() + 1);
            $made.$a.push(<$by as $crate::translate::iodef::mirror::Mirror>::outward(
                $cx,
                item,
                &$at.element(stringify!($b), i),
                &to,
            ));
        }
    };
    (@in opt, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        let name = $crate::translate::iodef::mirror::step(&$source, stringify!($a));
        if let Some(item) = $source.$a.take() {
            let to = $to.member(stringify!($b));
            $made.$b =
                Some(<$by as $crate::translate::iodef::mirror::Mirror>::inward($cx, item, &$at.child(&name), &to));
        }
    };
    (@out opt, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident <=> $b:ident : $by:ty) => {
        let name = $crate::translate::iodef::mirror::step(&$made, stringify!($a));
        if let Some(item) = $source.$b.take() {
            let to = $to.child(&name);
            $made.$a = Some(<$by as $crate::translate::iodef::mirror::Mirror>::outward(
                $cx,
                item,
                &$at.member(stringify!($b)),
                &to,
            ));
        }
    };
    (@in marking, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $a:ident) => {
        if let Some(taken) = $cx.take_class(&mut $source, stringify!($a), $at, |source| &mut source.$a) {
            $made.marking = $crate::translate::iodef::marking::inward(taken, &$to.member("marking"));
        }
    };
    (@out marking, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, $residue:ident, $a:ident) => {
        if let Some(taken) = $cx.take_group(&mut $source.marking, &$at.member("marking")) {
            $made.$a = $crate::translate::iodef::marking::outward(taken, &$residue, &$to.child("@restriction"));
        }
    };
    (@in also, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, inward $function:ident) => {
        $function($cx, &mut $source, &mut $made, $at, $to);
    };
    (@out also, $cx:ident, $source:ident, $made:ident, $at:ident, $to:ident, outward $function:ident) => {
        $function($cx, &mut $source, &mut $made, $at, $to);
    };
    (@$way:ident also, $($other:tt)*) => {};
}

/// The step of a path that leads to a field: its element or attribute name. The text of an element has none.
pub(super) fn step(class: &dyn Fields, field: &str) -> String {
    let def = class.def().fields.iter().find(|def| def.rust == field);
    def.map_or_else(String::new, |def| match def.kind {
        Kind::Attribute => format!("@{}", def.name),
        Kind::Content | Kind::Mixed => String::new(),
        _ => def.name.to_owned(),
    })
}

/// Where this step leads to.
pub(super) fn place<'p>(from: &'p Path<'p>, step: &'p str) -> Path<'p> {
    if step.is_empty() { *from } else { from.child(step) }
}

pub(super) use mirror;
pub(super) use row;
