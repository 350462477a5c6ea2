//! What is told of one document.

use std::ops::{Deref, DerefMut};

use super::{Code, Finding, Position, Severity};

/// Findings that are told of one document (limit `findings`). How many more there are, and of which severity, is told at
/// the end: a document of a gigabyte may have one in each line.
pub const FINDINGS: usize = 10_000;

/// Findings, the first of them.
#[derive(Debug, Default)]
pub(crate) struct Told {
    told: Vec<Finding>,
    more: [u64; 3],
}

impl Told {
    const SEVERITIES: [(Severity, &'static str); 3] =
        [(Severity::Note, "notes"), (Severity::Warning, "warnings"), (Severity::Error, "errors")];

    /// Adds one, or counts it if it is too much.
    pub(crate) fn tell(&mut self, finding: Finding) {
        self.told.push(finding);
        self.bound();
    }

    /// Counts what is too much. To be called once in a while by whoever adds to it as to a list.
    pub(crate) fn bound(&mut self) {
        if self.told.len() > FINDINGS {
            for finding in self.told.drain(FINDINGS..) {
                let at = Self::SEVERITIES.iter().position(|(severity, _)| *severity == finding.severity);
                if let Some(count) = at.and_then(|at| self.more.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }

    /// All that is told.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.bound();
        for ((severity, name), count) in Self::SEVERITIES.into_iter().zip(self.more).filter(|(_, count)| *count > 0) {
            let (found, expected) =
                (format!("{count} more {name}"), format!("at most {FINDINGS} findings (limit findings)"));
            self.told.push(Finding::new(severity, Code::LimitExceeded, Position::default(), "", found, expected));
        }
        self.told
    }
}

/// A reading that ended before its document did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What was found before.
    pub before: Vec<Finding>,
    /// What ended it.
    pub end: Box<Finding>,
}

impl From<Finding> for Ended {
    fn from(end: Finding) -> Self {
        Ended { before: Vec::new(), end: Box::new(end) }
    }
}

impl Ended {
    /// All that was found, what ended the reading as the last.
    pub fn all(self) -> Vec<Finding> {
        let mut all = self.before;
        all.push(*self.end);
        all
    }
}

impl Deref for Told {
    type Target = Vec<Finding>;
    fn deref(&self) -> &Vec<Finding> {
        &self.told
    }
}

impl DerefMut for Told {
    fn deref_mut(&mut self) -> &mut Vec<Finding> {
        &mut self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_counted_by_severity() {
        let mut told = Told::default();
        for i in 0..FINDINGS + 5 {
            let severity = if i < FINDINGS + 2 { Severity::Warning } else { Severity::Error };
            told.tell(Finding::new(severity, Code::ValueInvalid, Position::default(), "/", "x", "y"));
        }
        let told = told.finish();
        assert_eq!(told.len(), FINDINGS + 2);
        let more: Vec<_> = told[FINDINGS..].iter().map(|finding| (finding.severity, finding.found.as_str())).collect();
        assert_eq!(more, [(Severity::Warning, "2 more warnings"), (Severity::Error, "3 more errors")]);
    }
}
