//! A document as a list of leaves, and back. A leaf is an attribute or a text with its path; an element that has
//! nothing in it is a leaf of its own. Two documents are the same when their normal forms have the same leaves in the
//! same order (`src/class/normal.rs` makes them).

use super::{
    Fields, Node, Path, SimpleNode, Slot, View, ViewMut,
    def::{ClassDef, Kind, Marked, Shape},
    walk::steps,
};
use crate::xml::Verbatim;

/// What a leaf holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// An attribute's value or an element's text.
    Text(String),
    /// Foreign content.
    Foreign(Verbatim),
    /// An element without attributes and content.
    Empty,
}

/// Why a leaf cannot be put.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadLeaf {
    /// The class has no such field.
    #[error("{class} has no {step}")]
    NoSuchField {
        /// The class.
        class: &'static str,
        /// The step of the path.
        step: String,
    },
    /// There is a value already.
    #[error("{0} has a value")]
    Taken(String),
    /// The type does not accept the value.
    #[error("{step} does not accept the value, expected {expected}")]
    Value {
        /// The step of the path.
        step: String,
        /// What it accepts.
        expected: &'static str,
    },
    /// The path has a gap or is not of the form that [`leaves`] writes.
    #[error("{0} is no place")]
    NoPlace(String),
}

/// A leaf where it stands.
#[derive(Clone, Copy)]
enum Seen<'l> {
    Simple(&'l dyn SimpleNode),
    Text(&'l str),
    Foreign(&'l Verbatim),
    Empty,
}

impl From<Seen<'_>> for Leaf {
    fn from(seen: Seen<'_>) -> Self {
        match seen {
            Seen::Simple(simple) => Leaf::Text(simple.text().to_owned()),
            Seen::Text(text) => Leaf::Text(text.to_owned()),
            Seen::Foreign(verbatim) => Leaf::Foreign(verbatim.clone()),
            Seen::Empty => Leaf::Empty,
        }
    }
}

/// Visits every leaf of `root`, in document order. Paths begin at `base`. A group, which has no element, has a step of
/// its own, so that its parts stay together.
pub fn leaves(root: &dyn Fields, base: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Leaf)) {
    all(root, base, &mut |path, seen| visit(path, seen.into()));
}

/// The places of all leaves of `root`; of those of a simple type, the value too.
pub fn each_leaf(root: &dyn Fields, base: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Option<&dyn SimpleNode>)) {
    all(root, base, &mut |path, seen| match seen {
        Seen::Simple(simple) => visit(path, Some(simple)),
        _ => visit(path, None),
    });
}

/// The leaves of one field of `root`, by its index.
pub fn field_leaves(root: &dyn Fields, index: usize, base: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Leaf)) {
    field(root, index, base, &mut |path, seen| visit(path, seen.into()));
}

/// How many leaves there are.
pub fn count_leaves(root: &dyn Fields) -> usize {
    let mut count = 0;
    each_leaf(root, &Path::root(root.def().name), &mut |_, _| count += 1);
    count
}

/// Whether there is nothing in any field.
pub fn is_empty(root: &dyn Fields) -> bool {
    root.filled() == Marked::NONE
}

fn all(root: &dyn Fields, base: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Seen<'_>)) {
    let filled = root.filled();
    for index in filled.indices() {
        field(root, index, base, visit);
    }
    if filled == Marked::NONE {
        visit(base, Seen::Empty);
    }
}

fn field(root: &dyn Fields, index: usize, base: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Seen<'_>)) {
    let (Some(field), Some(slot)) = (root.def().fields.get(index), root.slot(index)) else { return };
    if slot.is_empty() {
        return;
    }
    for ((name, position), node) in steps(field, slot) {
        match (field.kind, node.view()) {
            (Kind::Attribute, View::Coded(coded)) => {
                visit(&base.attribute(field.name), Seen::Text(coded.text()));
                if let (Some(name), Some(ext)) = (field.ext, coded.ext()) {
                    visit(&base.attribute(name), Seen::Text(ext));
                }
            }
            (Kind::Attribute, _) => one(node, &base.attribute(field.name), visit),
            (Kind::Content | Kind::Mixed, _) => one(node, base, visit),
            _ => one(node, &base.item(name, position), visit),
        }
    }
}

fn one(node: &dyn Node, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Seen<'_>)) {
    match node.view() {
        View::Simple(simple) => visit(path, Seen::Simple(simple)),
        View::Coded(coded) => visit(path, Seen::Text(coded.text())),
        View::Foreign(verbatim) => visit(path, Seen::Foreign(verbatim)),
        View::Class(class) => all(class, path, visit),
        View::Choice(_, inner) => one(inner, path, visit),
    }
}

/// Puts a leaf where [`leaves`] would find it at `path`, which begins below `root` (`Contact[1]/@role`). Missing elements
/// on the way are made, one position beyond the last; a place that has a value keeps it.
///
/// # Errors
/// [`BadLeaf`]; `root` may then have new empty elements on the way to the place.
pub fn put(root: &mut dyn Fields, path: &str, leaf: Leaf) -> Result<(), BadLeaf> {
    let def = root.def();
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    if step.is_empty() {
        return own(root, leaf);
    }
    if let Some(name) = step.strip_prefix('@') {
        return attribute(root, name, leaf);
    }
    let (name, position) = split_step(step).ok_or_else(|| BadLeaf::NoPlace(step.to_owned()))?;
    let missing = || BadLeaf::NoSuchField { class: def.name, step: step.to_owned() };
    let (index, variant) = find(def, name).ok_or_else(missing)?;
    let slot = root.slot_mut(index).ok_or_else(missing)?;
    let node = nth_mut(slot, name, variant, position).ok_or_else(|| BadLeaf::NoPlace(step.to_owned()))?;
    match (node.view_mut(), rest) {
        (ViewMut::Class(class), rest) => put(class, rest.unwrap_or_default(), leaf),
        (_, None) => set(node, step, leaf),
        _ => Err(BadLeaf::NoPlace(path.to_owned())),
    }
}

/// The content of the element itself.
fn own(class: &mut dyn Fields, leaf: Leaf) -> Result<(), BadLeaf> {
    if leaf == Leaf::Empty {
        return Ok(());
    }
    let def = class.def();
    let index = def.fields.iter().position(|field| matches!(field.kind, Kind::Content | Kind::Mixed));
    let slot = index.and_then(|index| class.slot_mut(index));
    let slot = slot.ok_or(BadLeaf::NoSuchField { class: def.name, step: "text".to_owned() })?;
    if !slot.is_empty() {
        return Err(BadLeaf::Taken(def.name.to_owned()));
    }
    let done = set(slot.add(), def.name, leaf);
    if done.is_err() {
        slot.pop();
    }
    done
}

fn attribute(class: &mut dyn Fields, name: &str, leaf: Leaf) -> Result<(), BadLeaf> {
    let def = class.def();
    let missing = || BadLeaf::NoSuchField { class: def.name, step: format!("@{name}") };
    let fields = def.fields.iter().take_while(|field| field.kind == Kind::Attribute);
    let (index, field) = fields.enumerate().find(|(_, f)| f.name == name || f.ext == Some(name)).ok_or_else(missing)?;
    let slot = class.slot_mut(index).ok_or_else(missing)?;
    let extends = field.ext == Some(name);
    let awaits_ext = matches!(slot.get(0).map(|node| node.view()),
        Some(View::Coded(coded)) if coded.text() == "ext-value" && coded.ext().is_none());
    if !(slot.is_empty() || extends && awaits_ext) {
        return Err(BadLeaf::Taken(format!("@{name}")));
    }
    if extends {
        let Leaf::Text(text) = leaf else { return Err(missing()) };
        if let ViewMut::Coded(coded) = slot.add().view_mut() {
            coded.set("ext-value", Some(&text));
        }
        return Ok(());
    }
    let done = set(slot.add(), name, leaf);
    if done.is_err() {
        slot.pop();
    }
    done
}

fn set(node: &mut dyn Node, step: &str, leaf: Leaf) -> Result<(), BadLeaf> {
    match (node.view_mut(), leaf) {
        (ViewMut::Simple(simple), Leaf::Text(text)) => {
            let expected = simple.def().expected;
            if simple.set(&text) { Ok(()) } else { Err(BadLeaf::Value { step: step.to_owned(), expected }) }
        }
        (ViewMut::Coded(coded), Leaf::Text(text)) => {
            coded.set(&text, None);
            Ok(())
        }
        (ViewMut::Foreign(place), Leaf::Foreign(verbatim)) => {
            *place = verbatim;
            Ok(())
        }
        (ViewMut::Choice(choice), leaf) => set(choice.inner_mut(), step, leaf),
        _ => Err(BadLeaf::Value { step: step.to_owned(), expected: "a leaf of the other kind" }),
    }
}

/// `Contact[2]` as name and position; without brackets the position is 1.
fn split_step(step: &str) -> Option<(&str, usize)> {
    match step.split_once('[') {
        None => Some((step, 1)),
        Some((name, rest)) => Some((name, rest.strip_suffix(']')?.parse().ok().filter(|n| *n > 0)?)),
    }
}

/// The field of a child's name, and the variant if it is a choice.
fn find(def: &'static ClassDef, name: &str) -> Option<(usize, Option<usize>)> {
    def.fields.iter().enumerate().find_map(|(index, field)| match (field.kind, (field.shape)()) {
        (Kind::Element, _) => (field.name == name).then_some((index, None)),
        (Kind::Choice, Shape::Choice(choice)) => {
            choice.variants.iter().position(|variant| variant.name == name).map(|variant| (index, Some(variant)))
        }
        (Kind::Group, Shape::Class(group)) => (group.name == name).then_some((index, None)),
        _ => None,
    })
}

/// The node of this name and position in the slot, made if it is the next one.
fn nth_mut<'s>(
    slot: &'s mut dyn Slot,
    name: &str,
    variant: Option<usize>,
    position: usize,
) -> Option<&'s mut dyn Node> {
    let named = |node: &dyn Node| match node.view() {
        View::Choice(field, _) => field.name == name,
        _ => true,
    };
    let mut places = (0..slot.len()).filter(|i| slot.get(*i).is_some_and(named));
    let mut seen = 0;
    let place = places.find(|_| {
        seen += 1;
        seen == position
    });
    let node = match place {
        Some(place) => slot.get_mut(place)?,
        None if position == seen + 1 => {
            let node = slot.add();
            if let (ViewMut::Choice(choice), Some(variant)) = (node.view_mut(), variant) {
                choice.choose(variant);
            }
            node
        }
        None => return None,
    };
    match node.view() {
        View::Choice(..) => match node.view_mut() {
            ViewMut::Choice(choice) => Some(choice.inner_mut()),
            _ => None,
        },
        _ => Some(node),
    }
}
