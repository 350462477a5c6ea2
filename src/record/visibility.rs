//! Who may see what: look-ups in the table that the declarations make up.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    letters::{Letters, Visibility},
    part::{Field, Part, Place, Refined, Segment, Sight},
    root::Record,
};

#[cfg(test)]
mod tests;

/// What a field of the record resolves to by its declaration alone: own letters, or those of the nearest group above
/// that has some. The path is that of the members, without list positions: `["timeline", "text", "lang"]`. A path that
/// does not exist has `N` for all.
///
/// Content may narrow this further or, for organisations among the parties, widen it; [`walk`] takes it into account.
pub fn visibility<'p>(path: impl IntoIterator<Item = &'p str>) -> Visibility {
    let mut here = HIDDEN;
    let mut fields = Record::fields();
    for member in path {
        let Some(field) = fields.iter().find(|field| field.name == member) else { return HIDDEN };
        here = field.sight.within(here);
        fields = (field.fields)();
    }
    here
}

const HIDDEN: Visibility = Visibility::Letters(Letters::NONE);

/// A row of the visibility table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// JSONPath of the field, such as `$.timeline[*].text[*].lang`.
    pub path: String,
    /// What it resolves to.
    pub visibility: Visibility,
    /// Whether the declaration of the field itself says so; else it is inherited.
    pub own: bool,
    /// Whether it is a value and no group.
    pub leaf: bool,
}

/// The whole table in the order of the declarations. A group inside itself is listed once.
pub fn table() -> Vec<Row> {
    let mut rows = Vec::new();
    list("$", Record::fields(), HIDDEN, &mut Vec::new(), &mut rows);
    rows
}

fn list(
    above: &str,
    fields: &'static [Field],
    outer: Visibility,
    open: &mut Vec<&'static [Field]>,
    rows: &mut Vec<Row>,
) {
    if open.iter().any(|group| std::ptr::eq(*group, fields)) {
        return;
    }
    open.push(fields);
    for field in fields {
        let path = format!("{above}.{}{}", field.name, if field.list { "[*]" } else { "" });
        let visibility = field.sight.within(outer);
        let inner = (field.fields)();
        let own = field.sight != Sight::Inherit;
        rows.push(Row { path: path.clone(), visibility, own, leaf: inner.is_empty() });
        list(&path, inner, visibility, open, rows);
    }
    open.pop();
}

/// Shows every value of a record in JSON form with its place and what it resolves to, content taken into account:
///
/// * a party has the letters of a person or of an organisation by its type;
/// * what `reporter.person` and `reporter.manager` point to, and a party with the role of a reporter, is shown no wider
///   than those fields, with all contacts inside;
/// * an unpublished vulnerability is hidden from partners and public;
/// * an entry of the timeline may have letters of its own.
///
/// A list of plain values is one value. A member that no record has is not shown; reading the value back refuses it.
pub fn walk<'v>(record: &'v Value, visit: &mut dyn FnMut(&Place, &'v Value, Visibility)) {
    let mut guards = HashMap::new();
    guard(record, Record::fields(), &mut guards);
    let mut walker = Walker { guards, place: Place::default(), visit };
    walker.group(record, Record::fields(), HIDDEN, Letters::ALL);
}

/// Gathers what guarded references point to, with the narrowest letters that guard it.
fn guard<'v>(value: &'v Value, fields: &[Field], guards: &mut HashMap<&'v str, Letters>) {
    for field in fields {
        let Some(member) = value.get(field.name) else { continue };
        match (field.sight, member.as_str()) {
            (Sight::Guard(letters), Some(id)) => {
                guards.entry(id).and_modify(|known| *known = known.meet(letters)).or_insert(letters);
            }
            _ if field.list => {
                let items = member.as_array().into_iter().flatten();
                items.for_each(|item| guard(item, (field.fields)(), guards));
            }
            _ => guard(member, (field.fields)(), guards),
        }
    }
}

struct Walker<'v, 'w> {
    guards: HashMap<&'v str, Letters>,
    place: Place,
    visit: &'w mut dyn FnMut(&Place, &'v Value, Visibility),
}

impl<'v> Walker<'v, '_> {
    fn group(&mut self, value: &'v Value, fields: &'static [Field], outer: Visibility, cap: Letters) {
        for field in fields {
            let Some(member) = value.get(field.name) else { continue };
            let here = field.sight.within(outer);
            let inner = (field.fields)();
            self.place.push(Segment::Member(field.name));
            match member.as_array().filter(|_| field.list && !inner.is_empty()) {
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.place.push(Segment::Index(index));
                        self.inside(field, item, here, cap);
                        self.place.pop();
                    }
                }
                None if inner.is_empty() => (self.visit)(&self.place, member, capped(here, cap)),
                None => self.inside(field, member, here, cap),
            }
            self.place.pop();
        }
    }

    fn inside(&mut self, field: &Field, value: &'v Value, here: Visibility, cap: Letters) {
        let Refined { letters, cap: own_cap } = (field.refine)(value);
        let here = letters.map_or(here, Visibility::Letters);
        let id = value.get("id").and_then(Value::as_str);
        let guarded = id.and_then(|id| self.guards.get(id)).copied();
        let cap = [own_cap, guarded].into_iter().flatten().fold(cap, Letters::meet);
        self.group(value, (field.fields)(), here, cap);
    }
}

fn capped(visibility: Visibility, cap: Letters) -> Visibility {
    match visibility {
        Visibility::Letters(letters) => Visibility::Letters(letters.meet(cap)),
        other => other,
    }
}
