//! The agreement as it is written in `agreement.toml`; also the source of `schemas/agreement.schema.json`.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::rules::How;
use crate::{
    gate::{DenyClass, Format},
    iodef,
    marking::{Audience, Tlp},
    openpgp::{Demand, Profile},
};

/// What one partner may have and may send.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Agreement")]
pub(super) struct Written {
    /// Counts up with every change, from 1. Releases, clearances and the log name it.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// As which audience the partner is served: the column of the visibility table.
    pub audience: Audience,
    /// From which day to which, both included, in UTC.
    pub valid: WrittenValid,
    /// What goes out.
    pub out: WrittenOut,
    /// What comes in.
    #[serde(rename = "in")]
    pub incoming: WrittenIn,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Valid")]
pub(super) struct WrittenValid {
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Out")]
pub(super) struct WrittenOut {
    /// Markings that may go. A set, no rank; without any, nothing goes.
    pub tlp: BTreeSet<Tlp>,
    /// Formats that the partner takes; the first is the default.
    #[schemars(length(min = 1))]
    pub formats: Vec<Format>,
    /// Whose schema documents in iodef-xml are for.
    #[serde(default)]
    pub profile: iodef::Profile,
    /// Whether documents must be sealed with OpenPGP or TLS alone suffices.
    pub sealing: Sealing,
    /// The OpenPGP profile that the partner reads.
    pub openpgp: Profile,
    /// JSONPath selectors (RFC 9535): what is not at or below one of them stays here. The frame goes all the same.
    pub allow: Vec<String>,
    /// JSONPath selectors: what is at or below one of them stays here.
    #[serde(default)]
    pub remove: Vec<String>,
    /// Classes of the deny list that apply. Canaries always do.
    pub deny: BTreeSet<DenyClass>,
    /// Namespaces of residue that may travel.
    #[serde(default)]
    pub carry: BTreeSet<String>,
    /// Rules that make values harmless; of several that select a value the first counts.
    #[serde(default)]
    pub rule: Vec<WrittenRule>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rule")]
pub(super) struct WrittenRule {
    /// JSONPath selector: the rule touches what is at or below what it selects.
    pub select: String,
    /// What is done.
    pub how: How,
    /// `replace`: the new text. `pseudonym`: the word before the label. `mask`: what stands in place of a hit.
    pub with: Option<String>,
    /// `mask`: words to mask beside the deny list.
    #[serde(default)]
    pub words: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "In")]
pub(super) struct WrittenIn {
    /// Whether a message must be signed by the partner's key. One with a bad signature is never accepted.
    pub signature: Demand,
    /// The marking that a record without one gets.
    #[serde(default = "red")]
    pub unmarked: Tlp,
    /// Formats that the partner may send.
    pub formats: Vec<crate::format::Format>,
    /// Largest message, in bytes.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1))]
    pub max_bytes: u64,
}

fn red() -> Tlp {
    Tlp::Red
}

fn max_bytes() -> u64 {
    super::agreement::DEFAULT_MAX_BYTES
}

/// Whether documents are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sealing {
    /// Signed and encrypted with OpenPGP.
    Required,
    /// As they are, over mutual TLS.
    PlainOverTls,
}

impl From<Sealing> for Demand {
    fn from(sealing: Sealing) -> Self {
        match sealing {
            Sealing::Required => Demand::Required,
            Sealing::PlainOverTls => Demand::Optional,
        }
    }
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub jiff::civil::Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)?;
        let day = match written {
            toml::value::Datetime { date: Some(date), time: None, offset: None } => {
                jiff::civil::Date::new(date.year as i16, date.month as i8, date.day as i8).ok()
            }
            _ => None,
        };
        day.map(Day).ok_or_else(|| D::Error::custom(format_args!("{written}, expected a day such as 2026-12-31")))
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date", "description": "a TOML date, without quotes" })
    }
}
