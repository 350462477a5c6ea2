//! Signed checkpoints: C2SP tlog-checkpoint in a C2SP signed-note, signed by Ed25519 (type `0x01`).
//!
//! ```text
//! isirt.example/log
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — isirt.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZni...
//! ```
//!
//! Any tool that reads signed notes can check one, and witnesses can add their lines; `docs/audit.md` says what the
//! forms were checked against.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use crate::{digest::Digest, world::Entropy};

/// Longest key name and origin, in characters.
pub const NAME_CHARS: usize = 100;

/// Most signature lines in a note. C2SP signed-note asks readers to accept 16 at least.
pub const MAX_SIGNATURES: usize = 100;

const ED25519_TYPE: u8 = 1;
const DASH: &str = "\u{2014} ";

/// The head of a log: its name, its size and the root of its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

impl Checkpoint {
    /// The note's text: three lines, each ended by a newline.
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root.as_bytes()))
    }

    /// The checkpoint as a note signed by this key.
    ///
    /// # Errors
    /// When the origin is not a name (see [`Signer::generate`]).
    pub fn sign(&self, signer: &Signer) -> Result<String, NoteError> {
        if !is_name(&self.origin) {
            return Err(NoteError::Name);
        }
        let text = self.text();
        let mut signature = signer.key.id.to_be_bytes().to_vec();
        signature.extend_from_slice(signer.pair.sign(text.as_bytes()).as_ref());
        Ok(format!("{text}\n{DASH}{} {}\n", signer.key.name, BASE64_STANDARD.encode(signature)))
    }

    /// Reads a note signed by at least one of these keys. Lines of unknown keys are ignored, as C2SP signed-note asks;
    /// a line of a known key whose signature is wrong refuses the note. Extension lines are signed but not used.
    ///
    /// # Errors
    /// When the note is not one, none of the keys signed it, or its text is not a checkpoint.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let text = open_note(note, keys)?;
        Self::parse(text)
    }

    /// The checkpoint that a note states, without looking at its signatures.
    ///
    /// # Errors
    /// When the note or its text is malformed.
    pub fn read_unverified(note: &str) -> Result<Self, NoteError> {
        Self::parse(split_note(note)?.0)
    }

    fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Malformed)?.split('\n');
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root)) = (origin, size, root) else { return Err(NoteError::Body) };
        let decimal = size == "0" || !size.starts_with('0') && size.bytes().all(|b| b.is_ascii_digit());
        let root: Option<[u8; 32]> = BASE64_STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        match (size.parse(), root) {
            (Ok(size), Some(root)) if decimal && !origin.is_empty() && lines.all(|line| !line.is_empty()) => {
                Ok(Checkpoint { origin: origin.to_owned(), size, root: Digest::from_bytes(root) })
            }
            _ => Err(NoteError::Body),
        }
    }
}

/// A public key that checks notes, written `name+key id+base64` in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    public: [u8; 32],
}

impl VerifierKey {
    fn new(name: &str, public: [u8; 32]) -> Self {
        // C2SP signed-note: key id = SHA-256(name || 0x0A || type || public key)[:4]
        let hashed = [name.as_bytes(), b"\n", &[ED25519_TYPE], &public].concat();
        let digest = Digest::of(&hashed);
        let [a, b, c, d, ..] = *digest.as_bytes();
        VerifierKey { name: name.to_owned(), id: u32::from_be_bytes([a, b, c, d]), public }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, typed(&self.public).as_str())
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, public) = parse_key(text)?;
        let key = VerifierKey::new(name, *public);
        if key.to_string() == text { Ok(key) } else { Err(NoteError::Key) }
    }
}

/// A private key that signs checkpoints. Its text form is the one of Go's `sumdb/note`:
/// `PRIVATE+KEY+name+key id+base64`.
pub struct Signer {
    key: VerifierKey,
    pair: Ed25519KeyPair,
    seed: Zeroizing<[u8; 32]>,
}

impl Signer {
    /// A new key. A name is 1 to [`NAME_CHARS`] printable ASCII characters without spaces and `+`; it should be the
    /// log's origin.
    ///
    /// # Errors
    /// When the name is not one or the machine has no randomness.
    pub fn generate(name: &str, entropy: &dyn Entropy) -> Result<Self, NoteError> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut_slice()).map_err(|_| NoteError::NoEntropy)?;
        Signer::new(name, seed)
    }

    fn new(name: &str, seed: Zeroizing<[u8; 32]>) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Signer { key: VerifierKey::new(name, public), pair, seed })
    }

    /// The public half.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The private key's text form, a secret.
    pub fn secret_text(&self) -> Zeroizing<String> {
        let VerifierKey { name, id, .. } = &self.key;
        Zeroizing::new(format!("PRIVATE+KEY+{name}+{id:08x}+{}", typed(&self.seed).as_str()))
    }
}

impl FromStr for Signer {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, seed) = parse_key(text.strip_prefix("PRIVATE+KEY+").ok_or(NoteError::Key)?)?;
        let signer = Signer::new(name, seed)?;
        if *signer.secret_text() == text { Ok(signer) } else { Err(NoteError::Key) }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.key)
    }
}

/// Why a note or key was not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Not a signed note.
    #[error("not a signed note: text, an empty line, then lines of em dash, key name and base64")]
    Malformed,
    /// A known key's signature is wrong.
    #[error("the signature of {0} is wrong")]
    BadSignature(String),
    /// None of the given keys signed it.
    #[error("not signed by any of the given keys")]
    Unsigned,
    /// A signed note, but its text is no checkpoint.
    #[error("the note is not a checkpoint: origin, size in decimal digits and root in base64, each on its line")]
    Body,
    /// Not a key of the expected form.
    #[error("not an Ed25519 key of the form name+key id+base64")]
    Key,
    /// Not a name.
    #[error("a name is 1 to {NAME_CHARS} printable ASCII characters without spaces and +")]
    Name,
    /// No randomness to make a key.
    #[error("the machine gave no randomness")]
    NoEntropy,
}

/// A signature line: key name, key id, signature.
type Line<'n> = (&'n str, u32, Vec<u8>);

fn split_note(note: &str) -> Result<(&str, Vec<Line<'_>>), NoteError> {
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed);
    }
    let middle = note.rfind("\n\n").ok_or(NoteError::Malformed)? + 1;
    let (text, signatures) = (&note[..middle], &note[middle + 1..]);
    let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    let lines = signatures.split('\n').take(MAX_SIGNATURES + 1).map(split_line).collect::<Option<Vec<_>>>();
    let lines = lines.ok_or(NoteError::Malformed)?;
    if lines.len() > MAX_SIGNATURES { Err(NoteError::Malformed) } else { Ok((text, lines)) }
}

fn split_line(line: &str) -> Option<Line<'_>> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(signature).ok()?;
    let (id, signature) = bytes.split_first_chunk()?;
    let sound = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+') && !signature.is_empty();
    sound.then(|| (name, u32::from_be_bytes(*id), signature.to_vec()))
}

fn open_note<'n>(note: &'n str, keys: &[VerifierKey]) -> Result<&'n str, NoteError> {
    let (text, lines) = split_note(note)?;
    let mut signed = false;
    for (name, id, signature) in lines {
        for key in keys.iter().filter(|key| key.name == name && key.id == id) {
            UnparsedPublicKey::new(&ED25519, key.public)
                .verify(text.as_bytes(), &signature)
                .map_err(|_| NoteError::BadSignature(name.to_owned()))?;
            signed = true;
        }
    }
    if signed { Ok(text) } else { Err(NoteError::Unsigned) }
}

fn parse_key(text: &str) -> Result<(&str, Zeroizing<[u8; 32]>), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key);
    };
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(key).map_err(|_| NoteError::Key)?);
    match bytes.split_first() {
        Some((&ED25519_TYPE, key)) if is_name(name) => {
            Ok((name, Zeroizing::new(key.try_into().map_err(|_| NoteError::Key)?)))
        }
        _ => Err(NoteError::Key),
    }
}

fn typed(key: &[u8; 32]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([ED25519_TYPE; 33]);
    bytes[1..].copy_from_slice(key);
    Zeroizing::new(BASE64_STANDARD.encode(bytes.as_slice()))
}

fn is_name(name: &str) -> bool {
    (1..=NAME_CHARS).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'+')
}

#[cfg(test)]
#[path = "tests/checkpoint.rs"]
mod tests;
