//! Capability search, all pages as one.

use super::{Client, Error, Request};
use api::capabilities::{Capabilities, CapabilitiesQuery};
use api::{page, paths};

/// Reads pages until there are `limit` results, or all of them. With a budget, reads one page.
pub(crate) async fn search(
    client: &Client,
    query: &CapabilitiesQuery,
    limit: Option<usize>,
) -> Result<Capabilities, Error> {
    let mut found: Option<Capabilities> = None;
    loop {
        let (had, cursor) = match &found {
            Some(found) => (found.shown, found.next.clone()),
            None => (0, query.cursor.clone()),
        };
        let max_per_page = page::CAPABILITIES.max;
        let limited = Some(limit.map_or(max_per_page, |limit| limit.saturating_sub(had).min(max_per_page)));
        let query = CapabilitiesQuery { limit: limited, cursor, ..query.clone() };
        let page: Capabilities = client.send(Request::get(paths::CAPABILITIES).query(&query)).await?.shape()?;
        // An empty page that announces more would cause an endless loop.
        let last = page.next.is_none() || page.capabilities.is_empty() || query.budget_tokens.is_some();
        let all = match found {
            None => page,
            Some(before) => both(before, page),
        };
        if last || limit.is_some_and(|limit| all.shown >= limit) {
            return Ok(all);
        }
        found = Some(all);
    }
}

fn both(mut before: Capabilities, page: Capabilities) -> Capabilities {
    before.capabilities.extend(page.capabilities);
    let shown = before.shown + page.shown;
    Capabilities { shown, complete: shown == page.total, capabilities: before.capabilities, ..page }
}
