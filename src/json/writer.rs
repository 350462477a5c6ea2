//! The writer: valid by construction.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use super::{Data, Number, Value, keys::Keys};
use crate::error::Code;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed.
    #[error("cannot write JSON")]
    Io(#[from] io::Error),
    /// A second member of one name.
    #[error("the member {0:?} stands twice")]
    RepeatedMember(String),
    /// A value without its name, a name without its value, a second root, or an end too many.
    #[error("{0} cannot stand here")]
    Misplaced(&'static str),
    /// The writer was finished with an open container, or without a value.
    #[error("the document is not complete")]
    Incomplete,
}

impl WriteError {
    /// The row of the error table.
    pub fn code(&self) -> Code {
        match self {
            WriteError::Io(_) => Code::DiskWrite,
            WriteError::RepeatedMember(_) | WriteError::Misplaced(_) | WriteError::Incomplete => Code::Internal,
        }
    }
}

/// White space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// None.
    Compact,
    /// Each member and element on its own line, two spaces per level.
    Indented,
}

/// Writes one JSON document piece by piece, in memory that does not depend on its length.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    layout: Layout,
    open: Vec<Open>,
    keys: Keys,
    complete: bool,
}

#[derive(Debug)]
struct Open {
    object: bool,
    empty: bool,
    /// A name was written and its value was not.
    named: bool,
}

impl<W: Write> Writer<W> {
    /// Starts a document.
    pub fn new(out: W, layout: Layout) -> Self {
        Writer { out, layout, open: Vec::new(), keys: Keys::default(), complete: false }
    }

    /// Starts in the midst of a document: in an array that has `depth` containers open, itself among them, and `first`
    /// if it has no element yet. What is written can be put there with [`Writer::splice`].
    pub fn within(out: W, layout: Layout, depth: usize, first: bool) -> Self {
        let open = (0..depth).map(|_| Open { object: false, empty: first, named: false }).collect();
        Writer { out, layout, open, keys: Keys::default(), complete: true }
    }

    /// Ends what [`Writer::within`] has started, and gives the output back.
    ///
    /// # Errors
    /// When a container is open that was opened since.
    pub fn finish_within(self, depth: usize) -> Result<W, WriteError> {
        if self.open.len() == depth { Ok(self.out) } else { Err(WriteError::Incomplete) }
    }

    /// Puts in all elements of the innermost array, which were written before, for this place and layout.
    ///
    /// # Errors
    /// Outside an array, or behind an element; output errors.
    pub fn splice(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> Result<(), WriteError> {
        match self.open.last_mut() {
            Some(open @ Open { object: false, empty: true, .. }) => open.empty = false,
            _ => return Err(WriteError::Misplaced("elements that were written before")),
        }
        Ok(write(&mut self.out)?)
    }

    /// Opens an object.
    ///
    /// # Errors
    /// When no value may stand here; output errors.
    pub fn begin_object(&mut self) -> Result<(), WriteError> {
        self.begin(true)?;
        self.keys.open();
        Ok(())
    }

    /// Opens an array.
    ///
    /// # Errors
    /// As [`Writer::begin_object`].
    pub fn begin_array(&mut self) -> Result<(), WriteError> {
        self.begin(false)
    }

    /// Writes the name of a member; its value must follow.
    ///
    /// # Errors
    /// Outside an object, behind another name, a second time; output errors.
    pub fn key(&mut self, key: &str) -> Result<(), WriteError> {
        match self.open.last() {
            Some(Open { object: true, named: false, .. }) => {}
            _ => return Err(WriteError::Misplaced("a member name")),
        }
        if !self.keys.insert(key.as_bytes()) {
            return Err(WriteError::RepeatedMember(key.to_owned()));
        }
        self.distinct(key)
    }

    /// Opens an object that has members of these names, which [`Writer::distinct`] then writes.
    ///
    /// # Errors
    /// A name that stands twice; as [`Writer::begin_object`].
    pub(crate) fn begin_distinct<'k>(
        &mut self,
        names: impl ExactSizeIterator<Item = &'k str> + Clone,
    ) -> Result<(), WriteError> {
        if let Some(twice) = repeated(names) {
            return Err(WriteError::RepeatedMember(twice.to_owned()));
        }
        self.begin_object()
    }

    /// Writes a name that the innermost object does not have yet; its value must follow.
    ///
    /// # Errors
    /// Output errors.
    pub(crate) fn distinct(&mut self, key: &str) -> Result<(), WriteError> {
        self.separate()?;
        if let Some(open) = self.open.last_mut() {
            open.named = true;
        }
        write_string(&mut self.out, key)?;
        self.out.write_all(if self.layout == Layout::Indented { b": " } else { b":" })?;
        Ok(())
    }

    /// Writes a whole value.
    ///
    /// # Errors
    /// When no value may stand here; two members of one name in an object; output errors.
    pub fn value(&mut self, value: &Value<'_>) -> Result<(), WriteError> {
        match &value.data {
            Data::Null => self.scalar("null"),
            Data::Bool(true) => self.scalar("true"),
            Data::Bool(false) => self.scalar("false"),
            Data::Number(number) => self.number(number),
            Data::String(text) => self.string(text),
            Data::Array(elements) => {
                self.begin_array()?;
                for element in elements {
                    self.value(element)?;
                }
                self.end()
            }
            Data::Object(members) => {
                self.begin_distinct(members.iter().map(|member| member.key.as_ref()))?;
                for member in members {
                    self.distinct(&member.key)?;
                    self.value(&member.value)?;
                }
                self.end()
            }
        }
    }

    /// Writes a string value.
    ///
    /// # Errors
    /// When no value may stand here; output errors.
    pub fn string(&mut self, text: &str) -> Result<(), WriteError> {
        self.place()?;
        write_string(&mut self.out, text)?;
        Ok(())
    }

    /// Writes a number.
    ///
    /// # Errors
    /// When no value may stand here; output errors.
    pub fn number(&mut self, number: &Number<'_>) -> Result<(), WriteError> {
        self.scalar(number.as_str())
    }

    /// Closes the innermost array or object.
    ///
    /// # Errors
    /// When none is open or a name waits for its value; output errors.
    pub fn end(&mut self) -> Result<(), WriteError> {
        match self.open.pop() {
            Some(Open { object, empty, named: false }) => {
                if object {
                    self.keys.close();
                }
                if !empty {
                    self.new_line()?;
                }
                self.out.write_all(if object { b"}" } else { b"]" })?;
                Ok(())
            }
            _ => Err(WriteError::Misplaced("an end")),
        }
    }

    /// Ends the document, flushes the output and gives it back. An indented document ends with a line end.
    ///
    /// # Errors
    /// When something is open or nothing was written; output errors.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if !self.open.is_empty() || !self.complete {
            return Err(WriteError::Incomplete);
        }
        if self.layout == Layout::Indented {
            self.out.write_all(b"\n")?;
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn scalar(&mut self, text: &str) -> Result<(), WriteError> {
        self.place()?;
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }

    fn begin(&mut self, object: bool) -> Result<(), WriteError> {
        self.place()?;
        self.out.write_all(if object { b"{" } else { b"[" })?;
        self.open.push(Open { object, empty: true, named: false });
        Ok(())
    }

    /// Makes room for a value.
    fn place(&mut self) -> Result<(), WriteError> {
        match self.open.last_mut() {
            None if self.complete => return Err(WriteError::Misplaced("a second value")),
            None => {}
            Some(Open { object: true, named, .. }) if !*named => {
                return Err(WriteError::Misplaced("a value without a name"));
            }
            Some(Open { object: true, named, .. }) => *named = false,
            Some(_) => self.separate()?,
        }
        self.complete = true;
        Ok(())
    }

    fn separate(&mut self) -> Result<(), WriteError> {
        if let Some(open) = self.open.last_mut() {
            if !open.empty {
                self.out.write_all(b",")?;
            }
            open.empty = false;
        }
        self.new_line()
    }

    fn new_line(&mut self) -> Result<(), WriteError> {
        if self.layout == Layout::Indented {
            const LINE: &[u8; 33] = b"\n                                ";
            let mut left = 1 + 2 * self.open.len();
            self.out.write_all(&LINE[..left.min(LINE.len())])?;
            while left > LINE.len() {
                left -= LINE.len() - 1;
                self.out.write_all(&LINE[1..left.min(LINE.len())])?;
            }
        }
        Ok(())
    }
}

/// A name that stands twice.
fn repeated<'k>(mut names: impl ExactSizeIterator<Item = &'k str> + Clone) -> Option<&'k str> {
    if names.len() > Keys::FEW {
        let mut seen = HashSet::new();
        return names.find(|name| !seen.insert(*name));
    }
    while let Some(name) = names.next() {
        if names.clone().any(|other| other == name) {
            return Some(name);
        }
    }
    None
}

/// The text of a value.
///
/// # Errors
/// When an object has two members of one name.
pub fn to_string(value: &Value<'_>, layout: Layout) -> Result<String, WriteError> {
    let mut writer = Writer::new(Vec::new(), layout);
    writer.value(value)?;
    let bytes = writer.finish()?;
    String::from_utf8(bytes).map_err(|_| WriteError::Incomplete)
}

/// Writes a string with the escapes of RFC 8785 §3.2.2.2: only what must be escaped is.
pub(super) fn write_string(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(b"\"")?;
    let escaped = |b: u8| (b == b'"') | (b == b'\\') | (b < 0x20);
    // Almost every text has none of them: the compiler makes vector instructions of a look at each byte without a branch.
    let any = text.bytes().fold(false, |any, b| any | escaped(b));
    let mut rest = text;
    while any && let Some(at) = rest.bytes().position(escaped) {
        out.write_all(&rest.as_bytes()[..at])?;
        match rest.as_bytes()[at] {
            b'"' => out.write_all(b"\\\"")?,
            b'\\' => out.write_all(b"\\\\")?,
            0x08 => out.write_all(b"\\b")?,
            b'\t' => out.write_all(b"\\t")?,
            b'\n' => out.write_all(b"\\n")?,
            0x0C => out.write_all(b"\\f")?,
            b'\r' => out.write_all(b"\\r")?,
            control => write!(out, "\\u{control:04x}")?,
        }
        rest = &rest[at + 1..];
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\"")
}
