//! The audit trail, page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Error, Request};

/// The most that the hub puts on a page.
const PAGE: u64 = 1000;

/// Which events are wanted; `None` everywhere means all.
#[derive(Debug, Default)]
pub(crate) struct EventFilter<'a> {
    pub(crate) repo: Option<&'a str>,
    pub(crate) actor: Option<&'a str>,
    pub(crate) action: Option<&'a str>,
}

/// One change.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) number: u64,
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) before: Value,
    pub(crate) after: Value,
    pub(crate) revision: Option<u64>,
}

impl Event {
    /// What it changed, as `name: before -> after`, one a field.
    pub(crate) fn changes(&self) -> Vec<String> {
        let (Some(before), Some(after)) = (self.before.as_object(), self.after.as_object()) else { return Vec::new() };
        let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
        changed
            .map(|(name, value)| format!("{name}: {} -> {value}", before.get(name).unwrap_or(&Value::Null)))
            .collect()
    }
}

#[derive(Debug, Deserialize)]
struct Page {
    events: Vec<Value>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Typed {
    events: Vec<Event>,
}

/// The newest events, as the object that the hub would have answered, had they fitted on one page, and typed.
pub(crate) async fn events(
    client: &Client,
    filter: &EventFilter<'_>,
    limit: u64,
) -> Result<(Value, Vec<Event>), Error> {
    let (mut raw, mut typed, mut next) = (Vec::new(), Vec::new(), None);
    loop {
        let request = Request::get(&["v1", "events"])
            .authorised()
            .query("repo", filter.repo)
            .query("actor", filter.actor)
            .query("action", filter.action)
            .query("limit", Some(limit.saturating_sub(raw.len() as u64).min(PAGE)))
            .query("cursor", next.as_deref());
        let answer = client.send(request).await?;
        let page: Page = answer.shape()?;
        typed.extend(answer.shape::<Typed>()?.events);
        // A page without items that promises more would never end.
        let last = page.next.is_none() || page.events.is_empty();
        raw.extend(page.events);
        next = page.next;
        if last || raw.len() as u64 >= limit {
            return Ok((json!({ "events": raw, "next": next }), typed));
        }
    }
}
