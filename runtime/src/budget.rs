//! One memory budget for the whole server. Every other limit applies to one request, one connection or one
//! instance; this one bounds their sum.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the memory is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Linear memories of instances.
    Instances,
    /// Request bodies, from the first byte until the component has read them.
    Requests,
    /// Chunks of responses on their way to clients.
    Answers,
    /// Cached responses.
    Kept,
    /// Rows on their way from the database to an instance.
    Rows,
}

impl Purpose {
    pub(crate) const ALL: [Self; 5] = [Self::Instances, Self::Requests, Self::Answers, Self::Kept, Self::Rows];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Requests => "requests",
            Self::Answers => "answers",
            Self::Kept => "kept",
            Self::Rows => "rows",
        }
    }

    /// The part of `total` that this purpose may use, in bytes. The shares ensure that
    /// clients cannot starve the instances.
    pub(crate) fn share(self, total: usize) -> usize {
        match self {
            Self::Instances => total,
            Self::Requests => total / 8,
            Self::Kept => total / 16,
            Self::Answers | Self::Rows => total / 4,
        }
    }
}

/// Counts bytes. Dropping a [`Reservation`] returns its bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    total: usize,
    used: AtomicUsize,
    by_purpose: [AtomicUsize; Purpose::ALL.len()],
}

impl Budget {
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, used: AtomicUsize::new(0), by_purpose: Default::default() })
    }

    /// `None` if that many bytes are not available now.
    pub(crate) fn hold(self: &Arc<Self>, purpose: Purpose, bytes: usize) -> Option<Reservation> {
        let mut held = Reservation { budget: Arc::clone(self), purpose, bytes: 0 };
        held.grow(bytes).then_some(held)
    }

    /// The size of the budget, in bytes.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Bytes in use for `purpose`.
    pub(crate) fn used_for(&self, purpose: Purpose) -> usize {
        self.by_purpose[purpose as usize].load(Ordering::Relaxed)
    }

    /// Whether little is left, so that caches should shrink.
    pub(crate) fn is_tight(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.total / 4 * 3
    }

    fn take(&self, purpose: Purpose, bytes: usize) -> bool {
        let counter = &self.by_purpose[purpose as usize];
        if !add(counter, bytes, purpose.share(self.total)) {
            return false;
        }
        let there_is_room = add(&self.used, bytes, self.total);
        if !there_is_room {
            counter.fetch_sub(bytes, Ordering::Relaxed);
        }
        there_is_room
    }
}

fn add(counter: &AtomicUsize, bytes: usize, limit: usize) -> bool {
    let sum = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= limit);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
}

/// Bytes reserved in the budget; returned on drop.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    purpose: Purpose,
    bytes: usize,
}

impl Reservation {
    /// Reserves `bytes` more. Returns false, and changes nothing, if they are not available.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let grown = self.budget.take(self.purpose, bytes);
        if grown {
            self.bytes += bytes;
        }
        grown
    }

    /// Whether `bytes` more would fit if there were no other reservations.
    pub(crate) fn could_grow(&self, bytes: usize) -> bool {
        self.bytes.saturating_add(bytes) <= self.purpose.share(self.budget.total)
    }

    /// Reserves `bytes` more even beyond the budget, for work that must not fail for lack of memory.
    pub(crate) fn grow_beyond(&mut self, bytes: usize) {
        self.budget.by_purpose[self.purpose as usize].fetch_add(bytes, Ordering::Relaxed);
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.by_purpose[self.purpose as usize].fetch_sub(self.bytes, Ordering::Relaxed);
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The same bytes, which keep `what` alive until their last copy is dropped, whether in an
/// instance or in a socket's queue.
pub(crate) fn holding<T: Send + Sync + 'static>(bytes: impl AsRef<[u8]> + Send + 'static, what: T) -> Bytes {
    struct Holding<B, T> {
        bytes: B,
        _what: T,
    }
    impl<B: AsRef<[u8]>, T> AsRef<[u8]> for Holding<B, T> {
        fn as_ref(&self) -> &[u8] {
            self.bytes.as_ref()
        }
    }
    Bytes::from_owner(Holding { bytes, _what: what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_bounded_whatever_it_is_for() {
        let budget = Budget::new(800);
        let instances = budget.hold(Purpose::Instances, 700).unwrap();
        assert!(budget.is_tight());
        let mut requests = budget.hold(Purpose::Requests, 50).unwrap();
        assert!(budget.hold(Purpose::Answers, 51).is_none(), "more than is left");
        assert!(!requests.grow(51), "more than its share");
        assert_eq!(
            (requests.bytes(), budget.used_for(Purpose::Requests)),
            (50, 50),
            "a failed reservation takes nothing"
        );
        drop(instances);
        assert!(requests.grow(50) && budget.hold(Purpose::Answers, 200).is_some());
        drop(requests);
        assert_eq!(Purpose::ALL.map(|purpose| budget.used_for(purpose)), [0; 5]);
        assert!(budget.hold(Purpose::Instances, 800).is_some());
    }

    #[test]
    fn what_must_not_fail_is_counted_all_the_same() {
        let budget = Budget::new(8);
        let mut held = budget.hold(Purpose::Instances, 8).unwrap();
        held.grow_beyond(8);
        assert_eq!(budget.used_for(Purpose::Instances), 16);
        drop(held);
        assert_eq!(budget.used_for(Purpose::Instances), 0);
    }

    #[test]
    fn bytes_hold_until_their_last_copy_is_gone() {
        let budget = Budget::new(160);
        let bytes = holding(b"0123456789".to_vec(), budget.hold(Purpose::Kept, 10).unwrap());
        let part = bytes.slice(3..5);
        drop(bytes);
        assert_eq!((&part[..], budget.used_for(Purpose::Kept)), (&b"34"[..], 10));
        drop(part);
        assert_eq!(budget.used_for(Purpose::Kept), 0);
    }
}
