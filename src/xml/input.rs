//! The bytes that the tokenizer gets: metered, and with the byte order mark looked at.

use std::io::{self, BufRead, Read};

/// Which limit stopped the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trip {
    /// One token became too long to keep.
    Token,
    /// The document is too long.
    Total,
}

/// What the first bytes say about the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// No byte order mark.
    Plain,
    /// A UTF-8 byte order mark, three bytes.
    Utf8Mark,
    /// UTF-16 or UTF-32, by mark or by the zero bytes around the first character.
    Wide,
}

/// A reader that refuses to hand out more than the limits allow, so that the tokenizer cannot be made to buffer it.
pub(super) struct Meter<R> {
    inner: R,
    head: [u8; 4],
    head_end: usize,
    head_at: usize,
    token_left: usize,
    total_left: u64,
    trip: Option<Trip>,
}

impl<R: BufRead> Meter<R> {
    pub(super) fn new(inner: R, total: u64) -> Self {
        Meter { inner, head: [0; 4], head_end: 0, head_at: 0, token_left: 4, total_left: total, trip: None }
    }

    /// Looks at the first bytes; called once, before the tokenizer reads. They are handed out again in one piece,
    /// so that the tokenizer recognises a byte order mark even if the input comes byte by byte.
    pub(super) fn open(&mut self) -> io::Result<Opening> {
        while self.head_end < self.head.len() {
            let chunk = match self.inner.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            let count = chunk.len().min(self.head.len() - self.head_end);
            self.head[self.head_end..self.head_end + count].copy_from_slice(&chunk[..count]);
            self.inner.consume(count);
            self.head_end += count;
        }
        Ok(match &self.head[..self.head_end] {
            [0xEF, 0xBB, 0xBF, ..] => Opening::Utf8Mark,
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] => Opening::Wide,
            _ => Opening::Plain,
        })
    }

    /// Allows `budget` bytes for the token that follows.
    pub(super) fn begin_token(&mut self, budget: usize) {
        self.token_left = budget;
    }

    /// The limit that stopped the input, if one did.
    pub(super) fn trip(&self) -> Option<Trip> {
        self.trip
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = if self.head_at < self.head_end {
            &self.head[self.head_at..self.head_end]
        } else {
            self.inner.fill_buf()?
        };
        if available.is_empty() {
            return Ok(available);
        }
        let room = self.token_left.min(usize::try_from(self.total_left).unwrap_or(usize::MAX));
        if room == 0 {
            self.trip = Some(if self.total_left == 0 { Trip::Total } else { Trip::Token });
            return Err(io::Error::other("limit reached"));
        }
        Ok(&available[..available.len().min(room)])
    }

    fn consume(&mut self, count: usize) {
        if self.head_at < self.head_end {
            self.head_at += count;
        } else {
            self.inner.consume(count);
        }
        self.token_left = self.token_left.saturating_sub(count);
        self.total_left = self.total_left.saturating_sub(count as u64);
    }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let chunk = self.fill_buf()?;
        let count = chunk.len().min(out.len());
        out[..count].copy_from_slice(&chunk[..count]);
        self.consume(count);
        Ok(count)
    }
}
