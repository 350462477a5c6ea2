//! Rules over several fields of one record (§21), as findings with JSONPaths. None of them keeps a
//! record from being stored (requirement 3); who releases or closes may insist.
//!
//! Of §21 this module has what concerns one record. That a number is never given twice, a received marking never
//! lowered and the audit chain whole is for those who see more than one record.

mod complete;
mod content;
mod iso4217;
mod links;
mod times;

#[cfg(test)]
mod tests;

pub use iso4217::is_listed as is_listed_currency;

use super::{
    read::MAX_DEPTH,
    root::{Record, RecordDocument},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    json,
};

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, as findings show it.
    pub name: &'static str,
    /// What must hold, and by which requirement.
    pub about: &'static str,
    run: fn(&Record, &mut Report<'_>),
}

/// Every rule, in the order of their findings.
pub const RULES: &[Rule] = &[
    Rule { name: "times-order", about: "what follows is not earlier than what it follows (§21)", run: times::order },
    Rule { name: "revision-times", about: "a revision is not older than the record", run: times::revision },
    Rule { name: "zone-state", about: "the state of the zone fits the time (requirement 82)", run: times::zone },
    Rule {
        name: "custody-order",
        about: "hand-overs of evidence stand in the order of time (§9)",
        run: times::custody,
    },
    Rule {
        name: "class-category",
        about: "a class needs an incident or security incident (requirement 36)",
        run: content::class,
    },
    Rule {
        name: "crisis-declared",
        about: "a crisis is declared by somebody at some time (requirement 34)",
        run: content::crisis,
    },
    Rule {
        name: "closed-complete",
        about: "what is closed was assessed, its evidence decided, its duties done (§21)",
        run: content::closed,
    },
    Rule { name: "impact-relevant", about: "only a relevant effect has a value (§21)", run: content::impact },
    Rule { name: "currency-listed", about: "a currency is listed in ISO 4217 (§21)", run: content::currency },
    Rule { name: "evidence-digest", about: "evidence has a digest or is a thing (§21)", run: content::evidence },
    Rule {
        name: "reporter-anonymous",
        about: "an anonymous reporter has no name here (requirement 94)",
        run: content::anonymous,
    },
    Rule {
        name: "classification-named",
        about: "a classification names its scheme and version (requirement 39)",
        run: content::classification,
    },
    Rule {
        name: "severity-scale",
        about: "a severity names its scale and direction (requirement 45)",
        run: content::severity,
    },
    Rule { name: "threat-listed", about: "a threat's code is listed for the basis (§4.1)", run: content::threats },
    Rule {
        name: "revision-reason",
        about: "a later revision names the earlier one and its reason (requirement 5)",
        run: content::revision,
    },
    Rule { name: "element-ids", about: "no two elements have the same id (§0a)", run: links::ids },
    Rule { name: "references", about: "a reference points to an element of the right kind", run: links::references },
    Rule { name: "event-tree", about: "no event is part of itself (§10)", run: links::tree },
    Rule { name: "timeline-sequence", about: "no two entries have the same number (§8)", run: links::sequence },
    Rule {
        name: "complete",
        about: "what a complete record has is there (card. 1 of the model); never a hindrance (requirement 3)",
        run: complete::complete,
    },
];

/// What the rules find in a record; paths begin at the record.
pub fn check(record: &Record) -> Vec<Finding> {
    check_at(record, "$")
}

/// What the rules find in the records of a document; paths begin at the document.
pub fn check_document(document: &RecordDocument) -> Vec<Finding> {
    let records = document.records.iter().enumerate();
    records.flat_map(|(index, record)| check_at(record, &format!("$.records[{index}]"))).collect()
}

/// The same for a document that was read from `bytes`: each finding has the place of the value that it is about, or, if
/// that is what is missing, of the nearest around it.
pub fn check_source(document: &RecordDocument, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = check_document(document);
    if findings.is_empty() {
        return findings;
    }
    // The document has been read, so that its size was accepted already.
    let size = bytes.len();
    let limits = json::Limits {
        depth: MAX_DEPTH,
        text_bytes: size,
        key_bytes: size,
        members: size,
        values: size as u64,
        total_bytes: size as u64,
    };
    if let Ok(source) = json::Document::parse(bytes, &limits) {
        findings.iter_mut().for_each(|finding| finding.position = source.place(&finding.path));
    }
    findings
}

fn check_at(record: &Record, root: &str) -> Vec<Finding> {
    let mut report = Report { root, rule: "", findings: Vec::new() };
    for rule in RULES {
        report.rule = rule.name;
        (rule.run)(record, &mut report);
    }
    report.findings
}

/// Gathers the findings of one run.
struct Report<'r> {
    root: &'r str,
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Report<'_> {
    /// Adds a finding; `path` is below the record, without the leading `$.`.
    fn add(&mut self, severity: Severity, path: &str, found: impl AsRef<str>, expected: &str) {
        let code = if self.rule == "complete" { Code::ClassMissing } else { Code::RecordInvariant };
        let path = if path.is_empty() { self.root.to_owned() } else { format!("{}.{path}", self.root) };
        let expected = format!("{expected} (rule {})", self.rule);
        self.findings.push(Finding::new(severity, code, Position::default(), path, found, expected));
    }

    fn error(&mut self, path: &str, found: impl AsRef<str>, expected: &str) {
        self.add(Severity::Error, path, found, expected);
    }

    fn warning(&mut self, path: &str, found: impl AsRef<str>, expected: &str) {
        self.add(Severity::Warning, path, found, expected);
    }
}
