//! Where a schema says otherwise than the tables. Those who check by the schema go by it, so the writers do, and what it
//! has no place for is for the format's profile to move or to leave out.

use super::def::{Card, ClassDef, EnumDef, FieldDef};

/// What a schema says otherwise than the tables. Classes and lists go by their names in the tables, fields by their Rust
/// names.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Values of the tables that a list lacks: they are written as `ext-value` with the `ext-*` beside it.
    pub lacks: &'static [(&'static str, &'static str)],
    /// Values that a list has and the tables have not; they are never written.
    pub adds: &'static [(&'static str, &'static str)],
    /// Lists without `ext-value`.
    pub closed: &'static [&'static str],
    /// Lists in whose values white space counts.
    pub strict_space: &'static [&'static str],
    /// How often a field stands in its class.
    pub cards: &'static [(&'static str, &'static str, Card)],
    /// Fields that have no place.
    pub absent: &'static [(&'static str, &'static str)],
    /// Elements of another name.
    pub names: &'static [(&'static str, &'static str, &'static str)],
    /// Elements that stand before another one which they follow in the tables.
    pub before: &'static [(&'static str, &'static str, &'static str)],
    /// Fields of which a class has one, not more.
    pub one_of: &'static [OneOf],
    /// The only value that an attribute has.
    pub fixed: &'static [(&'static str, &'static str, &'static str)],
    /// Classes whose foreign content is elements, without text among them.
    pub elements_only: &'static [&'static str],
    /// Elements that are declared in their class only, not as elements of their own.
    pub local: &'static [(&'static str, &'static str)],
    /// Elements that may have anything in them where they stand.
    pub untyped: &'static [(&'static str, &'static str)],
    /// Lists of texts without language.
    pub bare: &'static [(&'static str, &'static str)],
}

/// Fields that exclude each other.
#[derive(Clone, Copy, Debug)]
pub struct OneOf {
    /// The class.
    pub class: &'static str,
    /// The fields; of several that are there, the first is kept.
    pub fields: &'static [&'static str],
    /// Whether one of them must be there.
    pub required: bool,
}

impl Dialect {
    /// The tables themselves.
    pub const TABLES: Dialect = Dialect {
        lacks: &[],
        adds: &[],
        closed: &[],
        strict_space: &[],
        cards: &[],
        absent: &[],
        names: &[],
        before: &[],
        one_of: &[],
        fixed: &[],
        elements_only: &[],
        local: &[],
        untyped: &[],
        bare: &[],
    };

    /// Whether the list has no such value of the tables.
    pub fn lacks(&self, list: &EnumDef, value: &str) -> bool {
        self.lacks.contains(&(list.name, value))
    }

    /// Whether the list has `ext-value`.
    pub fn extensible(&self, list: &EnumDef) -> bool {
        list.extensible && !self.closed.contains(&list.name)
    }

    /// The values of a list, `ext-value` last.
    pub(super) fn values(&self, list: &'static EnumDef) -> Vec<&'static str> {
        let own = list.values.iter().copied().filter(|value| !self.lacks(list, value));
        let added = self.adds.iter().filter(|(of, _)| *of == list.name).map(|(_, value)| *value);
        own.chain(added).chain(self.extensible(list).then_some("ext-value")).collect()
    }

    /// How often the field stands in the class.
    pub fn card(&self, class: &ClassDef, field: &FieldDef) -> Card {
        self.other_card(class, field).unwrap_or(field.card)
    }

    fn other_card(&self, class: &ClassDef, field: &FieldDef) -> Option<Card> {
        let other = self.cards.iter().find(|(of, name, _)| *of == class.name && *name == field.rust);
        other.map(|(_, _, card)| *card)
    }

    /// Whether JSON must have the field.
    pub(super) fn json_required(&self, class: &ClassDef, field: &FieldDef) -> bool {
        self.other_card(class, field).map_or(field.card.required() || field.json_required, Card::required)
    }

    /// Whether the field has a place.
    pub fn has(&self, class: &ClassDef, field: &FieldDef) -> bool {
        !self.absent.contains(&(class.name, field.rust))
    }

    /// Name of the field's element or attribute.
    pub fn name(&self, class: &ClassDef, field: &FieldDef) -> &'static str {
        let other = self.names.iter().find(|(of, name, _)| *of == class.name && *name == field.rust);
        other.map_or(field.name, |(_, _, name)| name)
    }

    /// The indices of the class's fields, in the order in which they stand.
    pub fn order(&self, class: &ClassDef) -> impl Iterator<Item = usize> + use<> {
        let moves: Vec<(usize, usize)> = self
            .before
            .iter()
            .filter(|(of, ..)| *of == class.name)
            .filter_map(|(_, a, b)| moved(class, a, b))
            .collect();
        let count = class.fields.len();
        (0..count).flat_map(move |index| {
            let first = moves.iter().find(|(_, later)| *later == index).map(|(earlier, _)| *earlier);
            let stays = !moves.iter().any(|(earlier, _)| *earlier == index);
            first.into_iter().chain(stays.then_some(index))
        })
    }

    /// The fields that exclude each other, if the class has such.
    pub fn one_of(&self, class: &ClassDef) -> Option<&'static OneOf> {
        self.one_of.iter().find(|set| set.class == class.name)
    }
}

/// The field that stands first, and the one before which it stands.
fn moved(class: &ClassDef, first: &str, then: &str) -> Option<(usize, usize)> {
    let index = |name: &str| class.fields.iter().position(|field| field.rust == name);
    Some((index(first)?, index(then)?))
}
