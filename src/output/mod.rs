//! What commands show: results on standard output, everything else on standard error.

use std::{
    cell::RefCell,
    io::{self, Write as _},
};

use serde::{Serialize, de::IgnoredAny};
use serde_json::{Map, Value};

use crate::{
    error::{Finding, excerpt},
    spool::Whole,
};

/// What a command has to show. Every result has a form for people and one for programs (`--json`).
#[derive(Debug, Default)]
pub struct Shown {
    result: Output,
    /// For standard error, a line each.
    notes: Vec<String>,
    /// The exit code.
    pub exit: u8,
}

/// What goes to standard output.
#[derive(Debug, Default)]
enum Output {
    #[default]
    Nothing,
    /// A document as its format has it.
    Document(Vec<u8>),
    /// The same for one that may be long.
    Whole(RefCell<Whole>),
    /// A text for people, and the same as one JSON value.
    Said(String, Value),
    /// What was shown while the command was at work.
    Told,
}

/// A list with a name for each column: a line for each row, the cells parted by tabs; as JSON an array of objects.
#[derive(Debug)]
pub struct Table<const N: usize> {
    columns: [&'static str; N],
    rows: Vec<[Value; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(columns: [&'static str; N]) -> Self {
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [Value; N]) {
        self.rows.push(cells);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn shown(self) -> Shown {
        let line = |row: &[Value; N]| row.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n";
        let text = self.rows.iter().map(line).collect();
        let object = |row: [Value; N]| {
            let members = self.columns.iter().map(|&column| column.to_owned()).zip(row);
            Value::Object(members.collect::<Map<_, _>>())
        };
        let value = self.rows.into_iter().map(object).collect();
        Shown::of(Output::Said(text, value))
    }
}

impl<const N: usize> From<Table<N>> for Shown {
    fn from(table: Table<N>) -> Self {
        table.shown()
    }
}

/// A value on a line of a table: nothing in it can end the cell or the line, or move the cursor.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => harmless(text, false),
        other => other.to_string(),
    }
}

/// A text in which nothing moves the cursor or turns the direction of writing (Unicode Bidi_Control): it may come from a
/// partner. Ends of lines and tabs stay where `lines` says so.
fn harmless(text: &str, lines: bool) -> String {
    let turns =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let harms = |c: char| turns(c) || c.is_control() && !(lines && matches!(c, '\n' | '\t'));
    text.chars().map(|c| if harms(c) { ' ' } else { c }).collect()
}

/// The lines of [`Shown::members`].
fn lines(value: &Value, path: &str) -> String {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| lines(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }))
            .collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, item)| lines(item, &format!("{path}[{i}]"))).collect(),
        Value::Null => String::new(),
        Value::String(text) => format!("{path}\t{}\n", excerpt(text)),
        other => format!("{path}\t{other}\n"),
    }
}

/// A finding with its file, as `--json` shows it.
#[derive(Serialize)]
struct Filed<'f> {
    file: &'f str,
    #[serde(flatten)]
    finding: &'f Finding,
}

impl Shown {
    fn of(result: Output) -> Self {
        Shown { result, ..Shown::default() }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Shown::default()
    }

    /// Nothing beside what was shown while the command was at work.
    pub fn told() -> Self {
        Shown::of(Output::Told)
    }

    /// A document: its bytes as they are. `--json` shows one that is not JSON itself as `{"document": TEXT}`, or in
    /// base64 as `{"document_base64": TEXT}` when it is not UTF-8.
    pub fn document(bytes: Vec<u8>) -> Self {
        Shown::of(Output::Document(bytes))
    }

    /// The same for one that may be long; only `--json` holds it in memory.
    pub fn whole(document: Whole) -> Self {
        Shown::of(Output::Whole(RefCell::new(document)))
    }

    /// A text for people, and the same as one JSON value.
    pub fn said(text: impl Into<String>, value: Value) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Shown::of(Output::Said(text, value))
    }

    /// All that is known of one thing: `NAME<TAB>VALUE` lines, members of members by their path, nothing for null.
    pub fn members(value: Value) -> Self {
        Shown::said(lines(&value, ""), value)
    }

    /// Findings, a line each.
    pub fn findings(findings: &[(String, Finding)]) -> Self {
        let text: String = findings.iter().map(|(file, finding)| format!("{file}:{finding}\n")).collect();
        Shown::said(text, findings_value(findings))
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
        let written = match (&self.result, json) {
            (Output::Nothing, false) | (Output::Told, _) => Ok(()),
            (Output::Nothing, true) => out.write_all(b"{}\n"),
            (Output::Said(text, _), false) => out.write_all(text.as_bytes()),
            (Output::Said(_, value), true) => writeln!(out, "{value:#}"),
            (Output::Document(bytes), true) => as_json(&mut out, bytes),
            (Output::Document(bytes), false) => out.write_all(bytes),
            (Output::Whole(whole), true) => {
                let mut bytes = Vec::new();
                whole.borrow_mut().copy(&mut bytes).and_then(|()| as_json(&mut out, &bytes))
            }
            (Output::Whole(whole), false) => whole.borrow_mut().copy(&mut out),
        };
        let written = written.and_then(|()| out.flush());
        let mut err = io::stderr().lock();
        for note in &self.notes {
            // Nobody reads what is said there any more: then nobody misses it.
            let _ = writeln!(err, "{}", harmless(note, true));
        }
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Findings with their files, as `--json` shows them.
pub fn findings_value(findings: &[(String, Finding)]) -> Value {
    let filed: Vec<_> = findings.iter().map(|(file, finding)| Filed { file, finding }).collect();
    serde_json::to_value(filed).unwrap_or_default()
}

fn as_json(out: &mut dyn io::Write, bytes: &[u8]) -> io::Result<()> {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => out.write_all(bytes),
        Err(_) => writeln!(out, "{:#}", wrapped(bytes)),
    }
}

fn wrapped(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::json!({ "document": text }),
        Err(_) => serde_json::json!({ "document_base64": base64::engine::general_purpose::STANDARD.encode(bytes) }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_cannot_leave_its_place() {
        let mut table = Table::new(["name", "count", "more"]);
        table.row([json!("a\tb\n\u{1b}[2J\u{202e}"), json!(7), Value::Null]);
        let Output::Said(text, value) = table.shown().result else { panic!("no text") };
        assert_eq!(text, "a b  [2J \t7\t-\n");
        assert_eq!(value, json!([{ "name": "a\tb\n\u{1b}[2J\u{202e}", "count": 7, "more": null }]));
    }

    #[test]
    fn a_note_keeps_its_lines_and_nothing_else() {
        assert_eq!(harmless("a\tb\n\u{1b}[2J\u{9b}x\u{2066}\r", true), "a\tb\n [2J x  ");
    }

    #[test]
    fn documents_are_wrapped_without_loss() {
        assert_eq!(wrapped(b"<x/>"), json!({ "document": "<x/>" }));
        assert_eq!(wrapped(&[0xff]), json!({ "document_base64": "/w==" }));
    }
}
