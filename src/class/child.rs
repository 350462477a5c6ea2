//! The parts of a class one by one, for whoever goes through two classes side by side.

use super::{
    Fields, Node, View, ViewMut,
    def::{FieldDef, Kind, Shape},
    walk::steps,
};

/// A part of a class: an attribute, its own content, or an element.
#[derive(Clone, Copy)]
pub struct Child<'a> {
    /// Its field; within a choice, the variant.
    pub field: &'static FieldDef,
    /// Where it stands: `Attribute`, `Content` or `Mixed`, else an element (`Element`, `Choice`, `Group`).
    pub kind: Kind,
    /// Its name in the document; empty for the class's own content.
    pub name: &'static str,
    /// Position among the elements of the name, from 1; 0 where there can be one only.
    pub position: usize,
    /// What it holds.
    pub node: &'a dyn Node,
}

impl Child<'_> {
    /// The step of a path that leads to it, as [`leaves`](super::leaves()) writes it; empty for own content.
    pub fn step(&self) -> String {
        match (self.kind, self.position) {
            (Kind::Attribute, _) => format!("@{}", self.name),
            (_, 0) => self.name.to_owned(),
            (_, position) => format!("{}[{position}]", self.name),
        }
    }
}

/// All parts of `class`, in the order of its table.
pub fn children(class: &dyn Fields) -> Vec<Child<'_>> {
    let mut found = Vec::new();
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        for ((name, position), node) in steps(field, slot) {
            let (field, node) = match node.view() {
                View::Choice(variant, inner) => (variant, inner),
                _ => (field, node),
            };
            let own = matches!(field.kind, Kind::Content | Kind::Mixed);
            let kind = class.def().fields.get(index).map_or(field.kind, |field| field.kind);
            found.push(Child { field, kind, name: if own { "" } else { name }, position, node });
        }
    }
    found
}

/// Where a part of this kind and name has its place in a class: the index of the field, and of the variant in a choice.
fn place(class: &dyn Fields, kind: Kind, name: &str) -> Option<(usize, Option<usize>)> {
    class.def().fields.iter().enumerate().find_map(|(index, field)| match (kind, field.kind) {
        (Kind::Attribute, Kind::Attribute) => (field.name == name).then_some((index, None)),
        (Kind::Content | Kind::Mixed, Kind::Content | Kind::Mixed) => Some((index, None)),
        (Kind::Element | Kind::Choice | Kind::Group, Kind::Element) => (field.name == name).then_some((index, None)),
        (Kind::Element | Kind::Choice | Kind::Group, Kind::Choice) => match (field.shape)() {
            Shape::Choice(choice) => {
                choice.variants.iter().position(|variant| variant.name == name).map(|variant| (index, Some(variant)))
            }
            _ => None,
        },
        _ => None,
    })
}

/// The definition of the field of this kind and name.
pub fn field_of(class: &dyn Fields, kind: Kind, name: &str) -> Option<&'static FieldDef> {
    place(class, kind, name).and_then(|(index, _)| class.def().fields.get(index))
}

/// Adds a blank part of this kind and name. `None` where the class has no such part, or has one already and takes no more.
pub fn add_child<'c>(class: &'c mut dyn Fields, kind: Kind, name: &str) -> Option<&'c mut dyn Node> {
    let (index, variant) = place(class, kind, name)?;
    let many = class.def().fields.get(index)?.card.many();
    let slot = class.slot_mut(index)?;
    if !many && !slot.is_empty() {
        return None;
    }
    let node = slot.add();
    match (variant, matches!(node.view(), View::Choice(..))) {
        (Some(variant), true) => match node.view_mut() {
            ViewMut::Choice(choice) => Some(choice.choose(variant)),
            _ => None,
        },
        _ => Some(node),
    }
}

/// Removes the part that [`add_child`] added last under this kind and name.
pub fn pop_child(class: &mut dyn Fields, kind: Kind, name: &str) {
    if let Some(slot) = place(class, kind, name).and_then(|(index, _)| class.slot_mut(index)) {
        slot.pop();
    }
}

/// How many parts of this kind and name there are; of a choice, all its variants count.
pub fn count_children(class: &dyn Fields, kind: Kind, name: &str) -> usize {
    place(class, kind, name).and_then(|(index, _)| class.slot(index)).map_or(0, |slot| slot.len())
}

/// The class at a path below `root`, as [`leaves`](super::leaves()) writes paths; empty for `root` itself. A last step one
/// position beyond what is there is made.
pub fn descend<'c>(root: &'c mut dyn Fields, path: &str) -> Option<&'c mut dyn Fields> {
    if path.is_empty() {
        return Some(root);
    }
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    let (name, position) = match step.split_once('[') {
        None => (step, 1),
        Some((name, rest)) => (name, rest.strip_suffix(']')?.parse::<usize>().ok().filter(|at| *at > 0)?),
    };
    let (index, variant) = place(root, Kind::Element, name)?;
    let many = root.def().fields.get(index)?.card.many();
    let slot = root.slot_mut(index)?;
    let at = match variant {
        None => position - 1,
        Some(_) => {
            let named = |i: &usize| matches!(slot.get(*i).map(|node| node.view()), Some(View::Choice(field, _)) if field.name == name);
            (0..slot.len()).filter(named).nth(position - 1)?
        }
    };
    if at == slot.len() && (many || at == 0) {
        slot.add();
    }
    let node = slot.get_mut(at)?;
    descend(super::walk::class_of(node)?, rest)
}

/// The first required part that the class lacks itself.
pub fn first_lacking(class: &dyn Fields) -> Option<&'static str> {
    let fields = class.def().fields.iter().enumerate();
    fields
        .filter(|(_, field)| field.card.required())
        .find_map(|(index, field)| class.slot(index).is_none_or(|slot| slot.is_empty()).then_some(field.name))
}
