//! The audit log: what a leaf says, the tree over the leaves, signed checkpoints, proofs, and the offline verifier.
//!
//! One log per home holds every act: messages, decisions, approvals, changes of keys, agreements and partners, reads of
//! restricted records. It is a Merkle tree as in RFC 6962, so that a short signed head fixes all that came before.
//! An outbound act draws its number first, as a leaf of kind `intent`; the act's own leaf, or one of kind `abandoned`,
//! closes it. So a message that left cannot be missing from the log without a hole that shows.
//!
//! All here is pure: bytes in, values out, no file, no clock. `store` appends leaves in the transaction of the change
//! that they describe. [`verify`] needs only an exported log and nothing of the gateway
//! but this module, digests and error texts, so that a program of its own can link it.
//! `docs/audit.md` has the formats.

mod checkpoint;
mod leaf;
mod proof;
pub mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, MAX_SIGNATURES, NAME_CHARS, NoteError, Signer, VerifierKey};
pub use leaf::{Entry, Field, ID_CHARS, Kind, Leaf, LeafError, NUMBER_MAX, Shape, VERSION, WORD_CHARS};
pub use proof::{LeafProof, ProofError};

use crate::error::Code;

impl LeafError {
    /// The error's row: reading a bad leaf is a matter of the log, writing one is ours; the caller knows which.
    pub fn code(&self) -> Code {
        Code::AuditMalformed
    }
}

impl NoteError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            NoteError::Key | NoteError::Name => Code::ConfigInvalid,
            NoteError::NoEntropy => Code::StoreFailed,
            _ => Code::AuditMalformed,
        }
    }
}

impl ProofError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            ProofError::Note(note) => note.code(),
            ProofError::Leaf(leaf) => leaf.code(),
            ProofError::Root { .. } => Code::AuditUnsound,
        }
    }
}
