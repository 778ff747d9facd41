//! Limits the linear memory of an instance: by its own limit, and by the budget that all instances share.

use crate::budget::Reservation;
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wasmtime::{ResourceLimiterAsync, Result};

/// An instance's memory, as the rest of the host sees it.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    bytes: AtomicUsize,
    refused: AtomicBool,
}

impl Gauge {
    /// Bytes in use. Never decreases, since a linear memory does not shrink.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether the instance was refused memory because others held it. A failure of the
    /// instance is then likely due to that.
    pub(crate) fn was_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

pub(crate) struct Memory {
    pub(crate) held: Reservation,
    /// The limit of this instance alone, in bytes.
    pub(crate) limit: usize,
    /// Whether it gets memory regardless of the budget: it answers liveness probes.
    pub(crate) vital: bool,
    pub(crate) gauge: Arc<Gauge>,
}

/// How long an instance waits for memory that others hold: long enough for one that validates the
/// largest index to end and be replaced.
const MEMORY_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a waiting instance tries again.
const RETRY_INTERVAL: Duration = Duration::from_millis(10);

impl Memory {
    /// Reserves `more` bytes, waiting until others return theirs. Returns false if that takes too long.
    async fn grow(&mut self, more: usize) -> bool {
        if self.vital {
            self.held.grow_beyond(more);
            return true;
        }
        let asked = Instant::now();
        while !self.held.grow(more) {
            if !self.held.could_grow(more) || asked.elapsed() >= MEMORY_TIMEOUT {
                return false;
            }
            sleep(RETRY_INTERVAL).await;
        }
        true
    }
}

#[async_trait]
impl ResourceLimiterAsync for Memory {
    async fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let more = desired.saturating_sub(current);
        if self.held.bytes().saturating_add(more) > self.limit {
            return Ok(false);
        }
        let grown = self.grow(more).await;
        if grown {
            self.gauge.bytes.store(self.held.bytes(), Ordering::Relaxed);
        } else {
            self.gauge.refused.store(true, Ordering::Relaxed);
        }
        Ok(grown)
    }

    async fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Budget, Purpose};

    fn memory(budget: &Arc<Budget>, vital: bool) -> Memory {
        let held = budget.hold(Purpose::Instances, 0).unwrap();
        Memory { held, limit: 60, vital, gauge: Arc::default() }
    }

    async fn grows(memory: &mut Memory, current: usize, desired: usize) -> bool {
        memory.memory_growing(current, desired, None).await.unwrap()
    }

    #[tokio::test]
    async fn an_instance_grows_within_its_limit_and_that_of_all() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (memory(&budget, false), memory(&budget, false));
        assert!(grows(&mut first, 0, 40).await && grows(&mut first, 40, 60).await);
        assert!(!grows(&mut first, 60, 61).await && !first.gauge.was_refused(), "its own limit");
        assert!(grows(&mut second, 0, 40).await);
        {
            let mut waiting = Box::pin(grows(&mut second, 40, 60));
            assert!(futures::poll!(&mut waiting).is_pending(), "others hold the rest");
            assert!(grows(&mut memory(&budget, true), 0, 10).await, "the vital instance");
            drop(first);
            assert!(waiting.await, "the memory was returned");
        }
        assert_eq!((second.gauge.bytes(), second.gauge.was_refused()), (60, false));
    }

    #[tokio::test]
    async fn what_cannot_fit_is_refused_at_once() {
        let budget = Budget::new(50);
        let mut memory = memory(&budget, false);
        assert!(grows(&mut memory, 0, 40).await);
        let refused = futures::poll!(Box::pin(grows(&mut memory, 40, 55)));
        assert_eq!((refused, memory.gauge.was_refused()), (std::task::Poll::Ready(false), true));
    }
}
