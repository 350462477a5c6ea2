//! Patterns in other languages than that of STIX: configurations of what detects them (RFC 7970 §3.10.1).

use serde_json::Value as Json;

use super::{Group, Said};
use crate::record::{
    base::Text,
    software::{DetectionPattern, Software},
};

/// What `pattern-type-ov` calls the language of STIX.
pub(super) const STIX: &str = "stix";

/// The languages of `pattern-type-ov` (§10.20) that are not written by us.
const LANGUAGES: &[&str] = &["pcre", "sigma", "snort", "spl", "suricata", "yara"];

/// The pattern that an observable is, if it is a configuration in a known language.
pub(super) fn of(observable: &Group) -> Option<Said> {
    let detection = observable.get("detection_pattern").filter(|_| observable.len() == 1)?.as_object()?;
    let (language, version) = named(detection.get("application")?)?;
    let [configuration] = detection.get("configurations")?.as_array()?.as_slice() else { return None };
    let pattern = configuration.as_str().filter(|text| !text.is_empty())?;
    if language == STIX {
        crate::stix::pattern::Pattern::parse(pattern).ok()?;
    }
    Some(Said { pattern: pattern.to_owned(), language: language.to_owned(), version })
}

/// The language that a tool has, and the version, by what the tool is called: `Snort`, `suricata 7.0`.
fn named(application: &Json) -> Option<(&'static str, Option<String>)> {
    let reference = application.get("reference").filter(|_| is_custom(application)).and_then(Json::as_str);
    let described = || application.pointer("/descriptions/0/text").and_then(Json::as_str);
    let name = reference.or_else(described)?;
    let mut words = name.split_whitespace();
    let (tool, version) = (words.next()?, words.next());
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if words.next().is_some() || version.is_some_and(|version| !is_version(version)) {
        return None;
    }
    let known = LANGUAGES.iter().chain([&STIX]).find(|known| known.eq_ignore_ascii_case(tool))?;
    Some((known, version.map(str::to_owned)))
}

fn is_custom(application: &Json) -> bool {
    application.get("spec").is_none_or(|spec| spec == "custom")
}

/// A pattern as a configuration of what reads its language.
pub(in crate::translate) fn detection(pattern: &str, language: &str) -> DetectionPattern {
    // In words, which is what the schema of RFC 7970 as printed has a place for.
    let application = Software { descriptions: vec![Text::new(language)], ..Software::default() };
    DetectionPattern {
        application: Some(application),
        configurations: vec![pattern.to_owned()],
        ..DetectionPattern::default()
    }
}
