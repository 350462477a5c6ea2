//! Values of the incident core extension and of the record, each way once.

use serde_json::{Value as Json, json};

use super::words;
use crate::{
    json::{Number, Value},
    record::is_listed_currency,
    time::{Grammar, WireTime},
    translate::stix::{
        convert::{self, NAME_AND_TEXT, stix_time},
        pair::{Conversion, Values},
        tree::{Group, members, to_record},
    },
};

type Written = Option<Vec<Option<Value<'static>>>>;

fn at<'v>(values: &Values<'v>, place: usize) -> Option<&'v Value<'static>> {
    values.get(place).copied().flatten()
}

fn word<'v>(values: &Values<'v>, place: usize) -> Option<&'v str> {
    at(values, place)?.as_str().ok()
}

fn text(text: &str) -> Value<'static> {
    Value::string(text.to_owned())
}

fn one(value: Value<'static>) -> Written {
    Some(vec![Some(value)])
}

fn number(text: &str) -> Option<Value<'static>> {
    Number::new(text.to_owned()).map(Value::from)
}

fn number_text(value: Option<&Value<'static>>) -> Option<String> {
    Some(value?.as_number().ok()?.as_str().to_owned())
}

/// A whole number from 0 to 100.
fn hundred(value: Option<&Value<'static>>) -> Option<u64> {
    value?.as_u64().ok().filter(|number| *number <= 100)
}

/// A member of a group of the record that is a text with something in it.
fn said<'g>(group: &'g Json, member: &str) -> Option<&'g str> {
    group.get(member)?.as_str().filter(|text| !text.is_empty())
}

fn elements(member: &Json) -> &[Json] {
    member.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Where the handling stands: `investigation_status` and `determination` (record model §7).
pub(super) static STATUS: Conversion = Conversion {
    read: |values| words::status(word(values, 0)?, word(values, 1)).map(|status| json!(status)),
    write: |member| {
        let (investigation, determination) = words::investigation(member.as_str()?)?;
        Some(vec![Some(text(investigation)), Some(text(determination))])
    },
};

/// `criticality` and `scores`: severities as the sender stated them, each with the name of its scale.
pub(super) static SEVERITIES: Conversion = Conversion {
    read: |values| {
        let criticality =
            at(values, 0).and_then(|value| number_text(Some(value)).filter(|_| hundred(Some(value)).is_some()));
        let mut all: Vec<Json> = criticality
            .map(|value| json!({ "scale": words::CRITICALITY, "value": value, "direction": "highest-is-worst" }))
            .into_iter()
            .collect();
        for score in at(values, 1).and_then(|list| list.as_array().ok()).unwrap_or_default() {
            let mut made = Group::from_iter([
                ("scale".to_owned(), json!(score.get("name")?.as_str().ok()?)),
                ("value".to_owned(), json!(number_text(score.get("value"))?)),
            ]);
            if let Some(why) = score.get("description").and_then(|why| why.as_str().ok()) {
                made.insert("reason".to_owned(), json!({ "text": why }));
            }
            all.push(Json::Object(made));
        }
        (!all.is_empty()).then_some(Json::Array(all))
    },
    write: |member| {
        let scale = |entry: &&Json| said(entry, "scale") == Some(words::CRITICALITY);
        let whole = |entry: &Json| number(said(entry, "value")?).filter(|value| hundred(Some(value)).is_some());
        let criticality = elements(member).iter().rfind(scale).and_then(whole);
        let score = |entry: &Json| {
            let mut made = vec![("name", text(said(entry, "scale")?)), ("value", number(said(entry, "value")?)?)];
            let why = entry.get("reason").and_then(|why| said(why, "text"));
            made.extend(why.map(|why| ("description", text(why))));
            Some(Value::object(made))
        };
        let scores: Vec<_> = elements(member).iter().filter(|entry| !scale(entry)).filter_map(score).collect();
        Some(vec![criticality, (!scores.is_empty()).then(|| Value::array(scores))])
    },
};

/// `incident_types` and `recoverability`: values of vocabularies.
pub(super) static TYPES: Conversion = Conversion {
    read: |values| {
        let types = at(values, 0).and_then(|list| list.as_array().ok()).unwrap_or_default();
        let types = types.iter().map(|one| Some(json!({ "scheme": words::EVENT_TYPES, "value": one.as_str().ok()? })));
        let recover = word(values, 1).map(|one| Some(json!({ "scheme": words::RECOVERABILITY, "value": one })));
        let all: Vec<Json> = types.chain(recover).collect::<Option<_>>()?;
        (!all.is_empty()).then_some(Json::Array(all))
    },
    write: |member| {
        let of = |scheme: &str| -> Vec<Value<'static>> {
            let of_scheme = elements(member).iter().filter(|one| said(one, "scheme") == Some(scheme));
            of_scheme.filter_map(|one| said(one, "value").map(text)).collect()
        };
        let types = of(words::EVENT_TYPES);
        let types = (!types.is_empty()).then(|| Value::array(types));
        Some(vec![types, of(words::RECOVERABILITY).into_iter().next_back()])
    },
};

/// `detection_methods`.
pub(super) static DETECTION: Conversion = Conversion {
    read: |values| {
        let one = |value: &Value<'static>| {
            let method = value.as_str().ok()?;
            let way = words::DETECTION.iter().find(|(known, _)| *known == method).map(|(_, way)| *way);
            let mut made = Group::from_iter([("text".to_owned(), json!({ "text": method }))]);
            made.extend(way.map(|way| ("way".to_owned(), json!(way))));
            Some(Json::Object(made))
        };
        at(values, 0)?.as_array().ok()?.iter().map(one).collect::<Option<Vec<_>>>().map(Json::Array)
    },
    write: |member| {
        let methods: Vec<_> = elements(member).iter().filter_map(words::method).map(text).collect();
        (!methods.is_empty()).then(|| vec![Some(Value::array(methods))])
    },
};

/// A time and how fine it is.
pub(super) static FINE_TIME: Conversion = Conversion {
    read: |values| {
        let mut made =
            Group::from_iter([("at".to_owned(), json!(WireTime::parse(word(values, 0)?, Grammar::Either).ok()?))]);
        if let Some(fidelity) = word(values, 1).filter(|word| words::FIDELITY.contains(word)) {
            made.insert("fidelity".to_owned(), json!(fidelity));
        }
        Some(Json::Object(made))
    },
    write: |member| {
        let time = Value::string(stix_time(said(member, "at")?, 0)?);
        Some(vec![Some(time), said(member, "fidelity").map(text)])
    },
};

/// `name` and `description`; a text alone is the name.
pub(super) static NAMED: Conversion = Conversion {
    read: |values| match (at(values, 0), at(values, 1)) {
        (None, Some(_)) => (NAME_AND_TEXT.read)(&[at(values, 1), None]),
        _ => (NAME_AND_TEXT.read)(values),
    },
    write: |member| (NAME_AND_TEXT.write)(member),
};

/// `event_types`, as texts.
pub(super) static CATEGORIES: Conversion = Conversion {
    read: |values| {
        let one = |value: &Value<'static>| Some(json!({ "text": value.as_str().ok()? }));
        at(values, 0)?.as_array().ok()?.iter().map(one).collect::<Option<Vec<_>>>().map(Json::Array)
    },
    write: |member| {
        let all: Vec<_> = elements(member).iter().filter_map(|one| said(one, "text").map(text)).collect();
        (!all.is_empty()).then(|| vec![Some(Value::array(all))])
    },
};

/// What came of a task.
pub(super) static OUTCOME: Conversion = Conversion {
    read: |values| {
        let word = word(values, 0)?;
        words::OUTCOMES.iter().find(|(known, _)| *known == word).map(|(_, state)| json!(state))
    },
    write: |member| one(text(words::outcome(member.as_str()?)?)),
};

/// `task_types`, of which the record has one: the step.
pub(super) static STEP: Conversion = Conversion {
    read: |values| {
        let first = at(values, 0)?.as_array().ok()?.first()?.as_str().ok()?;
        Some(json!(words::step(first)))
    },
    write: |member| one(Value::array([text(words::task_type(member.as_str()?))])),
};

/// The same of an activity, which has one type.
pub(super) static ACTIVITY: Conversion = Conversion {
    read: |values| Some(json!(words::step(word(values, 0)?))),
    write: |member| one(text(words::task_type(member.as_str()?))),
};

/// A number from 0 to 100 as one of three steps, by the bands of five grades (appendix B).
pub(super) static PRIORITY: Conversion = Conversion {
    read: |values| words::band(hundred(at(values, 0))?, &words::CRITICALITY_BANDS).map(|word| json!(word)),
    write: |member| one(Value::from(words::middle(member.as_str()?, &words::CRITICALITY_BANDS)?)),
};

/// How much is not available, as a technical impact (appendix A).
pub(super) static AVAILABILITY: Conversion = Conversion {
    read: |values| {
        let severity = words::band(hundred(at(values, 0))?, &words::AVAILABILITY_BANDS)?;
        Some(json!({ "kind": "availability-service", "severity": severity }))
    },
    write: |member| {
        let is_of_availability = said(member, "kind").is_some_and(|kind| kind.starts_with("availability-"));
        let severity = said(member, "severity").filter(|_| is_of_availability)?;
        one(Value::from(words::middle(severity, &words::AVAILABILITY_BANDS)?))
    },
};

/// Counts: of entities by type, of records and of bytes.
pub(super) static COUNTS: Conversion = Conversion {
    read: |values| {
        let counter = |value: String, meaning: &str, unit: Option<&str>| {
            let mut made = json!({ "value": value, "kind": "count", "meaning": meaning });
            if let (Some(unit), Some(members)) = (unit, made.as_object_mut()) {
                members.insert("unit".to_owned(), json!(unit));
            }
            made
        };
        let mut all = Vec::new();
        for member in at(values, 0).map(members).unwrap_or_default() {
            all.push(counter(member.value.as_u64().ok()?.to_string(), &member.key, None));
        }
        for (place, unit) in [(1, None), (2, Some("byte"))] {
            let Some(value) = at(values, place) else { continue };
            all.push(counter(value.as_u64().ok()?.to_string(), words::RECORDS, unit));
        }
        (!all.is_empty()).then_some(Json::Array(all))
    },
    write: |member| {
        let mut entities: Vec<(String, Value<'static>)> = Vec::new();
        let (mut count, mut size) = (None, None);
        for counter in elements(member) {
            let whole = said(counter, "value").and_then(|value| value.parse::<u64>().ok()).map(Value::from);
            let (Some(value), Some(meaning)) = (whole, said(counter, "meaning")) else { continue };
            match (meaning, said(counter, "unit")) {
                (words::RECORDS, Some("byte")) => size = Some(value),
                (words::RECORDS, None) => count = Some(value),
                (_, None) if said(counter, "kind") == Some("count") => {
                    entities.retain(|(known, _)| known != meaning);
                    entities.push((meaning.to_owned(), value));
                }
                _ => {}
            }
        }
        let entities = (!entities.is_empty()).then(|| Value::object(entities));
        Some(vec![entities, count, size])
    },
};

/// Counts of entities alone.
pub(super) static ENTITIES: Conversion = Conversion {
    read: |values| (COUNTS.read)(&[at(values, 0), None, None]),
    write: |member| (COUNTS.write)(member).map(|mut all| all.drain(..1).collect()),
};

/// Whether a loss happened.
pub(super) static LOSS: Conversion = Conversion {
    read: |values| match word(values, 0)? {
        "confirmed-loss" | "contained" | "exploited-loss" => Some(json!("actual")),
        "suspected-loss" => Some(json!("potential")),
        _ => None,
    },
    write: |member| one(text(if member == "actual" { "confirmed-loss" } else { "suspected-loss" })),
};

/// Whether something was altered. How much of it, the record does not say, and the specification must have it said.
pub(super) static ALTERATION: Conversion = Conversion {
    read: |values| match word(values, 0)?.split_once('-')?.0 {
        "potential" => Some(json!("potential")),
        "partial" | "full" => Some(json!("actual")),
        _ => None,
    },
    write: |member| (member == "potential").then(|| vec![Some(text("potential-modification"))]),
};

/// What information lost its confidentiality.
pub(super) static INFORMATION: Conversion = Conversion {
    read: |values| {
        let word = word(values, 0)?;
        words::INFORMATION.iter().find(|(known, _)| *known == word).map(|(_, kind)| json!(kind))
    },
    write: |member| {
        let kind = member.as_str()?;
        words::INFORMATION.iter().find(|(_, known)| *known == kind).and_then(|(word, _)| one(text(word)))
    },
};

/// The category of an impact on confidentiality, and what information lost it.
pub(super) static CONFIDENTIALITY: Conversion = Conversion {
    read: |values| category(values, "confidentiality").and_then(|()| (INFORMATION.read)(&[at(values, 1)])),
    write: |member| {
        let mut written = (INFORMATION.write)(member)?;
        written.insert(0, Some(text("confidentiality")));
        Some(written)
    },
};

/// The category of an impact outside the organisation, and of what type it is.
pub(super) static OUTSIDE: Conversion = Conversion {
    read: |values| {
        category(values, "external")?;
        (word(values, 1)? == "public-confidence").then(|| json!("degraded-reputation"))
    },
    write: |member| {
        (member == "degraded-reputation").then(|| vec![Some(text("external")), Some(text("public-confidence"))])
    },
};

/// Whether an impact is of this category, which may be written either way.
fn category(values: &Values<'_>, name: &str) -> Option<()> {
    let word = word(values, 0)?;
    (word.strip_suffix("-ext").unwrap_or(word) == name).then_some(())
}

macro_rules! categories {
    ($($name:ident = $category:literal <=> $kind:literal;)*) => { $(
        pub(super) static $name: Conversion = Conversion {
            read: |values| category(values, $category).map(|()| json!($kind)),
            write: |member| (member == $kind).then(|| vec![Some(text($category))]),
        };
    )* };
}

categories! {
    INTEGRITY = "integrity" <=> "loss-of-integrity";
    AVAILABLE = "availability" <=> "loss-of-service";
    PHYSICAL = "physical" <=> "asset-damage";
    TRACEABILITY = "traceability" <=> "non-repudiation";
}

/// What money was lost by.
pub(super) static VARIETY: Conversion = Conversion {
    read: |values| {
        let word = word(values, 0)?;
        let own = words::VARIETIES.iter().find(|(known, _)| *known == word).map_or(word, |(_, own)| *own);
        Some(json!(own))
    },
    write: |member| one(text(words::variety(member.as_str()?))),
};

/// An amount of money.
pub(super) static AMOUNT: Conversion = Conversion {
    read: |values| number_text(at(values, 0)).filter(|text| text.len() <= 64).map(|text| json!(text)),
    write: |member| one(number(member.as_str()?)?),
};

/// A currency of ISO 4217.
pub(super) static CURRENCY: Conversion = Conversion {
    read: |values| {
        let code = word(values, 0)?.to_ascii_uppercase();
        is_listed_currency(&code).then(|| json!(code))
    },
    write: |member| (convert::PLAIN.write)(member),
};

/// Who is to do it.
pub(super) static OWNER: Conversion = Conversion {
    read: |values| word(values, 0).filter(|id| id.starts_with("identity--")).map(|id| json!(id)),
    write: |member| {
        let id = member.as_str().filter(|id| id.starts_with("identity--"))?;
        one(text(id))
    },
};

/// What went wrong, as a text of the record.
pub(super) static RESULT: Conversion = Conversion {
    read: |values| to_record(at(values, 0)?).filter(Json::is_string).map(|said| json!({ "text": said })),
    write: |member| one(text(said(member, "text")?)),
};
