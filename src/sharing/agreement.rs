//! The agreement with a partner: what may go, what may come, from when to when. Read from `agreement.toml`, checked whole
//! before it counts.

use std::{collections::BTreeSet, path::Path};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    case::selected,
    model,
    rules::Rule,
    selector::{BadSelector, Selector, SelectorLimits},
    written::{Written, WrittenIn, WrittenOut},
};
use crate::{
    config::{self, FileError},
    digest::Digest,
    error::Finding,
    gate::{DenyClass, Format},
    iodef,
    marking::{Audience, Tlp},
    openpgp::{Demand, Profile},
    partner::Domain,
};

#[cfg(test)]
mod tests;

/// Largest message that a partner may send when the agreement does not say: 25 MiB.
pub const DEFAULT_MAX_BYTES: u64 = 26_214_400;

/// How much an agreement may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreementLimits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Selectors and rules together.
    pub selectors: usize,
    /// Of one selector.
    pub selector: SelectorLimits,
    /// Words in all rules together.
    pub words: usize,
}

impl Default for AgreementLimits {
    fn default() -> Self {
        AgreementLimits { bytes: 256 * 1024, selectors: 500, selector: SelectorLimits::default(), words: 5_000 }
    }
}

/// An agreement that was read and checked.
#[derive(Clone, Debug)]
pub struct Agreement {
    partner: Domain,
    version: u32,
    audience: Audience,
    from: Date,
    until: Date,
    digest: Digest,
    /// What goes out.
    pub out: Out,
    /// What comes in.
    pub incoming: In,
}

/// What goes out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Out {
    /// Markings that may go; a set without rank.
    pub tlp: BTreeSet<Tlp>,
    /// Formats that the partner takes, at least one; the first is the default.
    pub formats: Vec<Format>,
    /// Whose schema documents in iodef-xml are for.
    pub profile: iodef::Profile,
    /// Whether documents are sealed with OpenPGP, or TLS alone suffices.
    pub sealing: Demand,
    /// The OpenPGP profile that the partner reads.
    pub openpgp: Profile,
    /// What is not at or below one of these stays here.
    pub allow: Vec<Selector>,
    /// What is at or below one of these stays here.
    pub remove: Vec<Selector>,
    /// Classes of the deny list that apply.
    pub deny: BTreeSet<DenyClass>,
    /// Namespaces of residue that may travel.
    pub carry: BTreeSet<String>,
    /// Rules that make values harmless, in the order in which they count.
    pub rules: Vec<Rule>,
}

/// What comes in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct In {
    /// Whether a message must be signed.
    pub signature: Demand,
    /// The marking that a record without one gets.
    pub unmarked: Tlp,
    /// Formats that the partner may send.
    pub formats: Vec<crate::format::Format>,
    /// Largest message, in bytes.
    pub max_bytes: u64,
}

impl Agreement {
    /// Reads the agreement with a partner from its text.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and key.
    pub fn parse(partner: &Domain, text: &str, limits: &AgreementLimits) -> Result<Self, Finding> {
        if text.len() as u64 > limits.bytes {
            let found = format!("{} bytes", text.len());
            return Err(config::finding_at(text, "", found, format!("at most bytes = {}", limits.bytes)));
        }
        let Written { version, audience, valid, out, incoming } = config::from_toml(text)?;
        if version == 0 {
            return Err(config::finding_at(text, "version", "0", "1 or more"));
        }
        let (from, until) = (valid.from.0, valid.until.0);
        if from > until {
            let expected = format!("a day not before valid.from, {from}");
            return Err(config::finding_at(text, "valid.until", until.to_string(), expected));
        }
        let digest = Digest::of(text.as_bytes());
        let (out, incoming) = (Out::check(out, text, limits)?, In::check(incoming, text)?);
        Ok(Agreement { partner: partner.clone(), version, audience, from, until, digest, out, incoming })
    }

    /// Reads the agreement with a partner from its file.
    ///
    /// # Errors
    /// [`FileError`], which names the file and, where it was read, line and key.
    pub fn load(partner: &Domain, file: &Path, limits: &AgreementLimits) -> Result<Self, FileError> {
        let text = config::read_text(file, limits.bytes)?;
        Agreement::parse(partner, &text, limits).map_err(|finding| FileError::invalid(file, finding))
    }

    /// With whom it was made.
    pub fn partner(&self) -> &Domain {
        &self.partner
    }

    /// Its version, from 1.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// As which audience the partner is served.
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// First and last day on which it counts.
    pub fn days(&self) -> (Date, Date) {
        (self.from, self.until)
    }

    /// Digest of the file: tells two agreements apart that have the same version by mistake.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether it counts at this time: on any of its days in UTC, the last one to its end.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        let day = at.to_zoned(TimeZone::UTC).date();
        self.from <= day && day <= self.until
    }

    /// The format in which the partner gets documents: the first that it takes.
    pub fn format(&self) -> Format {
        self.out.formats.first().copied().unwrap_or(Format::IodefXml)
    }

    /// The schema of `agreement.toml`, as it stands in `schemas/agreement.schema.json`.
    pub fn schema() -> String {
        config::schema_of::<Written>("urn:sirex:schema:agreement:1", "Sirex sharing agreement")
    }
}

impl Out {
    fn check(out: WrittenOut, text: &str, limits: &AgreementLimits) -> Result<Self, Finding> {
        let WrittenOut { tlp, formats, profile, sealing, openpgp, allow, remove, deny, carry, rule } = out;
        if formats.is_empty() {
            return Err(config::finding_at(text, "out.formats", "no format", "at least one"));
        }
        let selectors = allow.len() + remove.len() + rule.len();
        if selectors > limits.selectors {
            let found = format!("{selectors} selectors and rules");
            return Err(config::finding_at(text, "out", found, format!("at most selectors = {}", limits.selectors)));
        }
        let words: usize = rule.iter().map(|rule| rule.words.len()).sum();
        if words > limits.words {
            let found = format!("{words} words in rules");
            return Err(config::finding_at(text, "out.rule", found, format!("at most words = {}", limits.words)));
        }
        let read = |key: String, selector: &str| {
            Selector::parse(selector, &limits.selector)
                .map_err(|bad: BadSelector| config::finding_at(text, &key, selector, bad.to_string()))
        };
        let list = |key: &str, selectors: &[String]| {
            let selectors = selectors.iter().enumerate();
            selectors
                .map(|(index, selector)| read(format!("out.{key}[{index}]"), selector))
                .collect::<Result<Vec<_>, _>>()
        };
        let (allow, remove) = (list("allow", &allow)?, list("remove", &remove)?);
        for (index, selector) in remove.iter().enumerate() {
            if let Some(fixed) = touches_fixed(selector) {
                let expected = format!("a selector that leaves {fixed}, which every document has");
                return Err(config::finding_at(text, &format!("out.remove[{index}]"), selector.as_str(), expected));
            }
        }
        let mut rules = Vec::new();
        for (index, rule) in rule.into_iter().enumerate() {
            let select = read(format!("out.rule[{index}].select"), &rule.select)?;
            let made = Rule::new(select, rule.how, rule.with, rule.words).map_err(|bad| {
                config::finding_at(text, &format!("out.rule[{index}].{}", bad.key), bad.found, bad.expected)
            })?;
            rules.push(made);
        }
        Ok(Out { tlp, formats, profile, sealing: sealing.into(), openpgp, allow, remove, deny, carry, rules })
    }
}

impl In {
    fn check(incoming: WrittenIn, text: &str) -> Result<Self, Finding> {
        let WrittenIn { signature, unmarked, formats, max_bytes } = incoming;
        if max_bytes == 0 {
            return Err(config::finding_at(text, "in.max_bytes", "0", "1 or more"));
        }
        Ok(In { signature, unmarked, formats, max_bytes })
    }
}

/// A part of the frame, or a member that every record must have, that a selector could remove.
fn touches_fixed(selector: &Selector) -> Option<&'static str> {
    let fields = selector.fields();
    model::fixed().iter().find(|(pointer, _)| selected(&fields, pointer)).map(|(_, path)| path.as_str())
}
