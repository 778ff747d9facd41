//! What changed since a revision, page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Error, Request};

/// The most revisions that the hub puts on a page.
const PAGE: u64 = 100;

#[derive(Debug, Deserialize)]
struct Page {
    until: u64,
    newest: u64,
    head: Value,
    items: Vec<Value>,
    next: Option<u64>,
    #[serde(default)]
    cursor: Option<String>,
}

/// One step from a revision to the next.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    /// `added`, `changed` or `removed`.
    pub(crate) op: String,
    pub(crate) source_repo: String,
    pub(crate) id: String,
}

/// All pages since revision `since` as one.
#[derive(Debug)]
pub(crate) struct Changes {
    since: u64,
    /// The revision that the changes lead to.
    pub(crate) until: u64,
    /// The newest revision of the hub.
    pub(crate) newest: u64,
    head: Value,
    items: Vec<Value>,
    /// The changes, typed.
    pub(crate) steps: Vec<Change>,
}

impl Changes {
    /// The object that the hub would have answered, had everything fitted on one page.
    pub(crate) fn to_value(&self) -> Value {
        let Self { since, until, newest, head, items, .. } = self;
        json!({ "since": since, "until": until, "newest": newest, "head": head, "items": items })
    }
}

/// Reads pages until `limit` revisions are there, or the newest one is reached.
pub(crate) async fn changes(client: &Client, since: u64, limit: Option<u64>) -> Result<Changes, Error> {
    let mut changes = Changes { since, until: since, newest: since, head: Value::Null, items: vec![], steps: vec![] };
    let mut cursor = None;
    loop {
        let read = changes.until.saturating_sub(since);
        let wanted = limit.map_or(PAGE, |limit| limit.saturating_sub(read).min(PAGE));
        let request = Request::get(&["v1", "changes"]).query("since", Some(changes.until)).query("limit", Some(wanted));
        let answer = client.send(request.query("cursor", cursor.as_deref())).await?;
        let page: Page = answer.shape()?;
        changes.steps.extend(answer.shape::<Typed>()?.items);
        // A page that promises more without coming closer would never end.
        let last =
            page.next.is_none_or(|next| next <= changes.until && (page.cursor.is_none() || page.cursor == cursor));
        cursor = page.cursor;
        changes.until = page.until;
        changes.newest = page.newest;
        changes.head = page.head;
        changes.items.extend(page.items);
        let enough = cursor.is_none() && limit.is_some_and(|limit| page.until.saturating_sub(since) >= limit);
        if last || enough {
            return Ok(changes);
        }
    }
}

#[derive(Deserialize)]
struct Typed {
    items: Vec<Change>,
}
