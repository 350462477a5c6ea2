//! STIX patterns (§9) of what the record observes: one comparison, or several of one object.

use serde_json::Value as Json;

use super::tree::Group;

/// The pattern that an observable is found by, if it is one of those that a comparison says.
pub(super) fn of(observable: &Group) -> Option<String> {
    let text = |pointer: &str| super::tree::get(observable, pointer)?.as_str().filter(|text| !text.is_empty());
    if let Some(value) = text("/address/value") {
        let kind = match text("/address/kind")? {
            "ipv4-addr" | "ipv4-net" => "ipv4-addr",
            "ipv6-addr" | "ipv6-net" => "ipv6-addr",
            "mac" => "mac-addr",
            "e-mail" => "email-addr",
            "site-uri" => "url",
            "asn" => {
                let number: u64 = value.trim_start_matches("AS").parse().ok()?;
                return Some(format!("[autonomous-system:number = {number}]"));
            }
            _ => return None,
        };
        return Some(comparison(kind, &["value"], value));
    }
    for (pointer, kind, property) in SIMPLE {
        if let Some(value) = text(pointer) {
            return Some(comparison(kind, &[property], value));
        }
    }
    let files = super::tree::get(observable, "/files/files")?.as_array()?;
    let all: Vec<String> = files.iter().filter_map(file).collect();
    (!all.is_empty() && all.len() == files.len()).then(|| all.join(" OR "))
}

/// Members that are one text, the type of object and its property.
const SIMPLE: &[(&str, &str, &str)] = &[
    ("/domain/name", "domain-name", "value"),
    ("/url", "url", "value"),
    ("/mutex", "mutex", "name"),
    ("/account", "user-account", "account_login"),
    ("/email/subject", "email-message", "subject"),
    ("/process/command_line", "process", "command_line"),
    ("/registry_change/keys/0/name", "windows-registry-key", "key"),
];

/// A file: by its digests, else by its name.
fn file(file: &Json) -> Option<String> {
    let hashes = file.get("hashes").and_then(|hashes| (super::convert::HASHES.write)(hashes)?.pop()?);
    let mut terms: Vec<String> = hashes
        .iter()
        .flat_map(super::tree::members)
        .filter_map(|hash| Some(term("file", &["hashes", &hash.key], hash.value.as_str().ok()?)))
        .collect();
    if terms.is_empty() {
        terms.push(term("file", &["name"], file.get("name")?.as_str().filter(|name| !name.is_empty())?));
    }
    Some(format!("[{}]", terms.join(" OR ")))
}

fn comparison(kind: &str, path: &[&str], value: &str) -> String {
    format!("[{}]", term(kind, path, value))
}

fn term(kind: &str, path: &[&str], value: &str) -> String {
    let step = |step: &&str| match step.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        true => (*step).to_owned(),
        false => literal(step),
    };
    let path: Vec<String> = path.iter().map(step).collect();
    format!("{kind}:{} = {}", path.join("."), literal(value))
}

/// A string literal: quotes and backslashes are escaped.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
    out
}
