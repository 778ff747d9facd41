//! Reproducible randomness.

use std::time::{SystemTime, UNIX_EPOCH};

const SEED: &str = "REUSE_SURFACE_SEED";

/// A pseudo-random generator (xorshift64*).
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

/// The seed from the environment, or a new one each time.
pub fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64);
    std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or(now)
}

/// The command that repeats a run.
pub fn replay(seed: u64) -> String {
    format!("repeat with {SEED}={seed}")
}
