//! The state of a source, as one word.

use super::SourceRecord;
use crate::time::Seconds;

crate::variants! {
    /// The state of a source.
    #[derive(Hash)]
    pub enum State {
        /// Never checked.
        Pending = "pending",
        /// The accepted snapshot is the one that the source publishes.
        Fresh = "fresh",
        /// The accepted snapshot is served, but the last checks failed or are overdue.
        Stale = "stale",
        /// A newer valid index waits for release; the accepted snapshot is served.
        Held = "held",
        /// No valid index was ever seen; the source contributes nothing.
        Failed = "failed",
        /// The source is disabled and contributes nothing.
        Disabled = "disabled",
    }
}

/// How long after its due time a check counts as overdue: enough for a busy refresh, too short for a forgotten one.
pub const GRACE: Seconds = 300;

impl State {
    /// The state at `now` of a source that had this state when it was verified and is checked every `polled_every`
    /// seconds: a fresh source becomes stale when a check is overdue.
    pub fn at(self, verified_at: Option<Seconds>, polled_every: u32, now: Seconds) -> Self {
        let overdue = verified_at.is_none_or(|at| now > at + Seconds::from(polled_every) * 2 + GRACE);
        if self == Self::Fresh && overdue { Self::Stale } else { self }
    }
}

impl SourceRecord {
    /// The state at `now` of a source registered with `url` and this time to live.
    pub fn state(&self, enabled: bool, url: &str, cache_ttl_seconds: u32, now: Seconds) -> State {
        self.standing(enabled, url).at(self.verified_at, self.polled_every(cache_ttl_seconds), now)
    }

    /// The state, ignoring the passage of time.
    pub fn standing(&self, enabled: bool, url: &str) -> State {
        if !enabled {
            return State::Disabled;
        }
        let Some(accepted) = &self.accepted else {
            let never = self.last_attempt_at.is_none() && self.failure.is_none();
            return match (&self.held, never) {
                (Some(_), _) => State::Held,
                (None, true) => State::Pending,
                (None, false) => State::Failed,
            };
        };
        if self.held.is_some() {
            State::Held
        } else if self.failure.is_some() || accepted.url != url {
            State::Stale
        } else {
            State::Fresh
        }
    }
}
