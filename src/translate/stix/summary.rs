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
    let mut paragraphs: Vec<String> = texts(record.get("description"));
    for (pointer, called) in TEXTS {
        if let Some(text) = text(get(record, pointer)) {
            paragraphs.push(if called.is_empty() { text } else { format!("{called}: {text}") });
        }
    }
    let mut lines: Vec<String> = FACTS
        .iter()
        .filter_map(|(pointer, called)| Some(format!("{called}: {}", text(get(record, pointer))?)))
        .collect();
    for (list, called, members) in LISTS {
        let elements = record.get(*list).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        for element in elements {
            let said: Vec<String> = members.iter().filter_map(|member| text(element.pointer(member))).collect();
            if !said.is_empty() {
                lines.push(format!("{called}: {}", said.join(" ")));
            }
        }
    }
    if !lines.is_empty() {
        paragraphs.push(lines.join("\n"));
    }
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

fn texts(list: Option<&Json>) -> Vec<String> {
    let list = list.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| text(one.get("text"))).collect()
}

fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
