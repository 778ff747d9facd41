//! Pushes that a forge announces. A source whose changes are announced need not be polled.

use super::{Head, SourceRecord};
use crate::time::{Seconds, is_beyond};

/// How often a source is polled although its changes are announced, in seconds: once a day.
const WITH_PUSHES: u32 = 24 * 60 * 60;

/// For how long after an announcement a change counts as announced, in seconds.
const ANNOUNCED: Seconds = 60 * 60;

/// After how many seconds a source that had nothing new after a push is polled again: longer than forges cache a file.
pub(super) const AFTER_NOTHING_NEW: u32 = 6 * 60;

impl SourceRecord {
    /// Records a push that its forge announces at `now`. Any push shows that announcements arrive; if it `concerns` the index, the source is due.
    pub fn announce(&mut self, concerns: bool, now: Seconds) {
        self.pushed_at = Some(now);
        if concerns {
            self.next_check_at = None;
        }
    }

    /// Whether a push at `now` that does not concern the index would say nothing new.
    pub fn knows_of_pushes(&self, now: Seconds) -> bool {
        self.was_pushed_within(Seconds::from(WITH_PUSHES), now)
    }

    /// Makes the source due by its time to live again, after a delivery that equals an earlier one but may announce another push.
    pub fn check_by_time_to_live(&mut self, cache_ttl_seconds: u32) {
        if let Some(last) = self.last_attempt_at {
            let sooner = last + Seconds::from(cache_ttl_seconds);
            self.next_check_at = self.next_check_at.map(|at| at.min(sooner));
        }
    }

    /// Whether its index is read at the `HEAD` of its repository because the registered branch is gone, to which nobody pushes any more.
    pub fn follows_head(&self) -> bool {
        self.head == Some(Head::Followed)
    }

    /// Records that pushes are no longer announced.
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

    /// A push further in the future than clocks may differ dates from before the clock was set back, and is ignored.
    fn was_pushed_within(&self, seconds: Seconds, now: Seconds) -> bool {
        self.pushed_at.is_some_and(|at| !is_beyond(at, now) && now - at < seconds)
    }
}
