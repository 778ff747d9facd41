//! The guard holds a valid index that lost most of its capabilities: that is more often an accident than a decision.

use crate::time::Seconds;

/// How long the same content must have been seen before a held snapshot is released automatically.
pub const RELEASE_AFTER: Seconds = 24 * 60 * 60;

/// Minimum number of lost capabilities for a hold, unless all were lost.
const FEWEST_LOST: usize = 5;

/// Whether to hold an index with `new` capabilities while one with `accepted` is served.
pub fn holds(accepted: usize, new: usize) -> bool {
    let lost = accepted.saturating_sub(new);
    (new == 0 && lost > 0) || (lost >= FEWEST_LOST && lost * 2 >= accepted)
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn holds_what_looks_like_an_accident() {
        for (accepted, new) in [(1, 0), (10, 5), (10, 0), (11, 5), (1000, 500), (5, 0)] {
            assert!(holds(accepted, new), "{accepted} to {new}");
        }
        for (accepted, new) in [(0, 0), (0, 10), (4, 1), (8, 4), (10, 6), (1000, 501), (10, 20)] {
            assert!(!holds(accepted, new), "{accepted} to {new}");
        }
    }
}
