//! The reader.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher as _},
};

use ciborium_ll::{Decoder, Error as HeadError, Header};

use super::{
    Data, Float, Item, Limits, Width,
    item::{position, push_index, push_key},
};
use crate::error::{Code, Finding};

/// Reads one data item that fills the bytes.
///
/// # Errors
/// The first thing that is wrong, or the limit that is exceeded; the position has the byte offset only.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Item<'a>, Finding> {
    let mut reader = Reader { bytes, limits, at: 0, open: Vec::new(), values: 0 };
    reader.document().map_err(|Problem { code, offset, found, expected }| {
        Finding::error(code, position(offset as u64), reader.path(), found, expected)
    })
}

#[derive(Debug)]
struct Problem {
    code: Code,
    offset: usize,
    found: String,
    expected: String,
}

impl Problem {
    fn syntax(offset: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Problem { code: Code::CborSyntax, offset, found: found.into(), expected: expected.into() }
    }

    fn limit(offset: usize, found: &str, name: &str, value: u64) -> Self {
        let expected = format!("at most {value} (limit {name})");
        Problem { code: Code::LimitExceeded, offset, found: found.to_owned(), expected }
    }
}

/// A container whose items are being read.
struct Open<'a> {
    offset: usize,
    /// Items or entries that are still to come; `None` for an indefinite length.
    left: Option<usize>,
    content: Content<'a>,
    /// The fingerprint so far, if the container is a map key or part of one.
    print: Option<Print>,
}

enum Content<'a> {
    Array(Vec<Item<'a>>),
    Map {
        entries: Vec<(Item<'a>, Item<'a>)>,
        /// A key whose value is still to come.
        key: Option<(Item<'a>, Print)>,
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
enum Begun<'a> {
    Whole(Data<'a>),
    Container(Option<usize>, Content<'a>),
    Break,
}

/// Reads with a stack of its own, so that depth costs no call stack.
struct Reader<'a, 'l> {
    bytes: &'a [u8],
    limits: &'l Limits,
    at: usize,
    open: Vec<Open<'a>>,
    values: u64,
}

impl<'a> Reader<'a, '_> {
    fn document(&mut self) -> Result<Item<'a>, Problem> {
        if self.bytes.len() as u64 > self.limits.total_bytes {
            return Err(Problem::limit(0, "a longer document", "total_bytes", self.limits.total_bytes));
        }
        loop {
            let start = self.at;
            let header = self.header()?;
            let wants_print = self.wants_print();
            let (item, print) = match self.begin(header, start)? {
                Begun::Whole(data) => {
                    let print = wants_print.then(|| fingerprint_of(&data));
                    (Item { offset: start as u64, data }, print)
                }
                Begun::Container(left, content) => {
                    if self.open.len() >= self.limits.depth {
                        return Err(Problem::limit(start, "deeper nesting", "depth", self.limits.depth as u64));
                    }
                    let open = Open { offset: start, left, content, print: wants_print.then_some(0) };
                    if open.left != Some(0) {
                        self.open.push(open);
                        continue;
                    }
                    close(open)?
                }
                Begun::Break => match self.open.pop() {
                    Some(open) if open.left.is_none() && !matches!(open.content, Content::Map { key: Some(_), .. }) => {
                        close(open)?
                    }
                    other => {
                        self.open.extend(other);
                        return Err(Problem::syntax(start, "a break", "a data item"));
                    }
                },
            };
            if let Some(root) = self.put(item, print)? {
                return match self.bytes.get(self.at) {
                    None => Ok(root),
                    Some(byte) => {
                        Err(Problem::syntax(self.at, format!("the byte {byte:02X}"), "nothing behind the item"))
                    }
                };
            }
        }
    }

    /// Whether the next item is a map key, or part of one.
    fn wants_print(&self) -> bool {
        let is_key = |open: &Open<'_>| matches!(open.content, Content::Map { key: None, .. });
        self.open.last().is_some_and(|open| open.print.is_some() || is_key(open))
    }

    fn header(&mut self) -> Result<Header, Problem> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let mut decoder = Decoder::from(rest);
        let header = decoder.pull().map_err(|error| match error {
            HeadError::Io(_) => Problem::syntax(start, "the end of the input", "a complete data item"),
            HeadError::Syntax(_) => {
                let byte = rest.first().copied().unwrap_or_default();
                Problem::syntax(start, format!("the byte {byte:02X}"), "a head without reserved values (RFC 8949 §3)")
            }
        })?;
        self.at += decoder.offset();
        Ok(header)
    }

    fn begin(&mut self, header: Header, start: usize) -> Result<Begun<'a>, Problem> {
        if header == Header::Break {
            return Ok(Begun::Break);
        }
        self.values += 1;
        if self.values > self.limits.values {
            return Err(Problem::limit(start, "more data items", "values", self.limits.values));
        }
        Ok(Begun::Whole(match header {
            Header::Positive(value) => Data::Integer(i128::from(value)),
            // The argument n stands for -1 - n.
            Header::Negative(value) => Data::Integer(-1 - i128::from(value)),
            Header::Float(value) => {
                let width = match self.at - start {
                    3 => Width::Half,
                    5 => Width::Single,
                    _ => Width::Double,
                };
                Data::Float(Float { value, width })
            }
            Header::Simple(value) => {
                if value < 32 && self.at - start > 1 {
                    let found = format!("the simple value {value} in two bytes");
                    return Err(Problem::syntax(start, found, "one byte (RFC 8949 §3.3)"));
                }
                Data::Simple(value)
            }
            Header::Bytes(len) => Data::Bytes(self.string(start, len, false)?),
            Header::Text(len) => match self.string(start, len, true)? {
                Cow::Borrowed(bytes) => Data::Text(Cow::Borrowed(utf8(bytes, self.at)?)),
                Cow::Owned(bytes) => Data::Text(Cow::Owned(utf8(&bytes, self.at)?.to_owned())),
            },
            Header::Array(count) => {
                self.check_count(start, count, 1)?;
                return Ok(Begun::Container(count, Content::Array(Vec::new())));
            }
            Header::Map(count) => {
                self.check_count(start, count, 2)?;
                if count.is_some_and(|count| count > self.limits.members) {
                    return Err(self.too_many_members(start));
                }
                return Ok(Begun::Container(
                    count,
                    Content::Map { entries: Vec::new(), key: None, prints: Vec::new() },
                ));
            }
            Header::Tag(tag) => return Ok(Begun::Container(Some(1), Content::Tag(tag))),
            Header::Break => return Ok(Begun::Break),
        }))
    }

    /// The bytes of a string whose head was read: borrowed if they stand together. Each chunk of a text must be UTF-8
    /// (RFC 8949 §3.2.3).
    fn string(&mut self, start: usize, len: Option<usize>, text: bool) -> Result<Cow<'a, [u8]>, Problem> {
        if let Some(len) = len {
            return self.take(start, len, 0).map(Cow::Borrowed);
        }
        let mut joined = Vec::new();
        loop {
            let chunk_start = self.at;
            let len = match (self.header()?, text) {
                (Header::Break, _) => return Ok(Cow::Owned(joined)),
                (Header::Bytes(Some(len)), false) | (Header::Text(Some(len)), true) => len,
                _ => {
                    let expected = "a chunk of the same type with a length, or a break (RFC 8949 §3.2.3)";
                    return Err(Problem::syntax(chunk_start, "another data item", expected));
                }
            };
            let chunk = self.take(chunk_start, len, joined.len())?;
            if text {
                utf8(chunk, self.at)?;
            }
            joined.extend_from_slice(chunk);
        }
    }

    fn take(&mut self, start: usize, len: usize, before: usize) -> Result<&'a [u8], Problem> {
        if len > self.limits.text_bytes.saturating_sub(before) {
            return Err(Problem::limit(start, "a longer string", "text_bytes", self.limits.text_bytes as u64));
        }
        let left = self.bytes.len() - self.at;
        let taken = self.at.checked_add(len).and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| {
            Problem::syntax(
                start,
                format!("a string of {len} bytes"),
                format!("at most the {left} bytes that are left"),
            )
        })?;
        self.at += len;
        Ok(taken)
    }

    /// Refuses a container that claims more items than there are bytes left.
    fn check_count(&self, start: usize, count: Option<usize>, bytes_each: usize) -> Result<(), Problem> {
        let left = self.bytes.len() - self.at;
        match count {
            Some(count) if count > left / bytes_each => {
                let expected = format!("no more than {left} bytes can hold");
                Err(Problem::syntax(start, format!("a length of {count}"), expected))
            }
            _ => Ok(()),
        }
    }

    fn too_many_members(&self, offset: usize) -> Problem {
        Problem::limit(offset, "more entries", "members", self.limits.members as u64)
    }

    /// Puts an item where it belongs, and closes the containers that it completes; gives the root once it is whole.
    fn put(&mut self, mut item: Item<'a>, mut print: Option<Print>) -> Result<Option<Item<'a>>, Problem> {
        while let Some(Open { offset, left, content, print: own }) = self.open.pop() {
            let (content, own) = match content {
                Content::Tag(tag) => {
                    print = own.map(|_| fingerprint((7u8, tag, print)));
                    item = Item { offset: offset as u64, data: Data::Tag(tag, Box::new(item)) };
                    continue;
                }
                Content::Array(mut items) => {
                    items.push(item);
                    (Content::Array(items), own.map(|own| fingerprint((own, print))))
                }
                Content::Map { entries, key: None, .. } if entries.len() >= self.limits.members => {
                    return Err(self.too_many_members(offset));
                }
                Content::Map { entries, key: None, prints } => {
                    let key = Some((item, print.unwrap_or_default()));
                    self.open.push(Open { offset, left, content: Content::Map { entries, key, prints }, print: own });
                    return Ok(None);
                }
                Content::Map { mut entries, key: Some((key, key_print)), mut prints } => {
                    prints.push((key_print, key.offset));
                    entries.push((key, item));
                    // A sum does not depend on the order of the entries.
                    let own = own.map(|own| own.wrapping_add(fingerprint((key_print, print))));
                    (Content::Map { entries, key: None, prints }, own)
                }
            };
            let left = left.map(|left| left.saturating_sub(1));
            let open = Open { offset, left, content, print: own };
            if left != Some(0) {
                self.open.push(open);
                return Ok(None);
            }
            (item, print) = close(open)?;
        }
        Ok(Some(item))
    }

    fn path(&self) -> String {
        let mut path = "$".to_owned();
        for open in &self.open {
            match &open.content {
                Content::Array(items) => push_index(&mut path, items.len() as u64),
                Content::Map { key: Some((key, _)), .. } => push_key(&mut path, key),
                Content::Map { .. } | Content::Tag(_) => {}
            }
        }
        path
    }
}

/// The item that a complete array or map is, with its fingerprint.
fn close(open: Open<'_>) -> Result<(Item<'_>, Option<Print>), Problem> {
    let (data, kind) = match open.content {
        Content::Array(items) => (Data::Array(items), 5u8),
        Content::Map { entries, prints, .. } => {
            check_keys(prints)?;
            (Data::Map(entries), 6u8)
        }
        Content::Tag(_) => return Err(Problem::syntax(open.offset, "a tag", "an item behind it")),
    };
    let print = open.print.map(|print| fingerprint((kind, print)));
    Ok((Item { offset: open.offset as u64, data }, print))
}

/// Refuses two keys that say the same (RFC 8949 §5.6), however they are written.
fn check_keys(mut prints: Vec<(Print, u64)>) -> Result<(), Problem> {
    prints.sort_unstable();
    match prints.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        // The offsets came from a slice, so they fit.
        Some(pair) => Err(Problem::syntax(pair[1].1 as usize, "a key for the second time", "each key once in a map")),
        None => Ok(()),
    }
}

fn utf8(bytes: &[u8], end: usize) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let offset = end.saturating_sub(bytes.len()) + error.valid_up_to();
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        Problem::syntax(offset, format!("the byte {byte:02X}"), "UTF-8 in text")
    })
}
