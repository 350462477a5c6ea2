//! The world outside that a result may depend on: the clock and randomness. Both are arguments everywhere, so that
//! a test can fix them; `clippy.toml` bans reading them elsewhere.

use std::sync::Mutex;

use sha2::{Digest as _, Sha256};

/// A source of the present time.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> jiff::Timestamp;
}

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `out`.
    ///
    /// # Errors
    /// When the machine has none to give.
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The machine gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the machine gave no randomness")]
pub struct NoEntropy;

/// The machine's own clock and random generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl Clock for Machine {
    #[allow(clippy::disallowed_methods)] // the one place that reads the clock
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

impl Entropy for Machine {
    #[allow(clippy::disallowed_methods)] // the one place that draws randomness
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy> {
        aws_lc_rs::rand::fill(out).map_err(|_| NoEntropy)
    }
}

/// A clock that stands still, for tests and for reproducible output.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub jiff::Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        self.0
    }
}

/// A reproducible byte stream: SHA-256 over (seed, counter). For tests and generators only; it is no secret.
#[derive(Debug)]
pub struct Seeded(Mutex<(u64, u64)>);

impl Seeded {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Seeded(Mutex::new((seed, 0)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy> {
        let mut state = self.0.lock().map_err(|_| NoEntropy)?;
        for chunk in out.chunks_mut(32) {
            let (seed, counter) = *state;
            let block = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(counter.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
            state.1 = counter.wrapping_add(1);
        }
        Ok(())
    }
}
