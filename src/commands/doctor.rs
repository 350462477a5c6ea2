//! `sirex doctor`, and the list of symptoms that it shares with `sirex partner check`.

use std::path::Path;

use serde_json::json;

use super::{Failure, home};
use crate::{
    error::{Code, Severity},
    exchange::Symptom,
    output::{Shown, Table},
};

/// Examines a home.
pub(super) fn run(folder: &Path, strict: bool) -> Result<Shown, Failure> {
    home::with(folder, async |home| Ok(shown(home.examine().await?, strict)))
}

/// Symptoms, the worst first; one that is an error, or with `strict` a warning, is an outcome of its own.
pub(super) fn shown(mut symptoms: Vec<Symptom>, strict: bool) -> Shown {
    symptoms.sort_by_key(|symptom| std::cmp::Reverse(symptom.severity));
    let from = if strict { Severity::Warning } else { Severity::Error };
    let bad = symptoms.iter().any(|symptom| symptom.severity >= from);
    let mut table = Table::new(["severity", "about", "what"]);
    for Symptom { severity, about, what } in symptoms {
        table.row([json!(severity), json!(about), json!(what)]);
    }
    let mut shown = Shown::from(table);
    shown.exit = if bad { Code::WrongState.exit() } else { 0 };
    shown
}
