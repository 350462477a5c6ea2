//! `sirex translate`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    Failure,
    document::{self, Taken},
    files,
};
use crate::{
    cli::{Input, Translate},
    error::{Code, Finding, Severity},
    format::Format,
    output::Shown,
    spool::{Rope, Spool, Twine, Whole},
    translate::{self, Converted, Counts, Entry, Fate, Options, Tell},
};

/// How many objects that are wrong are told of.
const SHOWN: usize = 20;

/// Translates one document.
pub(super) fn run(args: &Translate) -> Result<Shown, Failure> {
    let (file, to) = (args.input.to_string(), args.to);
    if args.profile.is_some() && to != Format::IodefXml {
        return Err(Failure::new(Code::Usage, format!("--profile is for {}, not for {to}", Format::IodefXml)));
    }
    if args.incident_core.is_some() && to != Format::Stix {
        return Err(Failure::new(Code::Usage, format!("--incident-core is for {}, not for {to}", Format::Stix)));
    }
    let profile = args.profile.unwrap_or_default();
    let options = Options { profile, incident: args.incident_core.unwrap_or_default(), plain: args.plain, at: args.at };
    let mut losses = Losses { shape: args.loss.as_deref().map(Shape::of), ..Losses::default() };
    separate(args)?;
    let incomplete = |findings: Vec<Finding>| {
        let code = findings.first().map_or(Code::ClassMissing, |finding| finding.code);
        let message = match code {
            Code::DiskWrite => "cannot write a temporary file".to_owned(),
            _ => format!("{file} does not make a whole {to} document"),
        };
        let untimed =
            |finding: &Finding| [".modified", "/GenerationTime"].iter().any(|end| finding.path.ends_with(end));
        let message = match findings.iter().any(untimed) {
            true => format!("{message}; --at says when it was written"),
            false => message,
        };
        Failure::new(code, message).with(&file, findings)
    };
    let taken = document::take(&args.input, args.from, Some(to), args.max_bytes)?;
    // Of a document that is translated without some of its objects, what is wrong with those.
    let mut findings = Vec::new();
    let (written, counts) = match taken {
        Taken::Whole(read) => {
            if read.obstacle().is_some() || args.strict && read.format != Format::Record && read.error().is_some() {
                return Err(broken(&file, read.format, read.findings));
            }
            if read.format == Format::Stix {
                findings.clone_from(&read.findings);
            }
            let Converted { bytes, account, .. } = translate::convert(*read, to, options).map_err(incomplete)?;
            let counts = translate::counts(&account);
            account.into_iter().for_each(|entry| losses.tell(entry));
            (Whole::from(bytes), counts)
        }
        Taken::Long(long) => {
            let tell = Tell { all: losses.shape.is_some(), line: &mut |entry| losses.tell(entry) };
            let bounds = long.bounds;
            let translated = translate::translate(long.input, to, options, bounds, Some(tell));
            let translated = translated.map_err(|ended| document::unreadable(&args.input, long.format, ended))?;
            let is_refused = translated.written.as_ref().is_err_and(Vec::is_empty);
            if is_refused || (args.strict || long.format != Format::Stix) && document::has_error(&translated.findings) {
                return Err(broken(&file, long.format, translated.findings));
            }
            findings = translated.findings;
            (translated.written.map_err(incomplete)?, translated.counts)
        }
    };
    if let Some(path) = &args.loss {
        let mut account = losses.finish().map_err(|error| Failure::disk("a temporary file", &error))?;
        files::write(path, |out| account.copy(out))?;
    }
    if counts.lost > 0 {
        return Err(Failure::new(Code::Internal, format!("leaves were forgotten: {}", losses.lost.join(", "))));
    }
    let mut shown = show(args, written, counts, &losses)?;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    for finding in wrong.iter().take(SHOWN) {
        shown.note(&format!("{file}:{finding}: carried as it came"));
    }
    if wrong.len() > SHOWN {
        shown.note(&format!("and {} more; sirex validate shows all", wrong.len() - SHOWN));
    }
    Ok(shown)
}

/// The account is a file of its own: written over the input or the result it would destroy them.
fn separate(args: &Translate) -> Result<(), Failure> {
    let Some(loss) = &args.loss else { return Ok(()) };
    let input = match &args.input {
        Input::File(path) => Some(path),
        Input::Stdin => None,
    };
    let same = |other: &PathBuf| match (fs::canonicalize(loss), fs::canonicalize(other)) {
        // A device or a pipe may be given twice.
        (Ok(loss), Ok(other)) => loss == other && loss.is_file(),
        _ => loss == other,
    };
    match [input, args.output.as_ref()].into_iter().flatten().any(same) {
        true => Err(Failure::new(Code::Usage, format!("--loss {} is the input or the output too", loss.display()))),
        false => Ok(()),
    }
}

fn broken(file: &str, format: Format, findings: Vec<Finding>) -> Failure {
    let message = format!("{file} breaks the rules of {format}; sirex validate shows all");
    Failure::new(Code::ValueInvalid, message).with(file, findings)
}

fn show(args: &Translate, written: Whole, counts: Counts, losses: &Losses) -> Result<Shown, Failure> {
    let dropped = args.strict && counts.dropped > 0;
    let mut shown = match dropped {
        true if args.output.is_some() => Shown::nothing(),
        _ => files::deliver(args.output.as_deref(), written)?,
    };
    shown.note(&format!(
        "{} kept, {} moved, {} coarsened, {} carried, {} dropped",
        counts.kept, counts.moved, counts.coarsened, counts.carried, counts.dropped
    ));
    if dropped {
        losses.dropped.iter().for_each(|entry| shown.note(&entry.to_string()));
        if let Some(more) = counts.dropped.checked_sub(losses.dropped.len() as u64).filter(|more| *more > 0) {
            shown.note(&format!("and {more} more; --loss FILE has all"));
        }
        shown.exit = 1;
    }
    Ok(shown)
}

/// How the account is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A JSON array, in the order of the work.
    Json,
    /// A table to be read: what is not in the result first, and what was kept last.
    Table,
}

impl Shape {
    fn of(file: &Path) -> Self {
        if file.extension().is_some_and(|extension| extension == "json") { Shape::Json } else { Shape::Table }
    }
}

/// The account while it is told.
#[derive(Default)]
struct Losses {
    /// How all of it is wanted, if it is.
    shape: Option<Shape>,
    spool: Spool,
    /// The lines of a table by their fates, or the elements of the array under one.
    parts: BTreeMap<(u8, &'static str), (Rope, u64)>,
    failed: Option<io::Error>,
    /// Leaves that were dropped, the first of them.
    dropped: Vec<Entry>,
    /// Leaves that were forgotten.
    lost: Vec<String>,
}

impl Losses {
    /// Lines that are shown at most.
    const SHOWN: usize = 1_000;

    fn tell(&mut self, entry: Entry) {
        if let Some(shape) = self.shape.filter(|_| self.failed.is_none()) {
            self.failed = self.enter(shape, &entry).err();
        }
        match &entry.fate {
            Fate::Dropped { .. } if self.dropped.len() < Self::SHOWN => self.dropped.push(entry),
            Fate::Lost if self.lost.len() < Self::SHOWN => self.lost.push(entry.path),
            _ => {}
        }
    }

    /// The next element of the array, or the next line under its fate.
    fn enter(&mut self, shape: Shape, entry: &Entry) -> io::Result<()> {
        let part = if shape == Shape::Json { (0, "") } else { heading(&entry.fate) };
        let (rope, count) = self.parts.entry(part).or_default();
        let mut twine = Twine::new(&mut self.spool);
        match shape {
            Shape::Json => {
                twine.write_all(if *count == 0 { b"[\n  " } else { b",\n  " })?;
                serde_json::to_writer(&mut twine, entry)?;
            }
            Shape::Table => writeln!(twine, "  {:<64}  {}", entry.path, told(&entry.fate))?,
        }
        rope.append(&twine.finish()?);
        *count += 1;
        Ok(())
    }

    /// The whole of it.
    fn finish(&mut self) -> io::Result<Whole> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut spool = std::mem::take(&mut self.spool);
        let parts = std::mem::take(&mut self.parts);
        let mut twine = Twine::new(&mut spool);
        if self.shape == Some(Shape::Json) && parts.is_empty() {
            twine.write_all(b"[")?;
        }
        for ((_, name), (rope, count)) in &parts {
            if self.shape == Some(Shape::Table) {
                writeln!(twine, "{name}: {count}")?;
            }
            twine.splice(rope)?;
        }
        if self.shape == Some(Shape::Json) {
            twine.write_all(if parts.is_empty() { b"]\n" } else { b"\n]\n" })?;
        }
        let rope = twine.finish()?;
        Ok(Whole::new(spool, rope))
    }
}

/// Where a fate stands in the table, and what its leaves are called.
fn heading(fate: &Fate) -> (u8, &'static str) {
    match fate {
        Fate::Lost => (0, "forgotten"),
        Fate::Dropped { .. } => (1, "dropped"),
        Fate::Coarsened { .. } => (2, "coarsened"),
        Fate::Moved { .. } => (3, "moved"),
        Fate::Carried { .. } => (4, "carried along"),
        Fate::Kept { .. } => (5, "kept"),
    }
}

/// What became of a leaf, for a reader.
fn told(fate: &Fate) -> String {
    match fate {
        Fate::Kept { to } | Fate::Moved { to } => to.clone(),
        Fate::Coarsened { to, how } => format!("{to} ({how})"),
        Fate::Carried { on } => format!("in {on}"),
        Fate::Dropped { why } => why.clone(),
        Fate::Lost => String::new(),
    }
}
