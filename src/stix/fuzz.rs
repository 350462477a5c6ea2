//! Body of the fuzz target (`fuzz/`).

use super::{decode, document::encode};
use crate::json::{Document, Layout, Limits};

/// Body of a fuzz target: reads the bytes, writes what was read, and compares. Any bytes may be given.
///
/// # Panics
/// When what was written does not say what was read: that is what the target looks for.
pub fn fuzz(bytes: &[u8]) {
    let _ = super::detect(bytes);
    let limits = Limits::default();
    let Ok(decoded) = decode(bytes, &limits) else { return };
    let written = encode(&decoded.document, Layout::Compact);
    assert!(written.is_ok(), "what was read is not written: {:?}", written.err());
    let written = written.unwrap_or_default();
    let (Ok(read), Ok(back)) = (Document::parse(bytes, &limits), Document::parse(&written, &limits)) else { return };
    assert!(read.root() == back.root(), "what was written is not what was read");
}
