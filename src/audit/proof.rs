//! A proof that one leaf is in a log: the leaf, its path, and the signed checkpoint that it leads to. It stands alone
//! and can be checked by anybody who has the log's public key.

use serde::{Deserialize, Serialize};

use super::{
    checkpoint::{Checkpoint, NoteError, VerifierKey},
    leaf::{Leaf, LeafError},
    tree,
};
use crate::digest::Digest;

/// A leaf with the proof that a signed tree holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafProof {
    /// The leaf's encoding, byte for byte.
    pub leaf: String,
    /// Its audit path (RFC 6962 §2.1.1), nearest hash first.
    pub path: Vec<Digest>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl LeafProof {
    /// Checks signature, path and leaf; gives the leaf and the checkpoint that vouches for it.
    ///
    /// # Errors
    /// When one of them is wrong.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<(Leaf, Checkpoint), ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        let leaf = Leaf::decode(&self.leaf)?;
        let computed =
            tree::root_by_inclusion(tree::leaf_hash(self.leaf.as_bytes()), leaf.seq(), checkpoint.size, &self.path);
        match computed {
            Some(root) if root == checkpoint.root => Ok((leaf, checkpoint)),
            _ => Err(ProofError::Root { seq: leaf.seq(), size: checkpoint.size, root: checkpoint.root }),
        }
    }
}

/// Why a proof does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The checkpoint is not acceptable.
    #[error("the checkpoint is not acceptable")]
    Note(#[from] NoteError),
    /// The leaf is not one.
    #[error("the leaf is malformed")]
    Leaf(#[from] LeafError),
    /// Leaf and path do not lead to the signed root.
    #[error("leaf {seq} and its path do not lead to the root {root} of the {size} leaves that were signed")]
    Root {
        /// The leaf's place.
        seq: u64,
        /// Size of the signed tree.
        size: u64,
        /// The signed root.
        root: Digest,
    },
}
