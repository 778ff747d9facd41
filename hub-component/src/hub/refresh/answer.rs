//! Answers to requests for a refresh.

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::digest::Digest;
use store::database::read_with;
use store::revisions;

/// The problem that another refresh takes longer than a request can wait.
pub fn refresh_running() -> Problem {
    Problem::new(
        &kinds::REFRESH_RUNNING,
        "Another refresh is still running; its result will be in `GET /v1/repos`. Try again shortly.",
    )
    .retry_after(10)
}

/// Number and digest of the newest revision; before the first, 0 and the digest of no sources.
pub async fn newest<P: Ports>(app: &App<P>) -> Result<(u64, Digest), Problem> {
    let newest = read_with(app.database().await?, async |tx| revisions::newest(tx).await).await?;
    Ok(newest.map_or_else(|| (0, federation::compose::digest(&[])), |r| (r.number, r.digest)))
}
