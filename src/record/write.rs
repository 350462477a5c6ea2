//! Writing: the same record gives the same bytes.

use serde::{Serializer as _, ser::SerializeMap};

use super::{Document, Record, RecordDocument};
use crate::digest::Digest;

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line without blanks; what digests are computed over.
    Compact,
    /// Two blanks of indent, a line feed at the end; for people and version control.
    Pretty,
}

/// The document as bytes. Members stand in the order of their declaration, absent ones and empty lists are left out,
/// texts are escaped only where JSON demands it. So equal documents have equal bytes, on every machine.
///
/// # Errors
/// Never for a value of the record types; the signature is serde's.
pub fn write(document: &RecordDocument, form: Form) -> Result<Vec<u8>, serde_json::Error> {
    match form {
        Form::Compact => serde_json::to_vec(document),
        Form::Pretty => {
            let mut bytes = serde_json::to_vec_pretty(document)?;
            bytes.push(b'\n');
            Ok(bytes)
        }
    }
}

/// The pretty form of a document around its records, which [`write_element`] has written: what is before them and what behind.
///
/// # Errors
/// As [`write()`].
pub fn write_around(document: &Document) -> Result<(Vec<u8>, Vec<u8>), serde_json::Error> {
    const END: &[u8] = b"]\n}\n";
    let empty = RecordDocument { document: document.clone(), ..RecordDocument::default() };
    let mut bytes = write(&empty, Form::Pretty)?;
    let tail = bytes.split_off(bytes.len().saturating_sub(END.len()));
    Ok((bytes, [b"\n  ".to_vec(), tail].concat()))
}

/// A record in the pretty form of a document, behind others if there are any.
///
/// # Errors
/// As [`write()`].
pub fn write_element(record: &Record, is_first: bool) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = if is_first { Vec::new() } else { vec![b','] };
    // A line of JSON ends nowhere else.
    for line in serde_json::to_vec_pretty(record)?.split(|byte| *byte == b'\n') {
        bytes.extend_from_slice(b"\n    ");
        bytes.extend_from_slice(line);
    }
    Ok(bytes)
}

/// Digest of a record: SHA-256 over its compact bytes, without a document around it. Names a revision.
///
/// # Errors
/// Never for a value of the record types; the signature is serde's.
pub fn digest(record: &Record) -> Result<Digest, serde_json::Error> {
    Ok(Digest::of(&serde_json::to_vec(record)?))
}

type MapOf<'a> = <&'a mut serde_json::Serializer<Vec<u8>> as serde::Serializer>::SerializeMap;

/// A JSON object of the members that `fill` writes.
pub(crate) fn own_bytes(
    fill: impl FnOnce(&mut MapOf<'_>) -> Result<(), serde_json::Error>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut serializer = serde_json::Serializer::new(Vec::new());
    let mut map = serializer.serialize_map(None)?;
    fill(&mut map)?;
    map.end()?;
    Ok(serializer.into_inner())
}

#[cfg(test)]
mod tests {
    use crate::record::{
        Element, Record, anchor_digest,
        base::{Carried, Origin, Text},
        classification::Discovery,
        event::Event,
    };

    #[test]
    fn an_anchor_covers_its_own_members_and_no_element_inside() {
        let event = Event { id: "e".parse().unwrap(), descriptions: vec![Text::new("a")], ..Event::default() };
        let text = String::from_utf8(event.own_bytes().unwrap()).unwrap();
        assert_eq!(text, r#"{"id":"e","descriptions":[{"text":"a"}]}"#);
        let digest = anchor_digest(&event).unwrap();
        let inside = Event {
            discovery: vec![Discovery::default()],
            origins: vec![Origin { ordinal: Some(1), ..Origin::default() }],
            carried: vec![Carried { value: Some("x".into()), ..Carried::default() }],
            ..event.clone()
        };
        assert_eq!(anchor_digest(&inside).unwrap(), digest);
        let other = Event { descriptions: vec![Text::new("b")], ..event };
        assert_ne!(anchor_digest(&other).unwrap(), digest);
    }

    #[test]
    fn the_anchor_of_a_record_covers_no_list_of_elements() {
        let record = Record { lang: Some("en".into()), events: vec![Event::default()], ..Record::default() };
        let text = String::from_utf8(record.own_bytes().unwrap()).unwrap();
        assert_eq!(text, r#"{"id":"00000000-0000-0000-0000-000000000000","kind":"event","lang":"en"}"#);
    }
}
