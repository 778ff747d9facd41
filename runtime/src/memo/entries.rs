//! The cached responses, within their limits.

use crate::metrics::Tally;
use crate::version::Version;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const MAX_ENTRIES: usize = 4096;

/// Bytes that an entry costs in addition to its key and its body.
pub(super) const OVERHEAD: usize = 2 << 10;

/// A response, and how long it is valid.
pub(crate) struct Entry {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) tally: Tally,
    /// The version of the database before the component was called.
    pub(crate) version: Version,
    pub(crate) until: Instant,
}

pub(super) struct Entries {
    /// Limit of all bodies, keys and heads together, in bytes.
    limit: usize,
    by_key: HashMap<Arc<[u8]>, Kept>,
    /// Keys in eviction order. May contain keys that are gone.
    queue: VecDeque<Arc<[u8]>>,
    bytes: usize,
}

struct Kept {
    entry: Arc<Entry>,
    size: usize,
    /// Used since it was last considered for eviction.
    used: AtomicBool,
}

impl Entries {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, by_key: HashMap::new(), queue: VecDeque::new(), bytes: 0 }
    }

    pub(super) fn look(&self, key: &[u8], version: Version, now: Instant) -> Option<Arc<Entry>> {
        let Kept { entry, used, .. } = self.by_key.get(key)?;
        if entry.version != version || now >= entry.until {
            return None;
        }
        // Written only if necessary: processors share the cache line.
        if !used.load(Ordering::Relaxed) {
            used.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(entry))
    }

    pub(super) fn insert(&mut self, key: &[u8], entry: Arc<Entry>) {
        let version = entry.version;
        let size = key.len() + entry.body.len() + OVERHEAD;
        let kept = Kept { entry, size, used: AtomicBool::new(false) };
        self.bytes += size;
        match self.by_key.get_mut(key) {
            Some(old) => self.bytes -= std::mem::replace(old, kept).size,
            None => {
                let key: Arc<[u8]> = key.into();
                self.queue.push_back(Arc::clone(&key));
                self.by_key.insert(key, kept);
            }
        }
        while self.bytes > self.limit || self.queue.len() > MAX_ENTRIES {
            let Some(key) = self.queue.pop_front() else { return };
            let stays = |kept: &mut Kept| kept.entry.version == version && std::mem::take(kept.used.get_mut());
            if self.by_key.get_mut(&key).is_some_and(stays) {
                self.queue.push_back(key);
            } else {
                self.remove(&key);
            }
        }
    }

    fn remove(&mut self, key: &[u8]) {
        self.bytes -= self.by_key.remove(key).map_or(0, |kept| kept.size);
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use std::time::Duration;

    const MAX_BYTES: usize = 64 << 20;

    fn entry(size: usize, generation: u64) -> Arc<Entry> {
        Arc::new(Entry {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; size]),
            tally: Metrics::new().tally(&mut HeaderMap::new(), &http::Method::GET, StatusCode::OK),
            version: Version { epoch: 0, generation },
            until: Instant::now() + Duration::from_secs(60),
        })
    }

    fn is_valid(entries: &Entries, key: &[u8], generation: u64) -> bool {
        entries.look(key, Version { epoch: 0, generation }, Instant::now()).is_some()
    }

    #[test]
    fn an_answer_is_valid_for_its_generation_and_its_time() {
        let mut entries = Entries::new(MAX_BYTES);
        entries.insert(b"a", entry(1, 7));
        assert!(is_valid(&entries, b"a", 7));
        let later = Instant::now() + Duration::from_secs(61);
        for (epoch, generation, now) in
            [(0, 8, Instant::now()), (0, 6, Instant::now()), (1, 7, Instant::now()), (0, 7, later)]
        {
            assert!(entries.look(b"a", Version { epoch, generation }, now).is_none());
        }
        assert!(!is_valid(&entries, b"b", 7));
        entries.insert(b"a", entry(1, 8));
        assert!(is_valid(&entries, b"a", 8));
        entries.remove(b"a");
        assert!(!is_valid(&entries, b"a", 8));
        assert_eq!((entries.len(), entries.bytes()), (0, 0));
    }

    #[test]
    fn what_is_in_use_outlives_a_flood_and_the_bounds_hold() {
        let mut entries = Entries::new(MAX_BYTES);
        entries.insert(b"outdated", entry(1, 0));
        entries.insert(b"hot", entry(1 << 20, 1));
        for i in 0..300u32 {
            assert!(is_valid(&entries, b"hot", 1), "{i}");
            entries.insert(&i.to_le_bytes(), entry(1 << 20, 1));
            assert!(entries.bytes() <= MAX_BYTES);
        }
        assert!(!entries.by_key.contains_key(&b"outdated"[..]));
        assert!(!is_valid(&entries, &0u32.to_le_bytes(), 1) && is_valid(&entries, &299u32.to_le_bytes(), 1));
        for i in 0..2 * MAX_ENTRIES {
            entries.insert(format!("n{i}").as_bytes(), entry(0, 1));
        }
        assert!(entries.len() <= MAX_ENTRIES && entries.queue.len() <= MAX_ENTRIES);
        let counted: usize = entries.by_key.values().map(|kept| kept.size).sum();
        assert_eq!(counted, entries.bytes());
    }
}
