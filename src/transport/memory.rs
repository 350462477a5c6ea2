//! Memory for bodies: how much all partners, and each of them, may have at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The memory there is. It is taken as bytes come in, so that announcing a long body costs nobody anything.
#[derive(Debug)]
pub(super) struct Memory {
    all: u64,
    each: u64,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: u64,
    each: HashMap<String, u64>,
}

/// What one body has of it, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    memory: Arc<Memory>,
    partner: String,
    bytes: u64,
}

impl Memory {
    pub(super) fn new(all: u64, each: u64) -> Arc<Self> {
        Arc::new(Memory { all, each, taken: Mutex::default() })
    }

    /// The beginning of a body of this partner: nothing yet.
    pub(super) fn hold(self: &Arc<Self>, partner: &str) -> Held {
        Held { memory: Arc::clone(self), partner: partner.to_owned(), bytes: 0 }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Taken) -> T) -> T {
        work(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    /// Takes more, if there is some. A body that shares with no other may always grow: how long it may become is agreed
    /// with the partner, and were it refused for want of memory, it would be so for ever.
    pub(super) fn grow(&mut self, bytes: u64) -> bool {
        let Memory { all, each, .. } = *self.memory;
        let grown = self.memory.with(|taken| {
            let partners = taken.each.get(&self.partner).copied().unwrap_or(0);
            let fits = |taken: u64, most: u64| taken.saturating_add(bytes) <= most || taken == self.bytes;
            let grown = fits(taken.all, all) && fits(partners, each);
            if grown {
                taken.all += bytes;
                taken.each.insert(self.partner.clone(), partners + bytes);
            }
            grown
        });
        if grown {
            self.bytes += bytes;
        }
        grown
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.with(|taken| {
            taken.all -= self.bytes;
            if let Some(partners) = taken.each.get_mut(&self.partner) {
                *partners -= self.bytes;
                if *partners == 0 {
                    taken.each.remove(&self.partner);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_and_comes_back() {
        let memory = Memory::new(100, 60);
        let (mut a, mut also_a, mut b) = (memory.hold("a"), memory.hold("a"), memory.hold("b"));
        assert!(a.grow(40) && also_a.grow(20));
        assert!(!also_a.grow(1), "a has all that is his");
        assert!(b.grow(40) && !b.grow(1), "all is given out");
        drop(a);
        assert!(b.grow(20) && also_a.grow(20) && !b.grow(1));
        drop((also_a, b));
        memory.with(|taken| assert!(taken.all == 0 && taken.each.is_empty()));
    }

    #[test]
    fn one_alone_may_have_more_than_there_is() {
        let memory = Memory::new(100, 60);
        let (mut a, mut b) = (memory.hold("a"), memory.hold("b"));
        assert!(a.grow(50) && a.grow(500));
        assert!(!b.grow(1));
        drop(a);
        assert!(b.grow(1));
        let mut also_b = memory.hold("b");
        assert!(also_b.grow(1) && !b.grow(60));
    }
}
