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

/// Deepest nesting of objects and lists in a document. Groups that hold themselves (contacts, expressions) would else let
/// a document choose how much stack it takes; a case needs about 20.
pub const MAX_DEPTH: usize = 64;

/// Reads a document of the `record` format, strictly: a member that the format does not have, a second member of the
/// same name, `null`, a word outside a closed vocabulary and text after the document are refused.
///
/// Elements without an id get one from their place, such as `timeline-3`; the same bytes always give the same ids.
///
/// # Errors
/// The first thing wrong, as a [`Code::RecordInvalid`], [`Code::JsonSyntax`], or, nested deeper than [`MAX_DEPTH`], a
/// [`Code::LimitExceeded`], with its place and path.
pub fn read(bytes: &[u8]) -> Result<RecordDocument, Finding> {
    let mut document = decode(bytes)?;
    document.records.iter_mut().for_each(name_elements);
    Ok(document)
}

/// The one call to the JSON reader.
fn decode(bytes: &[u8]) -> Result<RecordDocument, Finding> {
    if let Some(offset) = too_deep(bytes) {
        let expected = format!("at most MAX_DEPTH = {MAX_DEPTH} levels of nesting");
        let position = position_at(bytes, offset);
        return Err(Finding::error(Code::LimitExceeded, position, "$", "deeper nesting", expected));
    }
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
    let format = if error.is_data() { "the record format, schemas/record.schema.json" } else { "JSON" };
    // the types of the record and serde say themselves what they found and expected
    let (found, expected) = match said.split_once(", expected ") {
        Some((found, expected)) => (found, format!("{expected} ({format})")),
        None => (said, format.to_owned()),
    };
    Finding::error(code, position(bytes, error), path, found.strip_prefix("found ").unwrap_or(found), expected)
}

/// Where nesting first exceeds [`MAX_DEPTH`], brackets in texts not counted.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    bytes.iter().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// The place that serde_json names by line and byte in the line.
fn position(bytes: &[u8], error: &serde_json::Error) -> Position {
    if error.line() == 0 {
        return Position::default();
    }
    let lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(lines).nth(error.line() - 1).unwrap_or(bytes.len());
    position_at(bytes, start + error.column().saturating_sub(1))
}

fn position_at(bytes: &[u8], offset: usize) -> Position {
    let before = &bytes[..offset.min(bytes.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Position {
        line: before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1,
        column: String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1,
        offset: before.len() as u64,
    }
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
