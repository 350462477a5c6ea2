//! What is told of one document.

use super::rules::Rule;
use crate::{
    class::FINDINGS,
    error::{Code, Finding, Position, Severity},
};

/// Findings, the first of them, each with its rule.
#[derive(Debug, Default)]
pub(super) struct Told {
    told: Vec<(Option<&'static Rule>, Finding)>,
    more: [u64; 3],
}

impl Told {
    /// Tells a finding, or counts it where enough are told.
    pub(super) fn push(&mut self, rule: Option<&'static Rule>, finding: Finding) {
        if self.told.len() < FINDINGS {
            self.told.push((rule, finding));
            return;
        }
        let [notes, warnings, errors] = &mut self.more;
        *match finding.severity {
            Severity::Note => notes,
            Severity::Warning => warnings,
            Severity::Error => errors,
        } += 1;
    }

    /// All findings, then how many more there were.
    pub(super) fn finish(self) -> Vec<(Option<&'static Rule>, Finding)> {
        let mut told = self.told;
        let severities = [(Severity::Note, "notes"), (Severity::Warning, "warnings"), (Severity::Error, "errors")];
        for ((severity, name), count) in severities.into_iter().zip(self.more).filter(|(_, count)| *count > 0) {
            let expected = format!("at most {FINDINGS} findings (limit findings)");
            let found = format!("{count} more {name}");
            let finding = Finding::new(severity, Code::LimitExceeded, Position::default(), "", found, expected);
            told.push((None, finding));
        }
        told
    }
}
