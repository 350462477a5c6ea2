//! Property by property: the core extension of an incident, the objects beside it (second shape), and what stands embedded in it
//! (first shape).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::convert::{
    ACTIVITY, ALTERATION, AMOUNT, AVAILABILITY, AVAILABLE, CATEGORIES, CONFIDENTIALITY, COUNTS, CURRENCY, DETECTION,
    ENTITIES, FINE_TIME, INFORMATION, INTEGRITY, LOSS, NAMED, OUTCOME, OUTSIDE, OWNER, PHYSICAL, PRIORITY, RESULT,
    SEVERITIES, STATUS, STEP, TRACEABILITY, TYPES, VARIETY,
};
use crate::{
    json::Value,
    translate::stix::{
        convert::{CONFIDENCE, TEXT, TEXTS, TLP},
        pair::{Conversion, Pair, Row},
        tree::{Group, get, members},
    },
};

/// A property of the core extension of an incident, as rows name it.
macro_rules! core {
    ($name:literal) => {
        concat!("extensions.extension-definition--ef765651-680c-498d-9894-99799f2fa126.", $name)
    };
}

/// The core extension of an incident.
pub(in crate::translate::stix) const CORE: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";

/// What its properties begin with in rows.
pub(super) const IN_CORE: &str = core!("");

/// The types of objects that the second shape has, and the extension that defines each.
pub(super) const TYPES_OF_CORE: &[(&str, &str)] = &[
    ("event", "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"),
    ("impact", "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9"),
    ("task", "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030"),
];

const fn row(properties: &'static [&'static str], member: &'static str, by: &'static Conversion) -> Row {
    Row { properties, member, by }
}

/// The core extension itself.
pub(in crate::translate::stix) const FRAME: &[Row] = &[
    row(&[core!("investigation_status"), core!("determination")], "/status", &STATUS),
    row(&[core!("criticality"), core!("scores")], "/severity_series", &SEVERITIES),
    row(&[core!("incident_types"), core!("recoverability")], "/classification", &TYPES),
    row(&[core!("detection_methods")], "/e409/detection", &DETECTION),
];

/// What objects have in common.
const COMMON: &[Row] = &[
    row(&["confidence"], "/confidence", &CONFIDENCE),
    row(&["object_marking_refs", "granular_markings"], "/marking/tlp", &TLP),
];
const MARKED: &[Row] = &[row(&["object_marking_refs", "granular_markings"], "/marking/tlp", &TLP)];

const EVENT_ROWS: &[Row] = &[
    row(&["start_time", "start_time_fidelity"], "/occurred_at", &FINE_TIME),
    row(&["end_time", "end_time_fidelity"], "/ended_at", &FINE_TIME),
    row(&["event_types"], "/assessment/categories", &CATEGORIES),
    row(&["goal"], "/assessment/intended/0/descriptions", &TEXTS),
];
const NAMES: &[Row] = &[row(&["name", "description"], "/descriptions", &NAMED)];
const DESCRIBED: &[Row] = &[row(&["description"], "/descriptions", &TEXTS)];

const TASK_ROWS: &[Row] = &[
    row(&["name", "description"], "/text", &NAMED),
    row(&["outcome"], "/state", &OUTCOME),
    row(&["task_types"], "/step", &STEP),
    row(&["start_time", "start_time_fidelity"], "/start_at", &FINE_TIME),
    row(&["priority"], "/severity", &PRIORITY),
    row(&["owner"], "/owner", &OWNER),
    row(&["error"], "/result", &RESULT),
];
const DONE: &[Row] = &[row(&["end_time", "end_time_fidelity"], "/done_at", &FINE_TIME)];
const DUE: &[Row] = &[row(&["end_time", "end_time_fidelity"], "/due", &FINE_TIME)];

const ACTIVITY_ROWS: &[Row] = &[row(&["description"], "/text", &TEXTS), row(&["activity_type"], "/step", &ACTIVITY)];
const ACTIVITY_DONE: &[Row] = &[row(&["timestamp", "timestamp_fidelity"], "/done_at", &FINE_TIME)];
const ACTIVITY_DUE: &[Row] = &[row(&["timestamp", "timestamp_fidelity"], "/due", &FINE_TIME)];

const IMPACT: &[Row] = &[
    row(&["description"], "/business/0/descriptions", &TEXTS),
    row(&["criticality"], "/business/0/severity", &PRIORITY),
];
const COUNTED: &[Row] = &[row(&["impacted_entity_counts"], "/counters", &ENTITIES)];

const MONEY: &[Row] = &[row(&["description"], "/text", &TEXT)];

macro_rules! pairs {
    ($( $(#[$meta:meta])* $name:ident = $kind:literal => $list:literal $element:literal
        $([$($fixed:literal = $value:literal)*])? $(($($common:expr),*))? { $($row:expr;)* }
    )*) => { $(
        $(#[$meta])*
        pub(super) static $name: Pair = Pair {
            kind: $kind,
            list: $list,
            element: $element,
            default: false,
            fixed: &[ $($( ($fixed, $value) ),*)? ],
            rows: &[ $( $($common,)* )? &[ $( $row ),* ] ],
        };
    )* };
}

pairs! {
    EVENT = "event" => "events" "event" (NAMES, EVENT_ROWS, MARKED) {}
    /// One that was carried out.
    TASK = "task" => "actions" "task" (TASK_ROWS, DONE, MARKED) {}
    /// One that was not, or not yet.
    TASK_AHEAD = "task" => "actions" "task" (TASK_ROWS, DUE, MARKED) {}
    IMPACT_CONFIDENTIALITY = "impact" => "impacts" "impact" (IMPACT, COMMON) {
        row(&["impact_category", "extensions.confidentiality-ext.information_type"], "/business/0/kind", &CONFIDENTIALITY);
        row(&["extensions.confidentiality-ext.loss_type"], "/occurrence", &LOSS);
        row(&["impacted_entity_counts", "extensions.confidentiality-ext.record_count",
            "extensions.confidentiality-ext.record_size"], "/counters", &COUNTS);
    }
    IMPACT_INTEGRITY = "impact" => "impacts" "impact" (IMPACT, COMMON) {
        row(&["impact_category"], "/business/0/kind", &INTEGRITY);
        row(&["extensions.integrity-ext.alteration"], "/occurrence", &ALTERATION);
        row(&["impacted_entity_counts", "extensions.integrity-ext.record_count",
            "extensions.integrity-ext.record_size"], "/counters", &COUNTS);
    }
    IMPACT_AVAILABILITY = "impact" => "impacts" "impact" (IMPACT, COUNTED, COMMON) {
        row(&["impact_category"], "/business/0/kind", &AVAILABLE);
        row(&["extensions.availability-ext.availability_impact"], "/system/0", &AVAILABILITY);
    }
    IMPACT_EXTERNAL = "impact" => "impacts" "impact" (IMPACT, COUNTED, COMMON) {
        row(&["impact_category", "extensions.external-ext.impact_type"], "/business/0/kind", &OUTSIDE);
    }
    IMPACT_PHYSICAL = "impact" => "impacts" "impact" (IMPACT, COUNTED, COMMON) {
        row(&["impact_category"], "/business/0/kind", &PHYSICAL);
    }
    IMPACT_TRACEABILITY = "impact" => "impacts" "impact" (IMPACT, COUNTED, COMMON) {
        row(&["impact_category"], "/business/0/kind", &TRACEABILITY);
    }
    /// Of a category of its own; and what can be no object at all.
    IMPACT_OTHER = "impact" => "impacts" "impact" (IMPACT, COUNTED, COMMON) {}
    IMPACT_MONETARY = "impact" => "costs" "cost" (MONEY, MARKED) {
        row(&["extensions.monetary-ext.variety"], "/kind", &VARIETY);
        row(&["extensions.monetary-ext.min_amount"], "/amount", &AMOUNT);
        row(&["extensions.monetary-ext.max_amount"], "/amount_max", &AMOUNT);
        row(&["extensions.monetary-ext.currency"], "/currency", &CURRENCY);
    }
    ATTACKER = "event" => "events" "event" (DESCRIBED, EVENT_ROWS) {}
    DEFENDER = "task" => "actions" "task" ["/state" = "taken"] (ACTIVITY_ROWS, ACTIVITY_DONE) {}
    /// One that is a projection.
    DEFENDER_AHEAD = "task" => "actions" "task" ["/state" = "planned"] (ACTIVITY_ROWS, ACTIVITY_DUE) {}
    LOST_CONFIDENTIALITY = "impact" => "impacts" "impact" (IMPACT) {
        row(&["information_type"], "/business/0/kind", &INFORMATION);
        row(&["loss_type"], "/occurrence", &LOSS);
        row(&["impacted_entity_counts", "record_count", "record_size"], "/counters", &COUNTS);
    }
    LOST_INTEGRITY = "impact" => "impacts" "impact" ["/business/0/kind" = "loss-of-integrity"] (IMPACT) {
        row(&["alteration"], "/occurrence", &ALTERATION);
        row(&["impacted_entity_counts", "record_count", "record_size"], "/counters", &COUNTS);
    }
    LOST_AVAILABILITY = "impact" => "impacts" "impact" ["/business/0/kind" = "loss-of-service"] {
        row(&["availability_impact"], "/system/0", &AVAILABILITY);
    }
    DAMAGE = "impact" => "impacts" "impact" ["/business/0/kind" = "asset-damage"] (IMPACT) {}
    LOST_MONEY = "impact" => "costs" "cost" (MONEY) {
        row(&["variety"], "/kind", &VARIETY);
        row(&["min_amount"], "/amount", &AMOUNT);
        row(&["max_amount"], "/amount_max", &AMOUNT);
        row(&["currency"], "/currency", &CURRENCY);
    }
    /// How many the incident as a whole has hit, in every shape.
    ENTITY_COUNTS = "impact" => "impacts" "impact" { row(&["impacted_entity_counts"], "/counters", &ENTITIES); }
}

/// Which pairs an embedded property may be of, and whether it is a list of entries; which of them depends on the entry.
pub(super) static EMBEDDED: &[(&str, bool, &[&Pair])] = &[
    ("attacker_activities", true, &[&ATTACKER]),
    ("defender_activities", true, &[&DEFENDER, &DEFENDER_AHEAD]),
    ("confidentiality_impacts", true, &[&LOST_CONFIDENTIALITY]),
    ("integrity_impacts", true, &[&LOST_INTEGRITY]),
    ("physical_impacts", true, &[&DAMAGE]),
    ("monetary_impacts", true, &[&LOST_MONEY]),
    ("availability_impact", false, &[&LOST_AVAILABILITY]),
    ("impacted_entity_counts", false, &[&ENTITY_COUNTS]),
];

/// The categories of impacts.
static CATEGORIES_OF_IMPACT: &[(&str, &str, &Pair)] = &[
    ("confidentiality", "breach-", &IMPACT_CONFIDENTIALITY),
    ("integrity", "loss-of-integrity", &IMPACT_INTEGRITY),
    ("availability", "loss-of-service", &IMPACT_AVAILABILITY),
    ("external", "degraded-reputation", &IMPACT_EXTERNAL),
    ("physical", "asset-damage", &IMPACT_PHYSICAL),
    ("traceability", "non-repudiation", &IMPACT_TRACEABILITY),
    ("monetary", "", &IMPACT_MONETARY),
];

/// What an object of the second shape becomes.
pub(in crate::translate::stix) fn pair_of(object: &Value<'static>) -> Option<&'static Pair> {
    let word = |name: &str| object.get(name).and_then(|word| word.as_str().ok());
    let (kind, definition) = TYPES_OF_CORE.iter().find(|(kind, _)| word("type") == Some(*kind))?;
    object.get("extensions")?.get(definition)?;
    if members(object).iter().any(|member| member.key.starts_with('@')) {
        return None;
    }
    Some(match *kind {
        "event" => &EVENT,
        "task" => task(matches!(word("outcome"), Some("successful" | "failed"))),
        _ => category(word("impact_category").unwrap_or_default()),
    })
}

fn task(is_done: bool) -> &'static Pair {
    if is_done { &TASK } else { &TASK_AHEAD }
}

fn category(word: &str) -> &'static Pair {
    let word = word.strip_suffix("-ext").unwrap_or(word);
    CATEGORIES_OF_IMPACT.iter().find(|(known, ..)| *known == word).map_or(&IMPACT_OTHER, |(.., pair)| *pair)
}

/// The pair of an element that came as an object of the second shape or is to become one; none for one that cannot.
pub(super) fn pair_for(list: &str, element: &Group, came: &BTreeMap<String, Value<'static>>) -> Option<&'static Pair> {
    let came = |name: &str| came.get(name).and_then(|word| word.as_str().ok());
    match list {
        "events" => Some(&EVENT),
        "costs" => Some(&IMPACT_MONETARY),
        "actions" => Some(match came("outcome") {
            Some(outcome) => task(matches!(outcome, "successful" | "failed")),
            None => task(element.get("state").and_then(Json::as_str) == Some("taken")),
        }),
        "impacts" => match (came("impact_category"), get(element, "/business/0/kind").and_then(Json::as_str)) {
            (Some(word), _) => Some(category(word)),
            (None, Some(kind)) => {
                let is_of = |known: &str| if known.ends_with('-') { kind.starts_with(known) } else { kind == known };
                CATEGORIES_OF_IMPACT.iter().find(|(_, known, _)| is_of(known)).map(|(.., pair)| *pair)
            }
            (None, None) => came("id").map(|_| &IMPACT_OTHER),
        },
        _ => None,
    }
}

/// What an entry of the first shape becomes, and the property that it stands in.
pub(super) fn embedded(property: &str, entry: &Value<'static>) -> Option<&'static Pair> {
    let (.., pairs) = EMBEDDED.iter().find(|(known, ..)| *known == property)?;
    let is_ahead = entry.get("is_projection").is_some_and(|projection| projection.as_bool() == Ok(true));
    pairs.get(usize::from(is_ahead)).or(pairs.first()).copied()
}

/// The pair of an element that came embedded, by its mark, or is to be embedded.
pub(super) fn embedded_for(property: &str, element: &Group) -> Option<&'static Pair> {
    let (.., pairs) = EMBEDDED.iter().find(|(known, ..)| *known == property)?;
    let is_done = element.get("state").and_then(Json::as_str) == Some("taken");
    pairs.get(usize::from(!is_done)).or(pairs.first()).copied()
}

/// The property that a new element is to be embedded in.
pub(super) fn property_for(list: &str, element: &Group) -> Option<&'static str> {
    let kind = get(element, "/business/0/kind").and_then(Json::as_str);
    match (list, kind) {
        ("events", _) => Some("attacker_activities"),
        ("costs", _) => Some("monetary_impacts"),
        ("impacts", Some(kind)) if kind.starts_with("breach-") => Some("confidentiality_impacts"),
        _ => None,
    }
}

/// What the specification requires of an impact of a category, and of what is embedded.
const REQUIRED: &[(&str, &[&str])] = &[
    ("event", &["status"]),
    ("task", &["outcome"]),
    (
        "confidentiality",
        &["extensions.confidentiality-ext.loss_type", "extensions.confidentiality-ext.information_type"],
    ),
    ("integrity", &["extensions.integrity-ext.alteration", "extensions.integrity-ext.information_type"]),
    ("availability", &["extensions.availability-ext.availability_impact"]),
    ("external", &["extensions.external-ext.impact_type"]),
    ("physical", &["extensions.physical-ext.impact_type", "extensions.physical-ext.asset_type"]),
    ("traceability", &["extensions.traceability-ext.traceability_impact"]),
    ("monetary", &["extensions.monetary-ext.variety"]),
    ("attacker_activities", &["outcome"]),
    ("defender_activities", &["activity_type", "timestamp"]),
    ("confidentiality_impacts", &["information_type", "loss_type"]),
    ("integrity_impacts", &["information_type", "alteration"]),
    ("physical_impacts", &["asset_type", "impact_type"]),
    ("monetary_impacts", &["variety"]),
    ("availability_impact", &["availability_impact"]),
    ("impacted_entity_counts", &["impacted_entity_counts"]),
];

/// Whether what is new has all that is required of it; `what` is a type, a category of impact, or a property with entries.
pub(super) fn is_whole(what: &str, properties: &BTreeMap<String, Value<'static>>) -> bool {
    let needs = REQUIRED.iter().find(|(name, _)| *name == what).map(|(_, needs)| *needs);
    needs.is_some_and(|needs| needs.iter().all(|need| properties.contains_key(*need))) && is_sound(what, properties)
}

/// Amounts come with their currency, the lower first, and are more than nothing but for the least that a ransom can be haggled
/// down to (§2.3.2.5, §4.8).
fn is_sound(what: &str, properties: &BTreeMap<String, Value<'static>>) -> bool {
    let inside = match what {
        "monetary" => "extensions.monetary-ext.",
        "monetary_impacts" => "",
        _ => return true,
    };
    let property = |name: &str| properties.get(&format!("{inside}{name}"));
    let amount = |name: &str| property(name)?.as_number().ok()?.as_str().parse::<f64>().ok();
    match (amount("min_amount"), amount("max_amount"), property("currency")) {
        (None, None, _) => true,
        (Some(least), Some(most), Some(_)) => {
            let is_demand = property("variety").is_some_and(|word| word.as_str() == Ok("ransom-demand"));
            least <= most && most > 0.0 && if is_demand { least == 0.0 } else { least > 0.0 }
        }
        _ => false,
    }
}
