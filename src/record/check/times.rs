//! Rules over times.

use std::cmp::Ordering;

use super::Report;
use crate::{
    error::Severity,
    record::{
        base::Dated,
        event::Event,
        part::{Node, Part, Place},
        root::Record,
    },
    time::{Zone, ZoneState},
};

/// Which field must not be earlier than which, and how bad it is if it is.
type Order<T> = (&'static str, fn(&T) -> Option<&Dated>, &'static str, fn(&T) -> Option<&Dated>, Severity);

const RECORD: &[Order<Record>] = &[
    ("occurred_at", |r| r.occurred_at.as_ref(), "discovered_at", |r| r.discovered_at.as_ref(), Severity::Error),
    ("occurred_at", |r| r.occurred_at.as_ref(), "ended_at", |r| r.ended_at.as_ref(), Severity::Error),
    ("occurred_at", |r| r.occurred_at.as_ref(), "contained_at", |r| r.contained_at.as_ref(), Severity::Error),
    ("occurred_at", |r| r.occurred_at.as_ref(), "recovered_at", |r| r.recovered_at.as_ref(), Severity::Error),
    ("discovered_at", |r| r.discovered_at.as_ref(), "reported_at", |r| r.reported_at.as_ref(), Severity::Warning),
    ("reported_at", |r| r.reported_at.as_ref(), "received_at", |r| r.received_at.as_ref(), Severity::Warning),
    ("discovered_at", |r| r.discovered_at.as_ref(), "resolved_at", |r| r.resolved_at.as_ref(), Severity::Warning),
    ("resolved_at", |r| r.resolved_at.as_ref(), "closed_at", |r| r.closed_at.as_ref(), Severity::Warning),
];

const EVENT: &[Order<Event>] = &[
    ("occurred_at", |e| e.occurred_at.as_ref(), "discovered_at", |e| e.discovered_at.as_ref(), Severity::Error),
    ("occurred_at", |e| e.occurred_at.as_ref(), "ended_at", |e| e.ended_at.as_ref(), Severity::Error),
    ("occurred_at", |e| e.occurred_at.as_ref(), "recovered_at", |e| e.recovered_at.as_ref(), Severity::Error),
    ("discovered_at", |e| e.discovered_at.as_ref(), "reported_at", |e| e.reported_at.as_ref(), Severity::Warning),
];

pub(super) fn order(record: &Record, report: &mut Report<'_>) {
    let flagged = record.times_flagged.is_some();
    ordered(record, RECORD, "", flagged, report);
    for (index, event) in record.events.iter().enumerate() {
        ordered(event, EVENT, &format!("events[{index}]."), flagged, report);
    }
}

fn ordered<T>(of: &T, orders: &[Order<T>], prefix: &str, flagged: bool, report: &mut Report<'_>) {
    for (earlier_name, earlier, later_name, later, severity) in orders {
        let (Some(earlier), Some(later)) = (earlier(of), later(of)) else { continue };
        if contradict(earlier, later) {
            let severity = if flagged { Severity::Note } else { *severity };
            let found = later.at.as_ref().map(ToString::to_string).unwrap_or_default();
            let expected = format!("a time not before {earlier_name}, or times_flagged");
            report.add(severity, &format!("{prefix}{later_name}"), found, &expected);
        }
    }
}

/// Whether `later` lies before `earlier` by more than the coarser of the two can be wrong.
fn contradict(earlier: &Dated, later: &Dated) -> bool {
    let (Some(first), Some(second)) = (&earlier.at, &later.at) else { return false };
    if first.cmp_instant(second) != Some(Ordering::Greater) {
        return false;
    }
    let span = [earlier.fidelity, later.fidelity].into_iter().flatten().map(|fidelity| fidelity.span_seconds()).max();
    match (first.unix_second(), second.unix_second(), span) {
        (Some(first), Some(second), Some(span)) => first - second >= span,
        _ => true,
    }
}

pub(super) fn revision(record: &Record, report: &mut Report<'_>) {
    if let (Some(created), Some(modified)) = (&record.created, &record.modified)
        && created.cmp_instant(modified) == Some(Ordering::Greater)
    {
        report.error("modified", modified.as_str(), "a time not before created");
    }
}

pub(super) fn zone(record: &Record, report: &mut Report<'_>) {
    record.visit(&mut Place::default(), &mut |place, node| {
        let Node::Dated(Dated { at: Some(at), zone: Some(state), .. }) = node else { return };
        let known = at.zone() != Zone::Unknown;
        if known == (*state == ZoneState::Unknown) {
            let path = place.to_string();
            let path = path.trim_start_matches("$.");
            let expected = if known { "zone stated or assumed" } else { "zone unknown, as the time has no offset" };
            report.error(&format!("{path}.zone"), at.as_str(), expected);
        }
    });
}

pub(super) fn custody(record: &Record, report: &mut Report<'_>) {
    for (index, evidence) in record.evidence.iter().enumerate() {
        let times: Vec<Option<&Dated>> = evidence.custody.iter().map(|custody| custody.at.as_ref()).collect();
        for (place, pair) in times.windows(2).enumerate() {
            if let [Some(first), Some(second)] = pair
                && contradict(first, second)
            {
                let found = second.at.as_ref().map(ToString::to_string).unwrap_or_default();
                let path = format!("evidence[{index}].custody[{}].at", place + 1);
                report.warning(&path, found, "a time not before the hand-over above it");
            }
        }
    }
}
