//! The search, page by page.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Client, Error, Request};

/// The most that the hub puts on a page.
const PAGE: usize = 200;

/// What is searched for.
#[derive(Debug, Default)]
pub(crate) struct Sought<'a> {
    pub(crate) words: &'a str,
    pub(crate) domain: Option<&'a str>,
    pub(crate) repo: Option<&'a str>,
    pub(crate) status: Option<&'a str>,
    pub(crate) tag: Option<&'a str>,
    pub(crate) fields: Option<&'a str>,
    pub(crate) budget_tokens: Option<u32>,
    pub(crate) cursor: Option<&'a str>,
}

/// A page in the hub's own shape; several of them as one.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Found {
    revision: u64,
    /// How many match.
    pub(crate) total: usize,
    /// How many of them are here.
    pub(crate) shown: usize,
    complete: bool,
    truncated: bool,
    /// Where to go on, if there is more.
    pub(crate) next: Option<String>,
    /// The results as they came.
    capabilities: Vec<Value>,
}

impl Found {
    /// The object that the hub would have answered, had everything fitted on one page.
    pub(crate) fn to_value(&self) -> Value {
        json!(self)
    }

    /// The results as this program knows them.
    pub(crate) fn capabilities(&self) -> Vec<Capability> {
        self.capabilities.iter().filter_map(|entry| Capability::deserialize(entry).ok()).collect()
    }
}

/// A result, as far as it is shown to people.
#[derive(Debug, Deserialize)]
pub(crate) struct Capability {
    pub(crate) id: String,
    pub(crate) source_repo: String,
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
}

/// Reads pages until `limit` results are there, or all of them. With a budget, reads one page.
pub(crate) async fn search(client: &Client, sought: &Sought<'_>, limit: Option<usize>) -> Result<Found, Error> {
    let words = Some(sought.words).filter(|words| !words.is_empty());
    let mut found: Option<Found> = None;
    loop {
        let (had, next) = found.as_ref().map_or((0, sought.cursor), |found| (found.shown, found.next.as_deref()));
        let wanted = limit.map_or(PAGE, |limit| limit.saturating_sub(had).min(PAGE));
        let request = Request::get(&["v1", "capabilities"])
            .query("q", words)
            .query("domain", sought.domain)
            .query("repo", sought.repo)
            .query("status", sought.status)
            .query("tag", sought.tag)
            .query("fields", sought.fields)
            .query("limit", Some(wanted))
            .query("cursor", next)
            .query("budget_tokens", sought.budget_tokens);
        let page: Found = client.send(request).await?.shape()?;
        // A page without results that promises more would never end.
        let last = page.next.is_none() || page.capabilities.is_empty() || sought.budget_tokens.is_some();
        let all = match found {
            None => page,
            Some(before) => before.and(page),
        };
        if last || limit.is_some_and(|limit| all.shown >= limit) {
            return Ok(all);
        }
        found = Some(all);
    }
}

impl Found {
    fn and(mut self, page: Self) -> Self {
        self.capabilities.extend(page.capabilities);
        let shown = self.shown + page.shown;
        Self { shown, complete: shown == page.total, capabilities: self.capabilities, ..page }
    }
}
