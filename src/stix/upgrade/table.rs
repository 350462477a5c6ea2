//! What STIX 2.0 calls otherwise than 2.1.

use crate::stix::vocab::{self, Vocabulary};

/// Properties that have another name in 2.1: of a type of object or of a part, the old name and the new one.
pub(in crate::stix) static RENAMED: &[(&str, &str, &str)] = &[
    ("directory", "created", "ctime"),
    ("directory", "modified", "mtime"),
    ("directory", "accessed", "atime"),
    ("file", "created", "ctime"),
    ("file", "modified", "mtime"),
    ("file", "accessed", "atime"),
    ("identity", "labels", "roles"),
    ("process", "created", "created_time"),
    ("process", "binary_ref", "image_ref"),
    ("user-account", "password_last_changed", "credential_last_changed"),
    ("windows-registry-key", "modified", "modified_time"),
];

/// Properties that 2.1 has no place for.
pub(in crate::stix) static GONE: &[(&str, &str)] = &[
    ("archive-ext", "version"),
    ("file", "is_encrypted"),
    ("file", "encryption_algorithm"),
    ("file", "decryption_key"),
    ("process", "name"),
    ("process", "arguments"),
    ("raster-image-ext", "image_compression_algorithm"),
    ("socket-ext", "protocol_family"),
];

/// Types whose labels said what they are, the property that says it in 2.1, and its vocabulary, which has all values that 2.0 had.
pub(in crate::stix) static LABELS: &[(&str, &str, &Vocabulary)] = &[
    ("indicator", "indicator_types", &vocab::INDICATOR_TYPE_OV),
    ("malware", "malware_types", &vocab::MALWARE_TYPE_OV),
    ("report", "report_types", &vocab::REPORT_TYPE_OV),
    ("threat-actor", "threat_actor_types", &vocab::THREAT_ACTOR_TYPE_OV),
    ("tool", "tool_types", &vocab::TOOL_TYPE_OV),
];

/// What the name of a custom property begins with that holds what 2.1 has no place for.
const CUSTOM: &str = "x_stix20_";

/// How a property of 2.0 is called in 2.1.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// As it was.
    Same,
    /// Otherwise.
    New(&'static str),
    /// It has no place.
    Gone,
}

/// How a property of a type or part is called.
pub(super) fn name(of: &str, property: &str) -> Name {
    let is = |kind: &str, old: &str| (kind, old) == (of, property);
    if let Some((.., new)) = RENAMED.iter().find(|(kind, old, _)| is(kind, old)) {
        Name::New(new)
    } else if GONE.iter().any(|(kind, old)| is(kind, old)) {
        Name::Gone
    } else {
        Name::Same
    }
}

/// The custom property for one that has no place.
pub(super) fn custom(property: &str) -> String {
    format!("{CUSTOM}{property}")
}

/// How an algorithm is called: of those that 2.1 has, one is written otherwise.
pub(super) fn algorithm(name: &str) -> &str {
    if name == "ssdeep" { "SSDEEP" } else { name }
}

/// The property of a type's labels, and its vocabulary.
pub(super) fn labels(of: &str) -> Option<(&'static str, &'static Vocabulary)> {
    LABELS.iter().find(|(kind, ..)| *kind == of).map(|(_, property, vocabulary)| (*property, *vocabulary))
}

/// The page of the table, `docs/stix-2.0.md`.
#[cfg(test)]
pub(in crate::stix) fn page() -> String {
    let mut page = include_str!("page.md").to_owned();
    page.push_str("| of | STIX 2.0 | STIX 2.1 |\n| --- | --- | --- |\n");
    for (of, old, new) in RENAMED {
        page.push_str(&format!("| {of} | `{old}` | `{new}` |\n"));
    }
    for (of, new, vocabulary) in LABELS {
        page.push_str(&format!("| {of} | `labels` that are in {} | `{new}` |\n", vocabulary.name));
    }
    for (of, old) in GONE {
        page.push_str(&format!("| {of} | `{old}` | `{}` |\n", custom(old)));
    }
    page
}
