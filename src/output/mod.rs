//! What commands show: results on standard output, everything else on standard error.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::error::Finding;

/// What a command has to show.
#[derive(Debug, Default)]
pub struct Shown {
    /// For standard output.
    result: Vec<u8>,
    /// The same as one JSON value, where the command has a form for it.
    json: Option<serde_json::Value>,
    /// For standard error, a line each.
    notes: Vec<String>,
    /// The exit code.
    pub exit: u8,
}

/// A finding with its file, as `--json` shows it.
#[derive(Serialize)]
struct Filed<'f> {
    file: &'f str,
    #[serde(flatten)]
    finding: &'f Finding,
}

impl Shown {
    /// Nothing.
    pub fn nothing() -> Self {
        Shown::default()
    }

    /// These bytes.
    pub fn bytes(result: Vec<u8>) -> Self {
        Shown { result, ..Shown::default() }
    }

    /// This text, with a line end.
    pub fn text(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Shown::bytes(text.into_bytes())
    }

    /// A value for `--json`, and a text for people.
    pub fn value(text: impl Into<String>, value: &impl Serialize) -> Self {
        Shown { json: serde_json::to_value(value).ok(), ..Shown::text(text) }
    }

    /// Findings, a line each.
    pub fn findings(findings: &[(String, Finding)]) -> Self {
        let text: String = findings.iter().map(|(file, finding)| format!("{file}:{finding}\n")).collect();
        let filed: Vec<_> = findings.iter().map(|(file, finding)| Filed { file, finding }).collect();
        Shown { json: serde_json::to_value(filed).ok(), ..Shown::bytes(text.into_bytes()) }
    }

    /// Adds a line for standard error.
    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    /// Shows it. A reader that has gone away (`| head`) is no failure.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn show(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = match (&self.json, json) {
            (Some(value), true) => writeln!(out, "{value:#}"),
            _ => out.write_all(&self.result),
        };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            other => other?,
        }
        let mut err = io::stderr().lock();
        for note in &self.notes {
            // Nobody reads what is said there any more: then nobody misses it.
            let _ = writeln!(err, "{note}");
        }
        Ok(())
    }
}
