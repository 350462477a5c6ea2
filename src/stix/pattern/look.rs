//! The pattern of an indicator, beside the indicator (§4.7).

use super::{
    Pattern,
    check::{Validity, check},
};
use crate::{
    json::Value,
    stix::{
        check::Look,
        forms,
        rules::{self, Rule},
    },
};

impl Look<'_, '_> {
    /// What is wrong with the pattern of an indicator, if it is one of STIX. Findings have the place of the property; where in the
    /// pattern they are is said in bytes from its beginning, since JSON may write it otherwise.
    pub(in crate::stix) fn pattern(&mut self, indicator: &Value<'_>) {
        let text = |property: &str| indicator.get(property).and_then(|value| value.as_str().ok());
        let (Some(pattern), Some("stix")) = (text("pattern"), text("pattern_type")) else { return };
        let offset = indicator.get("pattern").map_or(indicator.offset, |value| value.offset);
        let mut tell = |rule: &'static Rule, at: usize, found: &str, expected: Option<&str>| {
            self.tell(rule, offset, &format!("byte {at}: {found}"), expected);
        };
        let parsed = match Pattern::parse(pattern) {
            Ok(parsed) => parsed,
            Err(error) => {
                let rule = if error.limit { &rules::PATTERN_LIMIT } else { &rules::PATTERN };
                return tell(rule, error.at, &error.found, Some(&error.expected));
            }
        };
        for spelling in &parsed.spellings {
            tell(&rules::PATTERN_SPELLING, spelling.at, spelling.found, Some(spelling.expected));
        }
        let time = |property| text(property).and_then(forms::time);
        let validity = Validity { from: time("valid_from"), until: time("valid_until") };
        check(&parsed.pattern, &validity, &mut |rule, at, found, expected| tell(rule, at, &found, expected.as_deref()));
    }
}

/// Looks at a pattern alone, and tells nobody.
pub(in crate::stix) fn find(pattern: &Pattern) {
    check(pattern, &Validity::default(), &mut |_, _, _, _| {});
}
