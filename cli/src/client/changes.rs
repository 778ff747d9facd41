//! The changes since a revision, all pages as one.

use super::{Client, Error, Request};
use api::changes::{Change, Changes as Page, ChangesQuery};
use api::{page, paths};
use serde_json::{Value, json};

/// All pages since revision `since` as one.
#[derive(Debug)]
pub(crate) struct Changes {
    since: u64,
    /// The last revision whose changes are complete.
    pub(crate) until: u64,
    /// The newest revision of the hub.
    pub(crate) newest: u64,
    head: Value,
    items: Vec<Value>,
    /// The changes, typed.
    pub(crate) steps: Vec<Change>,
}

impl Changes {
    /// The object that the hub would have sent if everything fitted on one page.
    pub(crate) fn to_value(&self) -> Value {
        let Self { since, until, newest, head, items, .. } = self;
        json!({ "since": since, "until": until, "newest": newest, "head": head, "items": items })
    }
}

/// Reads pages until there are `limit` revisions or the newest one is reached.
pub(crate) async fn changes(client: &Client, since: u64, limit: Option<u64>) -> Result<Changes, Error> {
    let mut changes = Changes { since, until: since, newest: since, head: Value::Null, items: vec![], steps: vec![] };
    let mut cursor = None;
    loop {
        let read = usize::try_from(changes.until.saturating_sub(since)).unwrap_or(usize::MAX);
        let limited = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let wanted = limited.map_or(page::CHANGES.max, |limit| limit.saturating_sub(read).min(page::CHANGES.max));
        let query = ChangesQuery { since: changes.until, limit: Some(wanted), cursor: cursor.clone() };
        let answer = client.send(Request::get(paths::CHANGES).query(&query)).await?;
        let page: Page = answer.shape()?;
        // A page that announces more without making progress would cause an endless loop.
        let last =
            page.next.is_none_or(|next| next <= changes.until && (page.cursor.is_none() || page.cursor == cursor));
        cursor = page.cursor;
        changes.until = page.until;
        changes.newest = page.newest;
        changes.head = page.head.unwrap_or_default();
        for item in page.items {
            changes.steps.push(item.read().map_err(|error| answer.misshapen(&error))?);
            changes.items.push(serde_json::to_value(&item).unwrap_or_default());
        }
        let enough = cursor.is_none() && limit.is_some_and(|limit| page.until.saturating_sub(since) >= limit);
        if last || enough {
            return Ok(changes);
        }
    }
}
