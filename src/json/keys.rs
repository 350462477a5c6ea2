//! Which member names the open objects have had.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// The names seen in each open object, as 128-bit hashes: memory does not depend on their length. Equal names are
/// always found; different ones are taken for equal only if two SipHashes collide at once, which would refuse the
/// document and nothing else.
#[derive(Debug, Default)]
pub(super) struct Keys {
    seen: Vec<u128>,
    /// For each open object, where its names begin in `seen`, and a set once they are many.
    open: Vec<(usize, Option<HashSet<u128>>)>,
}

impl Keys {
    /// Up to this many names are compared one by one.
    pub(super) const FEW: usize = 32;

    pub(super) fn open(&mut self) {
        self.open.push((self.seen.len(), None));
    }

    pub(super) fn close(&mut self) {
        if let Some((start, _)) = self.open.pop() {
            self.seen.truncate(start);
        }
    }

    /// Notes a name of the innermost object; false if it had it already.
    pub(super) fn insert(&mut self, key: &[u8]) -> bool {
        let hash = hash(key);
        let Some((start, many)) = self.open.last_mut() else { return true };
        match many {
            Some(set) => set.insert(hash),
            None if self.seen[*start..].contains(&hash) => false,
            None => {
                self.seen.push(hash);
                if self.seen.len() - *start > Self::FEW {
                    *many = Some(self.seen.drain(*start..).collect());
                }
                true
            }
        }
    }
}

fn hash(key: &[u8]) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, key).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}
