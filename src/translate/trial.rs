//! A translation with a look at what was made of it: for the fuzz target and for tests over many documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Document, FORMATS, Fate, Options, Read, convert, detect, ledger::each_leaf, read, stix::kept_as_it_is};
use crate::{
    class::{self, Fields, Path},
    error::{Code, Finding, Severity},
    format::Format,
    json::Limits,
    stix,
};

/// The longest document that the fuzz target translates, in bytes.
const LONGEST: usize = 24 << 10;

/// Body of a fuzz target: reads the bytes in the format that they seem to be of, and what is read without an error is
/// translated into each format. Any bytes may be given.
///
/// # Panics
/// When a translation forgets something, or makes what is not read without an error or changes when it is translated again:
/// that is what the target looks for.
pub fn fuzz(bytes: &[u8]) {
    let Some(from) = detect(bytes).filter(|_| bytes.len() <= LONGEST) else { return };
    if read(bytes, from, LONGEST as u64).is_ok_and(|read| read.error().is_some()) {
        return;
    }
    for to in FORMATS {
        // What a format requires and the document does not have is said.
        let faults = trial(bytes, from, *to).unwrap_or_default();
        assert!(faults.is_empty(), "{} to {}: {faults:#?}", from.as_str(), to.as_str());
    }
}

/// Translates a document and says what is wrong with the translation, of which nothing ever should be: a leaf that is
/// lost, not in the account or there twice; something made that is not read without an error, or that is another when it has
/// gone into records and back once more.
///
/// # Errors
/// Why the document is not read, or not written in this format.
pub fn trial(bytes: &[u8], from: Format, to: Format) -> Result<Vec<String>, Vec<Finding>> {
    let source = read(bytes, from, u64::MAX).map_err(|finding| vec![finding])?;
    let leaves = Leaves::of(&source, bytes);
    let made = convert(source, to, options())?;
    let mut faults = Vec::new();
    if (from, to) != (Format::Record, Format::Record) {
        let mut met: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &made.account {
            *met.entry(&entry.path).or_default() += 1;
            if entry.fate == Fate::Lost {
                faults.push(entry.to_string());
            }
        }
        let twice = met.iter().filter(|(_, times)| **times > 1);
        faults.extend(twice.map(|(path, times)| format!("{path}: {times} times in the account")));
        let missing = leaves.written.iter().filter(|path| !met.contains_key(path.as_str()));
        faults.extend(missing.map(|path| format!("{path}: not in the account")));
        let new = met.keys().filter(|path| !leaves.may.contains(**path));
        faults.extend(new.map(|path| format!("{path}: in the account and not in the document")));
    }
    match read(&made.bytes, to, u64::MAX) {
        Err(finding) => faults.push(format!("what was written is not read: {finding}")),
        Ok(again) => {
            // What a complete record has more than its source is a matter of findings, and no reason to refuse it.
            let wrong = again.findings.iter().filter(|finding| {
                finding.severity == Severity::Error && (to != Format::Record || finding.code != Code::RecordInvariant)
            });
            faults.extend(wrong.map(|finding| format!("what was written has an error: {finding}")));
            if to != Format::Record {
                faults.extend(changes(again, to, from == to).err());
            }
        }
    }
    Ok(faults)
}

/// A document goes into records, back, and into records again, which must be the same. A copy was not translated yet.
fn changes(document: Read, format: Format, is_copy: bool) -> Result<(), String> {
    let told = |findings: Vec<Finding>| match findings.first() {
        Some(finding) => format!("what was written is not translated again: {finding}"),
        None => "what was written is not translated again".to_owned(),
    };
    let records = |document| convert(document, Format::Record, options()).map(|made| made.bytes).map_err(told);
    let again = |bytes: &[u8], format| read(bytes, format, u64::MAX).map_err(|finding| told(vec![finding]));
    let back = |first: &[u8]| -> Result<Vec<u8>, String> {
        let written = convert(again(first, Format::Record)?, format, options()).map_err(told)?.bytes;
        records(again(&written, format)?)
    };
    let mut first = records(document)?;
    if is_copy {
        first = back(&first)?;
    }
    let second = back(&first)?;
    let (first, second) = (leaves_of(&first), leaves_of(&second));
    let other = |(path, text): (&String, &String), of: &BTreeMap<String, String>| match of.get(path) {
        Some(same) if same == text => None,
        Some(new) => Some(format!("{path}: {text} and {new}")),
        None => Some(format!("{path}: {text} and nothing")),
    };
    let gone = first.iter().filter_map(|leaf| other(leaf, &second));
    // RFC 7970 requires the states of a domain of everybody, and has this word for what is not known (§3.19); the language of a
    // document is that of its incidents, where all have one (§6.1).
    let is_said = |(path, text): &(&String, &String)| {
        path.contains(".domains[") && text.as_str() == "\"unknown\"" || path.as_str() == "$.document.lang"
    };
    let new = second
        .iter()
        .filter(|leaf| !is_said(leaf))
        .filter_map(|leaf| other(leaf, &first))
        .filter(|change| change.ends_with("nothing"));
    match gone.chain(new).next() {
        Some(change) => Err(format!("what was written is another when it is translated again: {change}")),
        None => Ok(()),
    }
}

/// What records say, by paths: without their own ids and where a thing came from, which are about the records themselves;
/// ids of things by what has them, residue in any order and without what binds it to them (docs/normal-form.md).
fn leaves_of(records: &[u8]) -> BTreeMap<String, String> {
    let mut value: Value = serde_json::from_slice(records).unwrap_or_default();
    for record in value.get_mut("records").and_then(Value::as_array_mut).into_iter().flatten() {
        record.as_object_mut().map(|members| members.remove("id"));
    }
    settle(&mut value);
    let mut names = BTreeMap::new();
    each_leaf(&value, "$".to_owned(), &mut |path, leaf| {
        if path.ends_with(".id") {
            names.insert(leaf.to_string(), path);
        }
    });
    let mut leaves = BTreeMap::new();
    each_leaf(&value, "$".to_owned(), &mut |path, leaf| {
        let text = leaf.to_string();
        leaves.insert(path, names.get(&text).cloned().unwrap_or(text));
    });
    leaves
}

fn settle(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("origins");
            members.values_mut().for_each(settle);
            if let Some(Value::Array(residue)) = members.get_mut("carried") {
                residue.iter_mut().filter_map(Value::as_object_mut).for_each(|members| _ = members.remove("digest"));
                residue.sort_by_key(Value::to_string);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(settle),
        _ => {}
    }
}

fn options() -> Options {
    // Any time will do that is always the same.
    Options { at: jiff::Timestamp::from_second(1_772_366_400).ok(), ..Options::default() }
}

/// The leaves of a document, by their paths.
struct Leaves {
    /// Those that stand in it.
    written: BTreeSet<String>,
    /// Those, and what it leaves to defaults and inheritance.
    may: BTreeSet<String>,
}

impl Leaves {
    fn of(source: &Read, bytes: &[u8]) -> Self {
        let mut leaves = match &source.document {
            Document::Record(document) => {
                let mut paths = BTreeSet::new();
                let value = serde_json::to_value(document).unwrap_or_default();
                each_leaf(&value, "$".to_owned(), &mut |path, _| _ = paths.insert(path));
                paths.remove("$.sirex-record");
                Leaves { may: paths.clone(), written: paths }
            }
            Document::Iodef(document) => Self::of_class(&**document, &mut (**document).clone()),
            Document::Iodef1(document) => Self::of_class(&**document, &mut (**document).clone()),
            Document::Stix(document) => Self::of_stix(document),
            // The account is about the document as it was written.
            Document::Stix20(_) => match stix::decode(bytes, &Limits::default()) {
                Ok(decoded) => Self::of_stix(&decoded.document),
                Err(_) => Leaves { written: BTreeSet::new(), may: BTreeSet::new() },
            },
        };
        if source.format == Format::Rid {
            leaves.written.insert("/RID".to_owned());
            leaves.may.insert("/RID".to_owned());
        }
        leaves
    }

    fn of_class<C: Fields>(document: &C, normal: &mut C) -> Self {
        class::normalise(normal);
        let paths = |document: &C| {
            let mut paths = BTreeSet::new();
            class::leaves(document, &Path::root("IODEF-Document"), &mut |path, _| _ = paths.insert(path.to_string()));
            paths
        };
        let written = paths(document);
        Leaves { may: &paths(normal) | &written, written }
    }

    fn of_stix(document: &stix::StixDocument) -> Self {
        let paths: BTreeSet<String> = kept_as_it_is(document).into_iter().map(|entry| entry.path).collect();
        Leaves { may: paths.clone(), written: paths }
    }
}
