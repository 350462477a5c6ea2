//! Where the elements of long lists stand in a file that is too large to hold.

use std::{
    io::{self, BufReader, Read, SeekFrom},
    ops::Range,
};

use super::{
    Limits, Place,
    scan::{Collect, Problem, Scanner, Token, unreadable},
};
use crate::{error::Finding, spool::Source};

/// Which members are, or have, lists that may be long.
pub trait Plan: Copy {
    /// What the member of this name is, in an object that this is the plan of.
    fn member(self, name: &str) -> Option<Part<Self>>;
}

/// A member that may be long.
#[derive(Clone, Copy, Debug)]
pub enum Part<P> {
    /// An object that has such lists.
    Object(P),
    /// A list; its elements may have such lists themselves.
    List(Option<P>),
}

/// An object and the elements of its long lists, by the offsets of their bytes.
#[derive(Debug, Default)]
pub struct Outline {
    /// Where the object stands.
    pub range: Range<u64>,
    /// Its lists, in the order of the document.
    pub lists: Vec<Listed>,
}

/// A long list.
#[derive(Debug)]
pub struct Listed {
    /// The members that lead to it.
    pub members: Vec<Box<str>>,
    /// What stands between its brackets.
    pub inside: Range<u64>,
    /// Its elements.
    pub elements: Vec<Element>,
}

/// An element of a long list.
#[derive(Debug)]
pub struct Element {
    /// Where it stands.
    pub range: Range<u64>,
    /// Its own lists, if it is an object that is not small.
    pub outline: Option<Box<Outline>>,
}

/// Lines and columns of a file. Memory is 40 bytes for each 64 KiB.
#[derive(Debug, Default)]
pub struct Places(Vec<Place>);

impl Places {
    /// Bytes between two places that are remembered.
    const STEP: usize = 64 * 1024;

    /// The place of an offset; reads a small part of the source again.
    ///
    /// # Errors
    /// Whatever reading gives.
    pub(crate) fn place(&self, source: &mut dyn Source, offset: u64) -> io::Result<Place> {
        let before = self.0.partition_point(|place| place.position().offset <= offset);
        let mut place = before.checked_sub(1).and_then(|at| self.0.get(at)).copied().unwrap_or(Place::START);
        let start = place.position().offset;
        source.seek(SeekFrom::Start(start))?;
        let mut piece = Vec::new();
        source.take(offset - start).read_to_end(&mut piece)?;
        place.advance(&piece);
        Ok(place)
    }
}

/// Remembers a place about every [`Places::STEP`] bytes that are read.
struct Tracked<'t> {
    inner: &'t mut dyn Source,
    place: Place,
    places: &'t mut Places,
}

impl Read for Tracked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.place.advance(&out[..count]);
        let last = self.places.0.last().map_or(0, |place| place.position().offset);
        if self.place.position().offset - last >= Places::STEP as u64 {
            self.places.0.push(self.place);
        }
        Ok(count)
    }
}

impl Outline {
    /// Reads the source from its start to its end, once, with the same strictness as everywhere. Of elements of at most
    /// `small` bytes it is not said what is in them. Memory is 24 bytes for each element that is told.
    ///
    /// # Errors
    /// The first thing that is wrong with the document, or the limit that it exceeds. For large files the caller raises
    /// `total_bytes` and `values`; the other limits need not grow with the file.
    pub fn build<P: Plan>(
        source: &mut dyn Source,
        plan: P,
        limits: &Limits,
        small: u64,
    ) -> Result<(Outline, Places), Finding> {
        let mut places = Places::default();
        let problem = match source.seek(SeekFrom::Start(0)) {
            Err(error) => (unreadable(&error, 0), String::new()),
            Ok(_) => {
                let tracked = Tracked { inner: source, place: Place::START, places: &mut places };
                let input = BufReader::with_capacity(Places::STEP, tracked);
                let mut scanner = Scanner::new(input, *limits, Collect::Keys);
                let mut scan = Scan { plan, small, open: Vec::new(), root: None };
                match scan.run(&mut scanner) {
                    Ok(()) => return Ok((scan.root.unwrap_or_default(), places)),
                    Err(problem) => (problem, scanner.path()),
                }
            }
        };
        let (problem, path) = problem;
        let position = places.place(source, problem.offset).map(Place::position).unwrap_or_default();
        Err(Finding::error(problem.code, position, path, problem.found, problem.expected))
    }

    /// The bytes of the object without what is in its lists, at most `limit` of them.
    ///
    /// # Errors
    /// Whatever reading gives; more bytes than the limit are [`io::ErrorKind::FileTooLarge`].
    pub fn read(&self, source: &mut dyn Source, limit: u64) -> io::Result<Left> {
        let mut left = Left::default();
        let mut from = self.range.start;
        for to in self.lists.iter().map(|list| &list.inside).chain([&(self.range.end..self.range.end)]) {
            if left.bytes.len() as u64 + (to.start - from) > limit {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            left.stretches.push((left.bytes.len(), from));
            source.seek(SeekFrom::Start(from))?;
            read_on(source, to.start - from, &mut left.bytes)?;
            from = to.end;
        }
        Ok(left)
    }
}

/// An object without what is in its lists.
#[derive(Debug, Default)]
pub struct Left {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Of each stretch of them, where it begins in these bytes and in the document.
    pub stretches: Vec<(usize, u64)>,
}

/// Adds the next bytes.
///
/// # Errors
/// Whatever reading gives; a source that has become shorter is [`io::ErrorKind::UnexpectedEof`].
pub fn read_on(source: &mut dyn Source, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    let read = source.take(len).read_to_end(bytes)?;
    if read as u64 == len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

struct Scan<P> {
    plan: P,
    small: u64,
    open: Vec<Open<P>>,
    root: Option<Outline>,
}

/// A container that is open.
enum Open<P> {
    /// The root, or an element of a long list: its plan, what its current member is, and what it has.
    Element { plan: P, next: Option<Part<P>>, key: Box<str>, outline: Outline },
    /// An object on the way to a list.
    Object { plan: P, next: Option<Part<P>>, key: Box<str> },
    /// A list.
    List { plan: Option<P>, listed: Listed },
    /// Anything else; whether it is an element, and where it begins.
    Other { start: u64 },
}

impl<P: Plan> Scan<P> {
    fn run<R: io::BufRead>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Problem> {
        loop {
            let lexeme = scanner.next()?;
            match lexeme.token {
                Token::End => return Ok(()),
                Token::Key => self.key(scanner.text()),
                Token::ObjectStart | Token::ArrayStart => {
                    let open = self.container(lexeme.token == Token::ObjectStart, lexeme.start);
                    self.open.push(open);
                }
                Token::ObjectEnd | Token::ArrayEnd => self.close(lexeme.end),
                Token::String | Token::Number | Token::True | Token::False | Token::Null => {
                    self.element(Element { range: lexeme.start..lexeme.end, outline: None });
                }
            }
        }
    }

    fn key(&mut self, name: &[u8]) {
        let Some(Open::Element { plan, next, key, .. } | Open::Object { plan, next, key }) = self.open.last_mut()
        else {
            return;
        };
        let name = String::from_utf8_lossy(name);
        *next = plan.member(&name);
        *key = if next.is_some() { name.into() } else { Box::default() };
    }

    /// What a container is that begins here.
    fn container(&self, object: bool, start: u64) -> Open<P> {
        let element = |plan| {
            let outline = Outline { range: start..start, lists: Vec::new() };
            Open::Element { plan, next: None, key: Box::default(), outline }
        };
        match self.open.last() {
            None if object => element(self.plan),
            Some(Open::List { plan: Some(plan), .. }) if object => element(*plan),
            Some(Open::Element { next: Some(part), .. } | Open::Object { next: Some(part), .. }) => match *part {
                Part::Object(plan) if object => Open::Object { plan, next: None, key: Box::default() },
                Part::List(plan) if !object => {
                    let inside = start + 1..start + 1;
                    Open::List { plan, listed: Listed { members: self.members(), inside, elements: Vec::new() } }
                }
                _ => Open::Other { start },
            },
            _ => Open::Other { start },
        }
    }

    /// The members that lead from the innermost element to where the scan is.
    fn members(&self) -> Vec<Box<str>> {
        let mut members = Vec::new();
        for open in self.open.iter().rev() {
            match open {
                Open::Object { key, .. } => members.push(key.clone()),
                Open::Element { key, .. } => {
                    members.push(key.clone());
                    break;
                }
                _ => break,
            }
        }
        members.reverse();
        members
    }

    fn close(&mut self, end: u64) {
        match self.open.pop() {
            Some(Open::Element { mut outline, .. }) => {
                outline.range.end = end;
                let small = end - outline.range.start <= self.small;
                if small {
                    outline.lists = Vec::new();
                }
                if self.open.is_empty() {
                    self.root = Some(outline);
                    return;
                }
                let range = outline.range.clone();
                self.element(Element { range, outline: (!small).then(|| Box::new(outline)) });
            }
            Some(Open::List { mut listed, .. }) => {
                listed.inside.end = end - 1;
                let around = self.open.iter_mut().rev().find_map(|open| match open {
                    Open::Element { outline, .. } => Some(outline),
                    _ => None,
                });
                if let Some(outline) = around {
                    outline.lists.push(listed);
                }
            }
            Some(Open::Other { start }) => self.element(Element { range: start..end, outline: None }),
            Some(Open::Object { .. }) | None => {}
        }
    }

    /// Enters a value that is an element of a long list, or the root.
    fn element(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(Open::List { listed, .. }) => listed.elements.push(element),
            Some(_) => {}
            None => self.root = Some(Outline { range: element.range, lists: Vec::new() }),
        }
    }
}
