//! The pull reader: data items as they come, in memory that does not depend on the document's length.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher as _},
    io::{BufRead, ErrorKind, Read as _},
};

use ciborium_ll::{Decoder, Header};

use super::{
    Data, Float, Item, Limits, Width,
    item::{position, push_index, push_key},
};
use crate::error::{Code, Finding};

/// What the reader found next. What is in an array, a map or a tag follows it; keys and values of a map take turns.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An item that is no container.
    Leaf(Data<'static>),
    /// The start of an array.
    Array,
    /// The start of a map.
    Map,
    /// A tag; what it is about follows.
    Tag(u64),
    /// The end of the innermost array or map.
    End,
}

/// Reads one data item that fills the input. The first finding ends the reading: what comes behind it means nothing.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// Bytes of the input.
    len: u64,
    limits: Limits,
    at: u64,
    /// A stack of its own, so that depth costs no call stack.
    open: Vec<Open>,
    values: u64,
    complete: bool,
}

/// A container whose items are being read.
#[derive(Debug)]
struct Open {
    offset: u64,
    /// Items or entries that are still to come; `None` for an indefinite length.
    left: Option<u64>,
    /// How many of them were read.
    count: u64,
    content: Content,
    /// The fingerprint so far, if the container is a map key or part of one.
    print: Option<Print>,
}

#[derive(Debug)]
enum Content {
    Array,
    Map {
        /// A key whose value is still to come.
        key: Option<(Item<'static>, Print)>,
        /// Fingerprints of the keys, with their offsets.
        prints: Vec<(Print, u64)>,
    },
    Tag(u64),
}

/// What an item says, however it is written and whatever the order of maps in it, as two SipHashes: equal items have
/// equal prints, and different ones differ but for a collision, which would only refuse the document. Made item by
/// item while reading, so that keys that are large or nested cost no more than other items.
type Print = u128;

fn fingerprint(part: impl Hash) -> Print {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &part).hash(&mut hasher);
        Print::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// The fingerprint of an item that is no container.
fn fingerprint_of(data: &Data<'_>) -> Print {
    match data {
        Data::Integer(value) => fingerprint((0u8, value)),
        Data::Bytes(bytes) => fingerprint((1u8, bytes)),
        Data::Text(text) => fingerprint((2u8, text)),
        Data::Simple(value) => fingerprint((3u8, value)),
        Data::Float(float) => fingerprint((4u8, float.value.to_bits())),
        Data::Array(_) | Data::Map(_) | Data::Tag(..) => 0,
    }
}

/// What a head begins.
enum Begun {
    Leaf(Data<'static>),
    Container(Option<u64>, Content),
    Break,
}

#[derive(Debug)]
struct Problem {
    code: Code,
    offset: u64,
    found: String,
    expected: String,
}

impl Problem {
    fn syntax(offset: u64, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Problem { code: Code::CborSyntax, offset, found: found.into(), expected: expected.into() }
    }

    fn limit(offset: u64, found: &str, name: &str, value: u64) -> Self {
        let expected = format!("at most {value} (limit {name})");
        Problem { code: Code::LimitExceeded, offset, found: found.to_owned(), expected }
    }
}

impl<R: BufRead> Reader<R> {
    /// Begins at the first byte of an input of `len` bytes.
    pub fn new(input: R, len: u64, limits: Limits) -> Self {
        Reader { input, len, limits, at: 0, open: Vec::new(), values: 0, complete: false }
    }

    /// The next event and the offset of its first byte; `None` at the end.
    ///
    /// # Errors
    /// The first thing that is wrong, or the limit that is exceeded; the position has the byte offset only.
    #[allow(clippy::should_implement_trait)] // an iterator would go on after an error
    pub fn next(&mut self) -> Result<Option<(u64, Event)>, Finding> {
        self.advance().map_err(|Problem { code, offset, found, expected }| {
            Finding::error(code, position(offset), self.path(), found, expected)
        })
    }

    fn advance(&mut self) -> Result<Option<(u64, Event)>, Problem> {
        if self.len > self.limits.total_bytes {
            return Err(Problem::limit(0, "a longer document", "total_bytes", self.limits.total_bytes));
        }
        let start = self.at;
        if self.complete {
            let mut byte = [0];
            return match self.read(&mut byte) {
                Ok(false) => Ok(None),
                Ok(true) => {
                    let found = format!("the byte {:02X}", byte[0]);
                    Err(Problem::syntax(start, found, "nothing behind the item"))
                }
                Err(problem) => Err(problem),
            };
        }
        if let Some(open) = self.open.pop_if(|open| open.left == Some(0)) {
            return self.close(open).map(|()| Some((start, Event::End)));
        }
        let (header, bytes) = self.header()?;
        let wants_print = self.wants_print();
        match self.begin(header, bytes, start)? {
            Begun::Leaf(data) => {
                let print = wants_print.then(|| fingerprint_of(&data));
                self.put(start, &data, print)?;
                Ok(Some((start, Event::Leaf(data))))
            }
            Begun::Container(left, content) => {
                if self.open.len() >= self.limits.depth {
                    return Err(Problem::limit(start, "deeper nesting", "depth", self.limits.depth as u64));
                }
                let event = match content {
                    Content::Array => Event::Array,
                    Content::Map { .. } => Event::Map,
                    Content::Tag(tag) => Event::Tag(tag),
                };
                self.open.push(Open { offset: start, left, count: 0, content, print: wants_print.then_some(0) });
                Ok(Some((start, event)))
            }
            Begun::Break => {
                let ends =
                    |open: &mut Open| open.left.is_none() && !matches!(open.content, Content::Map { key: Some(_), .. });
                match self.open.pop_if(ends) {
                    Some(open) => self.close(open).map(|()| Some((start, Event::End))),
                    None => Err(Problem::syntax(start, "a break", "a data item")),
                }
            }
        }
    }

    /// Whether the next item is a map key, or part of one.
    fn wants_print(&self) -> bool {
        let is_key = |open: &Open| matches!(open.content, Content::Map { key: None, .. });
        self.open.last().is_some_and(|open| open.print.is_some() || is_key(open))
    }

    /// Fills the bytes; false when the input ends before.
    fn read(&mut self, bytes: &mut [u8]) -> Result<bool, Problem> {
        match self.input.read_exact(bytes) {
            Ok(()) => {
                self.at += bytes.len() as u64;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn unreadable(&self, error: &std::io::Error) -> Problem {
        let (code, expected) = (Code::FileUnreadable, "readable input".to_owned());
        Problem { code, offset: self.at, found: error.to_string(), expected }
    }

    /// A head, and how many bytes it has.
    fn header(&mut self) -> Result<(Header, usize), Problem> {
        let start = self.at;
        let cut = || Problem::syntax(start, "the end of the input", "a complete data item");
        let mut head = [0; 9];
        let len = match self.read(&mut head[..1])?.then_some(head[0] & 0x1F) {
            None => return Err(cut()),
            // RFC 8949 §3: the argument stands in 1, 2, 4 or 8 bytes behind the first.
            Some(info @ 24..=27) => 1 + (1 << (info - 24)),
            Some(_) => 1,
        };
        if !self.read(&mut head[1..len])? {
            return Err(cut());
        }
        let header = Decoder::from(&head[..len]).pull().map_err(|_| {
            let found = format!("the byte {:02X}", head[0]);
            Problem::syntax(start, found, "a head without reserved values (RFC 8949 §3)")
        })?;
        Ok((header, len))
    }

    fn begin(&mut self, header: Header, head: usize, start: u64) -> Result<Begun, Problem> {
        if header == Header::Break {
            return Ok(Begun::Break);
        }
        self.values += 1;
        if self.values > self.limits.values {
            return Err(Problem::limit(start, "more data items", "values", self.limits.values));
        }
        Ok(Begun::Leaf(match header {
            Header::Positive(value) => Data::Integer(i128::from(value)),
            // The argument n stands for -1 - n.
            Header::Negative(value) => Data::Integer(-1 - i128::from(value)),
            Header::Float(value) => {
                let width = match head {
                    3 => Width::Half,
                    5 => Width::Single,
                    _ => Width::Double,
                };
                Data::Float(Float { value, width })
            }
            Header::Simple(value) => {
                if value < 32 && head > 1 {
                    let found = format!("the simple value {value} in two bytes");
                    return Err(Problem::syntax(start, found, "one byte (RFC 8949 §3.3)"));
                }
                Data::Simple(value)
            }
            Header::Bytes(len) => Data::Bytes(Cow::Owned(self.string(start, len, false)?)),
            // Each chunk was checked.
            Header::Text(len) => match String::from_utf8(self.string(start, len, true)?) {
                Ok(text) => Data::Text(Cow::Owned(text)),
                Err(_) => return Err(Problem::syntax(start, "other bytes", "UTF-8 in text")),
            },
            Header::Array(count) => return Ok(Begun::Container(self.count(start, count, 1)?, Content::Array)),
            Header::Map(count) => {
                let count = self.count(start, count, 2)?;
                if count.is_some_and(|count| count > self.limits.members as u64) {
                    return Err(self.too_many_members(start));
                }
                return Ok(Begun::Container(count, Content::Map { key: None, prints: Vec::new() }));
            }
            Header::Tag(tag) => return Ok(Begun::Container(Some(1), Content::Tag(tag))),
            Header::Break => return Ok(Begun::Break),
        }))
    }

    /// The bytes of a string whose head was read. Each chunk of a text must be UTF-8 (RFC 8949 §3.2.3).
    fn string(&mut self, start: u64, len: Option<usize>, text: bool) -> Result<Vec<u8>, Problem> {
        let mut joined = Vec::new();
        if let Some(len) = len {
            self.take(start, len, text, &mut joined)?;
            return Ok(joined);
        }
        loop {
            let chunk_start = self.at;
            let len = match (self.header()?.0, text) {
                (Header::Break, _) => return Ok(joined),
                (Header::Bytes(Some(len)), false) | (Header::Text(Some(len)), true) => len,
                _ => {
                    let expected = "a chunk of the same type with a length, or a break (RFC 8949 §3.2.3)";
                    return Err(Problem::syntax(chunk_start, "another data item", expected));
                }
            };
            self.take(chunk_start, len, text, &mut joined)?;
        }
    }

    /// Adds so many bytes to the string.
    fn take(&mut self, start: u64, len: usize, text: bool, joined: &mut Vec<u8>) -> Result<(), Problem> {
        if len > self.limits.text_bytes.saturating_sub(joined.len()) {
            return Err(Problem::limit(start, "a longer string", "text_bytes", self.limits.text_bytes as u64));
        }
        let left = self.len.saturating_sub(self.at);
        let before = joined.len();
        // Takes memory for what is there, not for what the head says.
        let read = if len as u64 > left { Ok(0) } else { (&mut self.input).take(len as u64).read_to_end(joined) };
        if read.map_err(|error| self.unreadable(&error))? != len {
            let expected = format!("at most the {left} bytes that are left");
            return Err(Problem::syntax(start, format!("a string of {len} bytes"), expected));
        }
        let first = self.at;
        self.at += len as u64;
        if text && let Err(error) = std::str::from_utf8(&joined[before..]) {
            let byte = joined.get(before + error.valid_up_to()).copied().unwrap_or_default();
            let offset = first + error.valid_up_to() as u64;
            return Err(Problem::syntax(offset, format!("the byte {byte:02X}"), "UTF-8 in text"));
        }
        Ok(())
    }

    /// Refuses a container that claims more items than there are bytes left.
    fn count(&self, start: u64, count: Option<usize>, bytes_each: u64) -> Result<Option<u64>, Problem> {
        let left = self.len.saturating_sub(self.at);
        match count.map(|count| count as u64) {
            Some(count) if count > left / bytes_each => {
                let expected = format!("no more than {left} bytes can hold");
                Err(Problem::syntax(start, format!("a length of {count}"), expected))
            }
            count => Ok(count),
        }
    }

    fn too_many_members(&self, offset: u64) -> Problem {
        Problem::limit(offset, "more entries", "members", self.limits.members as u64)
    }

    /// Counts an item in the container around it, and ends the tags before it. Of a container, `data` is its kind alone.
    fn put(&mut self, mut offset: u64, data: &Data<'static>, mut print: Option<Print>) -> Result<(), Problem> {
        let mut tagged = None;
        while let Some(Open { offset: begin, content: Content::Tag(tag), print: own, .. }) =
            self.open.pop_if(|open| matches!(open.content, Content::Tag(_)))
        {
            print = own.map(|_| fingerprint((7u8, tag, print)));
            (offset, tagged) = (begin, Some(Data::Tag(tag, Box::new(Item::new(Data::NULL)))));
        }
        let members = self.limits.members as u64;
        let Some(open) = self.open.last_mut() else {
            self.complete = true;
            return Ok(());
        };
        match &mut open.content {
            Content::Map { key, .. } if key.is_none() => {
                if open.count >= members {
                    let offset = open.offset;
                    return Err(self.too_many_members(offset));
                }
                let data = tagged.unwrap_or_else(|| data.clone());
                *key = Some((Item { offset, data }, print.unwrap_or_default()));
                return Ok(());
            }
            Content::Map { key, prints } => {
                if let Some((key, key_print)) = key.take() {
                    prints.push((key_print, key.offset));
                    // A sum does not depend on the order of the entries.
                    let sum = |own: Print| own.wrapping_add(fingerprint((key_print, print)));
                    open.print = open.print.map(sum);
                }
            }
            Content::Array | Content::Tag(_) => open.print = open.print.map(|own| fingerprint((own, print))),
        }
        open.count += 1;
        open.left = open.left.map(|left| left.saturating_sub(1));
        Ok(())
    }

    /// Ends an array or a map that is complete.
    fn close(&mut self, open: Open) -> Result<(), Problem> {
        let (data, kind) = match open.content {
            Content::Map { prints, .. } => {
                check_keys(prints)?;
                (Data::Map(Vec::new()), 6u8)
            }
            Content::Array | Content::Tag(_) => (Data::Array(Vec::new()), 5u8),
        };
        let print = open.print.map(|print| fingerprint((kind, print)));
        self.put(open.offset, &data, print)
    }

    fn path(&self) -> String {
        let mut path = "$".to_owned();
        for open in &self.open {
            match &open.content {
                Content::Array => push_index(&mut path, open.count),
                Content::Map { key: Some((key, _)), .. } => push_key(&mut path, key),
                Content::Map { .. } | Content::Tag(_) => {}
            }
        }
        path
    }
}

/// Refuses two keys that say the same (RFC 8949 §5.6), however they are written.
fn check_keys(mut prints: Vec<(Print, u64)>) -> Result<(), Problem> {
    prints.sort_unstable();
    match prints.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(Problem::syntax(pair[1].1, "a key for the second time", "each key once in a map")),
        None => Ok(()),
    }
}
