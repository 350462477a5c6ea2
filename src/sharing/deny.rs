//! The deny list as it is kept: encrypted at rest, plain in memory only. The gate gets its own form of it.

use std::{net::IpAddr, ops::Range, path::Path, sync::Arc};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use ipnet::IpNet;
use zeroize::Zeroizing;

use crate::{
    config::{self, Access, FileError},
    error::Code,
    gate::{BadEntry, DenyClass, DenyList},
    world::{Entropy, NoEntropy},
};

#[cfg(test)]
mod tests;

/// Largest encrypted deny list, in bytes.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Most entries.
pub const MAX_ENTRIES: usize = 100_000;

/// First bytes of the file; also bound into the encryption.
const MAGIC: &[u8] = b"sirex-deny-1\n";

/// What can be wrong with the deny list. No message repeats an entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DenyError {
    /// The list or its key cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key is not 32 bytes.
    #[error("found a key of {found} bytes, expected {}", DenyKey::BYTES)]
    BadKey {
        /// Its length.
        found: usize,
    },
    /// Another key, or changed bytes.
    #[error("the deny list is not what was written with this key")]
    Sealed,
    /// A line of the list is no entry.
    #[error("line {line}: expected a class (hosts, networks, people, cases, canaries), a tab and a text")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// An entry that cannot be used.
    #[error("entry {at}: {source}")]
    Entry {
        /// The entry, from 1.
        at: usize,
        /// Why.
        source: BadEntry,
    },
    /// A text with a line break or a tab is several.
    #[error("an entry is one line without tabs")]
    NotOneLine,
    /// Too many.
    #[error("at most {MAX_ENTRIES} entries")]
    TooMany,
    /// The machine gave no randomness.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

impl DenyError {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            DenyError::File(error) => error.code(),
            DenyError::NoEntropy(_) => Code::Internal,
            _ => Code::ConfigInvalid,
        }
    }
}

/// The key of the deny list: it encrypts the file and makes the tags of entries.
pub struct DenyKey(hmac::Key);

impl DenyKey {
    /// Bytes of the secret.
    pub const BYTES: usize = 32;

    /// A key from its secret bytes.
    ///
    /// # Errors
    /// [`DenyError::BadKey`].
    pub fn new(secret: &[u8]) -> Result<Self, DenyError> {
        if secret.len() != Self::BYTES {
            return Err(DenyError::BadKey { found: secret.len() });
        }
        Ok(DenyKey(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// Reads the key from its file (`HOME/keys/deny.key`).
    ///
    /// # Errors
    /// [`DenyError::File`], [`DenyError::BadKey`].
    pub fn load(file: &Path) -> Result<Self, DenyError> {
        DenyKey::new(&config::read_secret(file, Self::BYTES as u64)?)
    }

    /// Draws a new key and writes it to its file, for the owner alone.
    ///
    /// # Errors
    /// [`DenyError::NoEntropy`], [`DenyError::File`].
    pub fn create(file: &Path, entropy: &dyn Entropy) -> Result<Self, DenyError> {
        let mut secret = Zeroizing::new([0; Self::BYTES]);
        entropy.fill(secret.as_mut_slice())?;
        config::write(file, secret.as_slice(), Access::Owner)?;
        DenyKey::new(secret.as_slice())
    }

    fn derive(&self, purpose: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(hmac::sign(&self.0, purpose.as_bytes()).as_ref().to_vec())
    }

    fn cipher(&self) -> Result<LessSafeKey, DenyError> {
        let key = UnboundKey::new(&AES_256_GCM, &self.derive("file")).map_err(|_| DenyError::Sealed)?;
        Ok(LessSafeKey::new(key))
    }
}

impl std::fmt::Debug for DenyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DenyKey(..)")
    }
}

/// The entries, and the gate's form of them.
pub struct DenyEntries {
    entries: Vec<(DenyClass, Zeroizing<String>)>,
    tag_key: Zeroizing<Vec<u8>>,
    list: Arc<DenyList>,
}

impl DenyEntries {
    /// A list without entries.
    pub fn empty(key: &DenyKey) -> Self {
        let tag_key = key.derive("tags");
        DenyEntries { entries: Vec::new(), list: Arc::new(DenyList::new(&tag_key)), tag_key }
    }

    /// Reads entries, one to a line: class, tab, text. Empty lines and lines that begin with `#` do not count.
    ///
    /// # Errors
    /// [`DenyError::Line`], [`DenyError::Entry`], [`DenyError::TooMany`].
    pub fn parse(key: &DenyKey, text: &str) -> Result<Self, DenyError> {
        let mut entries = Self::empty(key);
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (class, text) = line.split_once('\t').ok_or(DenyError::Line { line: index + 1 })?;
            let class = class_of(class).ok_or(DenyError::Line { line: index + 1 })?;
            entries.push(class, text)?;
        }
        entries.renew()?;
        Ok(entries)
    }

    /// Reads the list from its encrypted file (`HOME/deny.list`). A file that is not there is an error: without it
    /// everything that is on the list could leave.
    ///
    /// # Errors
    /// [`DenyError`].
    pub fn load(file: &Path, key: &DenyKey) -> Result<Self, DenyError> {
        let bytes = config::read_bytes(file, MAX_BYTES)?;
        let sealed = bytes.strip_prefix(MAGIC).ok_or(DenyError::Sealed)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(DenyError::Sealed)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = key.cipher()?.open_in_place(nonce, Aad::from(MAGIC), &mut sealed).map_err(|_| DenyError::Sealed)?;
        Self::parse(key, std::str::from_utf8(plain).map_err(|_| DenyError::Sealed)?)
    }

    /// Writes the list to its file, encrypted.
    ///
    /// # Errors
    /// [`DenyError`].
    pub fn save(&self, file: &Path, key: &DenyKey, entropy: &dyn Entropy) -> Result<(), DenyError> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce)?;
        let mut sealed = Zeroizing::new(Vec::new());
        for (class, text) in &self.entries {
            sealed.extend_from_slice(class.as_str().as_bytes());
            sealed.push(b'\t');
            sealed.extend_from_slice(text.as_bytes());
            sealed.push(b'\n');
        }
        let aad = Aad::from(MAGIC);
        let cipher = key.cipher()?;
        let tag = cipher.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed);
        let tag = tag.map_err(|_| DenyError::Sealed)?;
        let bytes = [MAGIC, &nonce, &sealed, tag.as_ref()].concat();
        Ok(config::write(file, &bytes, Access::Owner)?)
    }

    /// Adds an entry and gives its tag; an entry that is there already stays one.
    ///
    /// # Errors
    /// [`DenyError::NotOneLine`], [`DenyError::Entry`], [`DenyError::TooMany`].
    pub fn add(&mut self, class: DenyClass, text: &str) -> Result<String, DenyError> {
        if text.contains(['\n', '\r', '\t']) {
            return Err(DenyError::NotOneLine);
        }
        if !self.entries.iter().any(|(known, have)| *known == class && **have == text) {
            self.push(class, text)?;
            if let Err(error) = self.renew() {
                self.entries.pop();
                return Err(error);
            }
        }
        Ok(self.tag(text))
    }

    /// Takes out the entries with this tag and says how many there were.
    ///
    /// # Errors
    /// Never: what is left was accepted before.
    pub fn remove(&mut self, tag: &str) -> Result<usize, DenyError> {
        let before = self.entries.len();
        let tags: Vec<String> = self.entries.iter().map(|(_, text)| self.tag(text)).collect();
        let mut tags = tags.iter();
        self.entries.retain(|_| tags.next().is_some_and(|own| own != tag));
        self.renew()?;
        Ok(before - self.entries.len())
    }

    /// Class and tag of each entry; never the text. Refusals of the gate name the same tags.
    pub fn list(&self) -> impl Iterator<Item = (DenyClass, String)> + '_ {
        self.entries.iter().map(|(class, text)| (*class, self.tag(text)))
    }

    /// The gate's form.
    pub fn for_gate(&self) -> Arc<DenyList> {
        Arc::clone(&self.list)
    }

    /// The text with every entry and every one of the `words` replaced by `placeholder`. `None` when something of the
    /// list can still be read in it, in whatever spelling.
    pub(super) fn mask(&self, text: &str, words: &[String], placeholder: &str) -> Option<String> {
        let lower = Lower::of(text);
        let mut hits = Vec::new();
        for (class, entry) in &self.entries {
            match class {
                DenyClass::Networks => {
                    let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from)).ok()?;
                    let inside = addresses(text).into_iter().filter(|(_, found)| overlap(found, &network));
                    hits.extend(inside.map(|(span, _)| span));
                }
                _ => lower.find(entry, *class, &mut hits),
            }
        }
        words.iter().for_each(|word| lower.find(word, DenyClass::People, &mut hits));
        let masked = replaced(text, hits, placeholder);
        let classes = DenyClass::ALL.iter().copied().collect();
        let clean = self.list.find(&masked, &classes, |_| vec![placeholder]).is_ok_and(|hits| hits.is_empty());
        clean.then_some(masked)
    }

    fn push(&mut self, class: DenyClass, text: &str) -> Result<(), DenyError> {
        if self.entries.len() >= MAX_ENTRIES {
            return Err(DenyError::TooMany);
        }
        self.entries.push((class, Zeroizing::new(text.to_owned())));
        Ok(())
    }

    fn renew(&mut self) -> Result<(), DenyError> {
        let mut list = DenyList::new(&self.tag_key);
        for (index, (class, text)) in self.entries.iter().enumerate() {
            list.add(*class, text).map_err(|source| DenyError::Entry { at: index + 1, source })?;
        }
        self.list = Arc::new(list);
        Ok(())
    }

    fn tag(&self, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.tag_key);
        let tag = hmac::sign(&key, text.as_bytes());
        tag.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for DenyEntries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DenyEntries({})", self.entries.len())
    }
}

fn class_of(name: &str) -> Option<DenyClass> {
    DenyClass::ALL.iter().copied().find(|class| class.as_str() == name)
}

/// A text in lower case that knows where in the original each byte came from.
struct Lower {
    text: String,
    /// For each byte of `text`, and for its end: where its character begins in the original.
    origin: Vec<usize>,
}

impl Lower {
    fn of(original: &str) -> Self {
        let mut lower = Lower { text: String::new(), origin: Vec::new() };
        for (at, c) in original.char_indices() {
            lower.text.extend(c.to_lowercase());
            lower.origin.resize(lower.text.len(), at);
        }
        lower.origin.push(original.len());
        lower
    }

    /// Where an entry stands as a word of its kind, in the original. A host takes what stands before it in the same name
    /// or address along.
    fn find(&self, entry: &str, class: DenyClass, hits: &mut Vec<Range<usize>>) {
        let entry = entry.to_lowercase();
        let word = |c: char| c.is_alphanumeric() || (class == DenyClass::Hosts && c == '-');
        for (at, found) in self.text.match_indices(entry.as_str()) {
            let end = at + found.len();
            let (before, after) = (self.text[..at].chars().next_back(), self.text[end..].chars().next());
            let free = class == DenyClass::Canaries || !(before.is_some_and(word) || after.is_some_and(word));
            if free {
                let part = |c: char| c.is_alphanumeric() || "-_.+%@".contains(c);
                let start = match class {
                    DenyClass::Hosts => self.text[..at].trim_end_matches(part).len(),
                    _ => at,
                };
                hits.push(self.origin[start]..self.origin[end]);
            }
        }
    }
}

/// The addresses and networks in a text, with their places.
fn addresses(text: &str) -> Vec<(Range<usize>, IpNet)> {
    let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = text[from..].find(part).map(|at| from + at) {
        let end = text[start..].find(|c| !part(c)).map_or(text.len(), |at| start + at);
        let run = text[start..end].trim_end_matches(['.', ':', '/']);
        if let Ok(network) = run.parse::<IpNet>().or_else(|_| run.parse::<IpAddr>().map(IpNet::from)) {
            found.push((start..start + run.len(), network));
        }
        from = end;
    }
    found
}

fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

fn replaced(text: &str, mut hits: Vec<Range<usize>>, placeholder: &str) -> String {
    hits.sort_by_key(|hit| (hit.start, hit.end));
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for hit in hits {
        if hit.start >= from {
            out.push_str(&text[from..hit.start]);
            out.push_str(placeholder);
        }
        from = from.max(hit.end);
    }
    out.push_str(&text[from..]);
    out
}
