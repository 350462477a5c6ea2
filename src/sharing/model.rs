//! The shape of a record, for checking selectors before a record is there: a record that has every field once.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::record::{Field, Part, Place, Record, Segment, Visibility, walk};

/// How often a group stands inside itself (contacts of contacts, expressions of expressions).
const REPEATS: usize = 2;

/// A record with every field, one item to a list, and empty texts for values. It is not a valid one.
pub(super) fn skeleton() -> &'static Value {
    static SKELETON: OnceLock<Value> = OnceLock::new();
    SKELETON.get_or_init(|| group(Record::fields(), &mut Vec::new()))
}

fn group(fields: &'static [Field], open: &mut Vec<&'static [Field]>) -> Value {
    let mut members = Map::new();
    if open.iter().filter(|group| std::ptr::eq(**group, fields)).count() >= REPEATS {
        return Value::Object(members);
    }
    open.push(fields);
    for field in fields {
        let inner = (field.fields)();
        let value = if inner.is_empty() { Value::String(String::new()) } else { group(inner, open) };
        let value = if field.list { Value::Array(vec![value]) } else { value };
        members.insert(field.name.to_owned(), value);
    }
    open.pop();
    Value::Object(members)
}

/// Members that every record has; without them it is none.
const REQUIRED: &[&str] = &["id", "kind"];

/// Whether a value cannot be left out: the record's own `id` and `kind`.
pub(super) fn is_required(place: &Place) -> bool {
    matches!(place.segments(), [Segment::Member(name)] if REQUIRED.contains(name))
}

/// The JSON pointers of all that cannot be removed: the frame and what a record must have. With each, the path to show.
pub(super) fn fixed() -> &'static [(String, String)] {
    static FIXED: OnceLock<Vec<(String, String)>> = OnceLock::new();
    FIXED.get_or_init(|| {
        let mut fixed = Vec::new();
        walk(skeleton(), &mut |place, _, visibility| {
            if visibility == Visibility::Frame || is_required(place) {
                fixed.push((place.pointer(), place.to_string()));
            }
        });
        fixed
    })
}

/// The fields of the group at a place; none for a value or a place that no record has.
pub(super) fn fields_at(place: &Place) -> &'static [Field] {
    let mut fields = Record::fields();
    for segment in place.segments() {
        if let Segment::Member(name) = segment {
            fields = fields.iter().find(|field| field.name == *name).map_or(&[], |field| (field.fields)());
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_visibility_table_is_in_the_skeleton() {
        for row in crate::record::table() {
            let pointer = row.path.replace("[*]", "/0").replace('.', "/").replacen('$', "", 1);
            assert!(skeleton().pointer(&pointer).is_some(), "{pointer}");
        }
        let fixed: Vec<&str> = fixed().iter().map(|(_, path)| path.as_str()).collect();
        for path in ["$.id", "$.number", "$.creator.email", "$.handling.tlp", "$.modified"] {
            assert!(fixed.contains(&path), "{path}");
        }
        assert!(!fixed.contains(&"$.title.text"));
    }
}
