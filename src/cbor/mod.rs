//! The strict entry and exit for CBOR (RFC 8949); the only module that names the CBOR library.
//!
//! The library reads and writes the heads of data items; what makes items out of them is checked here: maps without
//! repeated keys, text in UTF-8, nothing truncated, nothing behind the item, no reserved or non-shortest simple
//! values (§3.3), chunks of strings that are definite and of their string's type (§3.2.3), and the [`Limits`].
//! Indefinite lengths and heads longer than needed are read without a word; what is written is in preferred
//! serialization with definite lengths (§4.1). Tags are kept and not interpreted.

mod item;
mod pull;
mod read;
#[cfg(test)]
mod tests;
mod writer;

pub use item::{Data, Float, Item, Width, position};
pub use pull::{Event, Reader};
pub use read::read;
pub use writer::{Order, WriteError, Writer, to_vec};

/// How much of a document is accepted. Exceeding one is `limit-exceeded`, with the field's name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Arrays, maps and tags open at the same time. Reading takes no call stack for it, but walking, writing and
    /// dropping a tree does: keep it in the hundreds. It is that of JSON.
    pub depth: usize,
    /// Bytes of one text or byte string.
    pub text_bytes: usize,
    /// Entries of one map.
    pub members: usize,
    /// Data items in the document, containers and keys included. It bounds the memory of the tree.
    pub values: u64,
    /// Bytes of the document.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 160,
            text_bytes: 16 * 1024 * 1024,
            members: 1_000_000,
            values: 2_000_000,
            total_bytes: 26_214_400,
        }
    }
}

/// Body of a fuzz target: reads everything, and writes and reads again what was read. Any bytes may be given.
pub fn fuzz(bytes: &[u8]) {
    let limits = Limits::default();
    if let Ok(item) = read(bytes, &limits) {
        let _ = item.path(bytes.len() as u64 / 2);
        for order in [Order::AsGiven, Order::Sorted] {
            let _ = to_vec(&item, order).map(|bytes| read(&bytes, &limits).is_ok());
        }
    }
}
