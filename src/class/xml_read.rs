//! XML to classes, by the table.
//!
//! What XML or the limits forbid ends the reading. What the class forbids is a finding, and the reading goes on: an
//! element that does not belong there is left out, one out of order is taken, an unknown value is kept.

use std::io::BufRead;

use super::{
    Fields, Node, Path, Place, Rules, Slot, ViewMut, check,
    def::{ClassDef, FieldDef, Kind, Shape},
    stream::{Spine, Window},
};
use crate::{
    error::{Code, Ended, Finding, Position, Severity, Told},
    xml::{Event, Name, Reader, Start, Verbatim, XML_NS},
};

/// The namespace of `xsi:schemaLocation` and `xsi:type`, which every document may have and nothing here follows.
const XSI_NS: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads a document whose root is `root`'s class, into `root`; gives the findings, in the order of the document: what is
/// wrong with a class as a whole stands at its end, what is wrong with the document at the end of all.
///
/// # Errors
/// A finding that ends the reading: not well-formed, over a limit, or another root element.
pub fn from_xml<R: BufRead>(
    root: &mut dyn Fields,
    reader: &mut Reader<R>,
    rules: &mut dyn Rules,
) -> Result<Vec<Finding>, Finding> {
    read(root, reader, rules, None).map_err(|ended| *ended.end)
}

/// The same for a document that may be long: beyond the window, elements of its long lists go to the sink.
///
/// # Errors
/// As [`from_xml`], and what the sink gives.
pub fn stream_xml<R: BufRead>(
    root: &mut dyn Fields,
    reader: &mut Reader<R>,
    rules: &mut dyn Rules,
    window: Window<'_>,
) -> Result<Vec<Finding>, Ended> {
    read(root, reader, rules, Some(window))
}

fn read<R: BufRead>(
    root: &mut dyn Fields,
    reader: &mut Reader<R>,
    rules: &mut dyn Rules,
    window: Option<Window<'_>>,
) -> Result<Vec<Finding>, Ended> {
    let def = root.def();
    let path = Path::root(def.name);
    let mut findings = Told::default();
    let wrong_root = |position, found: &str| {
        let expected = format!("root element {} of namespace {}", def.name, def.ns);
        Finding::error(Code::FormatUnknown, position, "/", found, expected)
    };
    let mut marks = Vec::new();
    let position = match reader.next()? {
        Event::Start(start) if start.name() == (def.ns, def.name) => {
            attributes(root, &start, &path, &mut marks, &mut findings);
            start.position()
        }
        Event::Start(start) => return Err(wrong_root(start.position(), &start.name().to_string()).into()),
        _ => return Err(wrong_root(Position::default(), "no element").into()),
    };
    let mut context = Context {
        reader,
        rules,
        marks,
        counts: Vec::new(),
        text: String::new(),
        findings,
        window,
        spine: Spine::new(),
        released: 0,
    };
    let read = context.content(root, Begun { position, marks: 0 }, &path);
    // Behind the root comes the end of the document, or what must not follow it.
    if let Err(end) = read.and_then(|()| context.reader.next().map(drop)) {
        return Err(Ended { before: context.findings.finish(), end: Box::new(end) });
    }
    context.rules.end(&mut |finding| context.findings.tell(finding));
    Ok(context.findings.finish())
}

struct Context<'r, 'w, R: BufRead> {
    reader: &'r mut Reader<R>,
    rules: &'r mut dyn Rules,
    marks: Vec<Mark>,
    /// How many of each child element there were, of all open elements, for paths.
    counts: Vec<(&'static str, usize)>,
    /// The text of an element, in a buffer that is used again.
    text: String,
    findings: Told,
    window: Option<Window<'w>>,
    spine: Spine,
    /// Bytes of what was handed on.
    released: u64,
}

/// Where an attribute or a child of an element that is being read stands.
struct Mark {
    name: &'static str,
    /// Which of several it is, from 1; 0 for what can be there only once.
    item: usize,
    position: Position,
}

/// Marks that are kept of one element: what stands further back in a long list has the element's place.
const MARKS: usize = 64;

/// An element whose start tag was read.
#[derive(Clone, Copy)]
struct Begun {
    position: Position,
    /// Where its marks begin, behind those of the elements around it.
    marks: usize,
}

/// Where an element stands that was read.
struct Here<'p> {
    path: &'p Path<'p>,
    start: Position,
    marks: &'p [Mark],
}

impl Place for Here<'_> {
    fn json(&self) -> bool {
        false
    }
    fn position(&self, field: Option<&FieldDef>, item: usize) -> Position {
        let is_it = |mark: &&Mark, field: &FieldDef| mark.name == field.name && (item == 0 || mark.item == item);
        let mark = field.and_then(|field| self.marks.iter().find(|mark| is_it(mark, field)));
        mark.map_or(self.start, |mark| mark.position)
    }
    fn tried(&self, field: &FieldDef) -> bool {
        // The text of an element is there, be it empty.
        field.kind == Kind::Content || self.marks.iter().any(|mark| mark.name == field.name)
    }
    fn path(&self, field: Option<&FieldDef>, item: usize) -> String {
        self.path.path(field, item)
    }
}

impl<R: BufRead> Context<'_, '_, R> {
    /// Everything from after the start tag to the end tag.
    fn content(&mut self, class: &mut dyn Fields, begun: Begun, path: &Path<'_>) -> Result<(), Finding> {
        let def = class.def();
        match def.own.and_then(|index| Some((&def.fields[index], class.slot_mut(index)?))) {
            None => self.elements(class, begun, path)?,
            Some((field, slot)) => {
                let position = self.reader.position();
                let own = Begun { position, ..begun };
                if !self.fill(slot.add(), field.card.required(), own, path)? {
                    slot.pop();
                }
            }
        }
        let marks = self.marks.get(begun.marks..).unwrap_or_default();
        check::complete(class, &Here { path, start: begun.position, marks }, self.rules, &mut self.findings);
        self.findings.bound();
        self.marks.truncate(begun.marks);
        Ok(())
    }

    /// The content of one element into a node; false when there is none that the type accepts.
    fn fill(&mut self, node: &mut dyn Node, required: bool, begun: Begun, path: &Path<'_>) -> Result<bool, Finding> {
        match node.view_mut() {
            ViewMut::Class(class) => {
                self.content(class, begun, path)?;
                Ok(true)
            }
            ViewMut::Foreign(place) => {
                *place = self.reader.verbatim_content()?;
                Ok(required || *place != Verbatim::Text(String::new()))
            }
            ViewMut::Simple(simple) => {
                self.text(path)?;
                let fits = simple.set(&self.text);
                if !fits && (required || !self.text.is_empty()) {
                    let (position, expected) = (begun.position, simple.def().expected);
                    let finding = Finding::error(Code::ValueInvalid, position, path.to_string(), &self.text, expected);
                    self.findings.push(finding);
                }
                Ok(fits)
            }
            // No table has either as the content of an element.
            ViewMut::Coded(_) | ViewMut::Choice(_) => {
                self.reader.skip_element()?;
                Ok(false)
            }
        }
    }

    /// Reads the text up to the end tag; elements inside it do not belong there.
    fn text(&mut self, path: &Path<'_>) -> Result<(), Finding> {
        self.text.clear();
        loop {
            match self.reader.next()? {
                Event::Text(more) => self.text.push_str(more.as_str()),
                Event::Start(start) => {
                    self.findings.push(unexpected(&start, path, "text only"));
                    self.reader.skip_element()?;
                }
                Event::End | Event::Eof => return Ok(()),
            }
        }
    }

    /// Child elements up to the end tag of the class.
    fn elements(&mut self, class: &mut dyn Fields, begun: Begun, path: &Path<'_>) -> Result<(), Finding> {
        let def = class.def();
        let mut cursor = Cursor { counts: self.counts.len(), ..Cursor::default() };
        loop {
            let child = match self.reader.next()? {
                Event::End | Event::Eof => {
                    self.counts.truncate(cursor.counts);
                    return Ok(());
                }
                Event::Text(text) => {
                    if !text.is_blank() {
                        let code = Code::ClassUnknownElement;
                        let place = path.to_string();
                        self.findings.push(Finding::error(
                            code,
                            text.position(),
                            place,
                            text.as_str(),
                            "elements only",
                        ));
                    }
                    continue;
                }
                Event::Start(start) => start,
            };
            let found = find(def, &child, cursor.field);
            let Some((at, slot)) = found.and_then(|at| Some((at, class.slot_mut(at.field)?))) else {
                self.findings.push(unexpected(&child, path, &format!("a child of {}", def.name)));
                self.reader.skip_element()?;
                continue;
            };
            let field = &def.fields[at.field];
            let position = child.position();
            if at.field < cursor.field {
                let found = format!("{} after {}", at.name, def.fields[cursor.field].name);
                let expected = format!("the order of class {}", def.name);
                let place = path.to_string();
                let (severity, code) = (Severity::Warning, Code::ClassOrder);
                self.findings.push(Finding::new(severity, code, position, place, found, expected));
            }
            cursor.field = cursor.field.max(at.field);
            if !field.card.many() && !slot.is_empty() {
                let found = format!("a second {}", at.name);
                let (code, place) = (Code::ClassRepeated, path.to_string());
                self.findings.push(Finding::error(code, position, place, found, "at most one"));
                self.reader.skip_element()?;
                continue;
            }
            let nth = if field.card.many() { cursor.position(at, &mut self.counts) } else { 0 };
            let here = path.item(at.name, nth);
            let handed_on = cursor.handed_on(at.field);
            if self.marks.len().saturating_sub(begun.marks) < MARKS {
                self.marks.push(Mark { name: at.name, item: nth, position });
            }
            let inner = Begun { position, marks: self.marks.len() };
            if let Some(node) = begin(slot, field.kind, at, &mut cursor.group) {
                match node.view_mut() {
                    ViewMut::Class(child_class) => {
                        attributes(child_class, &child, &here, &mut self.marks, &mut self.findings);
                    }
                    _ => no_attributes(&child, &here, &mut self.findings),
                }
            }
            let released = self.released;
            let step = self.window.is_some().then(|| self.spine.enter(class, at.field));
            let filled = match class.slot_mut(at.field).and_then(|slot| last(slot, field.kind, at)) {
                Some(node) => self.fill(node, true, inner, &here)?,
                None => false,
            };
            if let Some(step) = step {
                self.spine.leave(step);
            }
            if !filled && let Some(slot) = class.slot_mut(at.field) {
                undo(slot, field.kind, at);
            }
            if let Some(window) = &mut self.window {
                let offset = self.reader.offset();
                if field.long && field.card.many() && self.spine.is_on() && self.spine.level() <= window.levels {
                    let (from, released) = *cursor.waiting.get_or_insert((position.offset, released));
                    if offset - begun.position.offset >= window.bytes {
                        self.spine.hand_on(class, at.field, handed_on, path, window.sink)?;
                        cursor.hand_on(at.field, nth);
                        cursor.waiting = None;
                        self.released = released + (offset - from);
                    }
                }
                if offset - self.released > window.rest {
                    let expected = format!("at most {} bytes outside long lists (limit rest_bytes)", window.rest);
                    return Err(Finding::error(Code::LimitExceeded, position, here.to_string(), "more", expected));
                }
            }
        }
    }
}

/// The field that a child element belongs to.
#[derive(Clone, Copy)]
struct At {
    field: usize,
    /// In a choice: the variant. In a group: the field of the group.
    inner: usize,
    /// In a choice within a group: the variant.
    variant: usize,
    name: &'static str,
}

/// How far the reading of a class's children has come.
#[derive(Default)]
struct Cursor {
    field: usize,
    group: usize,
    /// Where its counts begin.
    counts: usize,
    /// Where the first element of a long list stands that was not handed on, and what had been released before it.
    waiting: Option<(u64, u64)>,
    /// How many elements of each field went to the sink.
    handed_on: Vec<(usize, usize)>,
}

impl Cursor {
    fn handed_on(&self, field: usize) -> usize {
        self.handed_on.iter().find(|(of, _)| *of == field).map_or(0, |(_, count)| *count)
    }

    fn hand_on(&mut self, field: usize, all: usize) {
        self.handed_on.retain(|(of, _)| *of != field);
        self.handed_on.push((field, all));
    }

    fn position(&self, at: At, counts: &mut Vec<(&'static str, usize)>) -> usize {
        if let Some((_, count)) = counts.iter_mut().skip(self.counts).find(|(name, _)| *name == at.name) {
            *count += 1;
            return *count;
        }
        counts.push((at.name, 1));
        1
    }
}

/// The field of this element, looked for from `from` on, since most documents keep the order.
fn find(def: &'static ClassDef, start: &Start<'_>, from: usize) -> Option<At> {
    let Name { ns, local } = start.name();
    let own = ns == def.ns;
    let matches = |field: &FieldDef| {
        (field.name == local || field.alias == Some(local)) && field.ns.map_or(own, |other| other == ns)
    };
    let variant_of = |shape: Shape| match shape {
        Shape::Choice(choice) => {
            choice.variants.iter().position(matches).map(|variant| (variant, choice.variants[variant].name))
        }
        _ => None,
    };
    let count = def.fields.len();
    (from..count).chain(0..from.min(count)).find_map(|index| {
        let field = &def.fields[index];
        match field.kind {
            Kind::Element => matches(field).then_some(At { field: index, inner: 0, variant: 0, name: field.name }),
            Kind::Choice => {
                variant_of((field.shape)()).map(|(inner, name)| At { field: index, inner, variant: 0, name })
            }
            Kind::Group => {
                let Shape::Class(group) = (field.shape)() else { return None };
                group.fields.iter().enumerate().find_map(|(inner, part)| match part.kind {
                    Kind::Element => matches(part).then_some(At { field: index, inner, variant: 0, name: part.name }),
                    _ => variant_of((part.shape)()).map(|(variant, name)| At { field: index, inner, variant, name }),
                })
            }
            Kind::Attribute | Kind::Content | Kind::Mixed => None,
        }
    })
}

/// Makes the blank node that the element fills.
fn begin<'s>(slot: &'s mut dyn Slot, kind: Kind, at: At, group: &mut usize) -> Option<&'s mut dyn Node> {
    match kind {
        Kind::Choice => match slot.add().view_mut() {
            ViewMut::Choice(choice) => Some(choice.choose(at.inner)),
            _ => None,
        },
        Kind::Group => {
            // A group begins anew when an element comes that cannot follow within the same one.
            if slot.is_empty() || at.inner == 0 || at.inner < *group {
                slot.add();
            }
            *group = at.inner;
            if let ViewMut::Choice(choice) = last_part(slot, at)?.add().view_mut() {
                choice.choose(at.variant);
            }
            last(slot, kind, at)
        }
        _ => Some(slot.add()),
    }
}

/// The node that was made last.
fn last(slot: &mut dyn Slot, kind: Kind, at: At) -> Option<&mut dyn Node> {
    let slot = if kind == Kind::Group { last_part(slot, at)? } else { slot };
    let index = slot.len().checked_sub(1)?;
    let node = slot.get_mut(index)?;
    if matches!(node.view(), super::View::Choice(..)) {
        return match node.view_mut() {
            ViewMut::Choice(choice) => Some(choice.inner_mut()),
            _ => None,
        };
    }
    Some(node)
}

/// Removes the node that was made last.
fn undo(slot: &mut dyn Slot, kind: Kind, at: At) {
    if kind == Kind::Group {
        if let Some(part) = last_part(slot, at) {
            part.pop();
        }
    } else {
        slot.pop();
    }
}

/// The field of the newest group that the element belongs to.
fn last_part(slot: &mut dyn Slot, at: At) -> Option<&mut dyn Slot> {
    let index = slot.len().checked_sub(1)?;
    match slot.get_mut(index)?.view_mut() {
        ViewMut::Class(group) => group.slot_mut(at.inner),
        _ => None,
    }
}

/// The attributes of one element into its class.
fn attributes(
    class: &mut dyn Fields,
    start: &Start<'_>,
    path: &Path<'_>,
    marks: &mut Vec<Mark>,
    findings: &mut Vec<Finding>,
) {
    let def = class.def();
    let fields = || def.fields.iter().enumerate().take_while(|(_, field)| field.kind == Kind::Attribute);
    let written = |wanted: &str| start.attribute(("", wanted));
    for attribute in start.attributes() {
        let (ns, local) = (attribute.name.ns, attribute.name.local);
        if ns == XSI_NS {
            continue;
        }
        let here = || format!("{path}/@{local}");
        let named = |field: &FieldDef| match ns {
            "" => field.name == local,
            XML_NS => field.name.strip_prefix("xml:") == Some(local),
            _ => false,
        };
        if let Some((index, field)) = fields().find(|(_, field)| named(field)) {
            let Some(slot) = class.slot_mut(index) else { continue };
            marks.push(Mark { name: field.name, item: 0, position: attribute.position });
            let ext = field.ext.and_then(written);
            let mut report = |severity, code, found: &str, expected: &str| {
                findings.push(Finding::new(severity, code, attribute.position, here(), found, expected));
            };
            match slot.add().view_mut() {
                ViewMut::Simple(simple) => {
                    let (fits, expected) = (simple.set(attribute.value), simple.def().expected);
                    if fits {
                        continue;
                    }
                    slot.pop();
                    report(Severity::Error, Code::ValueInvalid, attribute.value, expected);
                }
                ViewMut::Coded(coded) => {
                    coded.set(attribute.value, ext);
                    let extension = field.ext.unwrap_or("an ext- attribute");
                    // What is written counts: an extension that says a registered value is read as that value.
                    let says_ext = attribute.value.trim() == "ext-value";
                    match (coded.text(), ext) {
                        (_, None) if says_ext => {
                            let expected = format!("{extension} beside it");
                            report(Severity::Error, Code::ExtValuePair, "ext-value alone", &expected);
                        }
                        (value, Some(_)) if !says_ext => {
                            let found = format!("{value} with {extension}");
                            report(Severity::Error, Code::ExtValuePair, &found, "ext-value");
                        }
                        (value, _) if !coded.is_registered() => {
                            let expected = format!("one of {}", coded.def().values.join(", "));
                            report(Severity::Warning, Code::ValueUnknown, value, &expected);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        } else if let Some((index, field)) = fields().find(|(_, field)| ns.is_empty() && field.ext == Some(local)) {
            if written(field.name).is_none() {
                if let Some(ViewMut::Coded(coded)) = class.slot_mut(index).map(|slot| slot.add().view_mut()) {
                    coded.set("ext-value", Some(attribute.value));
                }
                let (code, expected) = (Code::ExtValuePair, format!("{}=\"ext-value\" beside it", field.name));
                findings.push(Finding::new(
                    Severity::Warning,
                    code,
                    attribute.position,
                    here(),
                    attribute.value,
                    expected,
                ));
            }
        } else {
            let expected = format!("an attribute of {}", def.name);
            findings.push(Finding::error(
                Code::ClassUnknownElement,
                attribute.position,
                here(),
                attribute.value,
                expected,
            ));
        }
    }
}

fn no_attributes(start: &Start<'_>, path: &Path<'_>, findings: &mut Vec<Finding>) {
    for attribute in start.attributes().filter(|a| a.name.ns != XSI_NS) {
        let code = Code::ClassUnknownElement;
        let found = format!("attribute {}", attribute.name.local);
        findings.push(Finding::error(code, attribute.position, path.to_string(), found, "no attributes"));
    }
}

fn unexpected(start: &Start<'_>, path: &Path<'_>, expected: &str) -> Finding {
    Finding::error(
        Code::ClassUnknownElement,
        start.position(),
        path.to_string(),
        format!("element {}", start.name()),
        expected,
    )
}
