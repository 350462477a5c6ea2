//! Leaving out what is not whole: a class that lacks what its table requires cannot be written, and what is around it can
//! do without it more often than not.

use super::{
    Fields, Path,
    def::Kind,
    walk::{class_of, steps},
};

/// Removes every part of `root` that lacks something required, from the inside out; the places, with what was lacking.
/// What `root`, which stands at `path`, lacks itself is the second result. `lacks` says what a class needs beyond its
/// table.
pub fn prune(
    root: &mut dyn Fields,
    path: &Path<'_>,
    lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>,
) -> (Vec<(String, &'static str)>, Option<&'static str>) {
    let mut removed = Vec::new();
    let lack = lacking(root, path, lacks, &mut removed);
    (removed, lack)
}

/// The first thing required that the class lacks once its parts are whole.
fn lacking(
    class: &mut dyn Fields,
    path: &Path<'_>,
    lacks: &dyn Fn(&dyn Fields) -> Option<&'static str>,
    removed: &mut Vec<(String, &'static str)>,
) -> Option<&'static str> {
    let mut first = None;
    let def = class.def();
    for index in class.filled().and(def.required).indices() {
        let (Some(field), Some(slot)) = (def.fields.get(index), class.slot_mut(index)) else { continue };
        let has_classes = field.has_classes() && !slot.is_empty();
        let steps: Vec<_> = if has_classes { steps(field, slot).map(|(step, _)| step).collect() } else { Vec::new() };
        // From the end, so that places before keep their positions.
        for (i, (name, position)) in steps.into_iter().enumerate().rev() {
            let here = path.item(name, position);
            let inner = slot.get_mut(i).and_then(class_of);
            if let Some(lack) = inner.and_then(|inner| lacking(inner, &here, lacks, removed)) {
                removed.push((here.to_string(), lack));
                slot.remove(i);
                // An expression without one of its operands says something else: it is not whole either.
                if field.kind == Kind::Group {
                    first = first.or(Some("whole set of operands"));
                }
            }
        }
        if slot.is_empty() && field.card.required() {
            first = first.or(Some(field.name));
        }
    }
    first.or_else(|| lacks(class))
}
