//! A record taken apart for sanitising: its values with their letters, its elements, what refers to what, and which
//! markings cover what.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::model::fields_at;
use crate::{
    marking::{Audience, Tlp},
    record::{
        Node, Part, Place, Record, Segment, Visibility,
        base::{Marking, Restriction},
        walk,
    },
};

/// A record, taken apart.
pub(super) struct Case {
    /// The record in JSON form.
    pub value: Value,
    /// Every value that is no group, in the order of the record; the items of a list of values one by one.
    pub leaves: Vec<Leaf>,
    /// Elements by pointer, with their ids.
    pub elements: HashMap<String, String>,
    /// Elements by id.
    by_id: HashMap<String, String>,
}

/// One value of a record.
pub(super) struct Leaf {
    pub place: Place,
    /// The place as a JSON pointer.
    pub pointer: String,
    pub visibility: Visibility,
    /// The innermost element in which it stands, by pointer; empty for the record itself.
    pub owner: String,
    /// What it refers to.
    pub reference: Option<Reference>,
}

/// A reference to an element.
pub(super) struct Reference {
    /// Pointer of the element; none when it is not there.
    pub target: Option<String>,
    /// Whether the target holds other elements together (an event, a flow), so that what refers to it is part of it.
    pub container: bool,
}

/// Markings that forbid parts of a record to a partner.
#[derive(Default)]
pub(super) struct Forbidden {
    /// Pointers of what is forbidden with all below it, and why.
    pub parts: HashMap<String, String>,
}

impl Case {
    pub fn of(record: &Record) -> Result<Self, serde_json::Error> {
        let value = serde_json::to_value(record)?;
        let mut elements = HashMap::new();
        let mut referred = HashMap::new();
        record.visit(&mut Place::default(), &mut |place, node| match node {
            Node::Element(id) => {
                elements.insert(place.pointer(), id.as_str().to_owned());
            }
            Node::Reference(reference) => {
                referred.insert(place.pointer(), reference.as_str().to_owned());
            }
            _ => {}
        });
        let by_id: HashMap<String, String> = elements.iter().map(|(at, id)| (id.clone(), at.clone())).collect();
        let mut leaves = Vec::new();
        walk(&value, &mut |place, value, visibility| {
            let mut leaf = |place: &Place| {
                let pointer = place.pointer();
                let reference = referred.get(&pointer).map(|id| {
                    let target = by_id.get(id).cloned();
                    let container = target.as_deref().is_some_and(|target| CONTAINERS.contains(&list_of(target)));
                    Reference { target, container }
                });
                let owner = ancestors(&pointer).find(|above| elements.contains_key(*above)).unwrap_or("").to_owned();
                leaves.push(Leaf { place: place.clone(), pointer, visibility, owner, reference });
            };
            match value.as_array() {
                Some(items) => {
                    let mut place = place.clone();
                    for index in 0..items.len() {
                        place.at(Segment::Index(index), |place| leaf(place));
                    }
                }
                None => leaf(place),
            }
        });
        Ok(Case { value, leaves, elements, by_id })
    }

    /// The value at a leaf.
    pub fn at(&self, leaf: &Leaf) -> &Value {
        self.value.pointer(&leaf.pointer).unwrap_or(&Value::Null)
    }

    /// What markings forbid when only `tlp` may go to `audience`.
    pub fn forbidden(&self, record: &Record, tlp: &BTreeSet<Tlp>, audience: Audience) -> Forbidden {
        let mut parts = HashMap::new();
        for pointer in self.elements.keys() {
            let marking = self.value.pointer(&format!("{pointer}/marking"));
            let marking: Option<Marking> = marking.and_then(|marking| serde_json::from_value(marking.clone()).ok());
            if let Some(tlp) = marking.as_ref().and_then(narrower).filter(|own| !tlp.contains(own)) {
                parts.insert(pointer.clone(), format!("marked TLP:{tlp}, which is not agreed"));
            }
        }
        for (index, marking) in record.field_markings.iter().enumerate() {
            let marked = marking.tlp.filter(|own| !tlp.contains(own));
            let closed = !marking.audiences.is_empty() && !marking.audiences.contains(&audience);
            let why = match marked {
                Some(tlp) => format!("field_markings[{index}]: TLP:{tlp}, which is not agreed"),
                None if closed => format!("field_markings[{index}]: not for this audience"),
                None => continue,
            };
            let element = marking.element.as_ref().map(|element| self.by_id.get(element.as_str()));
            let part = match element {
                Some(Some(element)) => self.follow(element, marking.path.as_deref()),
                None => self.follow("", marking.path.as_deref()),
                // Nobody knows what was meant, so all of it.
                Some(None) => String::new(),
            };
            parts.insert(part, why);
        }
        let mut forbidden = Forbidden { parts };
        self.spread(&mut forbidden);
        forbidden
    }

    /// What is part of a forbidden event is forbidden with it.
    fn spread(&self, forbidden: &mut Forbidden) {
        loop {
            let mut more = Vec::new();
            for leaf in &self.leaves {
                let Some(Reference { target: Some(target), container: true }) = &leaf.reference else { continue };
                let known = leaf.owner.is_empty() || forbidden.why(&leaf.owner).is_some();
                if let (false, Some(why)) = (known, forbidden.why(target)) {
                    more.push((leaf.owner.clone(), why.to_owned()));
                }
            }
            if more.is_empty() {
                return;
            }
            forbidden.parts.extend(more);
        }
    }

    /// The pointer of a path such as `description[0].text` below an element, as far as it can be followed: where a step
    /// is no field, the marking counts for what stands before it.
    fn follow(&self, element: &str, path: Option<&str>) -> String {
        let mut place = Place::default();
        let mut pointer = element.to_owned();
        for step in element.split('/').skip(1) {
            let known = fields_at(&place).iter().find(|field| field.name == step);
            match (known, step.parse()) {
                (Some(field), _) => place.push(Segment::Member(field.name)),
                (None, Ok(index)) => place.push(Segment::Index(index)),
                (None, Err(_)) => return pointer,
            }
        }
        let path = path.unwrap_or_default();
        for step in path.trim_start_matches('$').split(['.', '[']).filter(|step| !step.is_empty()) {
            match step.strip_suffix(']') {
                Some(index) => match index.parse::<usize>() {
                    Ok(index) => pointer.push_str(&format!("/{index}")),
                    Err(_) => return pointer,
                },
                None => match fields_at(&place).iter().find(|field| field.name == step) {
                    Some(field) => {
                        place.push(Segment::Member(field.name));
                        pointer.push_str(&format!("/{step}"));
                    }
                    None => return pointer,
                },
            }
        }
        pointer
    }
}

impl Forbidden {
    /// Why a place is forbidden, if it is.
    pub fn why(&self, pointer: &str) -> Option<&str> {
        std::iter::once(pointer).chain(ancestors(pointer)).find_map(|at| self.parts.get(at)).map(String::as_str)
    }
}

/// Lists of elements that hold others together.
const CONTAINERS: &[&str] = &["events", "flows"];

/// The member in which the list item at a pointer stands.
fn list_of(pointer: &str) -> &str {
    pointer.rsplit('/').nth(1).unwrap_or_default()
}

/// All pointers around one, the nearest first, down to the empty one.
pub(super) fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.rmatch_indices('/').map(|(at, _)| &pointer[..at])
}

/// Whether a place is one of those selected or below one.
pub(super) fn selected(selection: &HashSet<String>, pointer: &str) -> bool {
    selection.contains(pointer) || ancestors(pointer).any(|above| selection.contains(above))
}

/// The TLP label that an element's marking amounts to beside that of the record; none when it does not narrow it.
///
/// Where only the other scale stands, `public` and `default` (as agreed beforehand) do not narrow; everything else means
/// that somebody must be asked, and nobody was.
fn narrower(marking: &Marking) -> Option<Tlp> {
    match (marking.tlp, &marking.restriction) {
        (Some(tlp), _) => Some(tlp),
        (None, None | Some(Restriction::Public | Restriction::Default)) => None,
        (None, Some(_)) => Some(Tlp::Red),
    }
}
