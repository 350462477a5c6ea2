//! What happened at the listener, in numbers.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Counts since the listener began. Strangers leave their trace here and in one line of the log a minute, nowhere else.
#[derive(Debug, Default)]
pub struct Counters(Mutex<Counts>);

/// The counts at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that passed the handshake.
    pub connections: u64,
    /// Connections that were refused, by stable reason code: those of [`crate::tls::Refusal::as_str`], and
    /// `handshake-timeout`, `too-many-handshakes`, `too-many-of-address`, `too-many-of-partner`, `too-many-connections`.
    pub refused: BTreeMap<&'static str, u64>,
    /// Requests, by the status of the answer.
    pub requests: BTreeMap<u16, u64>,
}

impl Counters {
    /// The present counts.
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    pub(super) fn connection(&self) {
        self.lock().connections += 1;
    }

    pub(super) fn refused(&self, reason: &'static str) {
        *self.lock().refused.entry(reason).or_default() += 1;
    }

    pub(super) fn request(&self, status: u16) {
        *self.lock().requests.entry(status).or_default() += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// How many connections were refused since an earlier count, by reason; reasons without any are left out.
    pub fn refused_since(&self, earlier: &Counts) -> BTreeMap<&'static str, u64> {
        let since = |(reason, count): (&&'static str, &u64)| {
            let more = count.saturating_sub(earlier.refused.get(*reason).copied().unwrap_or(0));
            (more > 0).then_some((*reason, more))
        };
        self.refused.iter().filter_map(since).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_since_is_a_difference() {
        let counters = Counters::default();
        counters.refused("cut");
        counters.refused("not-tls");
        let earlier = counters.counts();
        assert_eq!(earlier.refused_since(&Counts::default()), BTreeMap::from([("cut", 1), ("not-tls", 1)]));
        assert_eq!(earlier.refused_since(&earlier), BTreeMap::new());
        counters.refused("cut");
        counters.refused("cut");
        assert_eq!(counters.counts().refused_since(&earlier), BTreeMap::from([("cut", 2)]));
    }
}
