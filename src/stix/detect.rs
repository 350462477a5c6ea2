//! Whether bytes are STIX, and of which version.

use super::{def::Family, forms, tables::object};
use crate::{format::Format, json::Value};

/// The format that the beginning of a document is of, from its first brace on, by the members of its outermost object: a type of
/// STIX, and for an object that stands alone its id as well, since other documents have a `type` too.
pub fn detect(head: &[u8]) -> Option<Format> {
    if head.first() != Some(&b'{') {
        return None;
    }
    let members = Outermost { bytes: head, at: 0, depth: 0 };
    let (mut kind, mut id, mut version) = (None, None, None);
    for (name, value) in members {
        match name {
            b"type" => kind = kind.or(Some(value)),
            b"id" => id = id.or(Some(value)),
            b"spec_version" => version = version.or(Some(value)),
            _ => {}
        }
    }
    let text = |bytes: Option<&'_ [u8]>| bytes.and_then(|bytes| std::str::from_utf8(bytes).ok().map(str::to_owned));
    let (kind, id, version) = (text(kind), text(id), text(version));
    let of_id = id.as_deref().and_then(forms::id_parts).map(|(name, _)| name.to_owned());
    match (kind, of_id) {
        (Some(kind), of_id) if kind == "bundle" || Some(&kind) == of_id.as_ref() => {
            let old = match version.as_deref() {
                Some(version) => version == "2.0",
                None => object(&kind).is_some_and(|def| has_version(def.family)),
            };
            Some(if old { Format::Stix20 } else { Format::Stix })
        }
        // A bundle whose type stands behind its objects.
        (None, Some(of_id)) if of_id == "bundle" => Some(Format::Stix),
        _ => None,
    }
}

/// Whether the outermost object is of STIX 2.0: a bundle that says so, or an object without the version that 2.1 requires.
pub(super) fn is_version_20(root: &Value<'_>) -> bool {
    match root.get("spec_version") {
        Some(version) => version.as_str() == Ok("2.0"),
        None => {
            let kind = root.get("type").and_then(|kind| kind.as_str().ok());
            kind.and_then(object).is_some_and(|def| has_version(def.family))
        }
    }
}

/// Whether objects of a family say their version: those of STIX 2.0 do not, but for its bundles.
fn has_version(family: Family) -> bool {
    !matches!(family, Family::Observable | Family::Bundle | Family::Part)
}

/// The members of the outermost object that have a string, as far as the bytes reach. It is a look and no check: what follows
/// reads strictly.
struct Outermost<'b> {
    bytes: &'b [u8],
    at: usize,
    depth: usize,
}

impl<'b> Outermost<'b> {
    /// What stands between the quotes, of which the first is at this place; then it is behind the last.
    fn string(&mut self) -> Option<&'b [u8]> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        self.bytes.get(start..end)
    }

    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

impl<'b> Iterator for Outermost<'b> {
    type Item = (&'b [u8], &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    let name = self.string()?;
                    self.space();
                    if self.depth == 1 && self.bytes.get(self.at) == Some(&b':') {
                        self.at += 1;
                        self.space();
                        if self.bytes.get(self.at) == Some(&b'"') {
                            return Some((name, self.string()?));
                        }
                    }
                    continue;
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }
}
