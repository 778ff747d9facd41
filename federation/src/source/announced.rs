//! Pushes that a forge announces. A source whose changes are announced need not be asked whether it changed.

use super::{Head, SourceRecord};
use crate::time::{Seconds, is_beyond};

/// How often a source is asked although its changes are announced, in seconds: once a day.
const WITH_PUSHES: u32 = 24 * 60 * 60;

/// For how long after an announcement a change counts as announced, in seconds.
const ANNOUNCED: Seconds = 60 * 60;

/// When a source is asked again that had nothing new after a push, in seconds: longer than the caches of forges keep a file.
pub(super) const AFTER_NOTHING_NEW: u32 = 6 * 60;

impl SourceRecord {
    /// Its forge announces a push at `now`. Whatever push it is, it shows that announcements arrive; if it `concerns` the index, the source is due.
    pub fn announce(&mut self, concerns: bool, now: Seconds) {
        self.pushed_at = Some(now);
        if concerns {
            self.next_check_at = None;
        }
    }

    /// Whether a push at `now` that does not concern the index says nothing that is not known already.
    pub fn knows_of_pushes(&self, now: Seconds) -> bool {
        self.was_pushed_within(Seconds::from(WITH_PUSHES), now)
    }

    /// A push was announced that may be another one than that of the same words before: the source is due by its time to live again.
    pub fn check_by_time_to_live(&mut self, cache_ttl_seconds: u32) {
        if let Some(last) = self.last_attempt_at {
            let sooner = last + Seconds::from(cache_ttl_seconds);
            self.next_check_at = self.next_check_at.map(|at| at.min(sooner));
        }
    }

    /// Whether its index is found at the `HEAD` of its repository, since the registered branch is gone: pushes to that branch do not come any more.
    pub fn follows_head(&self) -> bool {
        self.head == Some(Head::Followed)
    }

    /// Nobody announces pushes any more.
    pub fn without_pushes(&mut self, cache_ttl_seconds: u32) {
        self.pushed_at = None;
        self.shorten(cache_ttl_seconds);
    }

    /// The longest time between two checks, in seconds, with this time to live.
    pub fn polled_every(&self, cache_ttl_seconds: u32) -> u32 {
        if self.pushed_at.is_some() { cache_ttl_seconds.max(WITH_PUSHES) } else { cache_ttl_seconds }
    }

    /// Whether a push to the index was announced that no check has seen.
    pub(super) fn is_awaited(&self) -> bool {
        self.pushed_at.is_some() && self.next_check_at.is_none()
    }

    /// Whether a change that is found at `now` was announced.
    pub(super) fn is_announced(&self, now: Seconds) -> bool {
        self.is_awaited() || self.was_pushed_within(ANNOUNCED, now)
    }

    /// A push further ahead than clocks differ dates from before the clock was set back.
    fn was_pushed_within(&self, seconds: Seconds, now: Seconds) -> bool {
        self.pushed_at.is_some_and(|at| !is_beyond(at, now) && now - at < seconds)
    }
}
