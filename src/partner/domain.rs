//! Domain names: how teams are named, and partners' folders with them.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A domain name in its one form: ASCII (A-labels, RFC 5890), lower case, no final full stop, at least two labels. It can
/// be a folder's name: it has nothing but letters, digits, hyphens and single full stops inside.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Domain(String);

/// The text is no domain name.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {0:?}, expected a domain name such as cert.example")]
pub struct BadDomain(String);

impl Domain {
    /// Longest name, in bytes (RFC 1035 §2.3.4, without the root).
    pub const MAX_BYTES: usize = 253;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = BadDomain;

    /// Reads a name in any case, in Unicode or ASCII (UTS 46, strict).
    fn from_str(text: &str) -> Result<Self, BadDomain> {
        let bad = || BadDomain(crate::error::excerpt(text));
        if text.len() > Self::MAX_BYTES * 4 {
            return Err(bad());
        }
        let name = idna::domain_to_ascii_strict(text).map_err(|_| bad())?;
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let labels: Vec<&str> = name.split('.').collect();
        let no_address = labels.last().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
        let fits =
            name.len() <= Self::MAX_BYTES && labels.len() >= 2 && no_address && labels.iter().all(|one| label(one));
        if fits { Ok(Domain(name)) } else { Err(bad()) }
    }
}

impl TryFrom<String> for Domain {
    type Error = BadDomain;
    fn try_from(text: String) -> Result<Self, BadDomain> {
        text.parse()
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> String {
        domain.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Domain {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Domain".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "a domain name such as cert.example", "maxLength": 253 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form_and_no_tricks() {
        for (text, name) in [
            ("cert.example", "cert.example"),
            ("CERT.Example", "cert.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("a-1.b.example", "a-1.b.example"),
        ] {
            assert_eq!(text.parse::<Domain>().unwrap().as_str(), name);
        }
        let long = format!("{}.example", "a".repeat(64));
        for bad in [
            "",
            ".",
            "..",
            "localhost",
            "cert.example.",
            ".cert.example",
            "a..b",
            "../x.example",
            "a/b.example",
            "a\\b.example",
            "a b.example",
            "-a.example",
            "a-.example",
            "192.0.2.1",
            "cert.example/..",
            "a_b.example",
            "cert.example\0",
            "x.example:4590",
            &long,
            &"a.".repeat(200),
        ] {
            assert!(bad.parse::<Domain>().is_err(), "{bad}");
        }
    }
}
