//! What is known of an upstream besides its lines: how far it was followed, and when it is asked again.

use crate::bounded::Message;
use crate::digest::Digest;
use crate::problem::{Kind, upstreams};
use crate::source::{Failure, next_check};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};

/// How often an upstream is asked what is new, in seconds.
const POLL_INTERVAL_SECONDS: u32 = 60;

/// A revision of an upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its number.
    pub revision: u64,
    /// Its digest.
    pub digest: Digest,
}

/// The record of an upstream. A few kilobytes at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpstreamRecord {
    /// The newest revision whose lines are known; `None` before the first one, or to read all of them again.
    pub seen: Option<Seen>,
    /// When it last had nothing newer.
    pub current_at: Option<Seconds>,
    /// When it was last asked.
    pub last_attempt_at: Option<Seconds>,
    /// When it is asked again; null means now.
    pub next_attempt_at: Option<Seconds>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// Number of consecutive failed attempts.
    pub consecutive_failures: u32,
    /// The newest verification of a source that it reported.
    pub verified_at: Option<Seconds>,
}

impl UpstreamRecord {
    /// Whether it is not asked any more, because it has rewritten its history.
    pub fn is_refused(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.code == upstreams::HISTORY_REWRITTEN)
    }

    /// When it is asked next; `None` if never.
    pub fn due_at(&self) -> Option<Seconds> {
        (!self.is_refused()).then_some(self.next_attempt_at.unwrap_or(0))
    }

    /// Records that it was followed up to `seen`. Unless that `is_all`, it is due at once.
    pub fn follow(&mut self, seen: Option<Seen>, is_all: bool, now: Seconds, jitter: f64) {
        self.last_attempt_at = Some(now);
        self.consecutive_failures = 0;
        self.failure = None;
        self.seen = seen;
        self.current_at = if is_all { Some(now) } else { self.current_at };
        self.next_attempt_at = is_all.then(|| next_check(now, POLL_INTERVAL_SECONDS, 0, None, jitter));
    }

    /// Records a failed attempt. What was taken stays.
    pub fn fail(&mut self, code: &'static Kind, message: impl Into<Message>, now: Seconds, jitter: f64) {
        let since = self.failure.as_ref().map_or(now, |failure| failure.since);
        self.last_attempt_at = Some(now);
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.failure = Some(Failure::new(code, message, since));
        self.next_attempt_at = Some(next_check(now, POLL_INTERVAL_SECONDS, self.consecutive_failures, None, jitter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_back_off_and_a_rewritten_history_is_never_asked_again() {
        let mut record = UpstreamRecord::default();
        assert_eq!(record.due_at(), Some(0));
        let seen = Some(Seen { revision: 3, digest: Digest::of(b"") });
        record.follow(seen.clone(), false, 100, 0.0);
        assert_eq!((record.due_at(), record.current_at), (Some(0), None), "there is more");
        record.follow(seen, true, 100, 0.0);
        assert_eq!((record.due_at(), record.current_at), (Some(160), Some(100)));
        record.fail(&upstreams::UPSTREAM_UNREACHABLE, "é".repeat(1000), 200, 0.0);
        record.fail(&upstreams::UPSTREAM_UNREACHABLE, "x", 300, 0.0);
        assert_eq!((record.due_at(), record.failure.as_ref().map(|it| it.since)), (Some(420), Some(200)));
        record.fail(&upstreams::HISTORY_REWRITTEN, "x", 500, 0.0);
        assert_eq!((record.due_at(), record.current_at), (None, Some(100)));
    }
}
