//! When a message is tried again: a pure function of how often it was tried, since when, and a random number.
//!
//! The defaults are those that mail has lived with for decades (Postfix: at most 4,000 s between attempts, up to 5 days).

use jiff::{SignedDuration, Timestamp};

use crate::config;

/// The waiting times between attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Wait after the first failed attempt; doubles with each further one.
    pub base: SignedDuration,
    /// Longest wait.
    pub cap: SignedDuration,
    /// How long after queueing the message is given up.
    pub deadline: SignedDuration,
    /// By how many percent at most a wait is shortened at random, so that messages do not return in step.
    pub jitter_percent: u8,
}

impl From<config::Retry> for RetryPolicy {
    fn from(retry: config::Retry) -> Self {
        let config::Retry { base, cap, deadline, jitter_percent } = retry;
        RetryPolicy { base: base.get(), cap: cap.get(), deadline: deadline.get(), jitter_percent }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        config::Retry::default().into()
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again, not before this time.
    At(Timestamp),
    /// Give up: the next attempt would fall behind the deadline.
    Expired,
}

impl RetryPolicy {
    /// The wait after attempt number `attempt` (from 1), before jitter.
    pub fn wait(&self, attempt: u32) -> SignedDuration {
        let factor = 2i32.checked_pow(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        self.base.checked_mul(factor).unwrap_or(self.cap).min(self.cap)
    }

    /// What follows the failed attempt number `attempt` (from 1). `random` is any number; `not_before` is what the
    /// partner asked for (`Retry-After`).
    pub fn next(
        &self,
        attempt: u32,
        deadline: Timestamp,
        now: Timestamp,
        not_before: Option<Timestamp>,
        random: u32,
    ) -> Next {
        let wait = self.wait(attempt).as_millis();
        let most = wait * i128::from(self.jitter_percent.min(100)) / 100;
        let shortened = wait - i128::from(random) * most / i128::from(u32::MAX);
        let wait = SignedDuration::from_millis(i64::try_from(shortened).unwrap_or(i64::MAX));
        let at = now.checked_add(wait).unwrap_or(Timestamp::MAX).max(not_before.unwrap_or(Timestamp::MIN));
        if at > deadline { Next::Expired } else { Next::At(at) }
    }

    /// The time at which a message queued now is given up.
    pub fn deadline(&self, queued_at: Timestamp) -> Timestamp {
        queued_at.checked_add(self.deadline).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RetryPolicy as Policy, *};

    #[test]
    fn waits_double_up_to_the_cap() {
        let seconds: Vec<i64> = (1..=10).map(|attempt| Policy::default().wait(attempt).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1_920, 3_840, 4_000, 4_000]);
        assert_eq!(Policy::default().wait(0).as_secs(), 30);
        assert_eq!(Policy::default().wait(u32::MAX).as_secs(), 4_000);
    }

    #[test]
    fn five_days_of_attempts() {
        let queued = Timestamp::UNIX_EPOCH;
        let deadline = Policy::default().deadline(queued);
        let (mut now, mut attempt) = (queued, 1);
        while let Next::At(at) = Policy::default().next(attempt, deadline, now, None, 0) {
            (now, attempt) = (at, attempt + 1);
        }
        assert_eq!(attempt, 115);
        assert!(deadline.duration_since(now) < Policy::default().cap);
    }

    #[test]
    fn the_partner_may_ask_for_more_but_not_beyond_the_deadline() {
        let now = Timestamp::UNIX_EPOCH;
        let deadline = Policy::default().deadline(now);
        let later = now + SignedDuration::from_hours(7);
        assert_eq!(Policy::default().next(1, deadline, now, Some(later), 0), Next::At(later));
        assert_eq!(
            Policy::default().next(1, deadline, now, Some(now), 0),
            Next::At(now + SignedDuration::from_secs(30))
        );
        assert_eq!(Policy::default().next(1, deadline, now, Some(Timestamp::MAX), 0), Next::Expired);
    }

    proptest! {
        #[test]
        fn jitter_only_shortens_and_stays_in_bounds(attempt: u32, random: u32, percent: u8) {
            let policy = Policy { jitter_percent: percent, ..Policy::default() };
            let now = Timestamp::UNIX_EPOCH;
            let wait = policy.wait(attempt);
            let least = wait.as_millis() * (100 - i128::from(percent.min(100))) / 100;
            match policy.next(attempt, policy.deadline(now), now, None, random) {
                Next::At(at) => {
                    let waited = at.duration_since(now).as_millis();
                    prop_assert!(least <= waited && waited <= wait.as_millis());
                }
                Next::Expired => prop_assert!(false, "the first wait is far below the deadline"),
            }
        }
    }
}
