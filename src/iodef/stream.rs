//! Documents that are larger than memory should be, read and written piece by piece.

use std::{
    fmt,
    io::{self, BufRead, Write},
};

use super::{
    Decoded, IodefDocument,
    codec::{PREFIXES, refuse, unwritable},
    mapkeys::MAPKEYS,
    profile::{self, Profile},
    rules::Checker,
};
use crate::{
    cbor,
    class::{self, ClassDef, Fields, Hole, List, Path, Rules as _, Shape, Window, fields_of, members_of},
    error::{Ended, Finding},
    json,
    spool::{Rope, Source, Spool, Twine, Whole},
    xml::{self, Reader},
};

/// The bindings of RFC 7970 and RFC 8727.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// RFC 7970, as the schema of the profile has it.
    Xml(Profile),
    /// RFC 8727, JSON.
    Json,
    /// RFC 8727, CBOR.
    Cbor,
}

/// Reads RFC 7970 XML; beyond the window, the elements of long lists go to its sink and are not in the result.
///
/// # Errors
/// As [`decode_xml`](super::decode_xml), and what the sink gives.
pub fn stream_xml<R: BufRead>(input: R, limits: xml::Limits, window: Window<'_>) -> Result<Decoded, Ended> {
    let mut document = IodefDocument::default();
    let findings = class::stream_xml(&mut document, &mut Reader::new(input, limits), &mut Checker::default(), window)?;
    Ok(Decoded { document, findings })
}

/// The same for RFC 8727 JSON, which is read more than once.
///
/// # Errors
/// As [`decode_json`](super::decode_json), and what the sink gives.
pub fn stream_json(source: &mut dyn Source, limits: &json::Limits, window: Window<'_>) -> Result<Decoded, Ended> {
    let mut document = IodefDocument::default();
    let findings = class::stream_json(&mut document, source, limits, &mut Checker::default(), window)?;
    Ok(Decoded { document, findings })
}

/// The same for RFC 8727 CBOR, which is put aside as JSON.
///
/// # Errors
/// As [`decode_cbor`](super::decode_cbor), and what the sink gives.
pub fn stream_cbor(source: &mut dyn Source, limits: &cbor::Limits, window: Window<'_>) -> Result<Decoded, Ended> {
    let mut document = IodefDocument::default();
    let findings = class::stream_cbor(&mut document, source, limits, MAPKEYS, &mut Checker::default(), window)?;
    Ok(Decoded { document, findings })
}

/// Writes a document whose long lists come element by element, each as soon as it is known, the rest of it at the end.
pub struct Encoder {
    binding: Binding,
    spool: Spool,
    /// What was written keeps the rules so far.
    checker: Checker,
    /// Lists that are being written, by how many long lists they are in.
    lists: Vec<Vec<Written>>,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("binding", &self.binding).field("spool", &self.spool).finish_non_exhaustive()
    }
}

/// Elements of a list that were written.
#[derive(Debug)]
struct Written {
    route: Vec<usize>,
    rope: Rope,
    count: usize,
}

impl Encoder {
    /// Begins a document.
    pub fn new(binding: Binding) -> Self {
        Encoder { binding, spool: Spool::new(), checker: Checker::default(), lists: Vec::new() }
    }

    /// Writes an element of a long list behind those that were written. `path` is its place. If it is the one whose own
    /// lists were written last, they are put into it.
    ///
    /// # Errors
    /// What the element lacks, or the character that the binding cannot hold.
    pub fn element(
        &mut self,
        list: &List<'_>,
        class: &dyn Fields,
        path: &Path<'_>,
        has_lists: bool,
    ) -> Result<(), Vec<Finding>> {
        let level = list.routes.len();
        let inner =
            if has_lists && self.lists.len() > level { self.lists.split_off(level).swap_remove(0) } else { Vec::new() };
        self.refuse(class, path, &inner)?;
        let Some(route) = list.routes.last() else { return Ok(()) };
        self.lists.resize_with(level.max(self.lists.len()), Vec::new);
        let before = self.lists[level - 1].iter().find(|written| written.route == *route).map_or(0, |w| w.count);
        let depth = self.depth(list.routes);
        let spool = &mut self.spool;
        let name = (class.def().ns, list.field.name);
        let written = write(self.binding, class, Place::Within { name, depth, first: before == 0 }, spool, &inner);
        let rope = written.map_err(|error| vec![unwritable(error, path)])?;
        let lists = &mut self.lists[level - 1];
        match lists.iter_mut().find(|written| written.route == *route) {
            Some(written) => {
                written.rope.append(&rope);
                written.count += 1;
            }
            None => lists.push(Written { route: route.clone(), rope, count: 1 }),
        }
        Ok(())
    }

    /// Leaves out an element of a long list, with the lists of its own that were written.
    pub fn leave_out(&mut self, list: &List<'_>) {
        self.lists.truncate(list.routes.len());
    }

    /// Ends the document: writes the rest of it around the lists.
    ///
    /// # Errors
    /// What the document lacks, or the character that the binding cannot hold.
    pub fn finish(mut self, document: &IodefDocument) -> Result<Whole, Vec<Finding>> {
        let path = Path::root(IodefDocument::DEF.name);
        let lists = if self.lists.is_empty() { Vec::new() } else { self.lists.swap_remove(0) };
        self.refuse(document, &path, &lists)?;
        let mut open = Vec::new();
        self.checker.end(&mut |finding| open.push(finding));
        refuse(open)?;
        let written = write(self.binding, document, Place::Whole, &mut self.spool, &lists);
        let rope = written.map_err(|error| vec![unwritable(error, &path)])?;
        Ok(Whole::new(self.spool, rope))
    }

    fn refuse(&mut self, class: &dyn Fields, path: &Path<'_>, written: &[Written]) -> Result<(), Vec<Finding>> {
        let seen: Vec<&[usize]> = written.iter().map(|list| list.route.as_slice()).collect();
        let mut findings = Vec::new();
        examine(self.binding, class, path, &seen, &mut self.checker, &mut findings);
        refuse(findings)
    }

    /// How many elements, or arrays and objects, are open where the elements of a list stand.
    fn depth(&self, routes: &[Vec<usize>]) -> usize {
        let mut depth = 0;
        let mut def: &'static ClassDef = const { &IodefDocument::DEF };
        for route in routes {
            depth += match self.binding {
                Binding::Xml(_) => route.len(),
                // The object that has the list, those on the way to it, and the array.
                Binding::Json | Binding::Cbor => members_of(def, route).len() + 1,
            };
            let field = fields_of(def, route).pop();
            if let Some(Shape::Class(inner)) = field.map(|field| (field.shape)()) {
                def = inner;
            }
        }
        depth
    }
}

/// What is wrong with a part of a document that is to be written, but for lists that were looked at before (by the routes to
/// them). JSON and CBOR require more, and have no place for some ids.
pub(super) fn examine(
    binding: Binding,
    part: &dyn Fields,
    path: &Path<'_>,
    seen: &[&[usize]],
    checker: &mut Checker,
    findings: &mut Vec<Finding>,
) {
    if !matches!(binding, Binding::Xml(_)) {
        checker.without(profile::unsayable_ids(part, path));
        findings.extend(class::check_json_at(part, path));
    }
    class::check_part(part, path, seen, checker, findings);
}

/// Where in a document something is written.
enum Place<'n> {
    /// It is the document.
    Whole,
    /// It is an element of this name, so deep, of a list; whether the first.
    Within { name: (&'n str, &'n str), depth: usize, first: bool },
}

/// Any of the writers' errors.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error(transparent)]
    Xml(#[from] xml::WriteError),
    #[error(transparent)]
    Json(#[from] json::WriteError),
    #[error(transparent)]
    Cbor(#[from] cbor::WriteError),
    #[error("cannot put aside what is written")]
    Disk(#[from] io::Error),
}

/// Writes a class with the lists that were written before.
fn write<'s>(
    binding: Binding,
    class: &dyn Fields,
    place: Place<'_>,
    spool: &'s mut Spool,
    lists: &[Written],
) -> Result<Rope, WriteError> {
    let fills: Vec<_> = lists.iter().map(|list| |out: &mut Twine<'s>| out.splice(&list.rope)).collect();
    let holes: Vec<Hole<'_, Twine<'s>>> =
        lists.iter().zip(&fills).map(|(list, fill)| Hole { route: &list.route, count: list.count, fill }).collect();
    let written = write_into(binding, class, place, Twine::new(spool), &holes)?;
    Ok(written.finish()?)
}

fn write_into<W: Write>(
    binding: Binding,
    class: &dyn Fields,
    place: Place<'_>,
    out: W,
    holes: &[Hole<'_, W>],
) -> Result<W, WriteError> {
    match (binding, place) {
        (Binding::Xml(profile), Place::Whole) => {
            let mut writer = xml::Writer::new(out, &PREFIXES, xml::Layout::Indented)?;
            class::to_xml(class, profile.dialect(), &mut writer, holes)?;
            Ok(writer.finish()?)
        }
        (Binding::Xml(profile), Place::Within { name, depth, .. }) => {
            let mut writer = xml::Writer::within(out, &PREFIXES, xml::Layout::Indented, depth)?;
            class::write_element(class, name, profile.dialect(), &mut writer, holes)?;
            Ok(writer.finish_within(depth)?)
        }
        (Binding::Json, Place::Whole) => {
            let mut writer = json::Writer::new(out, json::Layout::Indented);
            class::write_json(class, profile::RFC8727.lacks, &mut writer, holes)?;
            Ok(writer.finish()?)
        }
        (Binding::Json, Place::Within { depth, first, .. }) => {
            let mut writer = json::Writer::within(out, json::Layout::Indented, depth, first);
            class::write_json(class, profile::RFC8727.lacks, &mut writer, holes)?;
            Ok(writer.finish_within(depth)?)
        }
        (Binding::Cbor, _) => {
            let mut writer = cbor::Writer::new(out, cbor::Order::AsGiven);
            class::write_cbor(class, profile::RFC8727.lacks, MAPKEYS, &mut writer, holes)?;
            Ok(writer.finish()?)
        }
    }
}

/// Writes a whole document that is in memory.
pub(super) fn write_whole(binding: Binding, document: &IodefDocument) -> Result<Vec<u8>, WriteError> {
    write_into(binding, document, Place::Whole, Vec::new(), &[])
}
