//! Reading the `record` format, and naming elements that came without an id.

use std::collections::HashSet;

use super::{
    base::ElementId,
    part::{NodeMut, Part, Place, Segment},
    root::{Record, RecordDocument},
};
use crate::error::{Code, Finding, Position};

#[cfg(test)]
mod tests;

/// Reads a document of the `record` format, strictly: a member that the format does not have, a second member of the
/// same name, `null`, a word outside a closed vocabulary and text after the document are refused.
///
/// Elements without an id get one from their place, such as `timeline-3`; the same bytes always give the same ids.
///
/// # Errors
/// The first thing wrong, as a [`Code::RecordInvalid`] or [`Code::JsonSyntax`] with its place and path.
pub fn read(bytes: &[u8]) -> Result<RecordDocument, Finding> {
    let mut document = decode(bytes)?;
    document.records.iter_mut().for_each(name_elements);
    Ok(document)
}

/// The one call to the JSON reader.
fn decode(bytes: &[u8]) -> Result<RecordDocument, Finding> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "$".to_owned() } else { format!("$.{path}") };
        refusal(bytes, error.inner(), path)
    })?;
    reader.end().map_err(|error| refusal(bytes, &error, "$".to_owned()))?;
    Ok(document)
}

fn refusal(bytes: &[u8], error: &serde_json::Error, path: String) -> Finding {
    let code = if error.is_data() { Code::RecordInvalid } else { Code::JsonSyntax };
    let said = error.to_string();
    // serde_json adds the place to its text; it has its own field here
    let said = said.split(" at line ").next().unwrap_or(&said);
    let expected = if error.is_data() { "the record format, schemas/record.schema.json" } else { "JSON" };
    Finding::error(code, position(bytes, error), path, said, expected)
}

fn position(bytes: &[u8], error: &serde_json::Error) -> Position {
    if error.line() == 0 {
        return Position::default();
    }
    let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1));
    let start = starts.clone().nth(error.line() - 1).unwrap_or(bytes.len());
    let offset = (start + error.column().saturating_sub(1)).min(bytes.len());
    let column = String::from_utf8_lossy(&bytes[start.min(offset)..offset]).chars().count() as u64 + 1;
    Position { line: error.line() as u64, column, offset: offset as u64 }
}

/// Gives every element without an id one from its place. Ids that are there are kept.
pub fn name_elements(record: &mut Record) {
    let mut taken: HashSet<ElementId> = HashSet::new();
    let mut missing = false;
    record.visit_mut(&mut Place::default(), &mut |_, node| {
        if let NodeMut::Element(id) = node {
            missing |= id.is_absent();
            taken.insert(id.clone());
        }
    });
    if !missing {
        return;
    }
    record.visit_mut(&mut Place::default(), &mut |place, node| {
        if let NodeMut::Element(id) = node
            && id.is_absent()
        {
            let base = name_of(place);
            let tries = (1_u64..).map(|count| if count == 1 { base.clone() } else { format!("{base}.{count}") });
            let free = tries.filter_map(|name| name.parse::<ElementId>().ok()).find(|name| !taken.contains(name));
            if let Some(name) = free {
                taken.insert(name.clone());
                *id = name;
            }
        }
    });
}

/// `$.events[0].discovery[1]` becomes `events-1-discovery-2`; a place too deep for an id keeps its last steps.
fn name_of(place: &Place) -> String {
    const ROOM: usize = super::base::MAX_ELEMENT_ID_BYTES - 24;
    let mut name = String::new();
    for segment in place.segments() {
        match segment {
            Segment::Member(member) if name.is_empty() => name.push_str(member),
            Segment::Member(member) => name.extend(["-", member]),
            Segment::Index(index) => name.push_str(&format!("-{}", index + 1)),
        }
    }
    let name = name.replace('_', "-");
    let cut = name.len().saturating_sub(ROOM);
    name[cut..].trim_start_matches('-').to_owned()
}
