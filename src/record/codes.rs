//! The two-letter codes of TR 18044. They are data: the list stands in `tr18044.tsv`.

use super::base::Code18044;

/// A listed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedCode {
    /// `threat` (§4.1) or `guideline` (§4.3).
    pub list: &'static str,
    /// Two letters.
    pub code: &'static str,
    /// For a threat its kind of cause, `deliberate`, `accidental` or `error`; else empty.
    pub basis: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The codes, in the order of the file.
pub fn listed_codes() -> impl Iterator<Item = ListedCode> {
    include_str!("tr18044.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        let row = ListedCode {
            list: columns.next()?,
            code: columns.next()?,
            basis: columns.next()?,
            meaning: columns.next()?,
        };
        columns.next().is_none().then_some(row)
    })
}

/// The row of a code in a list.
pub fn listed_code(list: &str, code: &Code18044) -> Option<ListedCode> {
    listed_codes().find(|row| row.list == list && row.code == code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::forms::TypeBasis;

    #[test]
    fn every_line_is_a_code() {
        let lines = include_str!("tr18044.tsv").lines().filter(|line| !line.starts_with('#')).count();
        let rows: Vec<ListedCode> = listed_codes().collect();
        assert_eq!(rows.len(), lines);
        for (index, row) in rows.iter().enumerate() {
            let code: Code18044 = row.code.parse().unwrap();
            assert_eq!(listed_code(row.list, &code), Some(*row));
            assert!(rows[..index].iter().all(|other| (other.list, other.code) != (row.list, row.code)), "{row:?}");
            let known = TypeBasis::ALL.iter().any(|basis| basis.as_str() == row.basis);
            assert!(
                if row.list == "threat" { known } else { row.list == "guideline" && row.basis.is_empty() },
                "{row:?}"
            );
        }
    }
}
