//! Reading: first where the objects of a bundle stand, then what there is of ids and definitions, then object by object.

use std::io::{self, SeekFrom};

use super::{
    check::Look,
    document::{Object, StixDocument},
    rules::{self, Rule},
    told::Told,
    versions::Versions,
};
use crate::{
    error::{Code, Finding, Position},
    json::{Base, Document, Limits, Outline, Part, Place, Places, Plan, Value, read_on},
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

/// Findings with the rules that they are of.
pub(super) type Ruled = Vec<(Option<&'static Rule>, Finding)>;

/// Reads a document that is in memory.
///
/// # Errors
/// The finding after which nothing of it can be used: it is not JSON, over a limit, or no object.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let (document, ruled) = decode_ruled(bytes, limits)?;
    Ok(Decoded { document, findings: ruled.into_iter().map(|(_, finding)| finding).collect() })
}

pub(super) fn decode_ruled(bytes: &[u8], limits: &Limits) -> Result<(StixDocument, Ruled), Finding> {
    let mut objects = Vec::new();
    let mut reading = Reading::new(io::Cursor::new(bytes), limits);
    let frame = reading.run(&mut |value| objects.push(Object::new(value)))?;
    Ok((StixDocument { frame, objects }, reading.told.finish()))
}

/// What is wrong with a document of any size. Memory is one object and some 100 bytes for each; the findings are bounded by
/// [`crate::class::FINDINGS`].
///
/// # Errors
/// As [`decode`], and what reading gives.
pub fn check(source: &mut dyn Source, limits: &Limits) -> Result<Vec<Finding>, Finding> {
    let mut reading = Reading::new(source, limits);
    reading.run(&mut |_| {})?;
    Ok(reading.told.finish().into_iter().map(|(_, finding)| finding).collect())
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
    versions: Versions,
    told: Told,
}

impl<'l, S: Source> Reading<'l, S> {
    fn new(source: S, limits: &'l Limits) -> Self {
        Reading { source, limits, versions: Versions::default(), told: Told::default() }
    }

    /// Reads all; gives the bundle's own members, if it is one.
    fn run(&mut self, sink: &mut dyn FnMut(Value<'_>)) -> Result<Option<Value<'static>>, Finding> {
        // Of the whole there may be many values; of one object there are as few as everywhere.
        let whole = Limits { values: u64::MAX, ..*self.limits };
        let (mut outline, places) = Outline::build(&mut self.source, Objects, &whole, 0)?;
        let mut left = outline.read(&mut self.source, OBJECT_BYTES).map_err(|error| failed(&error, "$"))?;
        let mut frame = self.parse(&left.bytes, &left.stretches, &places)?;
        let is_bundle =
            |frame: &Document<'_>| frame.root().get("type").is_some_and(|kind| kind.as_str() == Ok("bundle"));
        if !is_bundle(&frame) && !outline.lists.is_empty() {
            // `objects` of something else is as any property.
            outline.lists.clear();
            left = outline.read(&mut self.source, OBJECT_BYTES).map_err(|error| failed(&error, "$"))?;
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
                self.object(&frame);
            }
            sink(frame.into_root());
            return Ok(None);
        }
        let old = super::detect::is_version_20(frame.root());
        if old {
            self.old(&frame);
        } else {
            Look { document: &frame, versions: &self.versions, told: &mut self.told }.frame(frame.root());
        }
        for list in &outline.lists {
            let ranges = || list.elements.iter().map(|element| element.range.start..element.range.end);
            let mut bytes = Vec::new();
            if !old {
                for range in ranges().filter(|range| range.end - range.start <= OBJECT_BYTES) {
                    bytes.clear();
                    let read = self.source.seek(SeekFrom::Start(range.start));
                    let read = read.and_then(|_| read_on(&mut self.source, range.end - range.start, &mut bytes));
                    read.map_err(|error| failed(&error, "$.objects"))?;
                    self.versions.note(&bytes);
                }
            }
            let start = list.inside.start;
            let mut place = places.place(&mut self.source, start).map_err(|error| failed(&error, "$.objects"))?;
            let mut at = start;
            for (index, range) in ranges().enumerate() {
                let path = format!("$.objects[{index}]");
                bytes.clear();
                let read = self.source.seek(SeekFrom::Start(at));
                let read = read.and_then(|_| read_on(&mut self.source, range.start - at, &mut bytes));
                read.map_err(|error| failed(&error, &path))?;
                place.advance(&bytes);
                let base = Base { position: place.position(), path: path.clone() };
                bytes.clear();
                read_on(&mut self.source, range.end - range.start, &mut bytes)
                    .map_err(|error| failed(&error, &path))?;
                place.advance(&bytes);
                at = range.end;
                match Document::parse_at(&bytes, self.limits, base) {
                    Ok(document) => {
                        if !old {
                            self.object(&document);
                        }
                        sink(document.into_root());
                    }
                    Err(finding) => self.told.push(None, finding),
                }
            }
        }
        Ok(Some(frame.into_root().into_owned()))
    }

    fn parse<'b>(
        &mut self,
        bytes: &'b [u8],
        stretches: &[(usize, u64)],
        places: &Places,
    ) -> Result<Document<'b>, Finding> {
        let mut cuts = Vec::new();
        for (from, offset) in stretches {
            let place = places.place(&mut self.source, *offset).map_err(|error| failed(&error, "$"))?;
            cuts.push((*from, place.position()));
        }
        let position = cuts.first().map_or(Place::START.position(), |(_, position)| *position);
        Document::parse_cut(bytes, self.limits, Base { position, path: "$".to_owned() }, cuts)
    }

    fn object(&mut self, document: &Document<'_>) {
        Look { document, versions: &self.versions, told: &mut self.told }.element(document.root());
        self.versions.look(document, document.root(), &mut self.told);
    }

    /// A document of STIX 2.0.
    fn old(&mut self, document: &Document<'_>) {
        let at = document.root().get("spec_version").unwrap_or(document.root());
        let (position, path) = (document.position(at.offset), document.path(at.offset));
        self.told.push(Some(&rules::VERSION_20), rules::VERSION_20.finding(position, path, "STIX 2.0", None));
    }
}

fn failed(error: &io::Error, at: &str) -> Finding {
    if error.kind() == io::ErrorKind::FileTooLarge {
        let expected = format!("at most {OBJECT_BYTES} bytes (limit object_bytes)");
        return Finding::error(Code::LimitExceeded, Position::default(), at, "more", expected);
    }
    Finding::error(Code::FileUnreadable, Position::default(), at, error.to_string(), "readable input")
}
