//! Tables of what is not taken of a record, and why, reviewed as data: by one format (`FORMAT/.../dropped.tsv`), by none
//! (`withheld/fields.tsv`).
//!
//! A row is for the field and what is below it, where that has no row of its own. `field.*` is for what is below it in part,
//! and `*.name` for a member of that name wherever it stands: where something else holds it, it is not dropped.

use std::collections::BTreeMap;

/// Fields without numbers, and the reason.
#[derive(Debug)]
pub(super) struct Reasons(pub(super) BTreeMap<&'static str, &'static str>);

impl Reasons {
    /// Reads a table: field, tab, reason; `#` begins a remark.
    pub fn read(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Reasons(lines.filter_map(|line| line.split_once('\t')).collect())
    }

    /// The row for a field: the nearest at or above it, then the nearest by name, then the nearest that is for a part.
    pub fn row(&self, field: &str) -> Option<(&'static str, &'static str)> {
        let above = || std::iter::successors(Some(field), |field| field.rsplit_once('.').map(|(above, _)| above));
        let get = |row: &str| self.0.get_key_value(row).map(|(row, why)| (*row, *why));
        let by_name = |field: &str| get(&format!("*.{}", field.rsplit('.').next().unwrap_or(field)));
        let whole = above().find_map(get);
        whole.or_else(|| above().find_map(by_name)).or_else(|| above().find_map(|field| get(&format!("{field}.*"))))
    }
}

/// The field that a path of the account leads to: the path within its record, without numbers.
pub(super) fn field(path: &str) -> String {
    let pieces = path.split('[').map(|piece| piece.split_once(']').map_or(piece, |(_, rest)| rest));
    let path = pieces.collect::<String>();
    let path = path.strip_prefix("$.").unwrap_or(&path);
    path.strip_prefix("records.").unwrap_or(path).to_owned()
}
