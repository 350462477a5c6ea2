//! The Merkle tree of RFC 6962 §2.1: hashes, growth, proofs and their check.
//!
//! Leaves are hashed as `SHA-256(0x00 || leaf)`, inner nodes as `SHA-256(0x01 || left || right)`. A tree of `n` leaves
//! is split at the largest power of two below `n`.
//!
//! To grow, only the [`Frontier`] is needed: the roots of the complete subtrees along the right edge, at most 64 hashes.
//! To prove, hashes from inside the tree are needed. Whoever stores the log keeps the leaf hashes and the hashes of the
//! complete subtrees whose height is a multiple of [`KEPT_STEP`]: one extra hash for 256 leaves. A [`Plan`] says which
//! runs of those to read; a proof in a tree of a million leaves needs about 20 reads and fewer than 800 hashes.

use crate::digest::Digest;

use sha2::{Digest as _, Sha256};

/// Heights at which the hashes of complete subtrees are kept: 0 (the leaves), 8, 16 and so on.
pub const KEPT_STEP: u32 = 8;

/// The hash of a leaf (RFC 6962 §2.1).
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into())
}

/// The hash of an inner node (RFC 6962 §2.1).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new().chain_update([1]).chain_update(left.as_bytes()).chain_update(right.as_bytes());
    Digest::from_bytes(hash.finalize().into())
}

/// The root of the tree without leaves (RFC 6962 §2.1).
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// A complete subtree: its height (0 is a leaf) and its place from the left among those of that height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// Height; the subtree has `2^height` leaves.
    pub height: u32,
    /// Place from the left, from 0.
    pub index: u64,
}

/// The right edge of a tree: all that is needed to add a leaf and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The frontier with these subtree roots, largest first. `None` when their number does not fit the size.
    pub fn from_parts(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Frontier { size, peaks })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Adds a leaf by its hash; gives the inner nodes that it completes and that are to be kept ([`KEPT_STEP`]).
    pub fn append(&mut self, leaf: Digest) -> Vec<(Node, Digest)> {
        let mut kept = Vec::new();
        let mut hash = leaf;
        for height in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            if height.is_multiple_of(KEPT_STEP) {
                kept.push((Node { height, index: self.size >> height }, hash));
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        kept
    }

    /// The root.
    pub fn root(&self) -> Digest {
        join(&self.peaks).unwrap_or_else(empty_root)
    }
}

/// Leaves `start..end` of the tree, as they stand under one hash of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The complete subtrees that make up the span, left to right: one for each bit of its length.
    fn subtrees(self) -> impl Iterator<Item = Node> {
        let length = self.end - self.start;
        let mut at = self.start;
        (0..u64::BITS).rev().filter(move |height| length >> height & 1 == 1).map(move |height| {
            let node = Node { height, index: at >> height };
            at += 1 << height;
            node
        })
    }
}

/// A run of kept hashes, all of one height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Height of the subtrees whose hashes are to be read; a multiple of [`KEPT_STEP`].
    pub height: u32,
    /// Index of the first.
    pub first: u64,
    /// How many; a power of two, at most 128.
    pub count: u64,
}

/// What to read for a proof or for an earlier root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<Span>);

impl Plan {
    /// For the root of the first `size` leaves. The empty tree needs nothing: see [`empty_root`].
    pub fn root(size: u64) -> Self {
        Plan(if size == 0 { Vec::new() } else { vec![Span { start: 0, end: size }] })
    }

    /// For the audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1).
    /// `None` when there is no such leaf.
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        let mut spans = Vec::new();
        let (mut start, mut end) = (0, size);
        if index >= size {
            return None;
        }
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                spans.push(Span { start: middle, end });
                end = middle;
            } else {
                spans.push(Span { start, end: middle });
                start = middle;
            }
        }
        spans.reverse();
        Some(Plan(spans))
    }

    /// For the consistency proof between the trees of the first `old` and the first `new` leaves (RFC 6962 §2.1.2).
    /// `None` when `old` is larger than `new`. The proof is empty when `old` is 0 or equals `new`.
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old > new {
            return None;
        }
        let mut spans = Vec::new();
        let (mut start, mut end, mut whole) = (0, new, true);
        while old != 0 && old < end {
            let middle = start + split(end - start);
            if old <= middle {
                spans.push(Span { start: middle, end });
                end = middle;
            } else {
                spans.push(Span { start, end: middle });
                start = middle;
                whole = false;
            }
        }
        if !whole {
            spans.push(Span { start, end });
        }
        spans.reverse();
        Some(Plan(spans))
    }

    /// The runs of kept hashes to read, in order.
    pub fn reads(&self) -> Vec<Read> {
        self.0.iter().flat_map(|span| span.subtrees()).map(read_for).collect()
    }

    /// The hashes of the proof, from what was read for [`Plan::reads`], in the same order.
    /// `None` when a run is missing or has the wrong length.
    pub fn hashes(&self, runs: Vec<Vec<Digest>>) -> Option<Vec<Digest>> {
        let mut runs = runs.into_iter();
        let mut take = |node: Node| runs.next().filter(|run| run.len() as u64 == read_for(node).count).and_then(fold);
        let mut hash = |span: &Span| join(&span.subtrees().map(&mut take).collect::<Option<Vec<_>>>()?);
        let hashes = self.0.iter().map(&mut hash).collect::<Option<Vec<_>>>()?;
        runs.next().is_none().then_some(hashes)
    }
}

/// The root that follows from a leaf hash and its audit path. `None` when the path has the wrong length or the index
/// is outside the tree. The leaf is in the tree when the result equals the tree's root.
pub fn root_by_inclusion(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    match (size, path.split_last()) {
        (1, None) if index == 0 => Some(leaf),
        (2.., Some((last, rest))) => {
            let middle = split(size);
            if index < middle {
                Some(node_hash(&root_by_inclusion(leaf, index, middle, rest)?, last))
            } else {
                Some(node_hash(last, &root_by_inclusion(leaf, index - middle, size - middle, rest)?))
            }
        }
        _ => None,
    }
}

/// Whether the tree of `new` leaves with root `new_root` extends the one of `old` leaves with root `old_root`.
pub fn is_consistent(old: u64, old_root: Digest, new: u64, new_root: Digest, proof: &[Digest]) -> bool {
    match old {
        0 => proof.is_empty() && old_root == empty_root(),
        _ => roots_by_consistency(old, new, old_root, true, proof) == Some((old_root, new_root)),
    }
}

/// Both roots that follow from a consistency proof; the recursion is the one of SUBPROOF in RFC 6962 §2.1.2.
fn roots_by_consistency(
    old: u64,
    new: u64,
    claimed: Digest,
    whole: bool,
    proof: &[Digest],
) -> Option<(Digest, Digest)> {
    if old == new {
        return match proof {
            [] if whole => Some((claimed, claimed)),
            [only] if !whole => Some((*only, *only)),
            _ => None,
        };
    }
    let (last, rest) = proof.split_last().filter(|_| 0 < old && old < new)?;
    let middle = split(new);
    if old <= middle {
        let (before, after) = roots_by_consistency(old, middle, claimed, whole, rest)?;
        Some((before, node_hash(&after, last)))
    } else {
        let (before, after) = roots_by_consistency(old - middle, new - middle, claimed, false, rest)?;
        Some((node_hash(last, &before), node_hash(last, &after)))
    }
}

/// The largest power of two below `n`, for `n` of 2 or more.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root over adjoining complete subtrees, largest first.
fn join(peaks: &[Digest]) -> Option<Digest> {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}

/// The root of a complete subtree, from the hashes at one height below it.
fn fold(mut run: Vec<Digest>) -> Option<Digest> {
    while run.len() > 1 {
        run = run.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    run.pop()
}

fn read_for(node: Node) -> Read {
    let above = node.height % KEPT_STEP;
    Read { height: node.height - above, first: node.index << above, count: 1 << above }
}

#[cfg(test)]
#[path = "tests/tree.rs"]
mod tests;
