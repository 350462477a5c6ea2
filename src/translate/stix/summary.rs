//! What an incident is about in words, for those who read no extension (record model §20.3).

use serde_json::Value as Json;

use super::tree::{Group, get};

/// Texts of the record that tell what it is about, and what they are called.
const TEXTS: &[(&str, &str)] = &[
    ("/what_occurred/text", ""),
    ("/how_occurred/text", "How"),
    ("/why_occurred/text", "Why"),
    ("/business_impact_text/text", "Impact"),
];

/// Facts of one line.
const FACTS: &[(&str, &str)] = &[
    ("/status", "Status"),
    ("/date_of_event/at", "Date"),
    ("/occurred_at/at", "Began"),
    ("/discovered_at/at", "Noticed"),
    ("/reported_at/at", "Reported"),
    ("/contained_at/at", "Contained"),
    ("/ended_at/at", "Ended"),
    ("/recovered_at/at", "Recovered"),
];

/// Lists of which a line is made, and the members of their elements that are in it.
const LISTS: &[(&str, &str, &[&str])] = &[
    ("classification", "Classification", &["/scheme", "/class", "/value"]),
    ("assets", "Asset", &["/class", "/description/text"]),
    ("components_affected", "Affected", &["/text/text"]),
    ("timeline", "Then", &["/at/at", "/text/0/text"]),
];

/// The description of the incident that a record is; none when nothing is known of it.
pub(super) fn of(record: &Group) -> Option<String> {
    told(record, &mut |_| {})
}

/// The members that stand in the description as they are, by their pointers.
pub(super) fn members(record: &Group) -> Vec<String> {
    let mut all = Vec::new();
    told(record, &mut |pointer| all.push(pointer));
    all
}

fn told(record: &Group, tell: &mut dyn FnMut(String)) -> Option<String> {
    let mut said = |pointer: &str| {
        let dated = pointer.strip_suffix("/at").and_then(|dated| get(record, dated)).and_then(time);
        let (text, is_whole) = match dated {
            Some(time) => time,
            None => (text(get(record, pointer)?)?, true),
        };
        if is_whole {
            tell(pointer.to_owned());
        }
        Some(text)
    };
    let count = |list: &str| record.get(list).and_then(Json::as_array).map_or(0, Vec::len);
    let mut paragraphs: Vec<String> =
        (0..count("description")).filter_map(|i| said(&format!("/description/{i}/text"))).collect();
    for (pointer, called) in TEXTS {
        if let Some(text) = said(pointer) {
            paragraphs.push(if called.is_empty() { text } else { format!("{called}: {text}") });
        }
    }
    let mut lines: Vec<String> =
        FACTS.iter().filter_map(|(pointer, called)| Some(format!("{called}: {}", said(pointer)?))).collect();
    for (list, called, members) in LISTS {
        for i in 0..count(list) {
            let all: Vec<String> = members.iter().filter_map(|member| said(&format!("/{list}/{i}{member}"))).collect();
            if !all.is_empty() {
                lines.push(format!("{called}: {}", all.join(" ")));
            }
        }
    }
    if !lines.is_empty() {
        paragraphs.push(lines.join("\n"));
    }
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

/// A time of the record in words, as fine as it is known, and whether that is as it was written.
pub(super) fn time(dated: &Json) -> Option<(String, bool)> {
    let at = dated.get("at")?.as_str().filter(|at| !at.is_empty())?;
    let fidelity = dated.get("fidelity").and_then(Json::as_str).unwrap_or_default();
    // What is finer than a day needs its zone.
    let coarse = FINE.iter().find(|(word, _)| *word == fidelity).and_then(|(_, length)| at.get(..*length));
    Some((coarse.unwrap_or(at).to_owned(), coarse.is_none()))
}

/// How much of a time says a year, a month, a day.
const FINE: &[(&str, usize)] = &[("year", 4), ("month", 7), ("day", 10)];

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
