//! The writer: well-formed by construction, in preferred serialization (RFC 8949 §4.1), save for numbers that are asked
//! for in four bytes, as formats with `float32` in their CDDL do.

use std::io::{self, Write};

use ciborium_ll::{Encoder, Header};

use super::{Data, Item, Width};
use crate::error::Code;

/// The head of a number in four bytes (RFC 8949 §3.3).
const FLOAT32: u8 = 0xfa;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed.
    #[error("cannot write CBOR")]
    Io(#[from] io::Error),
    /// An integer that CBOR has no head for.
    #[error("{0} is not from -2^64 to 2^64-1")]
    IntegerRange(i128),
    /// A simple value that is not well-formed in any way (RFC 8949 §3.3: 24 to 31).
    #[error("{0} is no simple value")]
    Simple(u8),
    /// A second item at the root.
    #[error("a second item at the root")]
    SecondRoot,
    /// The writer was finished before as many items were written as were announced.
    #[error("the document is not complete")]
    Incomplete,
}

impl WriteError {
    /// The row of the error table.
    pub fn code(&self) -> Code {
        match self {
            WriteError::Io(_) => Code::DiskWrite,
            WriteError::IntegerRange(_) | WriteError::Simple(_) => Code::ValueInvalid,
            WriteError::SecondRoot | WriteError::Incomplete => Code::Internal,
        }
    }
}

/// The order of the entries of maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they stand.
    AsGiven,
    /// By the bytes of their keys, which makes the encoding deterministic (RFC 8949 §4.2.1).
    Sorted,
}

/// Writes one data item piece by piece. Containers end by themselves when as many items have been written as were
/// announced; there is no end to forget, and [`Writer::finish`] tells if some are missing.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    order: Order,
    /// Items that each open container still needs.
    open: Vec<u64>,
    complete: bool,
}

impl<W: Write> Writer<W> {
    /// Starts a document. The order is that of maps written by [`Writer::item`].
    pub fn new(out: W, order: Order) -> Self {
        Writer { out, order, open: Vec::new(), complete: false }
    }

    /// Begins an array of `count` items.
    ///
    /// # Errors
    /// A second root; output errors.
    pub fn array(&mut self, count: usize) -> Result<(), WriteError> {
        self.container(Header::Array(Some(count)), count as u64)
    }

    /// Begins a map of `count` entries: a key and a value are to be written for each.
    ///
    /// # Errors
    /// A second root; output errors.
    pub fn map(&mut self, count: usize) -> Result<(), WriteError> {
        self.container(Header::Map(Some(count)), 2 * count as u64)
    }

    /// Writes a tag; the item that it is about is to be written next.
    ///
    /// # Errors
    /// A second root; output errors.
    pub fn tag(&mut self, tag: u64) -> Result<(), WriteError> {
        self.container(Header::Tag(tag), 1)
    }

    /// Writes a text string.
    ///
    /// # Errors
    /// A second root; output errors.
    pub fn text(&mut self, text: &str) -> Result<(), WriteError> {
        self.place()?;
        self.head(Header::Text(Some(text.len())))?;
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Writes a byte string.
    ///
    /// # Errors
    /// A second root; output errors.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.place()?;
        self.head(Header::Bytes(Some(bytes.len())))?;
        self.out.write_all(bytes)?;
        Ok(())
    }

    /// Writes an integer.
    ///
    /// # Errors
    /// One outside -2^64 to 2^64-1; a second root; output errors.
    pub fn integer(&mut self, value: i128) -> Result<(), WriteError> {
        let argument = u64::try_from(if value < 0 { -1 - value } else { value });
        let argument = argument.map_err(|_| WriteError::IntegerRange(value))?;
        self.place()?;
        self.head(if value < 0 { Header::Negative(argument) } else { Header::Positive(argument) })
    }

    /// Writes a whole item.
    ///
    /// # Errors
    /// An integer or simple value that CBOR does not have; a second root; output errors.
    pub fn item(&mut self, item: &Item<'_>) -> Result<(), WriteError> {
        match &item.data {
            Data::Integer(value) => self.integer(*value),
            Data::Bytes(bytes) => self.bytes(bytes),
            Data::Text(text) => self.text(text),
            Data::Array(items) => {
                self.array(items.len())?;
                items.iter().try_for_each(|item| self.item(item))
            }
            Data::Map(entries) => {
                self.map(entries.len())?;
                if self.order == Order::AsGiven {
                    return entries.iter().try_for_each(|(key, value)| {
                        self.item(key)?;
                        self.item(value)
                    });
                }
                let mut sorted = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    sorted.push((to_vec(key, self.order)?, value));
                }
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                sorted.into_iter().try_for_each(|(key, value)| {
                    self.place()?;
                    self.out.write_all(&key)?;
                    self.item(value)
                })
            }
            Data::Tag(tag, inner) => {
                self.tag(*tag)?;
                self.item(inner)
            }
            Data::Simple(value @ 24..=31) => Err(WriteError::Simple(*value)),
            Data::Simple(value) => {
                self.place()?;
                self.head(Header::Simple(*value))
            }
            Data::Float(float) => {
                self.place()?;
                let single = float.value as f32;
                match float.width {
                    Width::Single if f64::from(single).to_bits() == float.value.to_bits() => {
                        self.out.write_all(&[FLOAT32])?;
                        Ok(self.out.write_all(&single.to_be_bytes())?)
                    }
                    // The shortest width that holds the number.
                    _ => self.head(Header::Float(float.value)),
                }
            }
        }
    }

    /// Puts in items of the innermost container that were written before.
    ///
    /// # Errors
    /// When it needs fewer; output errors.
    pub fn splice(&mut self, count: usize, write: impl FnOnce(&mut W) -> io::Result<()>) -> Result<(), WriteError> {
        for _ in 0..count {
            self.place()?;
        }
        Ok(write(&mut self.out)?)
    }

    /// Ends the document, flushes the output and gives it back.
    ///
    /// # Errors
    /// When items are missing; output errors.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if !self.complete || !self.open.is_empty() {
            return Err(WriteError::Incomplete);
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn container(&mut self, header: Header, items: u64) -> Result<(), WriteError> {
        self.place()?;
        self.head(header)?;
        if items > 0 {
            self.open.push(items);
        }
        Ok(())
    }

    /// Counts an item in the innermost container, which is open no longer once it has its last item.
    fn place(&mut self) -> Result<(), WriteError> {
        match self.open.last_mut() {
            Some(left @ 2..) => *left -= 1,
            Some(_) => {
                self.open.pop();
            }
            None if self.complete => return Err(WriteError::SecondRoot),
            None => self.complete = true,
        }
        Ok(())
    }

    fn head(&mut self, header: Header) -> Result<(), WriteError> {
        // The longest head is a byte and eight bytes of argument.
        let mut head = [0; 9];
        let mut rest = &mut head[..];
        let result = Encoder::from(&mut rest).push(header);
        let len = 9 - rest.len();
        result.map_err(|_| io::Error::from(io::ErrorKind::WriteZero))?;
        self.out.write_all(&head[..len])?;
        Ok(())
    }
}

/// The bytes of an item.
///
/// # Errors
/// An integer or simple value that CBOR does not have.
pub fn to_vec(item: &Item<'_>, order: Order) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(Vec::new(), order);
    writer.item(item)?;
    writer.finish()
}
