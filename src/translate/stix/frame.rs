//! The object that a record as a whole is: an incident, or for knowledge without an incident of one's own a report with our
//! extension.

use super::{
    convert::{ALIASES, MOMENT, PLAIN, TEXT, TEXTS, TLP},
    core, extension,
    pair::{Pair, Row},
};
use crate::json::Value;

const COMMON: &[Row] = &[
    Row { properties: &["created"], member: "/created", by: &MOMENT },
    Row { properties: &["modified"], member: "/modified", by: &MOMENT },
    Row { properties: &["name"], member: "/title", by: &TEXT },
    Row { properties: &["description"], member: "/description", by: &TEXTS },
    Row { properties: &["lang"], member: "/lang", by: &PLAIN },
    Row { properties: &["external_references"], member: "/aliases", by: &ALIASES },
    Row { properties: &["object_marking_refs", "granular_markings"], member: "/handling/tlp", by: &TLP },
];

/// An incident (§4.6).
pub(super) static INCIDENT: Pair =
    Pair { kind: "incident", list: "", element: "record", default: true, fixed: &[], rows: &[COMMON, core::FRAME] };

/// A report (§4.16) that a record was made into.
pub(super) static REPORT: Pair =
    Pair { kind: "report", list: "", element: "record", default: true, fixed: &[], rows: &[COMMON] };

/// Whether an object makes a record.
pub(super) fn is_frame(object: &Value<'static>) -> bool {
    match object.get("type").and_then(|kind| kind.as_str().ok()) {
        Some("incident") => true,
        Some("report") => {
            !extension::is_derived(object) && extension::of(object).is_some_and(|said| said.contains_key("kind"))
        }
        _ => false,
    }
}

/// How an object makes a record.
pub(super) fn pair(object: &Value<'static>) -> &'static Pair {
    match object.get("type").and_then(|kind| kind.as_str().ok()) {
        Some("report") => &REPORT,
        _ => &INCIDENT,
    }
}
