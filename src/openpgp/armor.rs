//! ASCII armor (RFC 9580 §6), read more strictly than sequoia does: one block, of the kind that is expected.

use std::{
    borrow::Cow,
    io::{Read as _, Write as _},
};

use sequoia_openpgp::armor::{Kind, Reader, ReaderMode, Writer};

/// What may stand around an armored block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// White space only: what is sent over a wire is the block and nothing else.
    Nothing,
    /// Any text: files from web pages have comments around the block.
    Text,
}

/// Why armor was not taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadArmor {
    /// There are several blocks.
    Several(usize),
    /// The block is of another kind, cut off, or has text around it.
    Form(String),
}

const BEGIN: &str = "-----BEGIN PGP ";

/// Whether the bytes are to be read as armor: binary OpenPGP begins with a byte above 0x7F (RFC 9580 §4.2).
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(u8::is_ascii)
}

/// The binary form of what may be armored.
pub(super) fn binary(bytes: &[u8], kind: Kind, around: Around) -> Result<Cow<'_, [u8]>, BadArmor> {
    if !is_text(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let form = |what: &str| BadArmor::Form(what.to_owned());
    let (begin, end) = (format!("-----BEGIN PGP {}-----", label(kind)), format!("-----END PGP {}-----", label(kind)));
    let blocks = count(bytes, BEGIN.as_bytes());
    if blocks > 1 {
        return Err(BadArmor::Several(blocks));
    }
    let start = find(bytes, begin.as_bytes()).ok_or_else(|| form("neither binary OpenPGP nor an armored block"))?;
    let length = find(&bytes[start..], end.as_bytes()).ok_or_else(|| form("the armored block has no end"))?;
    let stop = start + length + end.len();
    let blank = |part: &[u8]| part.iter().all(u8::is_ascii_whitespace);
    if around == Around::Nothing && !(blank(&bytes[..start]) && blank(&bytes[stop..])) {
        return Err(form("there is text around the armored block"));
    }
    let mut binary = Vec::with_capacity(bytes.len() / 4 * 3);
    Reader::from_bytes(&bytes[start..stop], ReaderMode::Tolerant(Some(kind)))
        .read_to_end(&mut binary)
        .map_err(|error| BadArmor::Form(format!("the armor is damaged: {error}")))?;
    Ok(Cow::Owned(binary))
}

/// The armored form.
pub(super) fn text(bytes: &[u8], kind: Kind) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::with_capacity(bytes.len() / 2 * 3), kind).map_err(std::io::Error::other)?;
    writer.write_all(bytes)?;
    writer.finalize().map_err(std::io::Error::other)
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::PublicKey => "PUBLIC KEY BLOCK",
        Kind::SecretKey => "PRIVATE KEY BLOCK",
        Kind::Signature => "SIGNATURE",
        _ => "MESSAGE",
    }
}

/// Where `part` first stands. Every part begins with dashes, so only lines with those are compared.
pub(super) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|&at| bytes[at] == b'-' && bytes[at..].starts_with(part))
}

fn count(bytes: &[u8], part: &[u8]) -> usize {
    (0..bytes.len()).filter(|&at| bytes[at] == b'-' && bytes[at..].starts_with(part)).count()
}
