//! What of a record may never stand in a STIX document, not even in our extension, and why: the table `dropped.tsv`.

use std::sync::LazyLock;

use serde_json::Value as Json;

use super::tree::Group;
use crate::translate::{reasons::Reasons, taken::each_leaf};

/// The table.
pub(super) static ROWS: LazyLock<Reasons> = LazyLock::new(|| Reasons::read(include_str!("dropped.tsv")));

/// Leaves out what the table names of a part of the record; `field` is that part's own. Tells of each leaf the path below the
/// part, and the reason.
pub(super) fn leave_out(part: &mut Group, field: &str, tell: &mut dyn FnMut(String, &'static str)) {
    walk(part, field, "", tell);
}

fn walk(part: &mut Group, field: &str, at: &str, tell: &mut dyn FnMut(String, &'static str)) {
    part.retain(|name, value| {
        let (field, at) =
            (if field.is_empty() { name.clone() } else { format!("{field}.{name}") }, format!("{at}.{name}"));
        let row = ROWS.0.get(field.as_str()).or_else(|| ROWS.0.get(format!("*.{name}").as_str()));
        if let Some(why) = row {
            each_leaf(value, at, &mut |path, _| tell(path, why));
            return false;
        }
        match value {
            Json::Object(members) => {
                walk(members, &field, &at, tell);
                !members.is_empty()
            }
            Json::Array(list) => {
                let mut i = 0;
                list.retain_mut(|element| {
                    let at = format!("{at}[{i}]");
                    i += 1;
                    let Json::Object(members) = element else { return true };
                    // What says nothing from the first keeps its place.
                    let said = !members.is_empty();
                    walk(members, &field, &at, tell);
                    !said || !members.is_empty()
                });
                !list.is_empty()
            }
            _ => true,
        }
    });
}
