//! A cache of the component's responses.
//!
//! With the header [`MEMO`] the component declares that a response depends only on the key of its request and
//! on the database, and for how long it may be cached. The host returns the cached response until that time has
//! passed or something was committed after the component was called. The host counts commits to SQLite, and the lock on the data directory
//! ensures that no other process makes any; commits to PostgreSQL are counted in the database.

mod entries;
mod key;
mod versions;

use crate::budget::{Budget, Purpose, Reservation};
use crate::metrics::Metrics;
use crate::version::Version;
use api::headers::MEMO;
pub(crate) use entries::Entry;
use entries::{Entries, OVERHEAD};
use http::HeaderMap;
pub(crate) use key::key;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;
pub(crate) use versions::Versions;

/// The largest body that is cached, in bytes. It is buffered before the first client gets
/// it; larger bodies are streamed.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// How long a request waits for an identical one before it calls the component itself.
const FILL_WAIT: Duration = Duration::from_secs(1);

/// Locks, which keys share. Two keys with the same lock wait for each other at most once per change of the database.
const FILL_LOCKS: usize = 256;

/// Slots that remember keys whose responses are not cached. A key is forgotten when another one takes its slot.
const UNCACHEABLE_SLOTS: usize = 4096;

pub(crate) struct Memo {
    versions: Versions,
    entries: RwLock<Entries>,
    fill_locks: [Mutex<()>; FILL_LOCKS],
    /// Hashes of keys and the version in which their response was not cached.
    uncacheable: Box<[AtomicU64]>,
    hasher: RandomState,
    metrics: Arc<Metrics>,
    budget: Arc<Budget>,
}

impl Memo {
    pub(crate) fn new(versions: Versions, metrics: Arc<Metrics>, budget: Arc<Budget>) -> Self {
        Self {
            versions,
            // The rest of the share is for evicted responses that slow clients still read.
            entries: RwLock::new(Entries::new(Purpose::Kept.share(budget.total()) / 4 * 3)),
            fill_locks: std::array::from_fn(|_| Mutex::default()),
            uncacheable: (0..UNCACHEABLE_SLOTS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            metrics,
            budget,
        }
    }

    /// The version of the database now. `None` if it is not known: then call the component, and do not cache its response.
    pub(crate) async fn version(&self) -> Option<Version> {
        self.versions.current().await
    }

    /// Reserves memory for a response with a body of `length` bytes. `None` if the body is too
    /// large to cache or there is no memory.
    pub(crate) fn room(&self, key: &[u8], length: usize) -> Option<Reservation> {
        if length > MAX_BODY {
            return None;
        }
        self.budget.hold(Purpose::Kept, key.len() + length + OVERHEAD)
    }

    pub(crate) fn look(&self, key: &[u8], version: Version, now: Instant) -> Option<Arc<Entry>> {
        let entry = self.entries.read().unwrap_or_else(PoisonError::into_inner).look(key, version, now)?;
        self.metrics.memo_hits.inc();
        Some(entry)
    }

    /// Whether the response of this version is known not to be cached, so that waiting for an
    /// identical request is pointless.
    pub(crate) fn is_uncacheable(&self, key: &[u8], version: Version) -> bool {
        let (slot, hash) = self.uncacheable(key, version);
        slot.is_some_and(|slot| slot.load(Ordering::Relaxed) == hash)
    }

    /// Remembers that the response of this version is not cached.
    pub(crate) fn mark_uncacheable(&self, key: &[u8], version: Version) {
        let (slot, hash) = self.uncacheable(key, version);
        if let Some(slot) = slot {
            slot.store(hash, Ordering::Relaxed);
        }
    }

    fn uncacheable(&self, key: &[u8], version: Version) -> (Option<&AtomicU64>, u64) {
        let hash = self.hasher.hash_one((key, version));
        (self.uncacheable.get(hash as usize % UNCACHEABLE_SLOTS), hash)
    }

    /// The right to call the component for a response that many clients may want now.
    pub(crate) async fn fill_lock(&self, key: &[u8]) -> Option<MutexGuard<'_, ()>> {
        let index = self.hasher.hash_one(key) as usize % FILL_LOCKS;
        timeout(FILL_WAIT, self.fill_locks.get(index)?.lock()).await.ok()
    }

    pub(crate) fn keep(&self, key: &[u8], entry: Arc<Entry>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key, entry);
        self.metrics.memo_entries.set(entries.len() as i64);
        self.metrics.memo_bytes.set(entries.bytes() as i64);
    }
}

/// Removes the component's caching header and returns how long the response may be cached.
pub(crate) fn take_max_age(headers: &mut HeaderMap) -> Option<Duration> {
    let value = headers.remove(MEMO)?;
    let seconds = value.to_str().ok()?.strip_prefix("max-age=")?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|age| !age.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowed_hosts::AllowedHosts;
    use crate::postgres::Servers;
    use crate::sqlite::Databases;
    use http::HeaderValue;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn memo(bytes: usize) -> Memo {
        let budget = Budget::new(bytes);
        let databases = Databases::new(&BTreeSet::new(), Path::new(""), &budget, 1).unwrap();
        let servers = Servers::new(Arc::new(AllowedHosts::parse(&[]).unwrap()), Arc::clone(&budget));
        Memo::new(Versions::Files(databases, servers), Arc::new(Metrics::new()), budget)
    }

    #[test]
    fn only_a_max_age_is_taken_for_one_and_the_header_is_always_taken_out() {
        for (value, seconds) in
            [("max-age=60", Some(60)), ("max-age=0", None), ("max-age=x", None), ("60", None), ("max-age=-1", None)]
        {
            let mut headers = HeaderMap::from_iter([(MEMO, HeaderValue::from_static(value))]);
            assert_eq!(take_max_age(&mut headers), seconds.map(Duration::from_secs), "{value}");
            assert!(headers.is_empty());
        }
        assert_eq!(take_max_age(&mut HeaderMap::new()), None);
    }

    #[test]
    fn what_is_not_kept_is_known_for_its_version() {
        let memo = memo(8 << 20);
        let [version, later] = [1, 2].map(|generation| Version { epoch: 0, generation });
        assert!(!memo.is_uncacheable(b"a", version));
        memo.mark_uncacheable(b"a", version);
        assert!(
            memo.is_uncacheable(b"a", version)
                && !memo.is_uncacheable(b"a", later)
                && !memo.is_uncacheable(b"b", version)
        );
    }

    #[tokio::test]
    async fn one_asks_while_the_others_wait() {
        let memo = memo(8 << 20);
        let first = memo.fill_lock(b"a").await.unwrap();
        let second = memo.fill_lock(b"a");
        tokio::pin!(second);
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        assert!(second.await.is_some());
    }

    #[test]
    fn only_small_answers_have_room_and_no_more_than_their_share() {
        let memo = memo(32 << 20);
        assert!(memo.room(b"a", MAX_BODY + 1).is_none());
        let first = memo.room(b"a", MAX_BODY).unwrap();
        assert!(memo.room(b"a", MAX_BODY).is_none());
        drop(first);
        assert!(memo.room(b"a", MAX_BODY).is_some());
    }
}
