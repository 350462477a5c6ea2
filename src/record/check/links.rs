//! Rules over ids and references.

use std::collections::{HashMap, HashSet};

use super::Report;
use crate::record::{
    part::{Node, Part, Place},
    references::{elements, targets},
    root::Record,
};

pub(super) fn ids(record: &Record, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    record.visit(&mut Place::default(), &mut |place, node| {
        if let Node::Element(id) = node
            && !id.is_absent()
            && !seen.insert(id)
        {
            let path = place.to_string();
            report.error(
                &format!("{}.id", path.trim_start_matches("$.")),
                id.as_str(),
                "an id that no other element has",
            );
        }
    });
}

pub(super) fn references(record: &Record, report: &mut Report<'_>) {
    let elements = elements(record);
    let by_id: HashMap<&str, &str> = elements.iter().map(|(id, member)| (id.as_str(), *member)).collect();
    record.visit(&mut Place::default(), &mut |place, node| {
        let Node::Reference(reference) = node else { return };
        let path = place.to_string();
        let path = path.trim_start_matches("$.");
        match (by_id.get(reference.as_str()), targets(place)) {
            (None, _) => report.warning(path, reference.as_str(), "the id of an element of this record"),
            (Some(member), Some(wanted)) if !wanted.contains(member) => {
                let found = format!("{reference}, which stands in {member}");
                report.warning(path, found, &format!("an element of {}", wanted.join(" or ")));
            }
            _ => {}
        }
    });
}

pub(super) fn tree(record: &Record, report: &mut Report<'_>) {
    let parent_of =
        |event: &crate::record::event::Event| event.parent.as_ref().map(|parent| parent.as_str().to_owned());
    let parents: HashMap<&str, String> =
        record.events.iter().filter_map(|event| Some((event.id.as_str(), parent_of(event)?))).collect();
    for (index, event) in record.events.iter().enumerate() {
        let mut above = parents.get(event.id.as_str());
        // a path through the tree is no longer than there are events
        for _ in 0..record.events.len() {
            above = match above {
                Some(id) if id == event.id.as_str() => {
                    report.error(&format!("events[{index}].parent"), id, "an event that is not part of this one");
                    None
                }
                Some(id) => parents.get(id.as_str()),
                None => break,
            };
        }
    }
}

pub(super) fn sequence(record: &Record, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    for (index, entry) in record.timeline.iter().enumerate() {
        if let Some(seq) = entry.seq
            && !seen.insert(seq)
        {
            report.error(&format!("timeline[{index}].seq"), seq.to_string(), "a number that no other entry has");
        }
    }
}
