//! `sirex translate`.

use std::collections::BTreeMap;

use super::{
    Failure,
    document::{self, Document, worst},
    files,
};
use crate::{
    class::{self, Path},
    cli::{Format, Translate},
    error::{Code, Finding, Severity},
    iodef::{self, IodefDocument},
    json,
    output::Shown,
    record::{self, Form, RecordDocument},
    translate::{self, Entry, Fate},
};

/// Translates one document.
pub(super) fn run(args: &Translate) -> Result<Shown, Failure> {
    let bytes = files::read(&args.input, args.max_bytes)?;
    let file = args.input.to_string();
    let (from, document, findings) = document::read(&args.input, &bytes, args.from, args.max_bytes)?;
    if from != Format::Record && worst(&findings, Severity::Error) {
        let message = format!("{file} breaks the rules of {}; sirex validate shows all", from.as_str());
        return Err(Failure::new(Code::ValueInvalid, message).with(&file, findings));
    }
    let (written, account) = match (document, args.to) {
        (Document::Record(document), Format::Record) => (write_record(&document)?, Vec::new()),
        (Document::Record(document), to) => {
            let (mut made, mut account) = translate::to_iodef(*document);
            let changes = if to == Format::IodefJson { iodef::fit_json(&mut made) } else { iodef::fit(&mut made) };
            translate::refit(&mut account, &changes);
            (write_iodef(&made, to, &file)?, account)
        }
        (Document::Iodef(document), Format::Record) => {
            let (made, account) = translate::from_iodef(*document);
            (write_record(&made)?, account)
        }
        (Document::Iodef(document), to) => between(&document, from, to, &file)?,
    };
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
    let mut shown = match &args.output {
        Some(_) if dropped => Shown::nothing(),
        Some(path) => {
            files::write(path, &written)?;
            Shown::nothing()
        }
        None => Shown::bytes(written),
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

fn write_record(document: &RecordDocument) -> Result<Vec<u8>, Failure> {
    record::write(document, Form::Pretty).map_err(|error| Failure::new(Code::Internal, error.to_string()))
}

fn write_iodef(document: &IodefDocument, to: Format, file: &str) -> Result<Vec<u8>, Failure> {
    let refuse = |findings: Vec<Finding>| {
        let message = format!("{file} does not make a whole {} document", to.as_str());
        Failure::new(Code::ClassMissing, message).with(file, findings)
    };
    match to {
        Format::IodefJson => iodef::encode_json(document).map_err(refuse),
        _ => iodef::encode_xml(document).map_err(refuse),
    }
}

/// Between the two bindings of RFC 7970 and RFC 8727. What the other cannot hold is seen by reading back what was written.
fn between(document: &IodefDocument, from: Format, to: Format, file: &str) -> Result<(Vec<u8>, Vec<Entry>), Failure> {
    let mut document = document.clone();
    if from != to && to == Format::IodefJson {
        // JSON requires what XML leaves to its defaults.
        class::normalise(&mut document);
    }
    let before = leaves(&document);
    match to {
        Format::IodefJson => iodef::fit_json(&mut document),
        _ => iodef::fit(&mut document),
    };
    let written = write_iodef(&document, to, file)?;
    let refuse =
        |finding: Finding| Failure::new(Code::Internal, "what was written cannot be read").with(file, [finding]);
    let back = match to {
        Format::IodefJson => {
            iodef::decode_json(&written, &json::Limits { total_bytes: u64::MAX, ..Default::default() })
        }
        _ => iodef::decode_xml(&written, crate::xml::Limits { total_bytes: u64::MAX, ..Default::default() }),
    };
    let after = leaves(&back.map_err(refuse)?.document);
    let fate = |(path, value): (String, String)| {
        let same = after.get(&path) == Some(&value);
        let fate = if same {
            Fate::Kept { to: path.clone() }
        } else {
            Fate::Dropped { why: format!("{} has no form for it", to.as_str()) }
        };
        Entry { path, fate }
    };
    Ok((written, before.into_iter().map(fate).collect()))
}

fn leaves(document: &IodefDocument) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    class::leaves(document, &Path::root("IODEF-Document"), &mut |path, leaf| {
        all.insert(path.to_string(), format!("{leaf:?}"));
    });
    all
}
