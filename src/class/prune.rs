//! Leaving out what is not whole: a class that lacks what its table requires cannot be written, and what is around it can
//! do without it more often than not.

use super::{Fields, Path, ViewMut};

/// Removes every part of `root` that lacks something required, from the inside out; the places, with what was lacking.
/// What `root` itself lacks is not its doing.
pub fn prune(root: &mut dyn Fields) -> Vec<(String, &'static str)> {
    let mut removed = Vec::new();
    let name = root.def().name;
    lacking(root, &Path::root(name), &mut removed);
    removed
}

/// The first thing required that the class lacks once its parts are whole.
fn lacking(class: &mut dyn Fields, path: &Path<'_>, removed: &mut Vec<(String, &'static str)>) -> Option<&'static str> {
    let mut first = None;
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot_mut(index) else { continue };
        // From the end, so that places before keep their positions.
        for i in (0..slot.len()).rev() {
            let Some(node) = slot.get_mut(i) else { continue };
            let here = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            let lack = match node.view_mut() {
                ViewMut::Class(inner) => lacking(inner, &here, removed),
                ViewMut::Choice(choice) => match choice.inner_mut().view_mut() {
                    ViewMut::Class(inner) => lacking(inner, &here, removed),
                    _ => None,
                },
                _ => None,
            };
            if let Some(lack) = lack {
                removed.push((here.to_string(), lack));
                slot.remove(i);
            }
        }
        if slot.is_empty() && field.card.required() {
            first = first.or(Some(field.name));
        }
    }
    first
}
