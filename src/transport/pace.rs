//! How many at once, and how many in a second, for each address or partner.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

/// As many seats for each key as there are at most at once.
#[derive(Debug)]
pub(super) struct Seats<K: Eq + Hash> {
    most: usize,
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// A seat, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Seat<K: Eq + Hash> {
    key: K,
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Eq + Hash + Clone> Seats<K> {
    pub(super) fn new(most: usize) -> Self {
        Seats { most, taken: Arc::default() }
    }

    /// A seat, unless all of this key are taken.
    pub(super) fn take(&self, key: K) -> Option<Seat<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(key.clone()).or_default();
        if *count >= self.most {
            // With no seats at all, the entry just made must not stay.
            if *count == 0 {
                taken.remove(&key);
            }
            return None;
        }
        *count += 1;
        Some(Seat { key, taken: Arc::clone(&self.taken) })
    }
}

impl<K: Eq + Hash> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        // Nobody's count stays: strangers' addresses must not fill the table.
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

/// How many for each key in a second: each has a bucket of `burst` that fills with `per_second`. Keys are never removed:
/// for partners, not for strangers.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Pace {
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        Pace { per_second: per_second.into(), burst: burst.into(), buckets: Mutex::default() }
    }

    /// Whether one more is within the pace; if so, it counts.
    pub(super) fn allows(&self, key: &str, now: Instant) -> bool {
        let mut buckets = lock(&self.buckets);
        let bucket = match buckets.entry(key.to_owned()) {
            Entry::Occupied(bucket) => bucket.into_mut(),
            Entry::Vacant(place) => place.insert((self.burst, now)),
        };
        let gained = now.saturating_duration_since(bucket.1).as_secs_f64() * self.per_second;
        *bucket = ((bucket.0 + gained).min(self.burst), now);
        let allowed = bucket.0 >= 1.0;
        if allowed {
            bucket.0 -= 1.0;
        }
        allowed
    }
}

/// Who counts as one address: an IPv6 subscriber has a whole /64.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn seats_are_counted_by_key_and_come_back() {
        let seats = Seats::new(2);
        let (one, two) = (seats.take("a"), seats.take("a"));
        assert!(one.is_some() && two.is_some() && seats.take("a").is_none() && seats.take("b").is_some());
        drop(one);
        assert!(seats.take("a").is_some());
        drop(two);
        assert!(lock(&seats.taken).is_empty());
        let none = Seats::new(0);
        assert!(none.take("a").is_none() && lock(&none.taken).is_empty());
    }

    #[test]
    fn a_burst_then_the_pace() {
        let pace = Pace::new(10, 3);
        let start = Instant::now();
        let allowed = |at: u64| pace.allows("a", start + Duration::from_millis(at));
        assert_eq!([0, 0, 0, 0].map(allowed), [true, true, true, false]);
        assert_eq!([50, 100, 101, 200, 250].map(allowed), [false, true, false, true, false]);
        assert!(pace.allows("b", start));
        assert_eq!([60_000; 4].map(allowed), [true, true, true, false], "no more than a burst is saved up");
    }

    #[test]
    fn one_subscriber_is_one_address() {
        let same = |a: &str, b: &str| subscriber(a.parse().unwrap()) == subscriber(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:0:0:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("192.0.2.1", "::ffff:192.0.2.1") && !same("192.0.2.1", "192.0.2.2"));
    }
}
