//! `sirex audit`.

use std::{fs, io::BufReader, path::Path};

use super::{Failure, home};
use crate::{
    audit::verify::{Expect, Report, verify},
    cli::Audit,
    error::Code,
    output::Shown,
};

/// Exports the log of a home, or checks an exported one by itself: for that no home is needed.
pub(super) fn run(home: &Path, command: &Audit) -> Result<Shown, Failure> {
    match command {
        Audit::Export => home::with(home, async |home| {
            let store = &home.gateway.store;
            store.checkpoint(home.signer.clone()).await?;
            let mut log = Vec::new();
            store.export_log(&mut log).await?;
            Ok(Shown::document(log))
        }),
        Audit::Checkpoint => home::with(home, async |home| {
            Ok(Shown::document(home.gateway.store.checkpoint(home.signer.clone()).await?.into_bytes()))
        }),
        Audit::Prove { leaf } => home::with(home, async |home| {
            // The leaf must be under a signature before anything can be shown to somebody else.
            home.gateway.store.checkpoint(home.signer.clone()).await?;
            let proof = home.gateway.store.prove(*leaf).await?;
            let text = serde_json::to_string_pretty(&proof);
            Ok(Shown::document(text.map_err(|error| Failure::new(Code::Internal, error.to_string()))?.into_bytes()))
        }),
        Audit::Verify { keys, known, unsigned_tail, open_intents, log } => {
            let keys = keys.iter().map(|key| key.parse()).collect::<Result<Vec<_>, _>>();
            let keys = keys.map_err(|error| Failure::new(Code::Usage, format!("--key: {error}")))?;
            let known = known
                .as_ref()
                .map(|path| fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error)))
                .transpose()?;
            let file = fs::File::open(log).map_err(|error| Failure::unreadable(log, &error))?;
            let expect = Expect {
                keys,
                known: known.into_iter().collect(),
                unsigned_tail: *unsigned_tail,
                open_intents: *open_intents,
            };
            let report = verify(BufReader::new(file), &expect).map_err(|error| Failure::unreadable(log, &error))?;
            let mut shown = Shown::said(describe(&report), as_json(&report));
            if !report.is_sound() {
                shown.exit = Code::AuditUnsound.exit();
            }
            Ok(shown)
        }
    }
}

/// The report for people: what was found first, then what it covers.
fn describe(report: &Report) -> String {
    let mut text = String::new();
    for problem in &report.problems {
        text.push_str(&format!("{problem}\n"));
    }
    let verdict = if report.is_sound() { "sound" } else { "NOT SOUND" };
    text.push_str(&format!(
        "{verdict}: {} leaves, {} of them under {} checkpoints, {} problems\n",
        report.leaves, report.signed, report.checkpoints, report.problem_count
    ));
    if report.key_from_log {
        text.push_str("the key was taken from the log itself: give the key that you know with --key\n");
    }
    text
}

fn as_json(report: &Report) -> serde_json::Value {
    serde_json::json!({
        "sound": report.is_sound(),
        "origin": report.origin,
        "leaves": report.leaves,
        "root": report.root,
        "checkpoints": report.checkpoints,
        "signed": report.signed,
        "open_intents": report.open_intents,
        "clock_set_back": report.clock_set_back,
        "key_from_log": report.key_from_log,
        "problems": report.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "problem_count": report.problem_count,
    })
}
