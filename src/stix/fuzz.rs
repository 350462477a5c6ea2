//! Bodies of the fuzz targets (`fuzz/`).

use super::{
    decode,
    document::encode,
    pattern::{Pattern, find},
    upgrade,
};
use crate::json::{Document, Layout, Limits};

/// Body of a fuzz target: reads the bytes, writes what was read, and compares; then makes STIX 2.1 of it. Any bytes may
/// be given.
///
/// # Panics
/// When what was written does not say what was read, or what was upgraded is not written or not of 2.1: that is what the target looks for.
pub fn fuzz(bytes: &[u8]) {
    let _ = super::detect(bytes);
    let limits = Limits::default();
    let Ok(decoded) = decode(bytes, &limits) else { return };
    let written = encode(&decoded.document, Layout::Compact);
    assert!(written.is_ok(), "what was read is not written: {:?}", written.err());
    let written = written.unwrap_or_default();
    let (Ok(read), Ok(back)) = (Document::parse(bytes, &limits), Document::parse(&written, &limits)) else { return };
    assert!(read.root() == back.root(), "what was written is not what was read");
    let upgraded = upgrade(&decoded.document).document;
    assert!(encode(&upgraded, Layout::Compact).is_ok(), "what was upgraded is not written");
    assert!(upgrade(&upgraded).document == upgraded, "what was upgraded is not of STIX 2.1");
}

/// Body of a fuzz target: reads the bytes as a pattern, looks at it, prints it, reads that, and compares. Any bytes may be given.
///
/// # Panics
/// When what was printed is not read as the same pattern: that is what the target looks for.
pub fn fuzz_pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(parsed) = Pattern::parse(text) else { return };
    find(&parsed.pattern);
    let printed = parsed.pattern.to_string();
    match Pattern::parse(&printed) {
        Ok(again) => {
            assert!(again.pattern == parsed.pattern, "what was printed is another pattern: {printed}");
            assert!(again.pattern.to_string() == printed, "what was printed is not canonical: {printed}");
        }
        // Constants may become longer: 1e300 in full, quotes and spaces.
        Err(error) => assert!(error.limit && printed.len() > text.len(), "what was printed is not read: {error}"),
    }
}
