//! `sirex validate`.

use super::{Failure, document, files};
use crate::{
    cli::Validate,
    error::{Finding, Severity},
    output::Shown,
};

/// Checks each document; every finding of every one is shown.
pub(super) fn run(args: &Validate) -> Result<Shown, Failure> {
    let mut all: Vec<(String, Finding)> = Vec::new();
    let mut failed = None;
    for input in &args.inputs {
        let bytes = files::read(input, args.max_bytes)?;
        match document::read(input, &bytes, args.format, args.max_bytes) {
            Ok((_, _, findings)) => all.extend(findings.into_iter().map(|finding| (input.to_string(), finding))),
            Err(mut failure) => {
                all.append(&mut failure.findings);
                failed.get_or_insert(failure);
            }
        }
    }
    let from = if args.strict { Severity::Warning } else { Severity::Error };
    let bad = all.iter().any(|(_, finding)| finding.severity >= from);
    let code = match (&failed, all.iter().find(|(_, finding)| finding.severity >= from)) {
        (Some(failure), _) => Some(failure.code),
        (None, Some((_, finding))) if bad => Some(finding.code),
        _ => None,
    };
    let mut shown = Shown::findings(&all);
    if let Some(failure) = failed {
        shown.note(&failure.message);
    }
    // A document that is not as it should be is the sender's doing, whatever the first finding was about.
    shown.exit = if code.is_some() { 1 } else { 0 };
    Ok(shown)
}
