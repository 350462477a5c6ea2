//! Writing: the same record gives the same bytes.

use serde::{Serializer as _, ser::SerializeMap};

use super::{Record, RecordDocument};
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
