//! `sirex record`.

use std::path::Path;

use super::{Failure, document, home};
use crate::{
    cli::{Input, MAX_BYTES, Record},
    error::{Code, Severity},
    format::Format,
    output::Shown,
    record::{self, Form, RecordDocument},
    translate::Document,
};

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Record) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Record::Import { file, by } => {
            let records = read(&Input::File(file.clone()))?;
            Ok(Shown::text(home.gateway.import(records, by).await?.join("\n")))
        }
        Record::List => {
            let mut text = String::new();
            let mut after = 0;
            loop {
                let records = home.gateway.store.records(after, 100).await?;
                let Some(last) = records.last() else { break };
                after = last.ordinal;
                for one in &records {
                    let number = one.number.as_deref().unwrap_or("-");
                    text.push_str(&format!("{number}\t{}\trevision {}\t{}\n", one.kind, one.newest, one.id));
                }
            }
            Ok(Shown::bytes(text.into_bytes()))
        }
        Record::Show { record } => {
            let (record, _) = home.record(record).await?;
            write(&RecordDocument::of(vec![record]))
        }
    })
}

fn write(document: &RecordDocument) -> Result<Shown, Failure> {
    let bytes =
        record::write(document, Form::Pretty).map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    Ok(Shown::bytes(bytes))
}

/// The records of a file, none of which contradicts itself.
pub(super) fn read(input: &Input) -> Result<Vec<record::Record>, Failure> {
    let read = document::read(input, Some(Format::Record), MAX_BYTES)?;
    let file = input.to_string();
    if let Some(worst) = read.findings.iter().find(|finding| finding.severity >= Severity::Error) {
        let message = format!("{file} contradicts itself; nothing was taken");
        return Err(Failure::new(worst.code, message).with(&file, read.findings));
    }
    match read.document {
        Document::Record(document) if !document.records.is_empty() => Ok(document.records),
        _ => Err(Failure::new(Code::RecordInvalid, format!("{file} holds no record"))),
    }
}
