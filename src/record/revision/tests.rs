use super::*;
use crate::record::{
    base::{RecordId, Text},
    generate,
    identity::Kind,
};

fn time(text: &str) -> WireTime {
    text.parse().unwrap()
}

fn first() -> Record {
    let mut record = Record::new(RecordId(uuid::Uuid::from_u128(7)), Kind::Incident);
    record.created = Some(time("2026-03-01T12:00:00Z"));
    record.modified = record.created.clone();
    record.number = Some(number());
    record
}

fn number() -> crate::record::TrackingNumber {
    crate::record::TrackingNumber::draw(&"TEAM".parse().unwrap(), &crate::world::Seeded::new(1)).unwrap()
}

fn changed(old: &Record) -> Record {
    Record { title: Some(Text::new("a title")), ..old.clone() }
}

#[test]
fn revisions_form_a_chain() {
    let one = first();
    let two = next_revision(&one, changed(&one), "a.lee", time("2026-03-01T13:00:00Z"), "title given").unwrap();
    assert_eq!((two.version, two.supersedes), (Some(2), Some(digest(&one).unwrap())));
    assert_eq!(
        (two.created.as_ref(), two.modified.as_ref()),
        (one.created.as_ref(), Some(&time("2026-03-01T13:00:00Z")))
    );
    assert_eq!((two.recorded_by.as_deref(), two.change_reason.as_deref()), (Some("a.lee"), Some("title given")));
    let mut draft = two.clone();
    draft.lang = Some("de".into());
    draft.created = None;
    draft.recorded_by = Some("somebody else".into());
    let three = next_revision(&two, draft, "b.ito", time("2026-03-01T13:00:00Z"), "language").unwrap();
    assert_eq!((three.version, three.supersedes), (Some(3), Some(digest(&two).unwrap())));
    assert_eq!((three.created.as_ref(), three.recorded_by.as_deref()), (one.created.as_ref(), Some("b.ito")));
}

#[test]
fn what_is_no_revision_is_refused() {
    let old = first();
    let at = || time("2026-03-01T13:00:00Z");
    let refuse = |changed: Record, author: &str, at: WireTime, reason: &str| {
        next_revision(&old, changed, author, at, reason).unwrap_err()
    };
    assert!(matches!(refuse(changed(&old), "a", at(), " \n"), RevisionError::NoReason));
    assert!(matches!(refuse(changed(&old), "", at(), "r"), RevisionError::NoAuthor));
    assert!(matches!(refuse(old.clone(), "a", at(), "r"), RevisionError::Unchanged));
    let other = Record { id: RecordId(uuid::Uuid::from_u128(8)), ..changed(&old) };
    assert!(matches!(refuse(other, "a", at(), "r"), RevisionError::OtherRecord { .. }));
    let stale = Record { version: Some(3), ..changed(&old) };
    assert!(matches!(refuse(stale, "a", at(), "r"), RevisionError::Stale { found: 3, expected: 1 }));
    let renumbered = Record { number: None, ..changed(&old) };
    assert!(matches!(refuse(renumbered, "a", at(), "r"), RevisionError::NumberChanged { .. }));
    let early = time("2026-03-01T11:59:59Z");
    assert!(matches!(refuse(changed(&old), "a", early, "r"), RevisionError::TimeRunsBack { .. }));
    assert_eq!(refuse(changed(&old), "a", at(), "").code(), Code::Usage);
    assert_eq!(refuse(old.clone(), "a", at(), "r").code(), Code::RecordInvariant);
}

#[test]
fn a_first_number_may_be_given() {
    let old = Record { number: None, ..first() };
    let numbered = Record { number: Some(number()), ..old.clone() };
    assert!(next_revision(&old, numbered, "a", time("2026-03-01T13:00:00Z"), "imported").is_ok());
}

#[test]
fn the_digest_tells_records_apart() {
    let record = |seed| generate::record(&crate::world::Seeded::new(seed)).unwrap();
    assert_eq!(digest(&record(1)).unwrap(), digest(&record(1)).unwrap());
    assert_ne!(digest(&record(1)).unwrap(), digest(&record(2)).unwrap());
}
