//! `sirex record`.

use std::path::Path;

use super::{Failure, files, home};
use crate::{
    cli::{Input, Record},
    error::Code,
    exchange::Home,
    output::Shown,
    record::{self, Form, RecordDocument, TrackingNumber},
    store::{NewRecord, Tx},
};

/// Largest file that is imported, in bytes.
const LARGEST: u64 = 26_214_400;

/// One of the subcommands.
pub(super) fn run(folder: &Path, command: &Record) -> Result<Shown, Failure> {
    home::with(folder, async |home| match command {
        Record::Import { file, by } => {
            let input = Input::File(file.clone());
            let bytes = files::read(&input, LARGEST)?;
            let numbers = import(home, &bytes, by).await.map_err(|failure| match failure.findings.is_empty() {
                true => failure,
                false => Failure { message: format!("{input} is not imported"), ..failure },
            })?;
            Ok(Shown::text(numbers.join("\n")))
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

/// Takes records into the store, all of them or none; their tracking numbers.
pub(super) async fn import(home: &Home, bytes: &[u8], by: &str) -> Result<Vec<String>, Failure> {
    let document = record::read(bytes)
        .map_err(|finding| Failure::new(finding.code, "not a record document").with("record", [finding]))?;
    let store = &home.gateway.store;
    let mut all = Vec::new();
    for mut record in document.records {
        let number = match record.number.clone() {
            Some(number) => number,
            None => TrackingNumber::draw(&home.gateway.prefix, &*home.gateway.entropy)
                .map_err(|error| Failure::new(Code::Internal, error.to_string()))?,
        };
        record.number = Some(number.clone());
        let new = NewRecord {
            id: record.id.to_string(),
            number: Some(number.to_string()),
            kind: record.kind.as_str().to_owned(),
            author: by.to_owned(),
            reason: "imported".to_owned(),
        };
        let bytes = record::write(&RecordDocument::of(vec![record]), Form::Compact)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        all.push((new, store.stage(bytes).await?));
    }
    let numbers = all.iter().filter_map(|(new, _)| new.number.clone()).collect();
    store
        .act("import", async move |tx: &mut Tx| {
            for (new, body) in &all {
                tx.create_record(new, body).await?;
            }
            Ok::<_, crate::store::Error>(())
        })
        .await?;
    Ok(numbers)
}
