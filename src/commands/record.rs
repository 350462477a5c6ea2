//! `sirex record`.

use std::path::Path;

use serde_json::json;

use super::{Failure, document, home};
use crate::{
    cli::{Input, MAX_BYTES, Record},
    error::Code,
    exchange::Home,
    format::Format,
    output::{Shown, Table},
    record::{self, Form, RecordDocument},
    translate::Document,
};

/// Records asked for at a time.
const PAGE: u32 = 1_000;

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Record) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Record::Import { file, by } => {
            let numbers = home.gateway.import(read(file)?, by).await?;
            Ok(Shown::said(numbers.join("\n"), json!({ "numbers": numbers })))
        }
        Record::List => list(home).await,
        Record::Show { record, revision } => {
            let shown = match revision {
                Some(revision) => home.gateway.revision(record, *revision).await?,
                None => home.gateway.record(record).await?.0,
            };
            write(&RecordDocument::of(vec![shown]))
        }
        Record::History { record } => {
            let mut table = Table::new(["revision", "at", "author", "reason", "digest"]);
            for one in home.gateway.history(record).await? {
                let (at, digest) = (one.at.to_string(), one.digest.to_string());
                table.row([json!(one.revision), json!(at), json!(one.author), json!(one.reason), json!(digest)]);
            }
            Ok(table.into())
        }
        Record::Revise { record, file, from, by, reason } => {
            let mut records = read(file)?;
            if records.len() != 1 {
                let text = format!("{file} holds {} records, a revision is of one", records.len());
                return Err(Failure::new(Code::RecordInvalid, text));
            }
            let revision = home.gateway.revise(record, records.swap_remove(0), *from, by, reason).await?;
            let said = format!("revision {revision} of {record}");
            Ok(Shown::said(said, json!({ "record": record, "revision": revision })))
        }
    })
}

async fn list(home: &Home) -> Result<Shown, Failure> {
    let mut table = Table::new(["number", "kind", "revision", "id"]);
    let mut after = 0;
    loop {
        let records = home.gateway.store.records(after, PAGE).await?;
        let Some(last) = records.last() else { return Ok(table.into()) };
        after = last.ordinal;
        for one in &records {
            table.row([json!(one.number), json!(one.kind), json!(one.newest), json!(one.id)]);
        }
    }
}

fn write(document: &RecordDocument) -> Result<Shown, Failure> {
    let bytes =
        record::write(document, Form::Pretty).map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    Ok(Shown::document(bytes))
}

/// The records of a file, none of which contradicts itself.
pub(super) fn read(input: &Input) -> Result<Vec<record::Record>, Failure> {
    let read = document::read(input, Format::Record, MAX_BYTES)?;
    let file = input.to_string();
    if let Some(worst) = read.error() {
        let code = worst.code;
        let message = format!("{file} contradicts itself; nothing was taken");
        return Err(Failure::new(code, message).with(&file, read.findings));
    }
    match read.document {
        Document::Record(document) if !document.records.is_empty() => Ok(document.records),
        _ => Err(Failure::new(Code::RecordInvalid, format!("{file} holds no record"))),
    }
}
