//! Going through all classes of a value, with the places that [`leaves`](super::leaves()) gives them.

use super::{
    Fields, Node, Path, Slot, View, ViewMut,
    def::{FieldDef, Kind},
};

/// Visits every class of `root`, itself last: what is inside is done before what is around it.
pub fn each_class(root: &mut dyn Fields, path: &Path<'_>, visit: &mut dyn FnMut(&mut dyn Fields, &Path<'_>)) {
    for index in root.filled().indices() {
        let field = root.def().fields.get(index).filter(|field| field.has_classes());
        let (Some(field), Some(slot)) = (field, root.slot_mut(index)) else { continue };
        let mut steps = Steps::of(field);
        for i in 0..slot.len() {
            let Some(node) = slot.get_mut(i) else { continue };
            let (name, position) = steps.next(node);
            if let Some(class) = class_of(node) {
                each_class(class, &path.item(name, position), visit);
            }
        }
    }
    visit(root, path);
}

/// The class that a node is, or has as what was chosen.
pub(super) fn class_of(node: &mut dyn Node) -> Option<&mut dyn Fields> {
    match node.view_mut() {
        ViewMut::Class(class) => Some(class),
        ViewMut::Choice(choice) => match choice.inner_mut().view_mut() {
            ViewMut::Class(class) => Some(class),
            _ => None,
        },
        _ => None,
    }
}

/// The steps that lead to the nodes of a field, asked for in their order.
pub(super) struct Steps {
    field: &'static FieldDef,
    /// How many there were; in a choice, of each variant.
    count: usize,
    counts: Vec<(&'static str, usize)>,
}

impl Steps {
    pub(super) fn of(field: &'static FieldDef) -> Self {
        Steps { field, count: 0, counts: Vec::new() }
    }

    /// The step to the next node: the name in the document, and the position among those of the name (0 where there can be
    /// one only).
    pub(super) fn next(&mut self, node: &dyn Node) -> (&'static str, usize) {
        let many = self.field.card.many();
        match (self.field.kind, node.view()) {
            (_, View::Choice(variant, _)) => (variant.name, if many { self.nth(variant.name) } else { 0 }),
            (kind, view) => {
                let name = match view {
                    View::Class(group) if kind == Kind::Group => group.def().name,
                    _ => self.field.name,
                };
                self.count += usize::from(many);
                (name, self.count)
            }
        }
    }

    /// Counts one more of this name; how many there are now.
    fn nth(&mut self, name: &'static str) -> usize {
        if let Some((_, count)) = self.counts.iter_mut().find(|(seen, _)| *seen == name) {
            *count += 1;
            return *count;
        }
        self.counts.push((name, 1));
        1
    }
}

/// The nodes of a field, each with the step that leads to it.
pub(super) fn steps<'s>(
    field: &'static FieldDef,
    slot: &'s dyn Slot,
) -> impl Iterator<Item = ((&'static str, usize), &'s dyn Node)> {
    let mut steps = Steps::of(field);
    (0..slot.len()).filter_map(|i| slot.get(i)).map(move |node| (steps.next(node), node))
}
