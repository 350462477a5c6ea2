//! JSON to break, and where RFC 8727's JSON Schema and ours are meant to differ.

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde_json::{Value, json};
use sirex::class::Dice;

/// A place where one of the two schemas refuses what the other accepts, on purpose.
pub struct Exception {
    /// As `docs/schemas.md` has it.
    pub why: &'static str,
    /// Which schema refuses.
    pub refuses: Schema,
    /// Whether an error of that schema is this one.
    pub covers: fn(&ValidationError<'_>) -> bool,
    /// A change of a member of the document that shows it: the place, and what to put there.
    pub shown_by: (&'static str, fn() -> Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Ours,
    Theirs,
}

const INCIDENT: &str = "/Incident/0";

pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        why: "the version is `2.00` or `2.0`",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["version"], Kind::Pattern),
        shown_by: ("/version", || json!("3")),
    },
    Exception {
        why: "patterns are for the whole text",
        refuses: Schema::Ours,
        covers: |error| {
            let places = ["lang", "Timezone", "Portlist", "observable-id", "ID", "uid-ref"];
            fails(error, &places, Kind::Pattern) || language(error)
        },
        shown_by: ("/lang", || json!("not a language")),
    },
    Exception {
        why: "the id of an indicator is an `xs:ID`, as in the CDDL",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["id"], Kind::Pattern),
        shown_by: ("/Incident/0/Indicator/0/IndicatorID/id", || json!("1 id")),
    },
    Exception {
        why: "INTEGER has no fraction, as in the CDDL",
        refuses: Schema::Ours,
        covers: |error| {
            let places = [
                "ip-protocol",
                "Port",
                "ProtoCode",
                "ProtoType",
                "ProtoField",
                "vlan-num",
                "FileSize",
                "offset",
                "instance",
                "specIndex",
            ];
            fails(error, &places, Kind::Type) && error.instance().is_number()
        },
        shown_by: ("/Incident/0/EventData/0/System/0/Service/0/Port", || json!(80.5)),
    },
    Exception {
        why: "a list that is there has something in it, everywhere",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["URL", "Description"], Kind::Empty),
        shown_by: ("/Incident/0/EventData/0/Description", || json!([])),
    },
    Exception {
        why: "PositiveFloatType is more than 0, as in the CDDL",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["value"], Kind::NotPositive),
        shown_by: ("/Incident/0/Assessment/0/Impact/0", || json!({ "MonetaryImpact": { "value": 0 } })),
    },
    Exception {
        why: "an impact has one member, as in the CDDL",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["Impact"], Kind::Members),
        shown_by: ("/Incident/0/Assessment/0/Impact/0", || json!({})),
    },
    Exception {
        why: "a campaign has no other members, as every other class",
        refuses: Schema::Ours,
        covers: |error| fails(error, &["Campaign"], Kind::Additional),
        shown_by: ("/Incident/0/RelatedActivity/0/Campaign", || json!([{ "nonsense": 1 }])),
    },
    Exception {
        why: "a class is an object, everywhere",
        refuses: Schema::Ours,
        covers: |error| {
            fails(error, &["RelatedActivity", "ThreatActor", "Campaign", "Impact"], Kind::Type)
                && !error.instance().is_object()
        },
        shown_by: ("/Incident/0/RelatedActivity/0/ThreatActor", || json!([1])),
    },
    Exception {
        why: "an attack pattern has no Scoring, as in RFC 7203",
        refuses: Schema::Ours,
        covers: |error| {
            let only = |members: &[String]| members.iter().all(|name| name == "Scoring");
            fails(error, &["AttackPattern"], Kind::Additional)
                && matches!(error.kind(), ValidationErrorKind::AdditionalProperties { unexpected } if only(unexpected))
        },
        shown_by: ("/Incident/0/Method", || {
            let scoring = json!([{ "SpecID": "private" }]);
            json!([{ "AttackPattern": [{ "SpecID": "private", "Scoring": scoring }] }])
        }),
    },
    Exception {
        why: "SpecID is any text, as in RFC 7203 and in RFC 8727's own section 2.2.5",
        refuses: Schema::Theirs,
        covers: |error| fails(error, &["SpecID"], Kind::Enumeration) && error.instance().is_string(),
        shown_by: ("/Incident/0/Method", || json!([{ "Weakness": [{ "SpecID": "urn:example" }] }])),
    },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pattern,
    Type,
    Empty,
    NotPositive,
    Members,
    Additional,
    Enumeration,
}

/// Whether the error is of this kind and at a member of one of these names, or in a list of that name.
fn fails(error: &ValidationError<'_>, names: &[&str], kind: Kind) -> bool {
    let is = match error.kind() {
        ValidationErrorKind::Pattern { .. } => kind == Kind::Pattern,
        ValidationErrorKind::Type { .. } => kind == Kind::Type,
        ValidationErrorKind::MinItems { .. } => kind == Kind::Empty,
        ValidationErrorKind::ExclusiveMinimum { .. } => {
            kind == Kind::NotPositive && error.instance().as_f64() == Some(0.0)
        }
        ValidationErrorKind::MinProperties { .. } | ValidationErrorKind::MaxProperties { .. } => kind == Kind::Members,
        ValidationErrorKind::AdditionalProperties { .. } => kind == Kind::Additional,
        ValidationErrorKind::Enum { .. } => kind == Kind::Enumeration,
        _ => false,
    };
    let path = error.instance_path().to_string();
    let place = path.rsplit('/').find(|step| !step.bytes().all(|b| b.is_ascii_digit())).unwrap_or_default();
    is && names.contains(&place)
}

/// Whether a text with a language is refused for its language alone.
fn language(error: &ValidationError<'_>) -> bool {
    let ValidationErrorKind::OneOfNotValid { context } = error.kind() else { return false };
    let only = |branch: &Vec<ValidationError<'_>>| {
        !branch.is_empty() && branch.iter().all(|error| fails(error, &["lang"], Kind::Pattern))
    };
    context.iter().any(only)
}

/// A document that has every place where an exception can show.
pub fn whole() -> Value {
    let incident = json!({
        "purpose": "reporting",
        "IncidentID": { "id": "1", "name": "csirt.example" },
        "GenerationTime": "2026-01-31T10:00:00Z",
        "Contact": [{ "role": "creator", "type": "organization" }],
        "RelatedActivity": [{ "URL": ["https://example.org/"] }],
        "Assessment": [{ "Impact": [{ "MonetaryImpact": { "value": 1 } }] }],
        "Method": [{ "Description": ["x"] }],
        "EventData": [{
            "Description": ["x"],
            "System": [{
                "Node": { "Address": [{ "value": "192.0.2.1", "category": "ipv4-addr" }] },
                "Service": [{ "Port": 80 }],
            }],
        }],
        "Indicator": [{
            "IndicatorID": { "id": "id-1", "name": "csirt.example", "version": "1" },
            "uid-ref": "id-1",
        }],
    });
    json!({ "version": "2.00", "lang": "en", "Incident": [incident] })
}

/// Puts a value at a place of the document; a last member that is not there is made.
pub fn set(document: &mut Value, place: &str, value: Value) {
    let (around, name) = place.rsplit_once('/').unwrap();
    match document.pointer_mut(around).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        around => around[name] = value,
    }
    assert!(document.pointer(INCIDENT).is_some());
}

/// Values of every type, and such as some list has in one copy of the standard or another.
fn any_value(dice: &mut Dice<'_>) -> Value {
    let texts = [
        "",
        "ext-value",
        "nonsense",
        "unknown",
        "json",
        "fqdn",
        "domain-name",
        "http-request-url",
        "http-request-uri",
        "anomyzation",
        "anonymization",
        "low",
        "2.0",
        "3",
        "en",
        "x y",
        "x80y",
        "+01:00",
        "2026-01-31T10:00:00Z",
        "2026-01-31T10:00:00",
        "2026-01-31",
        "1id",
        "id-1",
        "c29tZQ==",
        "count",
        "counter",
        "training",
        "private",
    ];
    match dice.below(12) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => json!([]),
        3 => json!({}),
        4 => json!(0),
        5 => json!(-1),
        6 => json!(1.5),
        7 => json!(["x"]),
        _ => dice.pick(&texts).unwrap_or_default().into(),
    }
}

const MEMBERS: &[&str] = &[
    "value",
    "lang",
    "type",
    "ext-type",
    "Description",
    "AdditionalData",
    "Confidence",
    "Address",
    "DomainData",
    "uid-ref",
    "euid-ref",
    "Observable",
    "Scoring",
    "Platform",
    "Reference",
    "RawData",
    "Contact",
    "nonsense",
    "Value",
    "KeyValue",
    "SameDomainContact",
    "Hash",
    "ext-scope",
    "DetectionConfiguration",
];

/// Breaks one thing somewhere, or changes it such that it stays whole.
pub fn break_one(document: &mut Value, dice: &mut Dice<'_>) {
    let count = count(document);
    let other = nth(document, &mut dice.below(count)).cloned().unwrap_or(Value::Null);
    let value = if dice.one_in(4) { other } else { any_value(dice) };
    let Some(at) = nth(document, &mut dice.below(count)) else { return };
    let name = dice.pick(MEMBERS).unwrap_or_default().to_owned();
    match at {
        Value::Object(members) => {
            let own = members.keys().nth(dice.below(members.len())).cloned();
            match (dice.below(5), own) {
                (0 | 1, Some(own)) => _ = members.remove(&own),
                (2, Some(own)) => {
                    let moved = members.remove(&own).unwrap_or(Value::Null);
                    members.insert(name, moved);
                }
                (3, Some(own)) => _ = members.insert(own, value),
                _ => _ = members.insert(name, value),
            }
        }
        Value::Array(items) => match (dice.below(4), items.is_empty()) {
            (0, _) => items.clear(),
            (1, false) => _ = items.remove(0),
            (2, false) => items.push(items[0].clone()),
            _ => items.push(value),
        },
        leaf => *leaf = value,
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(members) => members.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The value of this index, in the order of the document.
fn nth<'v>(value: &'v mut Value, index: &mut usize) -> Option<&'v mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    match value {
        Value::Object(members) => members.values_mut().find_map(|inner| nth(inner, index)),
        Value::Array(items) => items.iter_mut().find_map(|inner| nth(inner, index)),
        _ => None,
    }
}
