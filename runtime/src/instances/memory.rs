//! How much linear memory one instance has: within its own limit, and within what all may have together.

use crate::budget::Held;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use wasmtime::{ResourceLimiter, Result};

/// What the rest of the host sees of an instance's memory.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    bytes: AtomicUsize,
    refused: AtomicBool,
}

impl Gauge {
    /// Bytes. It never gets less, since a linear memory does not shrink.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether the instance was refused memory because others had it. It is likely to have failed over that.
    pub(crate) fn was_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

pub(crate) struct Memory {
    pub(crate) held: Held,
    /// Bytes for this instance alone.
    pub(crate) limit: usize,
    /// Whether it gets what it needs however much others have: it answers whoever asks whether the server is alive.
    pub(crate) vital: bool,
    pub(crate) gauge: Arc<Gauge>,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let more = desired.saturating_sub(current);
        if self.held.bytes().saturating_add(more) > self.limit {
            return Ok(false);
        }
        if self.vital {
            self.held.grow_beyond(more);
        } else if !self.held.grow(more) {
            self.gauge.refused.store(true, Ordering::Relaxed);
            return Ok(false);
        }
        self.gauge.bytes.store(self.held.bytes(), Ordering::Relaxed);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
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

    #[test]
    fn an_instance_grows_within_its_limit_and_that_of_all() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (memory(&budget, false), memory(&budget, false));
        assert!(first.memory_growing(0, 40, None).unwrap() && first.memory_growing(40, 60, None).unwrap());
        assert!(!first.memory_growing(60, 61, None).unwrap() && !first.gauge.was_refused(), "its own limit");
        assert!(second.memory_growing(0, 40, None).unwrap());
        assert!(!second.memory_growing(40, 41, None).unwrap() && second.gauge.was_refused(), "that of all");
        assert_eq!((first.gauge.bytes(), second.gauge.bytes()), (60, 40));
        assert!(memory(&budget, true).memory_growing(0, 10, None).unwrap(), "what has to live");
        drop(first);
        assert!(second.memory_growing(40, 60, None).unwrap());
    }
}
