//! Near-duplicates, all pages as one.

use super::{Client, Error, Request};
use api::overlaps::{Overlaps, OverlapsQuery};
use api::{page, paths};

/// Reads pages until there are `limit` pairs, or all of them.
pub(crate) async fn overlaps(client: &Client, repo: Option<&str>, limit: usize) -> Result<Overlaps, Error> {
    let mut all: Option<Overlaps> = None;
    loop {
        let (had, cursor) = all.as_ref().map_or((0, None), |all| (all.overlaps.len(), all.next.clone()));
        let wanted = limit.saturating_sub(had).min(page::OVERLAPS.max);
        let query = OverlapsQuery { repo: repo.map(str::to_owned), limit: Some(wanted), cursor };
        let page: Overlaps = client.send(Request::get(paths::OVERLAPS).query(&query)).await?.shape()?;
        // An empty page that announces more would cause an endless loop.
        let last = page.next.is_none() || page.overlaps.is_empty();
        let read = match all {
            None => page,
            Some(mut before) => {
                before.overlaps.extend(page.overlaps);
                Overlaps { overlaps: before.overlaps, ..page }
            }
        };
        if last || read.overlaps.len() >= limit {
            return Ok(read);
        }
        all = Some(read);
    }
}
