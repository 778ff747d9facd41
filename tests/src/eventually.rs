//! Waits for events outside a test.

use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// Time between two polls.
const PAUSE: Duration = Duration::from_millis(10);

/// The bound only limits a hang: no test depends on how long something takes.
const LIMIT: Duration = Duration::from_secs(300);

/// Polls until there is a value, and returns it.
///
/// # Errors
/// If polling fails, or there is no value after five minutes.
pub async fn eventually<T>(mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if began.elapsed() > LIMIT {
            bail!("it did not happen within {} s", LIMIT.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
