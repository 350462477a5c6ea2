//! What of a record never leaves a house, in no format and no part of one that is for gateways of ours, and why: the table
//! `fields.tsv`, and elements that go by what they say (`elements`). Formats that have no place for more have tables of their own.

mod elements;
mod narrow;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde_json::Value as Json;

pub(super) use self::elements::leave_out as leave_out_elements;
use super::{ledger::each_leaf, reasons::Reasons, stix::tree::Group};

/// The table.
pub(super) static ROWS: LazyLock<Reasons> = LazyLock::new(|| Reasons::read(include_str!("fields.tsv")));

/// In the place of a reason: it only has the name of what is left out elsewhere.
const MAY_GO: &str = "-";

/// What becomes of a leaf of a part that is sifted.
pub(super) enum Sifted {
    /// It stays, at this path below the part: of lists, what is emptied is gone.
    Stays(String),
    /// It is left out, and why.
    Withheld(&'static str),
}

/// Leaves out what the table names of a part of the record; `field` is that part's own. Tells of each leaf the path below the
/// part, and what becomes of it.
pub(super) fn leave_out(part: &mut Group, field: &str, tell: &mut dyn FnMut(String, Sifted)) {
    walk(part, field, "", "", tell);
}

/// Why a field is left out, if it is.
pub(super) fn reason(field: &str) -> Option<&'static str> {
    row(field).map(|(_, why)| why)
}

/// The row after which a field is left out, and the reason.
pub(super) fn row(field: &str) -> Option<(&'static str, &'static str)> {
    let ends = field.match_indices('.').map(|(end, _)| end).chain([field.len()]);
    ends.filter_map(|end| field.get(..end)).find_map(own_row)
}

/// The row of a field itself, whatever it is in.
pub(super) fn own_row(field: &str) -> Option<(&'static str, &'static str)> {
    let get = |row: &str| ROWS.0.get_key_value(row).map(|(row, why)| (*row, *why));
    let by_name = || get(&format!("*.{}", field.rsplit('.').next().unwrap_or(field)));
    get(field).or_else(by_name).filter(|(_, why)| *why != MAY_GO)
}

/// `at` is the path below the part as it was, `now` as it becomes.
fn walk(part: &mut Group, field: &str, at: &str, now: &str, tell: &mut dyn FnMut(String, Sifted)) {
    part.retain(|name, value| {
        let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        let (at, now) = (format!("{at}.{name}"), format!("{now}.{name}"));
        if let Some((_, why)) = own_row(&field) {
            each_leaf(value, at, &mut |path, _| tell(path, Sifted::Withheld(why)));
            return false;
        }
        match value {
            Json::Object(members) => {
                walk(members, &field, &at, &now, tell);
                !members.is_empty()
            }
            Json::Array(list) => {
                let (mut i, mut left) = (0, 0);
                list.retain_mut(|element| {
                    let (at, now) = (format!("{at}[{i}]"), format!("{now}[{left}]"));
                    i += 1;
                    let stays = match element {
                        Json::Object(members) => {
                            // What says nothing from the first keeps its place.
                            let said = !members.is_empty();
                            walk(members, &field, &at, &now, tell);
                            !said || !members.is_empty()
                        }
                        other => {
                            stay(other, &at, &now, tell);
                            true
                        }
                    };
                    left += usize::from(stays);
                    stays
                });
                !list.is_empty()
            }
            other => {
                stay(other, &at, &now, tell);
                true
            }
        }
    });
}

fn stay(value: &Json, at: &str, now: &str, tell: &mut dyn FnMut(String, Sifted)) {
    each_leaf(value, String::new(), &mut |below, _| {
        tell(format!("{at}{below}"), Sifted::Stays(format!("{now}{below}")))
    });
}
