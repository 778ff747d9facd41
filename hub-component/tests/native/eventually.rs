//! Waits for work that goes on after a response.

use std::time::{Duration, Instant};

/// The bound only limits a hang: no test depends on how long something takes.
const LIMIT: Duration = Duration::from_secs(300);

/// Polls until there is a value, and returns it.
pub async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < LIMIT, "it did not happen within {} s", LIMIT.as_secs());
        tokio::task::yield_now().await;
    }
}
