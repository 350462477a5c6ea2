//! The strict entry and exit for JSON.
//!
//! One scanner reads RFC 8259 JSON in UTF-8 from bytes or from a stream, and refuses what readers disagree about:
//! two members of one name (compared after unescaping), lone surrogates, a byte order mark, trailing data, and
//! everything beyond the [`Limits`]. On it stand four ways in:
//!
//! - [`check`] and [`from_slice`]: for types that serde reads;
//! - [`Document`]: a tree that keeps order, numbers as text, and byte offsets, for codecs that read by table;
//! - [`Outline`]: where the elements of long lists stand in a large file, so that they can be read one at a time;
//!
//! and the [`Writer`] out, with [`canonical`] (RFC 8785).

mod canonical;
mod document;
mod keys;
mod outline;
mod place;
mod scan;
#[cfg(test)]
mod tests;
mod typed;
mod value;
mod writer;

pub use canonical::{NotCanonical, canonical};
pub use document::{Base, Document, below};
pub use outline::{Element, Left, Listed, Outline, Part, Places, Plan, read_on};
pub(crate) use place::Place;
pub use typed::{check, from_slice, from_slice_at};
pub use value::{Data, Member, Mismatch, Number, Value};
pub use writer::{Layout, WriteError, Writer, to_string};

/// How much of a document is accepted. Exceeding one is `limit-exceeded`, with the field's name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Arrays and objects open at the same time. Reading takes no call stack for it, but walking, writing and dropping
    /// a tree does: keep it in the hundreds. One element of XML may be two levels of JSON, so that what XML may say at
    /// its depth needs more than twice of that.
    pub depth: usize,
    /// Bytes of one string, unescaped, or of one number.
    pub text_bytes: usize,
    /// Bytes of one member name, unescaped.
    pub key_bytes: usize,
    /// Members of one object.
    pub members: usize,
    /// Values in the document, containers included. It bounds the memory of a tree, whose nodes are larger than the
    /// bytes they may be written with.
    pub values: u64,
    /// Bytes of the document.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 160,
            text_bytes: 16 * 1024 * 1024,
            key_bytes: 4096,
            members: 1_000_000,
            values: 2_000_000,
            total_bytes: 26_214_400,
        }
    }
}

/// Body of a fuzz target: reads everything in every way, and writes what was read. Any bytes may be given.
pub fn fuzz(bytes: &[u8]) {
    let limits = Limits::default();
    let _ = check(bytes, &limits);
    let _ = from_slice::<serde_json::Value>(bytes, &limits);
    if let Ok(document) = Document::parse(bytes, &limits) {
        let _ = to_string(document.root(), Layout::Indented);
        let _ = canonical(document.root());
    }
    let _ = Outline::build(&mut std::io::Cursor::new(bytes), AnyList, &limits, 0);
}

/// Every list may be long, and every object may have some.
#[derive(Clone, Copy, Debug)]
struct AnyList;

impl Plan for AnyList {
    fn member(self, name: &str) -> Option<Part<Self>> {
        Some(if name.starts_with('o') { Part::Object(self) } else { Part::List(Some(self)) })
    }
}
