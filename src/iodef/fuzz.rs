//! Bodies of the fuzz targets (`fuzz/`).

use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest as _, Sha256};

use super::{
    IodefDocument,
    codec::{Decoded, decode_cbor, decode_json, decode_xml, encode_cbor, encode_json, encode_xml},
    generate,
};
use crate::{
    cbor,
    class::{self, Dice, Leaf, Path},
    error::{Code, Finding},
    json,
    world::{Entropy, NoEntropy, Seeded},
    xml::Limits,
};

/// Body of a fuzz target: as [`fuzz_json`], for CBOR.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_cbor(bytes: &[u8]) {
    let limits = cbor::Limits::default();
    let Ok(Decoded { document, .. }) = decode_cbor(bytes, &limits) else { return };
    let document = with_languages(document);
    let Ok(written) = encode_cbor(&document) else { return };
    if class::unsayable(&document).is_empty() {
        comes_back(&document, decode_cbor(&written, &limits));
    }
}

/// Body of a fuzz target: reads the bytes as XML, writes what was read and reads that. Any bytes may be given.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_xml(bytes: &[u8]) {
    let Ok(Decoded { document, .. }) = decode_xml(bytes, Limits::default()) else { return };
    let Ok(written) = encode_xml(&document) else { return };
    comes_back(&document, decode_xml(&written, Limits::default()));
}

/// Body of a fuzz target: reads the bytes as JSON, writes what was read and, unless JSON cannot say all of it, reads that.
/// Any bytes may be given.
///
/// # Panics
/// When what was written is not read back as it was: that is what the target looks for.
pub fn fuzz_json(bytes: &[u8]) {
    let limits = json::Limits::default();
    let Ok(Decoded { document, .. }) = decode_json(bytes, &limits) else { return };
    let document = with_languages(document);
    let Ok(written) = encode_json(&document) else { return };
    if class::unsayable(&document).is_empty() {
        comes_back(&document, decode_json(&written, &limits));
    }
}

/// A text without a language is a bare string in JSON, which is English: what is inherited is to be said.
fn with_languages(mut document: IodefDocument) -> IodefDocument {
    class::normalise_where(&mut document, &|_, attribute| attribute == "xml:lang");
    document
}

/// Our writing may be longer than what was read, so a limit is no fault.
fn comes_back(document: &IodefDocument, again: Result<Decoded, Finding>) {
    match again {
        Ok(again) => assert!(again.document == *document, "what was written is read as something else"),
        Err(finding) => assert!(finding.code == Code::LimitExceeded, "what was written is not read: {finding}"),
    }
}

/// Body of a fuzz target: makes a document by the bytes, writes it in each format and reads what was written. The first
/// byte says how deep it nests and whether all is there that JSON requires. Any bytes may be given.
///
/// # Panics
/// When a document is not written, is read with an error, or is not read back as it was: that is what the target looks
/// for. CBOR's numbers are compared by value.
pub fn fuzz_roundtrip(bytes: &[u8]) {
    let (first, rest) = bytes.split_first().map_or((0, bytes), |(first, rest)| (*first, rest));
    let (depth, for_json) = (usize::from(first % 6), first & 0x80 != 0);
    let throws = Throws::new(rest);
    let dice = Dice::new(&throws);
    let document = generate(&mut if for_json { dice.for_json() } else { dice }, depth);
    if let Some(back) = again("XML", encode_xml(&document), |bytes| decode_xml(bytes, Limits::default())) {
        assert!(back == document, "what was written as XML is read as something else");
    }
    if !for_json {
        return;
    }
    let document = with_languages(document);
    // What is read is what was written where JSON can say all of it; without an error it is read in any case.
    let whole = class::unsayable(&document).is_empty();
    if let Some(back) = again("JSON", encode_json(&document), |bytes| decode_json(bytes, &json::Limits::default())) {
        assert!(!whole || back == document, "what was written as JSON is read as something else");
    }
    if let Some(back) = again("CBOR", encode_cbor(&document), |bytes| decode_cbor(bytes, &cbor::Limits::default())) {
        assert!(
            !whole || same(&leaves(&back), &leaves(&document)),
            "what was written as CBOR is read as something else"
        );
    }
}

/// What was written, read; nothing when it is over a limit.
#[allow(clippy::panic)] // that is how a fuzz target says what it has found
fn again(
    format: &str,
    written: Result<Vec<u8>, Vec<Finding>>,
    decode: impl Fn(&[u8]) -> Result<Decoded, Finding>,
) -> Option<IodefDocument> {
    assert!(written.is_ok(), "not written as {format}: {:#?}", written.err());
    match decode(&written.ok()?) {
        Ok(read) => {
            assert!(read.errors().next().is_none(), "{format} has errors: {:#?}", read.findings);
            Some(read.document)
        }
        Err(finding) => {
            assert!(finding.code == Code::LimitExceeded, "what was written as {format} is not read: {finding}");
            None
        }
    }
}

fn leaves(document: &IodefDocument) -> Vec<(String, Leaf)> {
    let mut all = Vec::new();
    class::leaves(document, &Path::root(IodefDocument::DEF.name), &mut |path, leaf| all.push((path.to_string(), leaf)));
    all
}

/// Numbers say the same when they are equal, however they are written.
fn same(a: &[(String, Leaf)], b: &[(String, Leaf)]) -> bool {
    let number = |leaf: &Leaf| match leaf {
        Leaf::Text(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    let equal = |a: &Leaf, b: &Leaf| a == b || number(a).is_some_and(|a| number(b) == Some(a));
    a.len() == b.len() && a.iter().zip(b).all(|((at, a), (other, b))| at == other && equal(a, b))
}

/// One byte for each throw, so that a fuzzer's changes are changes of single choices; then a stream that follows from
/// them, since all zeros would be the largest document that there is.
struct Throws<'b> {
    bytes: &'b [u8],
    next: AtomicUsize,
    rest: Seeded,
}

impl<'b> Throws<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        let seed = Sha256::digest(bytes).iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        Throws { bytes, next: AtomicUsize::new(0), rest: Seeded::new(seed) }
    }
}

impl Entropy for Throws<'_> {
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy> {
        let Some(byte) = self.bytes.get(self.next.fetch_add(1, Ordering::Relaxed)) else { return self.rest.fill(out) };
        out.fill(0);
        out.iter_mut().take(1).for_each(|out| *out = *byte);
        Ok(())
    }
}
