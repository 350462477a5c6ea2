//! `sirex translate`.

use super::{Failure, document, files};
use crate::{
    cli::Translate,
    error::Code,
    format::Format,
    output::Shown,
    translate::{self, Converted, Fate},
};

/// Translates one document.
pub(super) fn run(args: &Translate) -> Result<Shown, Failure> {
    let (file, to) = (args.input.to_string(), args.to);
    if args.profile.is_some() && to != Format::IodefXml {
        return Err(Failure::new(Code::Usage, format!("--profile is for {}, not for {to}", Format::IodefXml)));
    }
    let profile = args.profile.unwrap_or_default();
    let read = document::read(&args.input, args.from, args.max_bytes)?;
    // Our own records may contradict themselves while they are worked on; what comes from elsewhere may not.
    if read.format != Format::Record && read.error().is_some() {
        let message = format!("{file} breaks the rules of {}; sirex validate shows all", read.format);
        return Err(Failure::new(Code::ValueInvalid, message).with(&file, read.findings));
    }
    let Converted { bytes: written, account, .. } = translate::convert(read, to, profile).map_err(|findings| {
        let message = format!("{file} does not make a whole {to} document");
        Failure::new(findings.first().map_or(Code::ClassMissing, |finding| finding.code), message).with(&file, findings)
    })?;
    if let Some(path) = &args.loss {
        let text =
            serde_json::to_vec_pretty(&account).map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        files::write(path, &text)?;
    }
    let counts = translate::counts(&account);
    if counts.lost > 0 {
        let lost: Vec<String> =
            account.iter().filter(|entry| entry.fate == Fate::Lost).map(|entry| entry.path.clone()).collect();
        return Err(Failure::new(Code::Internal, format!("leaves were forgotten: {}", lost.join(", "))));
    }
    let dropped = args.strict && counts.dropped > 0;
    let mut shown = match dropped {
        true if args.output.is_some() => Shown::nothing(),
        _ => files::deliver(args.output.as_deref(), written)?,
    };
    shown.note(&format!(
        "{} kept, {} moved, {} coarsened, {} carried, {} dropped",
        counts.kept, counts.moved, counts.coarsened, counts.carried, counts.dropped
    ));
    if dropped {
        for entry in account.iter().filter(|entry| matches!(entry.fate, Fate::Dropped { .. })) {
            shown.note(&entry.to_string());
        }
        shown.exit = 1;
    }
    Ok(shown)
}
