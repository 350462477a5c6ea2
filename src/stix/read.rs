//! Reading: first where the objects of a bundle stand, then what there is of ids and definitions, then object by object.

use std::{
    io::{self, SeekFrom},
    ops::Range,
};

use super::{
    check::Look,
    document::{Object, StixDocument, encode},
    rules,
    upgrade::is_old,
    versions::Versions,
};
use crate::{
    error::{Code, Ended, Finding, Position, Told},
    json::{Base, Document, Layout, Limits, Listed, Outline, Part, Place, Places, Plan, Value, read_on},
    spool::Source,
};

/// Largest object, and largest rest of a bundle, in bytes: one is in memory at a time (limit `object_bytes`).
pub const OBJECT_BYTES: u64 = 64 * 1024 * 1024;

/// A document that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// All that it says, also what is wrong.
    pub document: StixDocument,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Reads a document that is in memory.
///
/// # Errors
/// The finding after which nothing of it can be used: it is not JSON, over a limit, or no object.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let mut objects = Vec::new();
    let mut reading = Reading::new(io::Cursor::new(bytes), limits, OBJECT_BYTES);
    let (frame, _) = reading.run(&mut |value| objects.push(Object::new(value)))?;
    Ok(Decoded { document: StixDocument { frame, objects }, findings: reading.told.finish() })
}

/// A document of any size whose objects are read by their numbers, when all of it was read once. Memory is 16 bytes for each
/// object, and as [`check`] while it is opened.
#[derive(Debug)]
pub struct Shelf<S> {
    source: S,
    limits: Limits,
    frame: Option<Value<'static>>,
    objects: Vec<Range<u64>>,
    is_outdated: bool,
}

impl<S: Source> Shelf<S> {
    /// Reads all of a document and hands out its objects, in their order; what is wrong with it.
    ///
    /// # Errors
    /// As [`check`].
    pub fn open(
        source: S,
        limits: &Limits,
        sink: &mut dyn FnMut(Value<'static>),
    ) -> Result<(Self, Vec<Finding>), Ended> {
        let mut reading = Reading::new(source, limits, OBJECT_BYTES);
        let mut is_outdated = false;
        let read = reading.run(&mut |value| {
            is_outdated |= is_old(&value, false);
            sink(value.into_owned());
        });
        let told = reading.told.finish();
        let (frame, objects) = read.map_err(|end| Ended { before: told.clone(), end: Box::new(end) })?;
        let is_outdated = is_outdated || frame.as_ref().is_some_and(super::detect::is_version_20);
        Ok((Shelf { source: reading.source, limits: *limits, frame, objects, is_outdated }, told))
    }

    /// Whether anything in it is of STIX 2.0.
    pub fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// The bytes of the object of this number.
    pub fn size(&self, index: usize) -> u64 {
        self.objects.get(index).map_or(0, |range| range.end - range.start)
    }

    /// The bundle's own members, of which `objects` is an empty list; none of an object that stands alone.
    pub fn frame(&self) -> Option<&Value<'static>> {
        self.frame.as_ref()
    }

    /// How many objects there are, with those that could not be read.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How many bytes the document has.
    ///
    /// # Errors
    /// That it cannot be read again.
    pub fn total(&mut self) -> Result<u64, Finding> {
        self.source.seek(SeekFrom::End(0)).map_err(|error| failed(&error, "$", OBJECT_BYTES))
    }

    /// All of the document.
    ///
    /// # Errors
    /// That it cannot be read again.
    pub fn bytes(&mut self) -> Result<Vec<u8>, Finding> {
        let mut bytes = Vec::new();
        let mut all = || self.source.rewind().and_then(|()| self.source.read_to_end(&mut bytes));
        all().map_err(|error| failed(&error, "$", OBJECT_BYTES))?;
        Ok(bytes)
    }

    /// The object of this number.
    ///
    /// # Errors
    /// That it cannot be read, or not again.
    pub fn object(&mut self, index: usize) -> Result<Value<'static>, Finding> {
        let path = format!("$.objects[{index}]");
        let range = self.objects.get(index).cloned().unwrap_or_default();
        let mut bytes = Vec::new();
        let mut read = || {
            self.source.seek(SeekFrom::Start(range.start))?;
            read_on(&mut self.source, range.end - range.start, &mut bytes)
        };
        read().map_err(|error| failed(&error, &path, OBJECT_BYTES))?;
        let base = Base { position: Position::default(), path };
        Ok(Document::parse_at(&bytes, &self.limits, base)?.into_root().into_owned())
    }
}

/// What is wrong with a document of any size. Memory is one object and some 100 bytes for each; the findings are bounded by
/// [`FINDINGS`](crate::error::FINDINGS).
///
/// # Errors
/// As [`decode`], and what reading gives; with what was found before.
pub fn check(source: &mut dyn Source, limits: &Limits) -> Result<Vec<Finding>, Ended> {
    check_within(source, limits, OBJECT_BYTES)
}

pub(super) fn check_within(source: &mut dyn Source, limits: &Limits, object_bytes: u64) -> Result<Vec<Finding>, Ended> {
    let mut reading = Reading::new(source, limits, object_bytes);
    let read = reading.run(&mut |_| {});
    let told = reading.told.finish();
    match read {
        Ok(_) => Ok(told),
        Err(end) => Err(Ended { before: told, end: Box::new(end) }),
    }
}

/// What is wrong with a document in memory. Its findings have no position.
///
/// It is written and read again: a rule looks at a text and names a place in it.
pub fn check_document(document: &StixDocument) -> Vec<Finding> {
    let limits = Limits { total_bytes: u64::MAX, values: u64::MAX, ..Limits::default() };
    // Writing fails where two members have one name, and that is not read either.
    let text = encode(document, Layout::Compact).unwrap_or_default();
    let mut findings = decode(&text, &limits).map_or_else(|finding| vec![finding], |read| read.findings);
    findings.iter_mut().for_each(|finding| finding.position = Position::default());
    findings
}

/// The one list that may be long.
#[derive(Clone, Copy)]
struct Objects;

impl Plan for Objects {
    fn member(self, name: &str) -> Option<Part<Self>> {
        (name == "objects").then_some(Part::List(None))
    }
}

struct Reading<'l, S> {
    source: S,
    limits: &'l Limits,
    object_bytes: u64,
    versions: Versions,
    told: Told,
}

impl<'l, S: Source> Reading<'l, S> {
    fn new(source: S, limits: &'l Limits, object_bytes: u64) -> Self {
        Reading { source, limits, object_bytes, versions: Versions::default(), told: Told::default() }
    }

    /// Reads all; gives the bundle's own members, if it is one, and where its objects stand.
    fn run(&mut self, sink: &mut dyn FnMut(Value<'_>)) -> Result<(Option<Value<'static>>, Vec<Range<u64>>), Finding> {
        // Of the whole there may be many values; of one object there are as few as everywhere.
        let whole = Limits { values: u64::MAX, ..*self.limits };
        let (mut outline, places) = Outline::build(&mut self.source, Objects, &whole, 0)?;
        let mut left = outline
            .read(&mut self.source, self.object_bytes)
            .map_err(|error| failed(&error, "$", self.object_bytes))?;
        let mut frame = self.parse(&left.bytes, &left.stretches, &places)?;
        let is_bundle =
            |frame: &Document<'_>| frame.root().get("type").is_some_and(|kind| kind.as_str() == Ok("bundle"));
        if !is_bundle(&frame) && !outline.lists.is_empty() {
            // `objects` of something else is as any property.
            outline.lists.clear();
            left = outline
                .read(&mut self.source, self.object_bytes)
                .map_err(|error| failed(&error, "$", self.object_bytes))?;
            frame = self.parse(&left.bytes, &left.stretches, &places)?;
        }
        if frame.root().as_object().is_err() {
            let root = frame.root();
            let (position, path) = (frame.position(root.offset), frame.path(root.offset));
            return Err(rules::ROOT.finding(position, path, root.kind(), None));
        }
        if !is_bundle(&frame) {
            if super::detect::is_version_20(frame.root()) {
                self.old(&frame);
            } else {
                self.versions.note(&left.bytes);
                look(&frame, &mut self.versions, &mut self.told);
            }
            sink(frame.into_root());
            return Ok((None, vec![outline.range]));
        }
        let old = super::detect::is_version_20(frame.root());
        if old {
            self.old(&frame);
        } else {
            Look { document: &frame, versions: &self.versions, told: &mut self.told }.frame(frame.root());
        }
        for list in &outline.lists {
            self.list(list, &places, old, sink)?;
        }
        let elements = outline.lists.into_iter().flat_map(|list| list.elements);
        Ok((Some(frame.into_root().into_owned()), elements.map(|element| element.range).collect()))
    }

    /// The objects of a bundle: what there is of ids and definitions, then one by one.
    fn list(
        &mut self,
        list: &Listed,
        places: &Places,
        old: bool,
        sink: &mut dyn FnMut(Value<'_>),
    ) -> Result<(), Finding> {
        let start = list.inside.start;
        let object_bytes = self.object_bytes;
        let fail = |error| failed(&error, "$.objects", object_bytes);
        let place = places.place(&mut self.source, start).map_err(fail)?;
        let mut bytes = Vec::new();
        if !old {
            self.source.seek(SeekFrom::Start(start)).map_err(fail)?;
            let mut forward = Forward { source: &mut self.source, place, at: start };
            for element in &list.elements {
                forward.next(&element.range, self.object_bytes, &mut bytes).map_err(fail)?;
                self.versions.note(&bytes);
            }
        }
        self.source.seek(SeekFrom::Start(start)).map_err(fail)?;
        let mut forward = Forward { source: &mut self.source, place, at: start };
        for (index, element) in list.elements.iter().enumerate() {
            let position = forward.next(&element.range, self.object_bytes, &mut bytes).map_err(fail)?;
            let path = format!("$.objects[{index}]");
            let len = element.range.end - element.range.start;
            if len > self.object_bytes {
                let expected = format!("at most {} bytes (limit object_bytes)", self.object_bytes);
                let found = format!("{len} bytes");
                self.told.tell(Finding::error(Code::LimitExceeded, position, path, found, expected));
                continue;
            }
            match Document::parse_at(&bytes, self.limits, Base { position, path }) {
                Ok(document) => {
                    if !old {
                        look(&document, &mut self.versions, &mut self.told);
                    }
                    sink(document.into_root());
                }
                Err(finding) => self.told.tell(finding),
            }
        }
        Ok(())
    }

    fn parse<'b>(
        &mut self,
        bytes: &'b [u8],
        stretches: &[(usize, u64)],
        places: &Places,
    ) -> Result<Document<'b>, Finding> {
        let mut cuts = Vec::new();
        for (from, offset) in stretches {
            let place =
                places.place(&mut self.source, *offset).map_err(|error| failed(&error, "$", self.object_bytes))?;
            cuts.push((*from, place.position()));
        }
        let position = cuts.first().map_or(Place::START.position(), |(_, position)| *position);
        Document::parse_cut(bytes, self.limits, Base { position, path: "$".to_owned() }, cuts)
    }

    /// A document of STIX 2.0.
    fn old(&mut self, document: &Document<'_>) {
        let at = document.root().get("spec_version").unwrap_or(document.root());
        let (position, path) = (document.position(at.offset), document.path(at.offset));
        self.told.tell(rules::VERSION_20.finding(position, path, "STIX 2.0", None));
    }
}

/// Looks at an object, by itself and beside the others.
fn look(document: &Document<'_>, versions: &mut Versions, told: &mut Told) {
    Look { document, versions, told }.element(document.root());
    versions.look(document, document.root(), told);
}

/// A source that is read forward, element by element: to seek would throw away what it has read ahead.
struct Forward<'s, S> {
    source: &'s mut S,
    place: Place,
    at: u64,
}

impl<S: Source> Forward<'_, S> {
    /// Reads an element, and gives the place of its first byte. One of more than `most` bytes is passed over.
    fn next(&mut self, range: &Range<u64>, most: u64, bytes: &mut Vec<u8>) -> io::Result<Position> {
        self.pass(range.start, bytes)?;
        let position = self.place.position();
        if range.end - range.start > most {
            self.pass(range.end, bytes)?;
            bytes.clear();
        } else {
            self.piece(range.end - range.start, bytes)?;
        }
        Ok(position)
    }

    fn pass(&mut self, to: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        const PIECE: u64 = 64 * 1024;
        while self.at < to {
            self.piece(PIECE.min(to - self.at), bytes)?;
        }
        Ok(())
    }

    fn piece(&mut self, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        read_on(self.source, len, bytes)?;
        self.place.advance(bytes);
        self.at += len;
        Ok(())
    }
}

fn failed(error: &io::Error, at: &str, object_bytes: u64) -> Finding {
    if error.kind() == io::ErrorKind::FileTooLarge {
        let expected = format!("at most {object_bytes} bytes (limit object_bytes)");
        return Finding::error(Code::LimitExceeded, Position::default(), at, "more", expected);
    }
    Finding::error(Code::FileUnreadable, Position::default(), at, error.to_string(), "readable input")
}
