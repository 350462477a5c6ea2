//! §3 `how_occurred`, §10: methods of attack and references (RFC 7970 §3.11, RFC 7203, RFC 7495).

use super::{
    base::Text,
    declare::{element, group, open},
};

group! {
    /// A reference to something published (RFC 7970 §3.11.1 Reference, RFC 7495 ReferenceName).
    pub struct Reference {
        /// The name, such as `CVE-2024-3400` or `T1486`.
        name: Option<String>;
        /// Index of the specification in the IANA registry, by which the name is given.
        spec_index: Option<i64>;
        /// Name of the source, where no index is known.
        source: Option<String>;
        /// Where it is found.
        urls: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

open! {
    /// What a structured text describes (RFC 7203 §4.5).
    pub enum StructuredKind {
        AttackPattern = "attack-pattern",
        Vulnerability = "vulnerability",
        Weakness = "weakness",
        Platform = "platform",
        Scoring = "scoring",
    }
}

group! {
    /// A text of another specification (RFC 7203 §4.4): attack pattern, vulnerability, weakness.
    pub struct Structured {
        /// What it describes.
        kind: Option<StructuredKind>;
        /// The specification, by URN.
        spec_id: Option<String>;
        /// Id of the content in that specification.
        content_id: Option<String>;
        /// The content itself, as XML.
        raw: Vec<String>;
        /// Where the content is found.
        urls: Vec<String>;
        /// Platforms and scores that belong to it.
        parts: Vec<Structured>;
    }
}

element! {
    /// How it was done (§3 `how_occurred`; RFC 7970 §3.11 Method).
    pub struct Method {
        /// What is published about it.
        references: Vec<Reference>;
        /// In words.
        descriptions: Vec<Text>;
        /// Attack patterns, vulnerabilities and weaknesses in structured form.
        structured: Vec<Structured>;
    }
}
