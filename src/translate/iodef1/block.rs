//! What the other version has no place for, in `AdditionalData`: `formatid` is the namespace of its version, `meaning` its
//! place below the class that the block stands in.

use super::{
    Rest,
    table::{FILLED, Way},
    walk::{Frame, Marking, Walk, join, leaf_paths, marking_of, set_text, text_of},
};
use crate::{
    class::{self, Child, Fields, Kind, Leaf, View, ViewMut},
    error::Severity,
    iodef::IODEF,
    iodef1::IODEF1,
    translate::ledger::Fate,
    xml::{self, Layout, Reader, Verbatim, Writer},
};

/// How many blocks of one document are put back. Each is looked for among the elements that are there, so a document
/// could make much work of many.
const MOST_RESTORED: usize = 4096;

/// Something without a place, on its way up to a class that has `AdditionalData`.
#[derive(Debug)]
pub(super) struct Held {
    /// Its place below the class that the walk is in, as the other version has it.
    path: String,
    content: Verbatim,
    /// The leaves of the source that are in it.
    leaves: Vec<String>,
    /// The marking that it is under.
    marking: Marking,
}

impl Held {
    /// An attribute or an element without parts.
    pub fn text(path: String, text: String, leaves: Vec<String>, marking: Marking) -> Self {
        Held { path, content: Verbatim::Text(text), leaves, marking }
    }

    /// The same, seen from the class around.
    pub fn below(mut self, step: &str) -> Self {
        self.path = if self.path.is_empty() { step.to_owned() } else { format!("{step}/{}", self.path) };
        self
    }
}

/// A block of the other version that is to be put back, by its place among the source's `AdditionalData`.
pub(super) struct Restored {
    index: usize,
    path: String,
    content: Verbatim,
}

impl Way {
    /// The namespace of what is read.
    pub fn source(self) -> &'static str {
        match self {
            Way::Up => IODEF1,
            Way::Down => IODEF,
        }
    }

    /// The namespace of what is written.
    fn target(self) -> &'static str {
        match self {
            Way::Up => IODEF,
            Way::Down => IODEF1,
        }
    }
}

impl Walk {
    /// Holds a part that has no place in the target.
    pub fn hold(&mut self, child: Child<'_>, frame: &mut Frame<'_>) {
        let leaves = leaf_paths(frame.here.at, child);
        let default = child.field.default.filter(|_| child.kind == Kind::Attribute);
        if default.is_some() && default == text_of(child.node) {
            leaves.into_iter().for_each(|path| self.end(path, Fate::Kept { to: "(the default)".to_owned() }));
            return;
        }
        let (path, content) = match child.node.view() {
            View::Coded(coded) => match (child.field.ext, coded.ext()) {
                (Some(name), Some(ext)) => (format!("@{name}"), Ok(Verbatim::Text(ext.to_owned()))),
                _ => (child.step(), Ok(Verbatim::Text(coded.text().to_owned()))),
            },
            View::Simple(simple) => (child.step(), Ok(Verbatim::Text(simple.text().to_owned()))),
            View::Foreign(content) => (child.step(), Ok(content.clone())),
            View::Class(class) => match bare(class) {
                Some(text) => (child.step(), Ok(Verbatim::Text(text))),
                None => (child.step(), self.markup(child)),
            },
            View::Choice(..) => (child.step(), self.markup(child)),
        };
        let marking = match child.node.view() {
            View::Class(class) => marking_of(class),
            _ => None,
        };
        match content {
            Ok(content) => {
                let marking = marking.unwrap_or_else(|| frame.marking.clone());
                frame.held.push(Held { path, content, leaves, marking });
            }
            Err(why) => leaves.into_iter().for_each(|path| self.end(path, Fate::Dropped { why: why.clone() })),
        }
    }

    /// An element as markup of its own.
    fn markup(&self, child: Child<'_>) -> Result<Verbatim, String> {
        let ns = self.way.source();
        let write = || {
            let mut writer = Writer::new(Vec::new(), &[("", ns)], Layout::Compact)?;
            let name = (child.field.ns.unwrap_or(ns), child.name);
            class::node_to_xml(name, child.node, &class::Dialect::TABLES, &mut writer)?;
            writer.finish()
        };
        let bytes = write().map_err(|error| format!("it cannot be written as XML: {error}"))?;
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("?>").map_or(&*text, |(_, body)| body).trim_ascii();
        Verbatim::parse(body, &xml::Limits::default()).map_err(|finding| format!("it cannot be carried: {finding}"))
    }

    /// Puts what is held into this class, if it has a place for it; else gives it to the class around.
    pub fn place(&mut self, held: Vec<Held>, target: &mut dyn Fields, frame: &mut Frame<'_>) -> Vec<Held> {
        if class::field_of(target, Kind::Element, "AdditionalData").is_none() {
            return held;
        }
        for held in held {
            if self.rest == Rest::LeftOut {
                self.drop(held, "version 1 has no class for it");
                continue;
            }
            frame.made("AdditionalData");
            let position = class::count_children(target, Kind::Element, "AdditionalData") + 1;
            let on = frame.here.to.item("AdditionalData", position).to_string();
            let Some(ViewMut::Class(block)) =
                class::add_child(target, Kind::Element, "AdditionalData").map(|node| node.view_mut())
            else {
                continue;
            };
            let dtype = if matches!(held.content, Verbatim::Text(_)) { "string" } else { "xml" };
            let texts = [("@dtype", dtype), ("@meaning", &held.path), ("@formatid", self.way.source())];
            let put = |block: &mut dyn Fields, place: &str, leaf| class::put(block, place, leaf);
            let mut done = texts.iter().all(|(place, text)| put(block, place, Leaf::Text((*text).to_owned())).is_ok());
            done &= put(block, "", Leaf::Foreign(held.content)).is_ok();
            // It must not be freer here than it was where it stood.
            if held.marking != frame.marking
                && let Some(ViewMut::Coded(made)) =
                    class::add_child(block, Kind::Attribute, "restriction").map(|node| node.view_mut())
            {
                let (value, ext) = &held.marking;
                done &= set_text(self.way, (value, ext.as_deref()), made).is_some();
            }
            let fate = match done {
                true => Fate::Carried { on },
                false => Fate::Dropped { why: "AdditionalData does not take it".to_owned() },
            };
            held.leaves.into_iter().for_each(|path| self.end(path, fate.clone()));
        }
        Vec::new()
    }

    /// What is held goes no further.
    pub fn drop(&mut self, held: Held, why: &str) {
        held.leaves.into_iter().for_each(|path| self.end(path, Fate::Dropped { why: why.to_owned() }));
    }

    /// Whether this part is a block of the version that is written: it is put back when all else is there.
    pub fn set_aside(&mut self, child: Child<'_>, frame: &mut Frame<'_>) -> bool {
        let View::Class(block) = child.node.view() else { return false };
        if child.name != "AdditionalData" || child.kind != Kind::Element || self.restored >= MOST_RESTORED {
            return false;
        }
        let (mut meaning, mut ours, mut content) = (None, false, None);
        for part in class::children(block) {
            match (part.name, part.node.view()) {
                ("formatid", _) => ours = text_of(part.node) == Some(self.way.target()),
                ("meaning", _) => meaning = text_of(part.node).map(str::to_owned),
                ("", View::Foreign(foreign)) => content = Some(foreign.clone()),
                _ => {}
            }
        }
        let (true, Some(path)) = (ours, meaning) else { return false };
        self.restored += 1;
        let content = content.unwrap_or(Verbatim::Text(String::new()));
        frame.blocks.push(Restored { index: child.position, path, content });
        true
    }

    /// Puts the blocks back where they were; one that has no place there any more stays a block.
    pub fn put_back(&mut self, source: &dyn Fields, target: &mut dyn Fields, frame: &mut Frame<'_>) {
        let blocks = std::mem::take(&mut frame.blocks);
        if blocks.is_empty() {
            return;
        }
        let additional: Vec<_> =
            class::children(source).into_iter().filter(|child| child.name == "AdditionalData").collect();
        for Restored { index, path, content } in blocks {
            let Some(child) = additional.iter().find(|child| child.position == index) else { continue };
            if self.restore(target, &path, content) {
                let fate = Fate::Kept { to: join(frame.here.to, &path) };
                self.end_all(frame.here.at, *child, &fate);
            } else if !self.transfer(*child, "AdditionalData", target, frame) {
                self.hold(*child, frame);
            }
        }
    }

    fn restore(&self, target: &mut dyn Fields, path: &str, content: Verbatim) -> bool {
        match content {
            Verbatim::Text(text) => {
                let (around, step) = path.rsplit_once('/').unwrap_or(("", path));
                let Some(class) = class::descend(target, around) else { return false };
                let named = step.trim_start_matches('@').trim_start_matches("ext-");
                if FILLED.contains(&(class.def().name, named)) {
                    class::pop_child(class, Kind::Attribute, named);
                }
                if step.starts_with('@') {
                    return class::put(class, step, Leaf::Text(text)).is_ok();
                }
                // What stands there has been said since; what stood before it need not have come.
                let (name, position) = step.split_once('[').unwrap_or((step, "1"));
                let position = position.trim_end_matches(']').parse().unwrap_or(0);
                let next = class::count_children(class, Kind::Element, name) + 1;
                next <= position && class::put(class, &format!("{name}[{next}]"), Leaf::Text(text)).is_ok()
            }
            Verbatim::Markup(fragment) => {
                let around = path.rsplit_once('/').map_or("", |(around, _)| around);
                class::descend(target, around).is_some_and(|class| append(class, fragment.as_str()))
            }
        }
    }
}

/// The text of a class that says nothing else.
fn bare(class: &dyn Fields) -> Option<String> {
    match class::children(class).as_slice() {
        [only] if only.kind == Kind::Content => text_of(only.node).map(str::to_owned),
        _ => None,
    }
}

/// Reads one element into the class that it is a part of; false, and the class as it was, when it does not belong there or
/// is not whole.
fn append(class: &mut dyn Fields, element: &str) -> bool {
    let def = class.def();
    if def.fields.iter().any(|field| matches!(field.kind, Kind::Content | Kind::Mixed)) {
        return false;
    }
    let counts = |class: &dyn Fields| -> Vec<usize> {
        (0..def.fields.len()).map(|index| class.slot(index).map_or(0, |slot| slot.len())).collect()
    };
    let before = counts(class);
    let text = format!("<{0} xmlns=\"{1}\">{element}</{0}>", def.name, def.ns);
    let read = class::from_xml(class, &mut Reader::new(text.as_bytes(), xml::Limits::default()), &mut ());
    // What the class around it lacks is not its doing: only what is below the element counts.
    let inside = |path: &str| path.matches('/').count() > 2;
    let whole = read.is_ok_and(|findings| {
        !findings.iter().any(|finding| finding.severity == Severity::Error && inside(&finding.path))
    });
    let after = counts(class);
    let grown: Vec<usize> = (0..before.len()).filter(|index| after.get(*index) > before.get(*index)).collect();
    let added: usize = after.iter().sum::<usize>() - before.iter().sum::<usize>();
    if whole && added == 1 {
        return true;
    }
    for index in grown {
        let (Some(slot), Some(length)) = (class.slot_mut(index), before.get(index)) else { continue };
        while slot.len() > *length {
            slot.pop();
        }
    }
    false
}
