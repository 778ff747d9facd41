//! The list of registrations, page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Error, Registration, Request};

/// The most that the hub puts on a page.
const PAGE: usize = 1000;

/// Which registrations are wanted; `None` everywhere means all.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) domain: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
    pub(crate) enabled: Option<bool>,
    pub(crate) query: Option<&'a str>,
}

/// Registrations in the hub's own shape.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Listing {
    /// The registrations as they came, so that no field that this client does not know is lost.
    pub(crate) repos: Vec<Value>,
    /// How many match, on all pages.
    pub(crate) total: u64,
    /// Where the next page starts, if there is more.
    pub(crate) next: Option<String>,
}

impl Listing {
    /// The object that the hub would have answered, had everything fitted on one page.
    pub(crate) fn to_value(&self) -> Value {
        json!({ "repos": self.repos, "total": self.total, "next": self.next })
    }
}

/// Reads pages until `limit` registrations are there, or all of them.
pub(crate) async fn list(
    client: &Client,
    filter: &Filter<'_>,
    limit: Option<usize>,
) -> Result<(Listing, Vec<Registration>), Error> {
    let mut listing = Listing::default();
    let mut registrations = Vec::new();
    loop {
        let wanted = limit.map_or(PAGE, |limit| (limit - listing.repos.len()).min(PAGE));
        let request = Request::get(&["v1", "repos"])
            .query("domain", filter.domain)
            .query("enabled", filter.enabled)
            .query("state", filter.state)
            .query("q", filter.query)
            .query("limit", Some(wanted))
            .query("cursor", listing.next.as_deref());
        let answer = client.send(request).await?;
        let page: Listing = answer.shape()?;
        registrations.extend(answer.shape::<Typed>()?.repos);
        // A page without items that promises more would never end.
        let last = page.next.is_none() || page.repos.is_empty();
        listing.repos.extend(page.repos);
        listing.total = page.total;
        listing.next = page.next;
        if last || limit.is_some_and(|limit| listing.repos.len() >= limit) {
            return Ok((listing, registrations));
        }
    }
}

#[derive(Deserialize)]
struct Typed {
    repos: Vec<Registration>,
}
