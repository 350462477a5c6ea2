//! JSON to classes for documents that may be long: first it is found out where the elements of the long lists stand, then
//! what is around them is read, then they are, one by one, in the order of the document.

use std::io::{self, SeekFrom};

use super::{
    Fields, Path, Rules, Slot, View, ViewMut,
    def::{ClassDef, FieldDef, JsonField, Kind, Shape},
    json_read::{Context, ENGLISH},
    normal::Inherited,
    stream::{Spine, Window},
};
use crate::{
    error::{Code, Ended, Finding, Position, Told},
    json::{self, Base, Document, Left, Limits, Listed, Outline, Part, Place, Places, Plan, below},
    spool::Source,
};

/// Reads a document into `root`; beyond the window, elements of its long lists go to the sink. Gives the findings.
///
/// # Errors
/// When it is not JSON, over a limit, or no object; and what the sink gives.
pub fn stream_json(
    root: &mut dyn Fields,
    source: &mut dyn Source,
    limits: &Limits,
    rules: &mut dyn Rules,
    window: Window<'_>,
) -> Result<Vec<Finding>, Ended> {
    let (outline, places) = Outline::build(source, Lists(root.def(), window.levels), limits, window.bytes)?;
    let path = Path::root(root.def().name);
    let mut reading =
        Reading { source, places, limits, rules, window, spine: Spine::new(), at: None, findings: Told::default() };
    let read = reading.class(root, &outline, "$", &path);
    let mut findings = reading.findings;
    if let Err(end) = read {
        return Err(Ended { before: findings.finish(), end: Box::new(end) });
    }
    rules.end(&mut |finding| findings.tell(finding));
    Ok(findings.finish())
}

/// The long lists of a class, and how many of them may stand in each other.
#[derive(Clone, Copy)]
struct Lists(&'static ClassDef, usize);

impl Plan for Lists {
    fn member(self, name: &str) -> Option<Part<Self>> {
        let Lists(class, levels) = self;
        let (_, field) = long_field(class, name).filter(|_| levels > 0)?;
        let elements = |field| class_of(field).map(|class| Lists(class, levels - 1));
        match field.json {
            JsonField::Unwrapped(_) => Some(Part::List(elements(wrapped(class_of(field)?)?.1))),
            _ if field.card.many() => Some(Part::List(elements(field))),
            _ => class_of(field).map(|class| Part::Object(Lists(class, levels))),
        }
    }
}

/// The field that may be long and that a member of this name is.
fn long_field(def: &'static ClassDef, name: &str) -> Option<(usize, &'static FieldDef)> {
    let is = |field: &FieldDef| matches!(field.json, JsonField::Member(known) | JsonField::Unwrapped(known) if known == name);
    def.fields.iter().enumerate().find(|(_, field)| field.long && is(field))
}

/// The only element of a wrapper.
fn wrapped(def: &'static ClassDef) -> Option<(usize, &'static FieldDef)> {
    def.fields.iter().enumerate().find(|(_, field)| field.kind == Kind::Element && field.long)
}

fn class_of(field: &FieldDef) -> Option<&'static ClassDef> {
    match (field.shape)() {
        Shape::Class(class) => Some(class),
        _ => None,
    }
}

/// Whether what is inherited has another language than that of bare strings.
fn foreign(around: &[Inherited]) -> bool {
    around.iter().any(|(name, value, _)| *name == "xml:lang" && value != ENGLISH)
}

struct Reading<'r, 'w> {
    source: &'r mut dyn Source,
    places: Places,
    limits: &'r Limits,
    rules: &'r mut dyn Rules,
    window: Window<'w>,
    spine: Spine,
    /// Where the source is, if that is known.
    at: Option<u64>,
    findings: Told,
}

impl Reading<'_, '_> {
    /// A class: what is around its long lists, and then these.
    fn class(&mut self, class: &mut dyn Fields, outline: &Outline, at: &str, path: &Path<'_>) -> Result<(), Finding> {
        let Left { bytes, stretches } =
            outline.read(self.source, self.window.rest).map_err(|error| self.failed(&error, at))?;
        let mut cuts = Vec::new();
        for (from, offset) in stretches {
            cuts.push((from, self.place(offset, at)?.position()));
        }
        let position = cuts.first().map_or_else(Position::default, |(_, position)| *position);
        let base = Base { position, path: at.to_owned() };
        let document = Document::parse_cut(&bytes, self.limits, base, cuts)?;
        let members = document.root().as_object().map_err(|mismatch| document.finding(mismatch))?;
        let mut context = Context::new(&document, self.rules, std::mem::take(&mut self.findings));
        context.cut = !outline.lists.is_empty();
        context.foreign = foreign(&self.spine.around(class));
        context.members(class, members);
        self.findings = context.findings;
        for list in &outline.lists {
            self.member(class, list, 0, at, path)?;
        }
        let mut context = Context::new(&document, self.rules, std::mem::take(&mut self.findings));
        for (index, field) in
            class.def().fields.iter().enumerate().filter(|(_, field)| field.long && !outline.lists.is_empty())
        {
            let JsonField::Member(name) = field.json else { continue };
            let inner = class.slot(index).filter(|_| !field.card.many()).and_then(|slot| slot.get(0));
            if let (Some(View::Class(inner)), Some(value)) = (inner.map(|node| node.view()), document.root().get(name))
            {
                context.complete(inner, value);
            }
        }
        context.complete(class, document.root());
        self.findings = context.findings;
        Ok(())
    }

    /// Follows the members of a list, from the one of this number on, to the class that has it.
    fn member(
        &mut self,
        class: &mut dyn Fields,
        list: &Listed,
        nth: usize,
        at: &str,
        path: &Path<'_>,
    ) -> Result<(), Finding> {
        let Some((index, field)) = list.members.get(nth).and_then(|name| long_field(class.def(), name)) else {
            return Ok(());
        };
        let here = list.members.get(nth).map_or_else(String::new, |name| below(at, name));
        if field.card.many() {
            return self.list(class, index, list, &here, path);
        }
        let step = self.spine.enter(class, index);
        let path = path.child(field.name);
        let inner = class.slot_mut(index).and_then(|slot| slot.get_mut(0)).map(|node| node.view_mut());
        if let Some(ViewMut::Class(inner)) = inner {
            match field.json {
                JsonField::Unwrapped(_) => {
                    if let Some((index, _)) = wrapped(inner.def()) {
                        self.list(inner, index, list, &here, &path)?;
                    }
                }
                _ => self.member(inner, list, nth + 1, &here, &path)?,
            }
        }
        self.spine.leave(step);
        Ok(())
    }

    fn list(
        &mut self,
        class: &mut dyn Fields,
        index: usize,
        list: &Listed,
        at: &str,
        path: &Path<'_>,
    ) -> Result<(), Finding> {
        let Some(field) = class.def().fields.get(index) else { return Ok(()) };
        let mut place = self.place(list.inside.start, at)?;
        let foreign = foreign(&self.spine.around(class));
        let (mut handed_on, mut waiting) = (0, 0);
        let mut bytes = Vec::new();
        for (i, element) in list.elements.iter().enumerate() {
            let at = format!("{at}[{i}]");
            let here = path.item(field.name, i + 1);
            let large = element.outline.as_deref();
            let step = self.spine.enter(class, index);
            let Some(slot) = class.slot_mut(index) else { break };
            match large {
                Some(outline) => {
                    if let ViewMut::Class(inner) = slot.add().view_mut() {
                        self.class(inner, outline, &at, &here)?;
                    }
                    place = self.place(element.range.end, &at)?;
                }
                None => {
                    // With what stands before it, so that its place is known.
                    bytes.clear();
                    let from = place.position().offset;
                    if self.at != Some(from) {
                        let sought = self.source.seek(SeekFrom::Start(from));
                        sought.map_err(|error| self.failed(&error, &at))?;
                    }
                    json::read_on(self.source, element.range.end - from, &mut bytes)
                        .map_err(|error| self.failed(&error, &at))?;
                    self.at = Some(element.range.end);
                    let (gap, own) =
                        bytes.split_at(usize::try_from(element.range.start - from).unwrap_or(0).min(bytes.len()));
                    let position = place.after(gap);
                    place.advance(&bytes);
                    self.element(slot, own, Base { position, path: at }, foreign)?;
                }
            }
            self.spine.leave(step);
            waiting += element.range.end - element.range.start;
            // A batch at a time, and what has lists of its own at once: they are those that were handed on last.
            if large.is_some() || waiting >= self.window.bytes || i + 1 == list.elements.len() {
                self.spine.hand_on(class, index, handed_on, path, self.window.sink)?;
                (handed_on, waiting) = (i + 1, 0);
            }
        }
        Ok(())
    }

    /// One element that is read whole.
    fn element(&mut self, slot: &mut dyn Slot, bytes: &[u8], base: Base, foreign: bool) -> Result<(), Finding> {
        let document = Document::parse_at(bytes, self.limits, base)?;
        let mut context = Context::new(&document, self.rules, std::mem::take(&mut self.findings));
        context.foreign = foreign;
        let filled = context.node(slot.add(), document.root());
        self.findings = context.findings;
        if !filled {
            slot.pop();
        }
        Ok(())
    }

    fn place(&mut self, offset: u64, at: &str) -> Result<Place, Finding> {
        self.at = None;
        self.places.place(self.source, offset).map_err(|error| self.failed(&error, at))
    }

    fn failed(&self, error: &io::Error, at: &str) -> Finding {
        if error.kind() == io::ErrorKind::FileTooLarge {
            let expected = format!("at most {} bytes outside long lists (limit rest_bytes)", self.window.rest);
            return Finding::error(Code::LimitExceeded, Position::default(), at, "more", expected);
        }
        Finding::error(Code::FileUnreadable, Position::default(), at, error.to_string(), "readable input")
    }
}
