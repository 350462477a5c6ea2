//! `sirex validate`.

use super::{
    Failure,
    document::{self, Taken},
};
use crate::{
    cli::{Input, Validate},
    error::{Finding, Severity},
    output::Shown,
    translate,
};

/// Checks each document; every finding of every one is shown.
pub(super) fn run(args: &Validate) -> Result<Shown, Failure> {
    let mut all: Vec<(String, Finding)> = Vec::new();
    let mut failed = Vec::new();
    for input in &args.inputs {
        match findings(input, args) {
            Ok(findings) => all.extend(findings.into_iter().map(|finding| (input.to_string(), finding))),
            Err(mut failure) => {
                all.append(&mut failure.findings);
                failed.push(failure);
            }
        }
    }
    let from = if args.strict { Severity::Warning } else { Severity::Error };
    let bad = all.iter().any(|(_, finding)| finding.severity >= from);
    let mut shown = Shown::findings(&all);
    // A document that is not as it should be is the sender's doing; a file that is not there is not.
    shown.exit = u8::from(bad);
    for failure in failed {
        shown.note(&format!("sirex: {} ({})", failure.message, failure.code));
        shown.exit = shown.exit.max(failure.code.exit());
    }
    Ok(shown)
}

fn findings(input: &Input, args: &Validate) -> Result<Vec<Finding>, Failure> {
    match document::take(input, args.format, None, args.max_bytes)? {
        Taken::Whole(read) => Ok(read.findings),
        Taken::Long(long) => {
            let bounds = long.bounds;
            translate::check(long.input, bounds).map_err(|ended| document::unreadable(input, long.format, ended))
        }
    }
}
