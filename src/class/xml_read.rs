//! XML to classes, by the table.
//!
//! What XML or the limits forbid ends the reading. What the class forbids is a finding, and the reading goes on: an
//! element that does not belong there is left out, one out of order is taken, an unknown value is kept.

use std::io::BufRead;

use super::{
    Fields, Node, Path, Slot, ViewMut, check,
    def::{ClassDef, FieldDef, Kind, Shape},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    xml::{Event, Reader, Start, Verbatim, XML_NS},
};

/// The namespace of `xsi:schemaLocation` and `xsi:type`, which every document may have and nothing here follows.
const XSI_NS: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads a document whose root is `root`'s class, into `root`; gives the findings, in the order of the document: what a
/// class lacks, at its end.
///
/// # Errors
/// A finding that ends the reading: not well-formed, over a limit, or another root element.
pub fn from_xml<R: BufRead>(root: &mut dyn Fields, reader: &mut Reader<R>) -> Result<Vec<Finding>, Finding> {
    let def = root.def();
    let path = Path::root(def.name);
    let mut findings = Vec::new();
    let wrong_root = |position, found: &str| {
        Finding::error(
            Code::FormatUnknown,
            position,
            "/",
            found,
            format!("root element {} of namespace {}", def.name, def.ns),
        )
    };
    let position = match reader.next()? {
        Event::Start(start) if start.name() == (def.ns, def.name) => {
            attributes(root, &start, &path, &mut findings);
            start.position()
        }
        Event::Start(start) => {
            return Err(wrong_root(start.position(), &start.name().to_string()));
        }
        _ => return Err(wrong_root(Position::default(), "no element")),
    };
    let mut context = Context { reader, findings };
    context.content(root, position, &path)?;
    context.reader.next()?; // the end of the document, or what must not follow it
    Ok(context.findings)
}

struct Context<'r, R: BufRead> {
    reader: &'r mut Reader<R>,
    findings: Vec<Finding>,
}

impl<R: BufRead> Context<'_, R> {
    /// Everything from after the start tag, which stands at `start`, to the end tag.
    fn content(&mut self, class: &mut dyn Fields, start: Position, path: &Path<'_>) -> Result<(), Finding> {
        let def = class.def();
        let own = def.fields.iter().position(|field| matches!(field.kind, Kind::Content | Kind::Mixed));
        match own.and_then(|index| Some((&def.fields[index], class.slot_mut(index)?))) {
            None => self.elements(class, path)?,
            Some((field, slot)) => {
                let position = self.reader.position();
                if !self.fill(slot.add(), field.card.required(), position, path)? {
                    slot.pop();
                }
            }
        }
        let findings = &mut self.findings;
        check::complete(class, false, &mut |class, breach| {
            let at = breach.field(class).map_or_else(|| path.to_string(), |field| path.of(field));
            findings.push(Finding::new(breach.severity, breach.code, start, at, breach.found, breach.expected));
        });
        Ok(())
    }

    /// The content of one element into a node; false when there is none that the type accepts.
    fn fill(
        &mut self,
        node: &mut dyn Node,
        required: bool,
        position: Position,
        path: &Path<'_>,
    ) -> Result<bool, Finding> {
        match node.view_mut() {
            ViewMut::Class(class) => {
                self.content(class, position, path)?;
                Ok(true)
            }
            ViewMut::Foreign(place) => {
                *place = self.reader.verbatim_content()?;
                Ok(required || *place != Verbatim::Text(String::new()))
            }
            ViewMut::Simple(simple) => {
                let text = self.text(path)?;
                let fits = simple.set(&text);
                if !fits && (required || !text.is_empty()) {
                    let expected = simple.def().expected;
                    self.findings.push(Finding::error(Code::ValueInvalid, position, path.to_string(), text, expected));
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

    /// The text up to the end tag; elements inside it do not belong there.
    fn text(&mut self, path: &Path<'_>) -> Result<String, Finding> {
        let mut text = String::new();
        loop {
            match self.reader.next()? {
                Event::Text(more) => text.push_str(more.as_str()),
                Event::Start(start) => {
                    self.findings.push(unexpected(&start, path, "text only"));
                    self.reader.skip_element()?;
                }
                Event::End | Event::Eof => return Ok(text),
            }
        }
    }

    fn elements(&mut self, class: &mut dyn Fields, path: &Path<'_>) -> Result<(), Finding> {
        let def = class.def();
        let mut cursor = Cursor::default();
        loop {
            let start = match self.reader.next()? {
                Event::End | Event::Eof => return Ok(()),
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
            let found = find(def, &start, cursor.field);
            let Some((at, slot)) = found.and_then(|at| Some((at, class.slot_mut(at.field)?))) else {
                self.findings.push(unexpected(&start, path, &format!("a child of {}", def.name)));
                self.reader.skip_element()?;
                continue;
            };
            let field = &def.fields[at.field];
            if at.field < cursor.field {
                let found = format!("{} after {}", at.name, def.fields[cursor.field].name);
                let expected = format!("the order of class {}", def.name);
                let place = path.to_string();
                let (severity, code) = (Severity::Warning, Code::ClassOrder);
                self.findings.push(Finding::new(severity, code, start.position(), place, found, expected));
            }
            cursor.field = cursor.field.max(at.field);
            if !field.card.many() && !slot.is_empty() {
                let found = format!("a second {}", at.name);
                let (code, place) = (Code::ClassRepeated, path.to_string());
                self.findings.push(Finding::error(code, start.position(), place, found, "at most one"));
                self.reader.skip_element()?;
                continue;
            }
            let path = path.item(at.name, if field.card.many() { cursor.position(at) } else { 0 });
            let position = start.position();
            if let Some(node) = begin(slot, field.kind, at, &mut cursor.group) {
                match node.view_mut() {
                    ViewMut::Class(child) => attributes(child, &start, &path, &mut self.findings),
                    _ => no_attributes(&start, &path, &mut self.findings),
                }
            }
            let filled = match last(slot, field.kind, at) {
                Some(node) => self.fill(node, true, position, &path)?,
                None => false,
            };
            if !filled {
                undo(slot, field.kind, at);
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
    /// How many of each element there were, for paths.
    counts: Vec<(&'static str, usize)>,
}

impl Cursor {
    fn position(&mut self, at: At) -> usize {
        match self.counts.iter_mut().find(|(name, _)| *name == at.name) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.push((at.name, 1));
                1
            }
        }
    }
}

/// The field of this element, looked for from `from` on, since most documents keep the order.
fn find(def: &'static ClassDef, start: &Start<'_>, from: usize) -> Option<At> {
    let matches = |field: &FieldDef| {
        let ns = field.ns.unwrap_or(def.ns);
        start.name() == (ns, field.name) || field.alias.is_some_and(|alias| start.name() == (ns, alias))
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
fn attributes(class: &mut dyn Fields, start: &Start<'_>, path: &Path<'_>, findings: &mut Vec<Finding>) {
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
