//! The tree against the definitions of RFC 6962 §2.1 written out naively, against the checking algorithms of RFC 9162
//! §2.1.3.2 and §2.1.4.2, and against published vectors.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// RFC 6962 §2.1, word for word.
fn mth(leaves: &[Vec<u8>]) -> Digest {
    match leaves.len() {
        0 => empty_root(),
        1 => leaf_hash(&leaves[0]),
        n => {
            let k = naive_split(n);
            node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

/// RFC 6962 §2.1.1.
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = naive_split(leaves.len());
    let (mut inner, other) =
        if m < k { (path(m, &leaves[..k]), mth(&leaves[k..])) } else { (path(m - k, &leaves[k..]), mth(&leaves[..k])) };
    inner.push(other);
    inner
}

/// RFC 6962 §2.1.2.
fn subproof(m: usize, leaves: &[Vec<u8>], whole: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = naive_split(leaves.len());
    let (mut inner, other) = if m <= k {
        (subproof(m, &leaves[..k], whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    inner.push(other);
    inner
}

fn naive_split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// RFC 9162 §2.1.3.2.
fn rfc9162_inclusion(hash: Digest, index: u64, size: u64, path: &[Digest], root: Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut fn_, mut sn, mut r) = (index, size - 1, hash);
    for p in path {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            r = node_hash(p, &r);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    sn == 0 && r == root
}

/// RFC 9162 §2.1.4.2, for `0 < old < new`.
fn rfc9162_consistency(old: u64, old_root: Digest, new: u64, new_root: Digest, proof: &[Digest]) -> bool {
    if proof.is_empty() {
        return false;
    }
    let mut proof = proof.to_vec();
    if old.is_power_of_two() {
        proof.insert(0, old_root);
    }
    let Some((first, rest)) = proof.split_first() else { return false };
    let (mut fn_, mut sn) = (old - 1, new - 1);
    while fn_ & 1 == 1 {
        fn_ >>= 1;
        sn >>= 1;
    }
    let (mut fr, mut sr) = (*first, *first);
    for c in rest {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            fr = node_hash(c, &fr);
            sr = node_hash(c, &sr);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            sr = node_hash(&sr, c);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    fr == old_root && sr == new_root && sn == 0
}

/// A log as a store keeps it: leaf hashes, and hashes of every 8th height.
#[derive(Default)]
struct Kept {
    frontier: Frontier,
    nodes: BTreeMap<Node, Digest>,
}

impl Kept {
    fn of(leaves: &[Vec<u8>]) -> Self {
        let mut kept = Kept::default();
        for leaf in leaves {
            let hash = leaf_hash(leaf);
            kept.nodes.insert(Node { height: 0, index: kept.frontier.size() }, hash);
            kept.nodes.extend(kept.frontier.append(hash));
        }
        kept
    }

    fn answer(&self, plan: &Plan) -> Vec<Digest> {
        let run = |read: &Read| {
            assert!(read.height.is_multiple_of(KEPT_STEP) && read.count <= 128);
            (read.first..read.first + read.count)
                .map(|index| self.nodes[&Node { height: read.height, index }])
                .collect()
        };
        plan.hashes(plan.reads().iter().map(run).collect()).expect("every run was read")
    }
}

fn leaves(n: usize) -> Vec<Vec<u8>> {
    (0..n).map(|i| i.to_be_bytes().to_vec()).collect()
}

/// The eight leaves and roots that the test suites of Certificate Transparency share (transparency-dev/merkle,
/// `testonly/constants.go`).
#[test]
fn published_vectors() {
    let bytes = |hex: &str| -> Vec<u8> {
        hex.as_bytes().chunks(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect()
    };
    let cases = [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in cases {
        frontier.append(leaf_hash(&bytes(leaf)));
        assert_eq!(frontier.root().hex(), root);
    }
}

/// RFC 6962 §2.1.3: the figure of the tree with seven leaves and its proofs.
#[test]
fn the_example_of_rfc_6962_section_2_1_3() {
    let d = leaves(7);
    let [a, b, c, e, f, j] = [0, 1, 2, 4, 5, 6].map(|i| leaf_hash(&d[i]));
    let dd = leaf_hash(&d[3]);
    let [g, h, i] = [node_hash(&a, &b), node_hash(&c, &dd), node_hash(&e, &f)];
    let k = node_hash(&g, &h);
    let l = node_hash(&i, &j);
    let kept = Kept::of(&d);
    let inclusion = |index| kept.answer(&Plan::inclusion(index, 7).unwrap());
    assert_eq!(inclusion(0), [b, h, l]);
    assert_eq!(inclusion(3), [c, g, l]);
    assert_eq!(inclusion(4), [f, j, k]);
    assert_eq!(inclusion(6), [i, k]);
    let consistency = |old| kept.answer(&Plan::consistency(old, 7).unwrap());
    assert_eq!(consistency(3), [c, dd, g, l]);
    assert_eq!(consistency(4), [l]);
    assert_eq!(consistency(6), [i, j, k]);
}

#[test]
fn nothing_outside_the_tree_is_planned_or_accepted() {
    assert_eq!(Plan::inclusion(5, 5), None);
    assert_eq!(Plan::inclusion(0, 0), None);
    assert_eq!(Plan::consistency(6, 5), None);
    let leaf = leaf_hash(b"x");
    assert_eq!(root_by_inclusion(leaf, 0, 1, &[]), Some(leaf));
    assert_eq!(root_by_inclusion(leaf, 1, 1, &[]), None);
    assert_eq!(root_by_inclusion(leaf, 0, 0, &[]), None);
    assert_eq!(root_by_inclusion(leaf, u64::MAX, u64::MAX, &[leaf; 65]), None);
    assert!(is_consistent(0, empty_root(), 5, leaf, &[]));
    assert!(!is_consistent(0, leaf, 5, leaf, &[]));
    assert!(!is_consistent(6, leaf, 5, leaf, &[leaf; 9]));
    assert!(!is_consistent(0, empty_root(), 5, leaf, &[leaf]));
    assert_eq!(Frontier::from_parts(3, vec![leaf]), None);
}

/// The cost that the module promises for a million leaves.
#[test]
fn proofs_in_a_large_tree_read_little() {
    for index in [0, 1, 499_999, 999_999] {
        let reads = Plan::inclusion(index, 1_000_000).unwrap().reads();
        assert!(reads.len() <= 32, "{}", reads.len());
        assert!(reads.iter().map(|read| read.count).sum::<u64>() < 800);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_the_definitions(size in 1usize..300, index: prop::sample::Index, old: prop::sample::Index) {
        let all = leaves(size);
        let kept = Kept::of(&all);
        let (index, old) = (index.index(size), old.index(size) + 1);
        let (root, old_root) = (mth(&all), mth(&all[..old]));
        prop_assert_eq!(kept.frontier.root(), root);
        prop_assert_eq!(kept.answer(&Plan::root(old as u64)), [old_root]);

        let proof = kept.answer(&Plan::inclusion(index as u64, size as u64).unwrap());
        prop_assert_eq!(&proof, &path(index, &all));
        let leaf = leaf_hash(&all[index]);
        prop_assert_eq!(root_by_inclusion(leaf, index as u64, size as u64, &proof), Some(root));
        prop_assert!(rfc9162_inclusion(leaf, index as u64, size as u64, &proof, root));

        let proof = kept.answer(&Plan::consistency(old as u64, size as u64).unwrap());
        prop_assert_eq!(&proof, &subproof(old, &all, true));
        prop_assert!(is_consistent(old as u64, old_root, size as u64, root, &proof));
        prop_assert!(old == size || rfc9162_consistency(old as u64, old_root, size as u64, root, &proof));
    }

    /// Whatever the proof is bent into, we say what the algorithms of RFC 9162 say.
    #[test]
    fn agrees_with_rfc_9162_on_bent_proofs(
        size in 2usize..70, index in 0u64..80, old in 1u64..80, drop in 0usize..3, flip: prop::sample::Index, bend: bool,
    ) {
        let all = leaves(size);
        let kept = Kept::of(&all);
        let twist = |mut proof: Vec<Digest>| {
            proof.truncate(proof.len().saturating_sub(drop));
            if bend && !proof.is_empty() {
                let at = flip.index(proof.len());
                proof[at] = leaf_hash(b"other");
            }
            proof
        };
        let n = size as u64;
        let proof = twist(kept.answer(&Plan::inclusion(index.min(n - 1), n).unwrap()));
        let leaf = leaf_hash(&all[index.min(n - 1) as usize]);
        prop_assert_eq!(
            root_by_inclusion(leaf, index, n, &proof) == Some(mth(&all)),
            rfc9162_inclusion(leaf, index, n, &proof, mth(&all))
        );
        let old = old.min(n - 1);
        let proof = twist(kept.answer(&Plan::consistency(old, n).unwrap()));
        let old_root = mth(&all[..old as usize]);
        prop_assert_eq!(
            is_consistent(old, old_root, n, mth(&all), &proof),
            rfc9162_consistency(old, old_root, n, mth(&all), &proof)
        );
    }
}
