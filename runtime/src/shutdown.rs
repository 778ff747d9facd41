//! Tracks the work that must finish before the process ends.

use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Signals the shutdown, and counts the work that has not finished.
#[derive(Clone)]
pub(crate) struct Lifecycle {
    closing: CancellationToken,
    live: TaskTracker,
}

/// Delays the shutdown until it is dropped.
pub(crate) type Guard = TaskTrackerToken;

impl Lifecycle {
    pub(crate) fn new() -> Self {
        Self { closing: CancellationToken::new(), live: TaskTracker::new() }
    }

    pub(crate) fn guard(&self) -> Guard {
        self.live.token()
    }

    /// Resolves once the shutdown has begun.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + Sync + 'static {
        self.closing.clone().cancelled_owned()
    }

    /// Begins the shutdown. Returns true if all work finished in time.
    pub(crate) async fn close(&self, patience: Duration) -> bool {
        self.closing.cancel();
        self.live.close();
        tokio::time::timeout(patience, self.live.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shutdown_waits_for_what_is_in_flight_but_not_for_ever() {
        let lifecycle = Lifecycle::new();
        let guard = lifecycle.guard();
        assert!(!lifecycle.close(Duration::ZERO).await, "one guard is left");
        let closing = lifecycle.closing();
        tokio::spawn(async move {
            closing.await;
            drop(guard);
        });
        assert!(lifecycle.close(Duration::from_secs(60)).await);
    }
}
