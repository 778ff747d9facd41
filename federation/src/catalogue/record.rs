//! What is known of a catalogue besides its repositories: its last listing, and when the next one is due.

use super::{Catalogue, Member, Skipped};
use crate::digest::Digest;
use crate::guard;
use crate::problem::{Code, catalogues};
use crate::source::{Failure, next_check};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};

/// The record of a catalogue. A few kilobytes at most: all messages in it come from this program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogueRecord {
    /// When a listing was last accepted.
    pub listed_at: Option<Seconds>,
    /// When the listing was last requested.
    pub last_attempt_at: Option<Seconds>,
    /// When the next listing is due; null means now.
    pub next_listing_at: Option<Seconds>,
    /// Why the last listing failed.
    pub failure: Option<Failure>,
    /// Number of consecutive failed listings.
    pub consecutive_failures: u32,
    /// The status of the last response.
    pub http_status: Option<u16>,
    /// A complete listing that would remove most of the registrations.
    pub held: Option<HeldListing>,
    /// Digest of the held listing that was released manually.
    pub released: Option<Digest>,
    /// The id of the repositories' owner on the forge, once a listing has given it.
    pub owner: Option<String>,
}

/// A complete listing that the guard holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldListing {
    /// Digest of the listing.
    pub digest: Digest,
    /// Since when listings are held.
    pub since: Seconds,
    /// How many registrations there are.
    pub known: usize,
    /// How many of these would stay.
    pub left: usize,
    /// Whether it has repositories, but does not name the owner that they had before.
    #[serde(default)]
    pub is_of_another: bool,
}

/// What the guard needs to know of a complete listing.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Digest of the owner and of the ids of the repositories that can be registered, in any order.
    pub digest: Digest,
    /// How many registrations there are.
    pub known: usize,
    /// How many of these would stay.
    pub left: usize,
    /// Whether it has no repositories at all.
    pub is_empty: bool,
    /// The owner of its repositories, if it says who that is.
    pub owner: Option<String>,
}

impl Listing {
    /// What is listed, before it is compared with the registrations.
    pub fn of(listed: &[Member]) -> Self {
        let owner = listed.iter().find_map(|member| member.owner.clone());
        let there = listed.iter().filter(|member| !member.unfit.is_some_and(Skipped::ends_registration));
        let mut ids: Vec<&str> = there.map(|member| member.id.as_str()).collect();
        ids.sort_unstable();
        ids.extend(owner.as_deref());
        let digest = Digest::of(ids.join("\n").as_bytes());
        Self { digest, known: 0, left: 0, is_empty: listed.is_empty(), owner }
    }
}

/// Longest wait of a catalogue, in seconds: the longest time to live, plus what spreads the listings.
pub const LONGEST_WAIT: Seconds = 8 * 24 * 60 * 60;

impl CatalogueRecord {
    /// Whether a listing is due. A due time later than is possible dates from before the clock was set back.
    pub fn is_due(&self, now: Seconds) -> bool {
        self.next_listing_at.is_none_or(|at| at <= now || at - now > LONGEST_WAIT)
    }

    /// Accepts or holds a complete listing at `now`. Returns whether it is accepted; a held listing must have no effect.
    pub fn take(&mut self, catalogue: &Catalogue, listing: Listing, now: Seconds, jitter: f64) -> bool {
        let Listing { digest, known, left, is_empty, owner } = listing;
        self.attempted(Some(200), now);
        self.failure = None;
        self.consecutive_failures = 0;
        self.next_listing_at = Some(next_check(now, catalogue.cache_ttl_seconds, 0, None, jitter));
        // A stranger may have taken over the name of the organisation. A release after a day would give them its registrations.
        let is_of_another = !is_empty && self.owner.is_some() && owner != self.owner;
        let before = self.held.as_ref().filter(|held| held.is_of_another == is_of_another);
        let since = before.map_or(now, |held| held.since.min(now));
        let has_waited = !is_of_another && now - since >= guard::RELEASE_AFTER;
        let is_released = has_waited || self.released.as_ref() == Some(&digest);
        if (is_of_another || guard::holds(known, left)) && !is_released {
            self.held = Some(HeldListing { digest, since, known, left, is_of_another });
            return false;
        }
        if !is_empty {
            self.owner = owner;
        }
        self.held = None;
        self.released = None;
        self.listed_at = Some(now);
        true
    }

    /// Updates the record after the address of the catalogue changed: the owner at the new one is not known yet.
    pub fn address_changed(&mut self) {
        (self.held, self.released, self.owner) = (None, None, None);
    }

    /// Records a failure. The next listing backs off as sources do, and waits as long as the forge requests.
    pub fn fail(
        &mut self,
        catalogue: &Catalogue,
        failure: Failure,
        (http_status, wait): (Option<u16>, Option<Seconds>),
        now: Seconds,
        jitter: f64,
    ) {
        self.attempted(http_status, now);
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        let since = self.failure.as_ref().map_or(failure.since, |known| known.since);
        self.failure = Some(Failure { since, ..failure });
        self.next_listing_at =
            Some(next_check(now, catalogue.cache_ttl_seconds, self.consecutive_failures, wait, jitter));
    }

    fn attempted(&mut self, http_status: Option<u16>, now: Seconds) {
        self.last_attempt_at = Some(now);
        self.http_status = http_status;
    }

    /// Releases the held listing: the next listing is due at once, and accepted if it is the same. Returns false if none is held.
    pub fn release(&mut self) -> bool {
        let Some(held) = &self.held else { return false };
        self.released = Some(held.digest.clone());
        self.next_listing_at = None;
        true
    }

    /// Why the hub does not follow the newest listing: a stable code and a sentence.
    pub fn reason(&self) -> Option<(Code, String)> {
        if let Some(failure) = &self.failure {
            return Some((failure.code.clone(), failure.message.to_string()));
        }
        let held = self.held.as_ref()?;
        if held.is_of_another {
            let message = "The newest listing has the repositories of a different owner than before, so the name may have been taken over. If the new owner is the right one, release the listing.";
            return Some(((&catalogues::OWNER_CHANGED).into(), message.to_owned()));
        }
        let message = format!(
            "The newest listing would leave {} of {} registrations; if that is intended, release it, or the hub does so after a day.",
            held.left, held.known
        );
        Some(((&catalogues::LISTING_SHRUNK).into(), message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn acme() -> Catalogue {
        let document = json!({"name": "a", "kind": "gitea", "url": "https://codeberg.org/acme", "domain": "d"});
        Catalogue::from_value(&document).expect("valid")
    }

    fn listing(ids: &str, known: usize, left: usize) -> Listing {
        Listing { digest: Digest::of(ids.as_bytes()), known, left, is_empty: false, owner: None }
    }

    #[test]
    fn a_listing_that_lost_half_waits_for_a_day_or_a_release() {
        let mut record = CatalogueRecord::default();
        assert!(record.take(&acme(), listing("a", 0, 0), 0, 0.0));
        assert!(!record.take(&acme(), listing("b", 10, 5), 100, 0.0));
        assert_eq!(record.reason().map(|(code, _)| code).as_deref(), Some("listing-shrunk"));
        assert!(!record.take(&acme(), listing("c", 10, 4), 50_000, 0.0));
        assert!(record.take(&acme(), listing("d", 10, 3), 100 + guard::RELEASE_AFTER, 0.0), "after a day");
        assert!(record.held.is_none() && !record.release());

        assert!(!record.take(&acme(), listing("e", 10, 0), 200_000, 0.0));
        assert!(record.release() && record.next_listing_at.is_none());
        assert!(!record.take(&acme(), listing("f", 10, 0), 200_001, 0.0), "another one than was released");
        assert!(record.release());
        assert!(record.take(&acme(), listing("f", 10, 0), 200_002, 0.0));
    }

    #[test]
    fn failures_back_off_and_wait_as_asked() {
        let mut record = CatalogueRecord::default();
        let failure = || Failure::new(&catalogues::LISTING_TOO_LARGE, "", 0);
        record.fail(&acme(), failure(), (Some(502), None), 0, 0.0);
        record.fail(&acme(), failure(), (Some(502), None), 60, 0.0);
        assert_eq!((record.next_listing_at, record.consecutive_failures), (Some(180), 2));
        record.fail(&acme(), failure(), (Some(429), Some(3000)), 180, 0.0);
        assert_eq!(record.next_listing_at, Some(3180));
    }
}
