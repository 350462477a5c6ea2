//! The offline verifier: says whether an exported log is whole, from the export and the log's public key alone.
//!
//! An export is a text of lines, each a JSON value:
//!
//! ```text
//! {"format":"sirex-audit-log/1"}
//! {"hash":"sha256:...","leaf":{...}}           one for each leaf, in order; the leaf in its canonical encoding
//! {"checkpoint":"isirt.example/log\n2\n..."}   directly after the leaf that it was signed with
//! ```
//!
//! It is read in one pass with little memory: the tree's right edge and the open intents. Every checkpoint is compared
//! with the root of the leaves read so far, which shows more than consistency proofs between checkpoints would.
//!
//! What it cannot know: that a log was cut back to one of its own earlier checkpoints. For that, give it a checkpoint
//! that somebody else kept ([`Expect::known`]): a partner, a witness, a printed page.

use std::{
    collections::BTreeSet,
    fmt,
    io::{self, BufRead, Read as _},
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    checkpoint::{Checkpoint, NoteError, VerifierKey},
    leaf::{Field, Kind, Leaf, LeafError},
    tree::{Frontier, leaf_hash},
};
use crate::digest::Digest;

/// The value of `format` in the first line of an export.
pub const FORMAT: &str = "sirex-audit-log/1";

/// Longest line of an export, in bytes. The longest leaf is far below; a checkpoint with 100 post-quantum signatures
/// fits.
pub const MAX_LINE: u64 = 1 << 20;

/// Most problems that a report lists; the rest are counted.
pub const MAX_PROBLEMS: usize = 100;

/// What the caller knows and accepts.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The log's public keys, from a source that the caller trusts. When empty, the key that the log itself names in
    /// its first leaf is used: that shows only that the log agrees with itself ([`Report::key_from_log`]).
    pub keys: Vec<VerifierKey>,
    /// Checkpoints that somebody kept, signed by the same keys: the log must contain what they state.
    pub known: Vec<String>,
    /// Accept leaves after the last checkpoint, which no signature covers.
    pub unsigned_tail: bool,
    /// Accept intents that nothing closes, as in an export from a gateway at work.
    pub open_intents: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: Option<String>,
    /// Number of leaves read.
    pub leaves: u64,
    /// Root of the tree over them.
    pub root: Option<Digest>,
    /// Number of checkpoints that were right.
    pub checkpoints: u64,
    /// Leaves that a right checkpoint covers.
    pub signed: u64,
    /// Intents that nothing closes.
    pub open_intents: Vec<u64>,
    /// Leaves whose time is before that of the leaf before: the clock was set back. No proof of tampering.
    pub clock_set_back: u64,
    /// Whether the key was taken from the log itself.
    pub key_from_log: bool,
    /// The first [`MAX_PROBLEMS`] problems, in the order of the export: the first is the cause, others may follow.
    pub problems: Vec<Problem>,
    /// All problems.
    pub problem_count: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    fn problem(&mut self, line: u64, what: Wrong) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { line, what });
        }
    }
}

/// One thing wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the export, from 1.
    pub line: u64,
    /// What is wrong there.
    pub what: Wrong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// What can be wrong with an exported log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// The first line is not the header of an export.
    #[error("expected the header {{\"format\":\"{FORMAT}\"}}")]
    Header,
    /// A line that is neither leaf nor checkpoint.
    #[error("neither a leaf nor a checkpoint line")]
    Line,
    /// Something that is not a leaf stands where one should.
    #[error("leaf {seq}: {error}")]
    Leaf {
        /// Its place by count.
        seq: u64,
        /// Why not.
        error: LeafError,
    },
    /// The hash beside a leaf is not the leaf's.
    #[error("leaf {seq}: its hash is {computed}, the log states {stated}")]
    Hash {
        /// Its place.
        seq: u64,
        /// What the log states.
        stated: Digest,
        /// What the leaf's bytes give.
        computed: Digest,
    },
    /// A gap, a repetition or another order.
    #[error("expected leaf {expected}, found leaf {found}")]
    Sequence {
        /// The next number by count.
        expected: u64,
        /// The number that the leaf has.
        found: u64,
    },
    /// The first leaf is not `genesis`, or another one is.
    #[error("leaf {seq}: the first leaf, and no other, is of kind genesis")]
    Genesis {
        /// Its place.
        seq: u64,
    },
    /// The key in the first leaf is not readable, and none was given.
    #[error("no public key was given, and the first leaf names none that can be used")]
    NoKey,
    /// A checkpoint that is malformed, unsigned or wrongly signed.
    #[error("checkpoint after {size} leaves: {reason}")]
    Checkpoint {
        /// Leaves read so far.
        size: u64,
        /// Why not.
        reason: String,
    },
    /// A checkpoint of another log.
    #[error("checkpoint of the log {found}, expected {expected}")]
    Origin {
        /// The log at hand.
        expected: String,
        /// The log named.
        found: String,
    },
    /// A checkpoint for another number of leaves than stand before it.
    #[error("checkpoint of {stated} leaves stands after {found}")]
    Size {
        /// Signed size.
        stated: u64,
        /// Leaves read so far.
        found: u64,
    },
    /// The leaves are not those that were signed.
    #[error("the root of the first {size} leaves is {computed}, but {signed} was signed: a leaf was changed")]
    Root {
        /// Number of leaves.
        size: u64,
        /// The signed root.
        signed: Digest,
        /// The root of the leaves at hand.
        computed: Digest,
    },
    /// A leaf says that a checkpoint was signed, and none follows; or one follows without such a leaf.
    #[error("leaf {seq}: a leaf of kind checkpoint and a signed checkpoint belong together, one of them is missing")]
    CheckpointPair {
        /// Place of the leaf.
        seq: u64,
    },
    /// An act closes an intent that was not drawn or is already closed.
    #[error("leaf {seq} closes the intent {intent}, which is not open")]
    Intent {
        /// Place of the act.
        seq: u64,
        /// The intent that it names.
        intent: u64,
    },
    /// An intent that no act and no `abandoned` closes.
    #[error("the intent {intent} is not closed: the act whose number was drawn is missing")]
    OpenIntent {
        /// Its place.
        intent: u64,
    },
    /// Leaves after the last checkpoint.
    #[error("no signature covers the {count} leaves from {from} on")]
    Unsigned {
        /// First of them.
        from: u64,
        /// How many.
        count: u64,
    },
    /// The log has fewer leaves than a checkpoint that somebody kept.
    #[error("a known checkpoint has {known} leaves, the log only {found}: its end was cut off")]
    CutOff {
        /// Size of the known checkpoint.
        known: u64,
        /// Leaves at hand.
        found: u64,
    },
}

/// A line of an export, to be written.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Line<'a> {
    /// The first line.
    Header {
        /// Always [`FORMAT`].
        format: &'static str,
    },
    /// A leaf.
    Leaf {
        /// Its hash.
        hash: Digest,
        /// Its encoding.
        leaf: &'a RawValue,
    },
    /// A signed checkpoint.
    Checkpoint {
        /// The note.
        checkpoint: &'a str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadLine<'a> {
    format: Option<String>,
    hash: Option<Digest>,
    #[serde(borrow)]
    leaf: Option<&'a RawValue>,
    checkpoint: Option<String>,
}

/// Reads an exported log to its end and says what is wrong with it.
///
/// # Errors
/// Only when reading fails. Whatever is wrong with the log is in the report.
pub fn verify(mut export: impl BufRead, expect: &Expect) -> io::Result<Report> {
    let mut state = State::new(expect);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        export.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(state.finish());
        }
        state.line += 1;
        // A line that is longer than MAX_LINE is taken in pieces, each of which is wrong.
        let text = bytes.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        match text.and_then(|text| serde_json::from_str(text).ok()) {
            Some(line) => state.take(line),
            None => state.wrong(if state.line == 1 { Wrong::Header } else { Wrong::Line }),
        }
    }
}

struct State<'e> {
    expect: &'e Expect,
    keys: Vec<VerifierKey>,
    known: Vec<Checkpoint>,
    report: Report,
    frontier: Frontier,
    line: u64,
    open: BTreeSet<u64>,
    last_time: Option<jiff::Timestamp>,
    /// The last leaf is of kind `checkpoint` and its checkpoint has not come yet.
    awaits_checkpoint: bool,
    /// A wrong root was reported; later ones follow from it.
    root_is_wrong: bool,
}

impl<'e> State<'e> {
    fn new(expect: &'e Expect) -> Self {
        let mut state = State {
            expect,
            keys: expect.keys.clone(),
            known: Vec::new(),
            report: Report::default(),
            frontier: Frontier::default(),
            line: 0,
            open: BTreeSet::new(),
            last_time: None,
            awaits_checkpoint: false,
            root_is_wrong: false,
        };
        if !expect.keys.is_empty() {
            state.read_known();
        }
        state
    }

    /// Opens the known checkpoints; done once the keys are there.
    fn read_known(&mut self) {
        for note in &self.expect.known {
            match Checkpoint::open(note, &self.keys) {
                Ok(checkpoint) => self.known.push(checkpoint),
                Err(error) => self.bad_checkpoint(0, &error),
            }
        }
        self.known.sort_by_key(|checkpoint| checkpoint.size);
    }

    fn wrong(&mut self, what: Wrong) {
        self.report.problem(self.line, what);
    }

    fn bad_checkpoint(&mut self, size: u64, error: &NoteError) {
        self.wrong(Wrong::Checkpoint { size, reason: error.to_string() });
    }

    fn take(&mut self, line: ReadLine<'_>) {
        match line {
            ReadLine { format: Some(format), hash: None, leaf: None, checkpoint: None } => {
                if self.line != 1 || format != FORMAT {
                    self.wrong(Wrong::Header);
                }
            }
            ReadLine { format: None, hash: Some(hash), leaf: Some(leaf), checkpoint: None } if self.line > 1 => {
                self.leaf(hash, leaf.get());
            }
            ReadLine { format: None, hash: None, leaf: None, checkpoint: Some(note) } if self.line > 1 => {
                self.checkpoint(&note);
            }
            _ => self.wrong(if self.line == 1 { Wrong::Header } else { Wrong::Line }),
        }
    }

    fn leaf(&mut self, stated: Digest, text: &str) {
        let seq = self.frontier.size();
        self.end_pair();
        let computed = leaf_hash(text.as_bytes());
        self.frontier.append(computed);
        if computed != stated {
            self.wrong(Wrong::Hash { seq, stated, computed });
        }
        match Leaf::decode(text) {
            Ok(leaf) => self.content(seq, &leaf),
            Err(error) => self.wrong(Wrong::Leaf { seq, error }),
        }
        self.compare_known();
    }

    fn content(&mut self, seq: u64, leaf: &Leaf) {
        if leaf.seq() != seq {
            self.wrong(Wrong::Sequence { expected: seq, found: leaf.seq() });
        }
        if (leaf.kind() == Kind::Genesis) != (seq == 0) {
            self.wrong(Wrong::Genesis { seq });
        }
        if self.last_time.is_some_and(|last| leaf.at() < last) {
            self.report.clock_set_back += 1;
        }
        self.last_time = Some(leaf.at());
        match leaf.kind() {
            Kind::Genesis if seq == 0 => self.genesis(leaf),
            Kind::Intent => {
                self.open.insert(seq);
            }
            Kind::Checkpoint => self.awaits_checkpoint = true,
            _ => {}
        }
        if let Some(intent) = leaf.number(Field::Intent).filter(|intent| !self.open.remove(intent)) {
            self.wrong(Wrong::Intent { seq, intent });
        }
    }

    fn genesis(&mut self, leaf: &Leaf) {
        self.report.origin = leaf.text(Field::Origin).map(str::to_owned);
        if self.expect.keys.is_empty() {
            match leaf.text(Field::Key).and_then(|key| key.parse().ok()) {
                Some(key) => self.keys.push(key),
                None => self.wrong(Wrong::NoKey),
            }
            self.report.key_from_log = true;
            self.read_known();
        }
    }

    fn checkpoint(&mut self, note: &str) {
        let size = self.frontier.size();
        if !self.awaits_checkpoint {
            self.wrong(Wrong::CheckpointPair { seq: size.saturating_sub(1) });
        }
        self.awaits_checkpoint = false;
        let checkpoint = match Checkpoint::open(note, &self.keys) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return self.bad_checkpoint(size, &error),
        };
        if checkpoint.size != size {
            return self.wrong(Wrong::Size { stated: checkpoint.size, found: size });
        }
        if self.compare(&checkpoint) {
            self.report.checkpoints += 1;
            self.report.signed = size;
        }
    }

    /// A leaf of kind checkpoint must be followed by its checkpoint at once.
    fn end_pair(&mut self) {
        if self.awaits_checkpoint {
            self.wrong(Wrong::CheckpointPair { seq: self.frontier.size().saturating_sub(1) });
            self.awaits_checkpoint = false;
        }
    }

    /// Compares the known checkpoints of the present size.
    fn compare_known(&mut self) {
        let size = self.frontier.size();
        while let Some(known) = self.known.first().filter(|known| known.size <= size).cloned() {
            self.known.remove(0);
            // Size 0 states nothing about leaves; its root is fixed.
            if known.size == size {
                self.compare(&known);
            }
        }
    }

    fn compare(&mut self, signed: &Checkpoint) -> bool {
        let computed = self.frontier.root();
        if self.report.origin.as_ref().is_some_and(|origin| *origin != signed.origin) {
            let expected = self.report.origin.clone().unwrap_or_default();
            self.wrong(Wrong::Origin { expected, found: crate::error::excerpt(&signed.origin) });
            return false;
        }
        if computed != signed.root && !self.root_is_wrong {
            self.root_is_wrong = true;
            self.wrong(Wrong::Root { size: signed.size, signed: signed.root, computed });
        }
        computed == signed.root
    }

    fn finish(mut self) -> Report {
        if self.line == 0 {
            self.line = 1;
            self.wrong(Wrong::Header);
        }
        self.end_pair();
        let leaves = self.frontier.size();
        for known in std::mem::take(&mut self.known).into_iter().filter(|known| known.size > leaves) {
            self.wrong(Wrong::CutOff { known: known.size, found: leaves });
        }
        if leaves == 0 {
            self.wrong(Wrong::Genesis { seq: 0 });
        }
        if !self.expect.unsigned_tail && self.report.signed < leaves {
            let from = self.report.signed;
            self.wrong(Wrong::Unsigned { from, count: leaves - from });
        }
        if !self.expect.open_intents {
            for intent in self.open.clone() {
                self.wrong(Wrong::OpenIntent { intent });
            }
        }
        Report {
            leaves,
            root: Some(self.frontier.root()),
            open_intents: self.open.into_iter().collect(),
            ..self.report
        }
    }
}

#[cfg(test)]
#[path = "tests/verify.rs"]
mod tests;
