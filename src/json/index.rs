//! Where things stand in a file that is too large to hold.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use super::{
    Base, Limits, Place,
    scan::{Collect, Problem, Scanner, Token, unreadable},
};
use crate::error::{Finding, Position};

/// One step on the way from the root to the values that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// The member of this name.
    Member(&'p str),
    /// Every member.
    Members,
    /// Every element.
    Elements,
}

/// A value that was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, if the last step was [`Step::Members`].
    pub key: Option<Box<str>>,
    /// Which member or element of its container it is, from 0.
    pub ordinal: u64,
    /// Offset of its first byte.
    pub start: u64,
    /// Offset behind its last byte.
    pub end: u64,
}

/// The byte ranges of the values that match given patterns, found in one pass with the same strictness as everywhere.
/// Memory is what the entries take (40 bytes each, and their names) and 32 bytes for each 64 KiB of input.
#[derive(Debug)]
pub struct Index<const N: usize> {
    entries: [Vec<Entry>; N],
    places: Vec<Place>,
}

impl<const N: usize> Index<N> {
    /// Reads the source from its start to its end. A pattern is the steps to the values that it wants: for instance
    /// `[Members]` for the members of the root, and `[Member("objects"), Elements]` for the elements of one list.
    ///
    /// # Errors
    /// The first thing that is wrong with the document, or the limit that it exceeds. For large files the caller
    /// raises `total_bytes` and `values`; the other limits need not grow with the file.
    pub fn build<S: Read + Seek>(source: &mut S, patterns: [&[Step<'_>]; N], limits: &Limits) -> Result<Self, Finding> {
        let mut index = Index { entries: [const { Vec::new() }; N], places: Vec::new() };
        let result = source.seek(SeekFrom::Start(0)).map_err(|error| (unreadable(&error, 0), String::new()));
        let result = result.and_then(|_| {
            let tracked = Tracked { inner: &mut *source, place: Place::START, places: &mut index.places };
            let input = BufReader::with_capacity(STEP, tracked);
            let mut scanner = Scanner::new(input, *limits, Collect::Keys);
            scan(&mut scanner, patterns, &mut index.entries).map_err(|problem| (problem, scanner.path()))
        });
        match result {
            Ok(()) => Ok(index),
            Err((problem, path)) => {
                let position = index.position(source, problem.offset).unwrap_or_default();
                Err(Finding::error(problem.code, position, path, problem.found, problem.expected))
            }
        }
    }

    /// The values that match the pattern with this number (from 0), in document order. Elements of lists that lie in
    /// different containers follow each other; ranges tell which container they lie in.
    pub fn entries(&self, pattern: usize) -> &[Entry] {
        self.entries.get(pattern).map_or(&[], Vec::as_slice)
    }

    /// Reads the bytes of one entry.
    ///
    /// # Errors
    /// Whatever reading gives; an entry longer than `limit` bytes is [`io::ErrorKind::FileTooLarge`].
    pub fn read<S: Read + Seek>(&self, source: &mut S, entry: &Entry, limit: usize) -> io::Result<Vec<u8>> {
        let len = usize::try_from(entry.end.saturating_sub(entry.start)).unwrap_or(usize::MAX);
        if len > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        source.seek(SeekFrom::Start(entry.start))?;
        let mut bytes = vec![0; len];
        source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Where an entry stands, as the base for [`super::Document::parse_at`]; `path` is its path.
    ///
    /// # Errors
    /// Whatever reading gives.
    pub fn base<S: Read + Seek>(&self, source: &mut S, entry: &Entry, path: impl Into<String>) -> io::Result<Base> {
        Ok(Base { position: self.position(source, entry.start)?, path: path.into() })
    }

    /// Line and column of an offset; reads a small part of the source again.
    ///
    /// # Errors
    /// Whatever reading gives.
    pub fn position<S: Read + Seek>(&self, source: &mut S, offset: u64) -> io::Result<Position> {
        let before = self.places.partition_point(|place| place.position().offset <= offset);
        let mut place = before.checked_sub(1).and_then(|at| self.places.get(at)).copied().unwrap_or(Place::START);
        let start = place.position().offset;
        source.seek(SeekFrom::Start(start))?;
        let mut piece = Vec::new();
        source.take(offset - start).read_to_end(&mut piece)?;
        place.advance(&piece);
        Ok(place.position())
    }
}

/// Bytes between two places that are remembered.
const STEP: usize = 64 * 1024;

/// Remembers a place about every [`STEP`] bytes that are read.
struct Tracked<'t, R> {
    inner: R,
    place: Place,
    places: &'t mut Vec<Place>,
}

impl<R: Read> Read for Tracked<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.place.advance(&out[..count]);
        let last = self.places.last().map_or(0, |place| place.position().offset);
        if self.place.position().offset - last >= STEP as u64 {
            self.places.push(self.place);
        }
        Ok(count)
    }
}

/// A container that is open.
struct Open<const N: usize> {
    entry: Entry,
    object: bool,
    /// Patterns whose steps so far lead here.
    alive: [bool; N],
    /// Patterns that want the container itself.
    wanted: [bool; N],
    /// Members or elements begun.
    count: u64,
    /// The name of its current member.
    key: String,
}

impl<const N: usize> Open<N> {
    /// Whether a step leads to the current member or element.
    fn allows(&self, step: Option<&Step<'_>>) -> bool {
        match step {
            Some(Step::Member(key)) => self.object && self.key == *key,
            Some(Step::Members) => self.object,
            Some(Step::Elements) => !self.object,
            None => false,
        }
    }
}

fn scan<R: BufRead, const N: usize>(
    scanner: &mut Scanner<R>,
    patterns: [&[Step<'_>]; N],
    entries: &mut [Vec<Entry>; N],
) -> Result<(), Problem> {
    let mut open: Vec<Open<N>> = Vec::new();
    loop {
        let lexeme = scanner.next()?;
        let depth = open.len();
        match lexeme.token {
            Token::End => return Ok(()),
            Token::Key => {
                if let Some(parent) = open.last_mut() {
                    parent.key.clear();
                    parent.key.push_str(&String::from_utf8_lossy(scanner.text()));
                }
                continue;
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                if let Some(Open { entry, wanted, .. }) = open.pop() {
                    file(entries, &wanted, Entry { end: lexeme.end, ..entry });
                }
                continue;
            }
            _ => {}
        }
        let mut alive = [true; N];
        let mut entry = Entry { key: None, ordinal: 0, start: lexeme.start, end: lexeme.end };
        if let Some(parent) = open.last_mut() {
            alive = std::array::from_fn(|p| parent.alive[p] && parent.allows(patterns[p].get(depth - 1)));
            entry.ordinal = parent.count;
            parent.count += 1;
        }
        let wanted = std::array::from_fn(|p| alive[p] && patterns[p].len() == depth);
        if (0..N).any(|p| wanted[p] && patterns[p].last() == Some(&Step::Members)) {
            entry.key = open.last().map(|parent| parent.key.as_str().into());
        }
        match lexeme.token {
            Token::ObjectStart | Token::ArrayStart => {
                let object = lexeme.token == Token::ObjectStart;
                open.push(Open { entry, object, alive, wanted, count: 0, key: String::new() });
            }
            _ => file(entries, &wanted, entry),
        }
    }
}

fn file<const N: usize>(entries: &mut [Vec<Entry>; N], wanted: &[bool; N], entry: Entry) {
    for (list, _) in entries.iter_mut().zip(wanted).filter(|&(_, &wanted)| wanted) {
        list.push(entry.clone());
    }
}
