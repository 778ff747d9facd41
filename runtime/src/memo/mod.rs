//! Answers of the component that are given again without asking it.
//!
//! The component says with the header [`MAX_AGE`] that an answer depends on nothing but the key of its request and the database,
//! and for how long. It is given again as long as that time has not passed and nothing was committed since before the component
//! was asked. That nobody else commits is ensured by the lock on the data directory.

mod entries;
mod key;

pub(crate) use entries::{Entry, Look};
pub(crate) use key::key;

use crate::metrics::Metrics;
use entries::Entries;
use http::{HeaderMap, HeaderName};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

/// `max-age=<seconds>`. For this host alone: clients never see it.
const MAX_AGE: HeaderName = HeaderName::from_static("reuse-surface-memo");

/// The largest body that is kept.
pub(crate) const MAX_BODY: usize = 16 << 20;

/// How long a request waits for another one that asks the same, before it asks too.
const TURN_TIME: Duration = Duration::from_secs(1);

/// Keys share these. Two that meet wait for each other at most once per change of the database.
const TURNS: usize = 64;

pub(crate) struct Memo {
    entries: RwLock<Entries>,
    turns: [Mutex<()>; TURNS],
    hasher: RandomState,
    metrics: Arc<Metrics>,
}

impl Memo {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            entries: RwLock::default(),
            turns: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            metrics,
        }
    }

    pub(crate) fn look(&self, key: &[u8], generation: u64, now: Instant) -> Look {
        let look = self.entries.read().unwrap_or_else(PoisonError::into_inner).look(key, generation, now);
        if matches!(look, Look::Valid(_)) {
            self.metrics.memo_hits.inc();
        }
        look
    }

    /// The right to ask the component for an answer that many may want at this moment.
    pub(crate) async fn turn(&self, key: &[u8]) -> Option<MutexGuard<'_, ()>> {
        let index = self.hasher.hash_one(key) as usize % TURNS;
        timeout(TURN_TIME, self.turns.get(index)?.lock()).await.ok()
    }

    pub(crate) fn keep(&self, key: &[u8], entry: Arc<Entry>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key, entry);
        self.metrics.memo_entries.set(entries.len() as i64);
        self.metrics.memo_bytes.set(entries.bytes() as i64);
    }

    /// An answer that may not be kept any more: nobody need wait for the next one.
    pub(crate) fn forget(&self, key: &[u8]) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Takes the component's word on how long an answer may be kept out of its headers.
pub(crate) fn take_max_age(headers: &mut HeaderMap) -> Option<Duration> {
    let value = headers.remove(MAX_AGE)?;
    let seconds = value.to_str().ok()?.strip_prefix("max-age=")?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|age| !age.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_a_max_age_is_taken_for_one_and_the_header_is_always_taken_out() {
        for (value, seconds) in
            [("max-age=60", Some(60)), ("max-age=0", None), ("max-age=x", None), ("60", None), ("max-age=-1", None)]
        {
            let mut headers = HeaderMap::from_iter([(MAX_AGE, HeaderValue::from_static(value))]);
            assert_eq!(take_max_age(&mut headers), seconds.map(Duration::from_secs), "{value}");
            assert!(headers.is_empty());
        }
        assert_eq!(take_max_age(&mut HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn one_asks_while_the_others_wait() {
        let memo = Memo::new(Arc::new(Metrics::new()));
        let first = memo.turn(b"a").await.unwrap();
        let second = memo.turn(b"a");
        tokio::pin!(second);
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        assert!(second.await.is_some());
    }
}
