//! The tree.

use std::{borrow::Cow, fmt::Write as _};

use crate::error::Position;

/// A data item and where it stood. Items that were not read have the offset 0.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// Offset of its first byte in the document.
    pub offset: u64,
    /// What it is.
    pub data: Data<'a>,
}

/// What an item is (RFC 8949 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data<'a> {
    /// An integer from -2^64 to 2^64-1 (major types 0 and 1).
    Integer(i128),
    /// A byte string; chunks are joined.
    Bytes(Cow<'a, [u8]>),
    /// A text string; chunks are joined.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Item<'a>>),
    /// A map; the entries in their order, no two of one key if it was read.
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// A tag and what it is about.
    Tag(u64, Box<Item<'a>>),
    /// A simple value: [`Data::FALSE`], [`Data::TRUE`], [`Data::NULL`], [`Data::UNDEFINED`] or another.
    Simple(u8),
    /// A floating-point number.
    Float(Float),
}

impl Data<'_> {
    /// `false`.
    pub const FALSE: Self = Data::Simple(20);
    /// `true`.
    pub const TRUE: Self = Data::Simple(21);
    /// `null`.
    pub const NULL: Self = Data::Simple(22);
    /// `undefined`.
    pub const UNDEFINED: Self = Data::Simple(23);
}

/// Items are equal when they say the same, wherever they stood; the entries of maps in the same order.
impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Item<'_> {}

/// The width that a floating-point number was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// Two bytes.
    Half,
    /// Four bytes.
    Single,
    /// Eight bytes.
    Double,
}

/// A floating-point number. Equal are numbers with the same bits, whatever their widths.
#[derive(Clone, Copy, Debug)]
pub struct Float {
    /// The number; every half and single is a double.
    pub value: f64,
    /// How it was written. The writer takes four bytes when they are asked for and hold the number, else the shortest
    /// width that does.
    pub width: Width,
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.value.to_bits() == other.value.to_bits()
    }
}

impl Eq for Float {}

impl<'a> Item<'a> {
    /// An item that was not read from a document.
    pub fn new(data: Data<'a>) -> Self {
        Item { offset: 0, data }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Integer(_) => "an integer",
            Data::Bytes(_) => "a byte string",
            Data::Text(_) => "a text string",
            Data::Array(_) => "an array",
            Data::Map(_) => "a map",
            Data::Tag(..) => "a tag",
            Data::Simple(20 | 21) => "a boolean",
            Data::Simple(22) => "null",
            Data::Simple(_) => "a simple value",
            Data::Float(_) => "a floating-point number",
        }
    }

    /// Its value, if it is an integer.
    pub fn as_integer(&self) -> Option<i128> {
        match self.data {
            Data::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Its characters, if it is a text string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its bytes, if it is a byte string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Its truth, if it is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::FALSE => Some(false),
            Data::TRUE => Some(true),
            _ => None,
        }
    }

    /// Its items, if it is an array.
    pub fn as_array(&self) -> Option<&[Item<'a>]> {
        match &self.data {
            Data::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Its entries, if it is a map.
    pub fn as_map(&self) -> Option<&[(Item<'a>, Item<'a>)]> {
        match &self.data {
            Data::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if it is a map that has it.
    pub fn get(&self, key: &Data<'_>) -> Option<&Item<'a>> {
        self.as_map()?.iter().find(|(found, _)| found.data == *key).map(|(_, value)| value)
    }

    /// The path from this item to the item at, or around, an offset: `$.name[0].-24`, with integer keys as they are.
    pub fn path(&self, offset: u64) -> String {
        let mut path = "$".to_owned();
        let mut item = self;
        loop {
            let next = match &item.data {
                Data::Array(items) => {
                    let index = items.partition_point(|item| item.offset <= offset);
                    index.checked_sub(1).and_then(|index| {
                        push_index(&mut path, index as u64);
                        items.get(index)
                    })
                }
                Data::Map(entries) => {
                    let index = entries.partition_point(|(key, _)| key.offset <= offset);
                    index.checked_sub(1).and_then(|index| entries.get(index)).map(|(key, value)| {
                        push_key(&mut path, key);
                        value
                    })
                }
                Data::Tag(_, inner) => Some(inner.as_ref()),
                _ => None,
            };
            match next {
                Some(next) => item = next,
                None => return path,
            }
        }
    }
}

/// The place of a byte: binary documents have no lines.
pub fn position(offset: u64) -> Position {
    Position { line: 0, column: 0, offset }
}

pub(super) fn push_index(path: &mut String, index: u64) {
    // Writing to a String cannot fail, here and below.
    let _ = write!(path, "[{index}]");
}

pub(super) fn push_key(path: &mut String, key: &Item<'_>) {
    let is_word = |text: &str| {
        text.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    let _ = match &key.data {
        Data::Text(text) if is_word(text) => write!(path, ".{text}"),
        Data::Text(text) => write!(path, "[{text:?}]"),
        Data::Integer(value) => write!(path, ".{value}"),
        _ => write!(path, ".({})", key.kind()),
    };
}
