//! Spreads checks that would otherwise coincide.

use federation::time::Seconds;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A number in 0 ..= 1 that varies by name and time.
pub(super) fn jitter(name: &str, now: Seconds) -> f64 {
    let mut hasher = DefaultHasher::new();
    (name, now).hash(&mut hasher);
    (hasher.finish() % 1024) as f64 / 1023.0
}
