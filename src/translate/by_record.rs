//! Between STIX and the other formats, record by record: a document is looked at once to know which objects make which
//! record; then each record is made of its own objects and written, so that the largest record is in memory and not the
//! document.

use std::{cell::RefCell, io::Write as _};

use super::{
    Entry, Options, Tell,
    by_incident::{Account, Down},
    compose::compose,
    document::{aside, binding, convert, iodef_and_blocks, read, unable},
    ledger::of_record,
    long::{Bounds, Translated},
    stix::{Survey, extension, kept_around, kept_object, path},
};
use crate::{
    class::{self, List, Path, Sink as _},
    error::{Code, Ended, Finding, Position},
    format::Format,
    iodef::{Encoder, IodefDocument},
    json::{Layout, Limits, WriteError, Writer},
    record::{self, Document, Record, RecordDocument},
    spool::{Rope, Source, Spool, Twine, Whole},
    stix::{Shelf, encode_around},
};

const ROOT: Path<'static> = Path::root(IodefDocument::DEF.name);

/// A STIX document in another format, or anew in its own.
///
/// # Errors
/// What ended the reading; STIX 2.0 is not read so.
pub(super) fn from_stix(
    source: Box<dyn Source + '_>,
    to: Format,
    options: Options,
    bounds: Bounds,
    tell: Option<Tell<'_>>,
) -> Result<Translated, Ended> {
    let limits = Limits { total_bytes: bounds.total, ..Limits::default() };
    let mut survey = Survey::default();
    let (mut shelf, findings) = Shelf::open(source, &limits, &mut |object| survey.note(&object))?;
    if shelf.is_outdated() && shelf.total()? <= bounds.record {
        return at_once(&shelf.bytes()?, to, options, tell);
    }
    if shelf.is_outdated() {
        let expected = format!("STIX 2.1, or at most {} bytes (limit record_bytes)", bounds.record);
        return Err(Finding::error(Code::LimitExceeded, Position::default(), "$", "STIX 2.0", expected).into());
    }
    let Some(broken) = survey.broken(&findings) else {
        return Ok(Translated { findings, written: Err(Vec::new()), counts: Default::default() });
    };
    survey.carry(&broken);
    let mut account = Account::new(tell);
    let written = match to {
        Format::Stix => copied(&mut shelf, options.plain, &mut account)?,
        _ => by_record(&mut shelf, survey, to, options, bounds, &mut account)?,
    };
    Ok(Translated { findings, written, counts: account.counts() })
}

/// The document in one: what is upgraded is held whole.
fn at_once(bytes: &[u8], to: Format, options: Options, tell: Option<Tell<'_>>) -> Result<Translated, Ended> {
    let read = read(bytes, Format::Stix, u64::MAX)?;
    let findings = read.findings.clone();
    let mut account = Account::new(tell);
    let written = match read.obstacle() {
        Some(_) => Err(Vec::new()),
        None => convert(read, to, options).and_then(|made| {
            account.enter(made.account);
            let mut spool = Spool::new();
            let mut twine = Twine::new(&mut spool);
            let rope =
                twine.write_all(&made.bytes).and_then(|()| twine.finish()).map_err(|error| vec![aside(&error)])?;
            Ok(Whole::new(spool, rope))
        }),
    };
    Ok(Translated { findings, written, counts: account.counts() })
}

type Shelved<'s> = Shelf<Box<dyn Source + 's>>;

/// The document as it is, or without our extension.
fn copied(
    shelf: &mut Shelved<'_>,
    is_plain: bool,
    account: &mut Account<'_>,
) -> Result<Result<Whole, Vec<Finding>>, Finding> {
    let frame = shelf.frame().cloned();
    account.enter(frame.as_ref().map(|frame| kept_around(frame, !shelf.is_empty())).unwrap_or_default());
    let mut spool = Spool::new();
    let mut twine = Twine::new(&mut spool);
    let mut writer = Writer::new(&mut twine, Layout::Indented);
    let mut unread = None;
    let written = encode_around(frame.as_ref(), &mut writer, |writer| {
        for index in 0..shelf.len() {
            let mut object = shelf.object(index).map_err(|finding| {
                unread = Some(finding);
                WriteError::Incomplete
            })?;
            let mut kept = kept_object(&object, &path(frame.is_some(), index));
            if is_plain {
                extension::leave_out_of(&mut object);
                extension::tell_left_out(&mut kept);
            }
            account.enter(kept);
            writer.value(&object)?;
        }
        Ok(())
    });
    let written = written.and_then(|()| writer.finish().map(drop));
    if let Some(unread) = unread {
        return Err(unread);
    }
    let whole = written.and_then(|()| Ok(twine.finish()?)).map_err(|error| {
        Finding::error(error.code(), Position::default(), "$", error.to_string(), "a bundle that can be written")
    });
    Ok(whole.map(|rope| Whole::new(spool, rope)).map_err(|finding| vec![finding]))
}

fn by_record(
    shelf: &mut Shelved<'_>,
    survey: Survey,
    to: Format,
    options: Options,
    bounds: Bounds,
    account: &mut Account<'_>,
) -> Result<Result<Whole, Vec<Finding>>, Finding> {
    let mut plan = survey.plan(shelf.frame().is_some());
    let (document, around) = plan.document(shelf.frame(), !shelf.is_empty());
    let told = RefCell::default();
    let mut line = |entry| RefCell::<Vec<_>>::borrow_mut(&told).push(entry);
    let mut making =
        Making::begin(document, plan.have_languages(), to, options, &told, Tell { all: true, line: &mut line })?;
    for number in 0..plan.records() {
        let indices: Vec<usize> = plan.objects(number).collect();
        let bytes: u64 = indices.iter().map(|index| shelf.size(*index)).sum();
        if bytes > bounds.record {
            let path = format!("$.objects[{}]", indices.first().copied().unwrap_or_default());
            let found = format!("{bytes} bytes of objects that belong together");
            let expected = format!("at most {} bytes (limit record_bytes)", bounds.record);
            return Err(Finding::error(Code::LimitExceeded, Position::default(), path, found, expected));
        }
        let objects: Result<Vec<_>, Finding> =
            indices.iter().map(|index| Ok((*index, shelf.object(*index)?))).collect();
        let objects = objects?;
        let (record, entries) = plan.record(number, objects.iter().map(|(index, object)| (*index, object)).collect());
        match making.record(number, record, entries) {
            Ok(entries) => account.enter(entries),
            Err(findings) => return Ok(Err(findings)),
        }
    }
    let (written, around) = making.finish(around);
    account.enter(around);
    Ok(written)
}

/// A document that is made of records as they come.
struct Making<'t> {
    document: Document,
    /// Whether every record has one.
    have_languages: bool,
    to: Format,
    options: Options,
    target: Target<'t>,
    /// What became of what stands around the records, in the document that is made.
    around: Vec<Entry>,
}

enum Target<'t> {
    Record {
        spool: Spool,
        records: Rope,
    },
    Iodef {
        encoder: Box<Encoder>,
        frame: Box<IodefDocument>,
    },
    /// What it tells of its leaves goes to a list.
    Iodef1 {
        down: Box<Down<'t>>,
        frame: Box<IodefDocument>,
        told: &'t RefCell<Vec<Entry>>,
    },
}

impl<'t> Making<'t> {
    fn begin(
        document: Document,
        have_languages: bool,
        to: Format,
        options: Options,
        told: &'t RefCell<Vec<Entry>>,
        tell: Tell<'t>,
    ) -> Result<Self, Finding> {
        let frame = Box::<IodefDocument>::default();
        let target = match (to, binding(to, options.profile)) {
            (Format::Record, _) => Target::Record { spool: Spool::new(), records: Rope::default() },
            (Format::Iodef1Xml, _) => Target::Iodef1 { down: Box::new(Down::new(Some(tell))), frame, told },
            (_, Some(binding)) => Target::Iodef { encoder: Box::new(Encoder::new(binding)), frame },
            _ => return Err(unable(to, "written")),
        };
        Ok(Making { document, have_languages, to, options, target, around: Vec::new() })
    }

    /// Takes the next record, and the account of what it was made of; gives that of what it was made into.
    fn record(&mut self, number: usize, record: Record, entries: Vec<Entry>) -> Result<Vec<Entry>, Vec<Finding>> {
        if let Target::Record { spool, records } = &mut self.target {
            let written = record::write_element(&record, number == 0).map_err(std::io::Error::from);
            let append = |bytes: Vec<u8>| {
                let mut twine = Twine::new(spool);
                twine.write_all(&bytes)?;
                twine.finish()
            };
            records.append(&written.and_then(append).map_err(|error| vec![aside(&error)])?);
            return Ok(entries);
        }
        // The record as if it were the only one of its document.
        let alone = RecordDocument { document: self.document.clone(), records: vec![record], ..Default::default() };
        let (mut made, mut then) =
            iodef_and_blocks(alone, self.to, self.options, self.have_languages).map_err(|mut findings| {
                findings.iter_mut().for_each(|finding| as_number(&mut finding.path, number));
                findings
            })?;
        let incident = made.incident.pop().into_iter().collect();
        if number == 0 {
            self.around = then.extract_if(.., |entry| !entry.path.starts_with("$.records[")).collect();
        } else {
            then.retain(|entry| entry.path.starts_with("$.records["));
        }
        for entry in &mut then {
            if let Some(rest) = entry.path.strip_prefix("$.records[0]") {
                entry.path = format!("${rest}");
                of_record(&mut entry.path, number);
            }
            entry.fate.place_mut().into_iter().for_each(|place| as_number(place, number));
        }
        let index = IodefDocument::DEF.fields.iter().position(|field| field.name == "Incident").unwrap_or(0);
        let field = &IodefDocument::DEF.fields[index];
        let routes = [vec![index]];
        let list = List { path: &ROOT, field, before: number, kept: 0, routes: &routes, around: &[] };
        let path = ROOT.item("Incident", number + 1);
        match &mut self.target {
            Target::Iodef { encoder, frame } => {
                if number == 0 {
                    **frame = made;
                }
                // The last stands for all of them when the document ends.
                frame.incident = incident;
                frame.incident.iter().try_for_each(|incident| encoder.element(&list, incident, &path, true))?;
            }
            Target::Iodef1 { down, frame, told } => {
                let mut one = IodefDocument { incident, ..IodefDocument::default() };
                if number == 0 {
                    **frame = made;
                }
                if let Some(slot) = class::Fields::slot_mut(&mut one, index) {
                    down.take(&list, slot).map_err(|finding| vec![finding])?;
                }
                then = compose(then, &told.take());
            }
            Target::Record { .. } => {}
        }
        Ok(compose(entries, &then))
    }

    /// Ends the document; what was written, and what became of what was around what it was made of.
    fn finish(self, around: Vec<Entry>) -> (Result<Whole, Vec<Finding>>, Vec<Entry>) {
        match self.target {
            Target::Record { spool, records } => {
                let mut spool = spool;
                let mut written = || {
                    let (head, tail) = record::write_around(&self.document)?;
                    let mut twine = Twine::new(&mut spool);
                    twine.write_all(&head)?;
                    twine.splice(&records)?;
                    twine.write_all(&tail)?;
                    twine.finish()
                };
                let rope = written().map_err(|error| vec![aside(&error)]);
                (rope.map(|rope| Whole::new(spool, rope)), around)
            }
            Target::Iodef { encoder, frame } => (encoder.finish(&frame), compose(around, &self.around)),
            Target::Iodef1 { down, frame, told } => {
                let (written, _) = down.finish(*frame);
                let then = compose(self.around, &told.take());
                (written, compose(around, &then))
            }
        }
    }
}

/// The first incident of a document of its own is that of this number in all.
fn as_number(path: &mut String, number: usize) {
    if let Some(rest) = path.strip_prefix("/IODEF-Document/Incident[1]") {
        *path = format!("/IODEF-Document/Incident[{}]{rest}", number + 1);
    }
}
