//! What of a record IODEF cannot hold is what the table says, no more and no less.

use super::*;
use crate::translate::{
    iodef::outward::dropped::{ROWS, row},
    reasons::field,
    withheld,
};

/// Reasons that are about a value or about the whole of a thing, not about a field: what they begin with.
const NO_FIELD: &[&str] = &[
    "the reporter wants to stay unnamed",
    "nothing that leaves names this party",
    "who was told within the house",
    "its letters let it out to nobody",
    "what came from another format ",
    "it was said of an element that has changed since",
    "nobody can tell where it stood",
    "superseded at ",
    "the format takes ",
    "the format does not take this text here",
    "the format has no such value",
    "the format has a time and nothing about it",
    "not a time that XML Schema can write",
    "not a digest ",
    "a demand is no loss",
    "it is excluded: ",
    "RFC 7970 has amounts above zero only",
    "a RelatedActivity names other incidents",
    "an amount is a number and its currency",
    "the format has this word for another role",
    "an entry of the history needs a time",
    "there is nothing in the text",
    "it refers to a thing of the record by an id that stays in the record",
    "two scales on one attribute: TLP is written",
    "a contact has ",
    "it refers to a party that is not in the record",
    "a Discovery has one source",
    "its parents lead in a circle",
];

/// What has blocks of its own in IODEF and stands in no other format (`facts.rs`).
const SENT: &[&str] = &["version", "supersedes", "change_reason"];

fn is_sent(field: &str) -> bool {
    SENT.iter().any(|sent| field.split('.').next() == Some(sent))
}

/// How often a field was met, and how often dropped.
#[derive(Debug, Default)]
struct Met {
    met: usize,
    dropped: usize,
}

#[test]
fn what_is_dropped_is_what_the_table_says() {
    let record = |seed: u64| crate::record::generate::record(&Seeded::new(seed)).unwrap();
    let generated = (0..120).map(|seed| RecordDocument::of(vec![record(seed)]));
    let fixtures = fixtures::fixtures().into_iter().map(|(_, source)| source);
    let mut fields: BTreeMap<String, Met> = BTreeMap::new();
    let mut unknown: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut hit: BTreeSet<&str> = BTreeSet::new();
    for source in fixtures.chain(generated) {
        for entry in to_iodef(source).1 {
            let field = field(&entry.path);
            let met = fields.entry(field.clone()).or_default();
            met.met += 1;
            let Fate::Dropped { why } = entry.fate else {
                let withheld = withheld::reason(&field).filter(|_| !is_sent(&field));
                assert_eq!(withheld, None, "{}: {:?}", entry.path, entry.fate);
                continue;
            };
            match row(&field) {
                Some((row, reason)) if reason == why => {
                    hit.insert(row);
                    met.dropped += 1;
                }
                _ if NO_FIELD.iter().any(|about| why.starts_with(about)) => met.dropped += 1,
                _ => unknown.entry(field).or_insert((0, why)).0 += 1,
            }
        }
    }
    assert!(unknown.is_empty(), "no row of dropped.tsv says why these are dropped, and how often: {unknown:#?}");
    let stale: Vec<_> = ROWS.0.keys().filter(|row| !hit.contains(*row)).collect();
    assert!(stale.is_empty(), "rows of dropped.tsv of which nothing is dropped: {stale:#?}");
    // A row that names a place is for all that is there; one with `*` is for what nothing else holds.
    let kept: Vec<_> = fields
        .iter()
        .filter(|(field, met)| {
            met.met > 5 && met.dropped == 0 && !is_sent(field) && row(field).is_some_and(|(row, _)| !row.contains('*'))
        })
        .collect();
    assert!(kept.is_empty(), "rows of dropped.tsv are for fields that are not dropped: {kept:#?}");
}
