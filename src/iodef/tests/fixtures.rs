//! Our own documents in `fixtures/iodef-v2`.

use std::{collections::BTreeSet, fs, path::Path as FilePath};

use super::*;
use crate::class::coverage;

/// No document may have it (RFC 7970 §5.1.1): the list of operators is closed.
const FORBIDDEN: [&str; 1] = ["IndicatorExpression/@ext-operator"];

/// They use every class, attribute and extension that the tables have, and are without a finding.
#[test]
fn fixtures_use_all_of_the_tables() {
    let mut used = BTreeSet::new();
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iodef-v2");
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let decoded = decode_xml(&fs::read(&path).unwrap(), Limits::default()).unwrap();
        assert_eq!(decoded.findings, [], "{}", path.display());
        coverage::used(&decoded.document, &mut used);
    }
    let possible = coverage::possible(const { &IodefDocument::DEF });
    assert!(possible.len() > 400, "{} places in the tables", possible.len());
    let unused: Vec<_> = possible.difference(&used).collect();
    assert_eq!(unused, FORBIDDEN);
}
