//! Where references point: by the name of the member that holds them.

use std::collections::HashMap;

use super::{
    base::ElementId,
    part::{Node, Part, Place, Segment},
    root::Record,
};

/// Members that hold references, with the members in which the element stands that they point to. A member that is not
/// here may point to any element. The first row with the name counts.
const TARGETS: &[(&str, &[&str])] = &[
    ("person", PARTIES),
    ("manager", PARTIES),
    ("owner", PARTIES),
    ("leader", PARTIES),
    ("constituency", PARTIES),
    ("unit", PARTIES),
    ("party", PARTIES),
    ("parties", PARTIES),
    ("contact", PARTIES),
    ("contacts", PARTIES),
    ("investigators", PARTIES),
    ("deputies", PARTIES),
    ("originator", PARTIES),
    ("aware_by", PARTIES),
    ("processors", PARTIES),
    ("dpo", PARTIES),
    ("asset", &["assets"]),
    ("system", &["systems", "system"]),
    ("event", &["events", "event"]),
    ("parent", &["events", "event"]),
    ("flow", &["flows"]),
    ("actions", &["actions", "action"]),
    ("evidence", &["evidence"]),
    ("original_of", &["evidence"]),
    ("copy_of", &["evidence"]),
    ("message", &["messages"]),
    ("source_message", &["messages"]),
    ("receipt", &["messages"]),
    ("obligation", &["obligations"]),
    ("corrects", &["timeline", "entry", "submissions"]),
];

const PARTIES: &[&str] = &["parties", "contacts"];

/// The members in which the target of a reference may stand; `None` when any element will do.
pub(crate) fn targets(place: &Place) -> Option<&'static [&'static str]> {
    let member = last_member(place)?;
    TARGETS.iter().find(|(name, _)| *name == member).map(|(_, targets)| *targets)
}

/// The member in which an element stands.
pub(crate) fn last_member(place: &Place) -> Option<&'static str> {
    place.segments().iter().rev().find_map(|segment| match segment {
        Segment::Member(name) => Some(*name),
        Segment::Index(_) => None,
    })
}

/// All elements of a record by id, with the member in which each stands.
pub(crate) fn elements(record: &Record) -> HashMap<&ElementId, &'static str> {
    let mut found = HashMap::new();
    record.visit(&mut Place::default(), &mut |place, node| {
        if let (Node::Element(id), Some(member)) = (node, last_member(place)) {
            found.insert(id, member);
        }
    });
    found
}
