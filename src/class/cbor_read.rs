//! CBOR to classes: it is written as the JSON that says the same, with names for the numbers of members and texts for the
//! types that JSON lacks, and read as that. Findings get their places in the CBOR again.

use std::{
    borrow::Cow,
    cell::Cell,
    fmt::Write as _,
    io::{self, BufRead, SeekFrom, Write},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields, Rules, bignum,
    cbor::{MapKeys, name as name_of, tag},
    json_read::from_json,
    json_stream::stream_json,
    stream::Window,
};
use crate::{
    cbor::{Data, Event, Float, Limits, Reader, Width, position},
    error::{Code, Ended, Finding},
    json::{self, Document, Layout, Number, Value, WriteError, Writer, below},
    spool::{Source, Spool, Twine},
};

/// Reads a document into `root`; gives the findings, in the order of the document. Members may be named by number or by
/// text, and tags may be absent: what was meant is clear.
///
/// # Errors
/// When it is not CBOR, over a limit, or no map.
pub fn from_cbor(
    root: &mut dyn Fields,
    bytes: &[u8],
    limits: &Limits,
    keys: MapKeys,
    rules: &mut dyn Rules,
) -> Result<Vec<Finding>, Finding> {
    let reader = || Reader::new(bytes, bytes.len() as u64, *limits);
    let text = as_json(reader(), keys, Vec::new(), &mut |_, _| {})?;
    let read = Document::parse(&text, &json_limits(limits)).and_then(|document| from_json(root, &document, rules));
    let mut findings = match read {
        Ok(findings) => findings,
        Err(mut finding) => {
            place(vec![&mut finding], reader(), keys)?;
            return Err(finding);
        }
    };
    place(findings.iter_mut().collect(), reader(), keys)?;
    Ok(findings)
}

/// The same for a document that may be long: beyond the window, elements of its long lists go to the sink.
///
/// # Errors
/// As [`from_cbor`], and what the sink gives; that there is no room to put the JSON aside.
pub fn stream_cbor(
    root: &mut dyn Fields,
    source: &mut dyn Source,
    limits: &Limits,
    keys: MapKeys,
    rules: &mut dyn Rules,
    window: Window<'_>,
) -> Result<Vec<Finding>, Ended> {
    let len = source.seek(SeekFrom::End(0)).map_err(|error| unreadable(&error))?;
    let mut spool = Spool::new();
    let twine = as_json(again(source, len, limits)?, keys, Twine::new(&mut spool), &mut |_, _| {})?;
    twine.finish().map_err(|error| no_room(&error))?;
    let mut text = spool.into_source().map_err(|error| no_room(&error))?;
    // Values of the whole document are many; those of a piece are as few as everywhere.
    let json = json::Limits { values: u64::MAX, ..json_limits(limits) };
    match stream_json(root, &mut *text, &json, rules, window) {
        Ok(mut findings) => {
            if !findings.is_empty() {
                place(findings.iter_mut().collect(), again(source, len, limits)?, keys)?;
            }
            Ok(findings)
        }
        Err(mut ended) => {
            let all = ended.before.iter_mut().chain([&mut *ended.end]).collect();
            place(all, again(source, len, limits)?, keys)?;
            Err(ended)
        }
    }
}

/// Reads the source from its start.
fn again<'s>(source: &'s mut dyn Source, len: u64, limits: &Limits) -> Result<Reader<&'s mut dyn Source>, Finding> {
    source.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    Ok(Reader::new(source, len, *limits))
}

/// What CBOR within the limits becomes is within these: bytes in base 16 are twice as long.
fn json_limits(limits: &Limits) -> json::Limits {
    json::Limits {
        depth: limits.depth,
        text_bytes: limits.text_bytes.saturating_mul(2),
        members: limits.members,
        values: limits.values,
        total_bytes: u64::MAX,
        ..json::Limits::default()
    }
}

fn unreadable(error: &io::Error) -> Finding {
    Finding::error(Code::FileUnreadable, position(0), "$", error.to_string(), "readable input")
}

fn no_room(error: &io::Error) -> Finding {
    Finding::error(Code::DiskWrite, position(0), "$", error.to_string(), "room for temporary files (TMPDIR)")
}

/// Gives findings in the JSON their places in the CBOR, which is read once more for that.
fn place<R: BufRead>(mut findings: Vec<&mut Finding>, reader: Reader<R>, keys: MapKeys) -> Result<(), Finding> {
    if findings.is_empty() {
        return Ok(());
    }
    findings.sort_by_key(|finding| finding.position.offset);
    let mut left = findings.into_iter().peekable();
    let mut last = 0;
    as_json(reader, keys, io::sink(), &mut |text, offset| {
        while let Some(finding) = left.next_if(|finding| finding.position.offset < text) {
            finding.position = position(last);
        }
        last = offset;
    })?;
    left.for_each(|finding| finding.position = position(last));
    Ok(())
}

/// Writes a document as JSON; `told` learns of each item where it is about to be written, and where it was read.
fn as_json<R: BufRead, W: Write>(
    mut reader: Reader<R>,
    keys: MapKeys,
    out: W,
    told: &mut dyn FnMut(u64, u64),
) -> Result<W, Finding> {
    let written = Cell::new(0);
    let writer = Writer::new(Counted { out, written: &written }, Layout::Compact);
    let mut json = Json { writer, keys, open: Vec::new(), tag: None };
    while let Some((offset, event)) = reader.next()? {
        told(written.get(), offset);
        json.event(event).map_err(|problem| json.finding(problem, offset))?;
    }
    match json.writer.finish() {
        Ok(counted) => Ok(counted.out),
        Err(error) => Err(no_room(&io::Error::other(error))),
    }
}

/// JSON that is being written.
struct Json<W> {
    writer: Writer<W>,
    keys: MapKeys,
    open: Vec<Open>,
    /// The tag right before the next item.
    tag: Option<u64>,
}

/// An array or a map.
enum Open {
    /// How many elements were begun.
    Array(u64),
    /// The name whose value is to come, or has come.
    Map { name: Cow<'static, str>, awaits: bool },
}

/// Why something cannot be written.
enum Problem {
    /// JSON has no form for it.
    NoForm,
    /// The writer refuses it.
    Write(WriteError),
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        Problem::Write(error)
    }
}

impl<W: Write> Json<W> {
    fn event(&mut self, event: Event) -> Result<(), Problem> {
        if event == Event::End {
            self.open.pop();
            return Ok(self.writer.end()?);
        }
        match self.open.last_mut() {
            Some(Open::Map { name, awaits: awaits @ false }) => {
                *name = match event {
                    Event::Leaf(data) => name_of(&data, self.keys).ok_or(Problem::NoForm)?,
                    _ => return Err(Problem::NoForm),
                };
                *awaits = true;
                return Ok(self.writer.key(name)?);
            }
            Some(Open::Map { awaits, .. }) if !matches!(event, Event::Tag(_)) => *awaits = false,
            Some(Open::Array(count)) if !matches!(event, Event::Tag(_)) => *count += 1,
            _ => {}
        }
        let tag = self.tag.take();
        match event {
            Event::Tag(number) => self.tag = Some(number),
            Event::Array => {
                self.writer.begin_array()?;
                self.open.push(Open::Array(0));
            }
            Event::Map => {
                self.writer.begin_object()?;
                self.open.push(Open::Map { name: Cow::Borrowed(""), awaits: false });
            }
            Event::Leaf(data) => self.leaf(&data, tag)?,
            Event::End => {}
        }
        Ok(())
    }

    fn leaf(&mut self, data: &Data<'_>, tag: Option<u64>) -> Result<(), Problem> {
        let writer = &mut self.writer;
        if let Some(number) = number(data, tag) {
            return Ok(writer.number(&Number::new(number).ok_or(Problem::NoForm)?)?);
        }
        match (data, tag) {
            (Data::Bytes(_), Some(tag::POSITIVE | tag::NEGATIVE)) => Err(Problem::NoForm),
            (Data::Bytes(bytes), Some(tag::BASE16)) => {
                let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
                    // Writing to a String cannot fail.
                    let _ = write!(hex, "{byte:02X}");
                    hex
                });
                Ok(writer.string(&hex)?)
            }
            (Data::Bytes(bytes), _) => Ok(writer.string(&STANDARD.encode(bytes))?),
            // What another tag says about a text, the table knows.
            (Data::Text(text), _) => Ok(writer.string(text)?),
            (data, _) if *data == Data::FALSE => Ok(writer.value(&Value::new(json::Data::Bool(false)))?),
            (data, _) if *data == Data::TRUE => Ok(writer.value(&Value::new(json::Data::Bool(true)))?),
            (data, _) if *data == Data::NULL => Ok(writer.value(&Value::new(json::Data::Null))?),
            _ => Err(Problem::NoForm),
        }
    }

    fn finding(&self, problem: Problem, offset: u64) -> Finding {
        let (code, found, expected) = match problem {
            Problem::NoForm => {
                let expected = "a text, number, truth value, list, map or bytes";
                (Code::ValueInvalid, "what JSON has no form for".to_owned(), expected)
            }
            Problem::Write(WriteError::RepeatedMember(name)) => {
                (Code::JsonDuplicateKey, format!("a second member {name:?}, by number and by name"), "each name once")
            }
            Problem::Write(WriteError::Io(error)) => return no_room(&error),
            Problem::Write(error) => (Code::Internal, error.to_string(), "a document"),
        };
        Finding::error(code, position(offset), self.path(), found, expected)
    }

    /// Where the item stands that comes next, or was begun last.
    fn path(&self) -> String {
        self.open.iter().fold("$".to_owned(), |path, open| match open {
            Open::Array(count) => format!("{path}[{}]", count.saturating_sub(1)),
            Open::Map { name, .. } if name.is_empty() => path,
            Open::Map { name, .. } => below(&path, name),
        })
    }
}

/// Bytes that are counted on their way.
struct Counted<'c, W> {
    out: W,
    written: &'c Cell<u64>,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.written.set(self.written.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What an item says if it is a number.
pub(super) fn number(data: &Data<'_>, tag: Option<u64>) -> Option<String> {
    match (data, tag) {
        (Data::Integer(value), _) => Some(value.to_string()),
        (Data::Float(float), _) => Some(decimal(float)),
        (Data::Bytes(bytes), Some(tag @ (tag::POSITIVE | tag::NEGATIVE))) if bytes.len() <= bignum::BYTES => {
            Some(bignum::decimal(bytes, tag == tag::NEGATIVE))
        }
        _ => None,
    }
}

/// The shortest decimal that says the number at its width.
fn decimal(float: &Float) -> String {
    match float.width {
        Width::Double => float.value.to_string(),
        Width::Half | Width::Single => (float.value as f32).to_string(),
    }
}
