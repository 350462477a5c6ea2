//! What a complete record has: the fields of cardinality 1 (and +) of the model. Findings are notes.

use super::Report;
use crate::{
    error::Severity,
    record::{
        classification::{E409, Status},
        evidence::Evidence,
        root::Record,
    },
};

/// A field and whether it is there.
type Field<T> = (&'static str, fn(&T) -> bool);

fn e409(record: &Record, there: impl Fn(&E409) -> bool) -> bool {
    record.e409.as_ref().is_some_and(there)
}

const RECORD: &[Field<Record>] = &[
    ("number", |r| r.number.is_some()),
    ("title", |r| r.title.is_some()),
    ("version", |r| r.version.is_some()),
    ("created", |r| r.created.is_some()),
    ("modified", |r| r.modified.is_some()),
    ("recorded_by", |r| r.recorded_by.is_some()),
    ("lang", |r| r.lang.is_some()),
    ("reporter.mode", |r| r.reporter.as_ref().is_some_and(|reporter| reporter.mode.is_some())),
    ("channel", |r| r.channel.is_some()),
    ("received_at", |r| r.received_at.is_some()),
    ("what_occurred", |r| r.what_occurred.is_some()),
    ("discovered_at", |r| r.discovered_at.is_some()),
    ("reported_at", |r| r.reported_at.is_some()),
    ("is_over", |r| r.is_over.is_some()),
    ("e409.category", |r| e409(r, |e409| e409.category.is_some())),
    ("e409.seriousness", |r| e409(r, |e409| e409.seriousness.is_some())),
    ("e409.detection", |r| e409(r, |e409| !e409.detection.is_empty())),
    ("owner", |r| r.owner.is_some()),
    ("owner_basis", |r| r.owner_basis.is_some()),
    ("handling.tlp", |r| r.handling.as_ref().is_some_and(|handling| handling.tlp.is_some())),
    ("classification", |r| !r.classification.is_empty() || !is_assessed(r)),
];

const EVIDENCE: &[Field<Evidence>] = &[
    ("acquired", |e| e.acquired.is_some()),
    ("source", |e| e.source.is_some()),
    ("location", |e| e.location.is_some()),
    ("custody", |e| !e.custody.is_empty()),
];

/// A classification is due after the first assessment (§6).
fn is_assessed(record: &Record) -> bool {
    !record.assessments.is_empty()
        || !matches!(record.status, None | Some(Status::Received | Status::Acknowledged | Status::Assessing1))
}

pub(super) fn complete(record: &Record, report: &mut Report<'_>) {
    missing(record, RECORD, "", report);
    for (index, evidence) in record.evidence.iter().enumerate() {
        missing(evidence, EVIDENCE, &format!("evidence[{index}]."), report);
    }
}

fn missing<T>(of: &T, fields: &[Field<T>], prefix: &str, report: &mut Report<'_>) {
    for (name, there) in fields {
        if !there(of) {
            report.add(Severity::Note, &format!("{prefix}{name}"), "nothing", "a value in a complete record");
        }
    }
}
