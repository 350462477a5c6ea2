//! The text that the tokenizer gets: a window over the input, with the byte order mark looked at.

use std::{
    io::{BufRead, ErrorKind},
    str,
};

/// What the first bytes say about the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// No byte order mark.
    Plain,
    /// A UTF-8 byte order mark, three bytes, which are passed over.
    Utf8Mark,
    /// UTF-16 or UTF-32, by mark or by the zero bytes around the first character.
    Wide,
}

/// Why nothing follows what is in the window.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The input has ended.
    Whole,
    /// The document is too long.
    Total,
    /// What follows is no UTF-8: this byte, or the end within a character.
    NotUtf8(Option<u8>),
    /// The input failed, in its words.
    Unreadable(String),
}

/// A stretch of the input, known to be UTF-8: what is cut out of it is not copied again.
pub(super) struct Window<R> {
    input: R,
    total_left: u64,
    text: String,
    /// What was read behind the text; between two calls at most the beginning of a character.
    raw: Vec<u8>,
    end: Option<End>,
}

impl<R: BufRead> Window<R> {
    pub(super) fn new(input: R, total: u64) -> Self {
        Window { input, total_left: total, text: String::new(), raw: Vec::new(), end: None }
    }

    /// Looks at the first bytes; called once, before anything else.
    pub(super) fn open(&mut self) -> Opening {
        while self.raw.len() < 4 && self.end.is_none() {
            self.read(4 - self.raw.len());
        }
        let (opening, mark) = match self.raw.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Opening::Utf8Mark, 3),
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] => (Opening::Wide, 0),
            _ => (Opening::Plain, 0),
        };
        self.raw.drain(..mark);
        self.decode();
        opening
    }

    /// What is in the window.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Why nothing follows it; `None` while more may follow.
    pub(super) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Makes `size` bytes follow what stands at `at`, or all that there are; gives where that stands now. What is before
    /// it may go.
    pub(super) fn slide(&mut self, at: usize, size: usize) -> usize {
        if self.text.len() - at >= size {
            return at;
        }
        self.text.drain(..at);
        while self.text.len() < size && self.end.is_none() {
            self.read(size - self.text.len());
            self.decode();
        }
        0
    }

    /// Reads once, at most so many bytes.
    fn read(&mut self, most: usize) {
        let chunk = match self.input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == ErrorKind::Interrupted => return,
            Err(error) => return self.end = Some(End::Unreadable(error.to_string())),
        };
        let allowed = usize::try_from(self.total_left).unwrap_or(usize::MAX);
        let count = chunk.len().min(most).min(allowed);
        self.raw.extend_from_slice(&chunk[..count]);
        if count == 0 {
            self.end = Some(if chunk.is_empty() { End::Whole } else { End::Total });
        }
        self.input.consume(count);
        self.total_left -= count as u64;
    }

    /// Makes text of what was read, as far as it is UTF-8.
    fn decode(&mut self) {
        let count = match str::from_utf8(&self.raw) {
            Ok(text) => {
                self.text.push_str(text);
                text.len()
            }
            Err(error) => {
                let (text, rest) = self.raw.split_at(error.valid_up_to());
                self.text.push_str(str::from_utf8(text).unwrap_or_default());
                if error.error_len().is_some() {
                    self.end = Some(End::NotUtf8(rest.first().copied()));
                } else if matches!(self.end, Some(End::Whole)) {
                    self.end = Some(End::NotUtf8(None));
                }
                text.len()
            }
        };
        self.raw.drain(..count);
    }
}
