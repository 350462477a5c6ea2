//! Going through all classes of a value, with the places that [`leaves`](super::leaves()) gives them.

use super::{
    Fields, Node, Path, Slot, View, ViewMut,
    def::{FieldDef, Kind},
};

/// Visits every class of `root`, itself last: what is inside is done before what is around it.
pub fn each_class(root: &mut dyn Fields, path: &Path<'_>, visit: &mut dyn FnMut(&mut dyn Fields, &Path<'_>)) {
    for (index, field) in root.def().fields.iter().enumerate() {
        let Some(slot) = root.slot_mut(index).filter(|slot| !slot.is_empty()) else { continue };
        for (i, (name, position)) in steps(field, slot).into_iter().enumerate() {
            if let Some(class) = slot.get_mut(i).and_then(class_of) {
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

/// The step that leads to each node of a field: the name in the document, and the position among those of the name (0
/// where there can be one only).
pub(super) fn steps(field: &'static FieldDef, slot: &dyn Slot) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let nodes = (0..slot.len()).filter_map(|i| slot.get(i));
    nodes
        .map(|node| {
            let name = match (field.kind, node.view()) {
                (_, View::Choice(variant, _)) => variant.name,
                (Kind::Group, View::Class(group)) => group.def().name,
                _ => field.name,
            };
            (name, if field.card.many() { nth(&mut counts, name) } else { 0 })
        })
        .collect()
}

/// Counts one more of this name; how many there are now.
fn nth<'n>(counts: &mut Vec<(&'n str, usize)>, name: &'n str) -> usize {
    match counts.iter_mut().find(|(seen, _)| *seen == name) {
        Some((_, count)) => {
            *count += 1;
            *count
        }
        None => {
            counts.push((name, 1));
            1
        }
    }
}
