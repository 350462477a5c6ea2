//! Markings of fields, for which a document has no place: what a field stands in gets the narrowest of them, so that nothing goes
//! out under a wider label than it has.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::{
    marking::Tlp,
    record::{Node, Part as _, Place, Record, base::Marking, handling::FieldMarking},
};

/// Marks each element, or the record, in which a field with a marking of its own stands. Says where, by paths of the record, and
/// whether another label stood there.
pub(super) fn narrow(record: &mut Record) -> BTreeMap<String, bool> {
    let mut marked = BTreeMap::new();
    if record.field_markings.is_empty() {
        return marked;
    }
    let mut elements = BTreeMap::new();
    record.visit(&mut Place::default(), &mut |place, node| {
        if let Node::Element(id) = node {
            elements.insert(id.as_str().to_owned(), (place.pointer(), place.to_string()));
        }
    });
    // A type of the record cannot fail to serialise, and is read as what it was.
    let Ok(mut whole) = serde_json::to_value(&*record) else { return marked };
    for marking in &record.field_markings {
        // Whom it is for otherwise, a label does not say.
        let wanted = if marking.audiences.is_empty() { marking.tlp } else { Some(Tlp::Red) };
        let Some(wanted) = wanted else { continue };
        let (at, path) = stands_in(marking, &elements);
        let member = if at.is_empty() { "handling" } else { "marking" };
        let Some(holder) = whole.pointer_mut(&at).and_then(Json::as_object_mut) else { continue };
        let own = holder.entry(member).or_insert_with(|| json!({}));
        // Of a record's own there is more, which is no marking.
        let scales =
            own.as_object().into_iter().flatten().filter(|(name, _)| ["tlp", "restriction"].contains(&name.as_str()));
        let now: Marking = serde_json::from_value(scales.map(|(name, value)| (name.clone(), value.clone())).collect())
            .unwrap_or_default();
        if let (true, Some(own)) = (now.level().is_none_or(|level| level < wanted), own.as_object_mut()) {
            let was = own.insert("tlp".to_owned(), json!(wanted));
            marked.entry(format!("{path}.{member}.tlp")).or_insert(was.is_some());
        }
    }
    if let Ok(narrowed) = serde_json::from_value(whole) {
        *record = narrowed;
    }
    marked
}

/// The pointer and the path of the innermost element in which the field stands; those of the record if it stands in none, or in
/// one that is not there.
fn stands_in(marking: &FieldMarking, elements: &BTreeMap<String, (String, String)>) -> (String, String) {
    let record = (String::new(), "$".to_owned());
    let mut at = match &marking.element {
        Some(element) => match elements.get(element.as_str()) {
            Some(place) => place.clone(),
            None => return record,
        },
        None => record,
    };
    let mut pointer = at.0.clone();
    let path = marking.path.as_deref().unwrap_or_default();
    for step in path.trim_start_matches('$').split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        pointer = format!("{pointer}/{step}");
        if let Some(place) = elements.values().find(|(element, _)| *element == pointer) {
            at.clone_from(place);
        }
    }
    at
}
