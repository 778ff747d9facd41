//! What those who ask for a refresh are told.

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::digest::Digest;
use store::database::{Database as _, Transaction as _};
use store::revisions;

/// Says that another refresh goes on for longer than a request waits.
pub fn refresh_running() -> Problem {
    Problem::new(
        &kinds::REFRESH_RUNNING,
        "Another refresh has not ended yet; its result shows in `GET /v1/repos`. Try again shortly.",
    )
    .retry_after(10)
}

/// Number and digest of the newest revision; 0 and the digest of nothing before the first.
pub async fn newest<P: Ports>(app: &App<P>) -> Result<(u64, Digest), Problem> {
    let mut tx = app.database().await?.read().await?;
    let newest = revisions::newest(&mut tx).await?;
    tx.end().await;
    Ok(newest.map_or_else(|| (0, federation::compose::digest(&[])), |r| (r.number, r.digest)))
}
