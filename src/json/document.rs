//! A document as a tree.

use std::{borrow::Cow, sync::OnceLock};

use super::{
    Data, Limits, Member, Mismatch, Number, Place, Value,
    scan::{Collect, Problem, Scanner, Token, push_element, push_member},
};
use crate::error::{Code, Finding, Position};

/// A document that was read whole, with the places of everything in it.
#[derive(Debug)]
pub struct Document<'a> {
    bytes: &'a [u8],
    base: Base,
    root: Value<'a>,
    places: OnceLock<Vec<Place>>,
    /// Where the bytes go on in the larger document after something was left out, by offset.
    cuts: Vec<(usize, Position)>,
}

/// Where a document stands in a larger one, so that its findings name the places of the larger one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Place of its first byte.
    pub position: Position,
    /// Path of its root, such as `$.objects[17]`.
    pub path: String,
}

impl Default for Base {
    /// A document of its own.
    fn default() -> Self {
        Base { position: Place::START.position(), path: "$".to_owned() }
    }
}

/// A container that is being read.
enum Partial<'a> {
    Array(u64, Vec<Value<'a>>),
    Object(u64, Vec<Member<'a>>),
}

impl<'a> Document<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// The first thing that is wrong with it, or the limit that it exceeds.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, Finding> {
        Document::parse_at(bytes, limits, Base::default())
    }

    /// Reads a document that stands in a larger one. Offsets of values count from its own first byte; findings name
    /// the places of the larger one.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_at(bytes: &'a [u8], limits: &Limits, base: Base) -> Result<Self, Finding> {
        Document::parse_cut(bytes, limits, base, Vec::new())
    }

    /// The same for one out of which pieces were left: `cuts` says at which of its offsets the bytes go on, and at which
    /// place of the larger document.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_cut(
        bytes: &'a [u8],
        limits: &Limits,
        base: Base,
        cuts: Vec<(usize, Position)>,
    ) -> Result<Self, Finding> {
        let mut scanner = Scanner::new(bytes, *limits, Collect::All);
        match tree(bytes, &mut scanner) {
            Ok(root) => Ok(Document { bytes, base, root, places: OnceLock::new(), cuts }),
            Err(problem) => Err(problem_in(bytes, &base, problem, &scanner.path())),
        }
    }

    /// The document's value.
    pub fn root(&self) -> &Value<'a> {
        &self.root
    }

    /// The document's value, without its places.
    pub fn into_root(self) -> Value<'a> {
        self.root
    }

    /// Line and column of an offset. Costs a pass over the document once, then next to nothing.
    pub fn position(&self, offset: u64) -> Position {
        const STEP: usize = 4096;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let places = self.places.get_or_init(|| {
            let mut place = Place::START;
            let mut places = vec![place];
            for piece in self.bytes.chunks(STEP) {
                place.advance(piece);
                places.push(place);
            }
            places
        });
        let place = |offset: usize| {
            let place = places.get(offset / STEP).copied().unwrap_or(Place::START);
            place.after(&self.bytes[offset / STEP * STEP..offset])
        };
        match self.cuts.iter().rev().find(|(from, _)| *from <= offset) {
            Some((from, position)) => beyond(*position, place(*from), place(offset)),
            None => self.base.shift(place(offset)),
        }
    }

    /// The path of the value at, or around, an offset, as `$.a[0].b`.
    pub fn path(&self, offset: u64) -> String {
        let mut path = self.base.path.clone();
        let mut value = &self.root;
        loop {
            match &value.data {
                Data::Array(elements) => {
                    let index = elements.partition_point(|element| element.offset <= offset);
                    match index.checked_sub(1).and_then(|index| elements.get(index)) {
                        Some(element) => {
                            push_element(&mut path, index as u64 - 1);
                            value = element;
                        }
                        None => return path,
                    }
                }
                Data::Object(members) => {
                    let index = members.partition_point(|member| member.offset <= offset);
                    match index.checked_sub(1).and_then(|index| members.get(index)) {
                        Some(member) => {
                            push_member(&mut path, &member.key);
                            value = &member.value;
                        }
                        None => return path,
                    }
                }
                _ => return path,
            }
        }
    }

    /// The place of the value at a path, or of the nearest around it that is there.
    pub fn place(&self, path: &str) -> Position {
        let Some(mut rest) = path.strip_prefix(self.base.path.as_str()) else { return self.position(0) };
        let mut value = &self.root;
        loop {
            let below = match &value.data {
                Data::Array(elements) => element_of(elements, rest),
                Data::Object(members) => members.iter().find_map(|member| {
                    let rest = rest.strip_prefix(below("", &member.key).as_str())?;
                    (rest.is_empty() || rest.starts_with(['.', '['])).then_some((&member.value, rest))
                }),
                _ => None,
            };
            match below {
                Some(below) => (value, rest) = below,
                None => return self.position(value.offset),
            }
        }
    }

    /// The finding for a value that is not what was needed.
    pub fn finding(&self, mismatch: Mismatch) -> Finding {
        let Mismatch { code, offset, found, expected } = mismatch;
        Finding::error(code, self.position(offset), self.path(offset), found, expected)
    }
}

impl Base {
    fn shift(&self, position: Position) -> Position {
        beyond(self.position, Place::START.position(), position)
    }
}

/// The place of `to` where `from`, which stands before it, is at `base`.
fn beyond(base: Position, from: Position, to: Position) -> Position {
    let column = if to.line == from.line { base.column + to.column - from.column } else { to.column };
    Position { line: base.line + to.line - from.line, column, offset: base.offset + to.offset - from.offset }
}

/// The path of a member of the object at `path`.
pub fn below(path: &str, key: &str) -> String {
    let mut path = path.to_owned();
    push_member(&mut path, key);
    path
}

/// The element that `path`, such as `[3].a`, begins with, and the rest of the path.
fn element_of<'v, 'a, 'p>(elements: &'v [Value<'a>], path: &'p str) -> Option<(&'v Value<'a>, &'p str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((elements.get(index.parse::<usize>().ok()?)?, rest))
}

/// The finding for a problem in bytes that are held whole.
pub(super) fn problem_in(bytes: &[u8], base: &Base, problem: Problem, path: &str) -> Finding {
    let offset = usize::try_from(problem.offset).unwrap_or(usize::MAX).min(bytes.len());
    let position = base.shift(Place::START.after(&bytes[..offset]));
    let path = format!("{}{}", base.path, path.strip_prefix('$').unwrap_or(path));
    Finding::error(problem.code, position, path, problem.found, problem.expected)
}

fn tree<'a>(bytes: &'a [u8], scanner: &mut Scanner<&'a [u8]>) -> Result<Value<'a>, Problem> {
    let mut open: Vec<Partial<'a>> = Vec::new();
    let mut root = None;
    loop {
        let lexeme = scanner.next()?;
        let offset = lexeme.start;
        let quoted = matches!(lexeme.token, Token::Key | Token::String);
        let text = || text_of(bytes, lexeme.start, lexeme.end, quoted, lexeme.escaped, scanner.text());
        let data = match lexeme.token {
            Token::End => {
                return root.ok_or_else(|| Problem {
                    code: Code::Internal,
                    offset,
                    found: "no value".to_owned(),
                    expected: "a value".to_owned(),
                });
            }
            Token::Key => {
                if let Some(Partial::Object(_, members)) = open.last_mut() {
                    members.push(Member { offset, key: text(), value: Value::new(Data::Null) });
                }
                continue;
            }
            Token::ObjectStart => {
                open.push(Partial::Object(offset, Vec::new()));
                continue;
            }
            Token::ArrayStart => {
                open.push(Partial::Array(offset, Vec::new()));
                continue;
            }
            Token::ObjectEnd | Token::ArrayEnd => match open.pop() {
                Some(Partial::Array(start, elements)) => Value { offset: start, data: Data::Array(elements) },
                Some(Partial::Object(start, members)) => Value { offset: start, data: Data::Object(members) },
                None => continue,
            },
            Token::String => Value { offset, data: Data::String(text()) },
            Token::Number => Value { offset, data: Data::Number(Number::scanned(text())) },
            Token::True => Value { offset, data: Data::Bool(true) },
            Token::False => Value { offset, data: Data::Bool(false) },
            Token::Null => Value { offset, data: Data::Null },
        };
        match open.last_mut() {
            None => root = Some(data),
            Some(Partial::Array(_, elements)) => elements.push(data),
            Some(Partial::Object(_, members)) => {
                if let Some(member) = members.last_mut() {
                    member.value = data;
                }
            }
        }
    }
}

/// The text of a string or number: borrowed from the document where it stands there as it is.
fn text_of<'a>(bytes: &'a [u8], start: u64, end: u64, quoted: bool, escaped: bool, unescaped: &[u8]) -> Cow<'a, str> {
    let quote = usize::from(quoted);
    // Offsets within a slice fit a usize.
    let range = start as usize + quote..end as usize - quote;
    match bytes.get(range).map(std::str::from_utf8) {
        Some(Ok(text)) if !escaped => Cow::Borrowed(text),
        _ => Cow::Owned(String::from_utf8_lossy(unescaped).into_owned()),
    }
}
