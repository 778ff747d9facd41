//! Tracks the work that must finish before the process ends.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Signals the shutdown, and counts the work that has not finished.
#[derive(Clone)]
pub(crate) struct Lifecycle(Arc<Inner>);

struct Inner {
    closing: watch::Sender<bool>,
    live: watch::Sender<usize>,
}

/// Delays the shutdown until it is dropped.
pub(crate) struct Guard(Lifecycle);

impl Lifecycle {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { closing: watch::Sender::new(false), live: watch::Sender::new(0) }))
    }

    pub(crate) fn guard(&self) -> Guard {
        self.0.live.send_modify(|live| *live += 1);
        Guard(self.clone())
    }

    /// Resolves once the shutdown has begun.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + Sync + 'static {
        let mut closing = self.0.closing.subscribe();
        async move {
            // An error means that the sender is gone, which also means shutdown.
            _ = closing.wait_for(|closing| *closing).await;
        }
    }

    /// Begins the shutdown. Returns true if all work finished in time.
    pub(crate) async fn close(&self, patience: Duration) -> bool {
        self.0.closing.send_replace(true);
        let mut live = self.0.live.subscribe();
        tokio::time::timeout(patience, live.wait_for(|live| *live == 0)).await.is_ok()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.live.send_modify(|live| *live -= 1);
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
