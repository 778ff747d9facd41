//! The lists of the hub, all pages as one.

use super::{Client, Error, Request};
use api::catalogues::{Catalogue, Catalogues, CataloguesQuery};
use api::events::{Event, Events, EventsQuery};
use api::page::{self, Limit};
use api::repos::{Repo, Repos, ReposQuery};
use api::tokens::{Token, Tokens, TokensQuery};
use api::{Json, paths};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Items of a list.
#[derive(Debug)]
pub(crate) struct List<T> {
    /// The items as received, so that fields unknown to this client are kept.
    pub(crate) raw: Vec<Value>,
    /// The same items, typed.
    pub(crate) items: Vec<T>,
    /// How many items match, on all pages, if the list includes that.
    pub(crate) total: Option<usize>,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// The common parts of pages of lists.
trait Page: DeserializeOwned {
    type Item: DeserializeOwned;

    fn parts(self) -> (Vec<Json<Self::Item>>, Option<usize>, Option<String>);
}

impl Page for Repos {
    type Item = Repo<'static>;

    fn parts(self) -> (Vec<Json<Self::Item>>, Option<usize>, Option<String>) {
        (self.repos, Some(self.total), self.next)
    }
}

impl Page for Tokens {
    type Item = Token;

    fn parts(self) -> (Vec<Json<Self::Item>>, Option<usize>, Option<String>) {
        (self.tokens, Some(self.total), self.next)
    }
}

impl Page for Catalogues {
    type Item = Catalogue;

    fn parts(self) -> (Vec<Json<Self::Item>>, Option<usize>, Option<String>) {
        (self.catalogues, Some(self.total), self.next)
    }
}

impl Page for Events {
    type Item = Event;

    fn parts(self) -> (Vec<Json<Self::Item>>, Option<usize>, Option<String>) {
        (self.events, None, self.next)
    }
}

/// Up to `limit` registrations, or all of them.
pub(crate) async fn list(
    client: &Client,
    query: ReposQuery,
    limit: Option<usize>,
) -> Result<List<Repo<'static>>, Error> {
    read::<Repos>(client, limit, page::REPOS, |limit, cursor| {
        Request::get(paths::REPOS).query(&ReposQuery { limit: Some(limit), cursor, ..query.clone() })
    })
    .await
}

/// All named tokens.
pub(crate) async fn tokens(client: &Client, query: TokensQuery) -> Result<List<Token>, Error> {
    read::<Tokens>(client, None, page::TOKENS, |limit, cursor| {
        Request::get(paths::TOKENS).query(&TokensQuery { limit: Some(limit), cursor, ..query.clone() }).authorised()
    })
    .await
}

/// All catalogues.
pub(crate) async fn catalogues(client: &Client) -> Result<List<Catalogue>, Error> {
    read::<Catalogues>(client, None, page::CATALOGUES, |limit, cursor| {
        Request::get(paths::CATALOGUES).query(&CataloguesQuery { limit: Some(limit), cursor })
    })
    .await
}

/// The newest events, up to `limit`.
pub(crate) async fn events(client: &Client, query: EventsQuery, limit: usize) -> Result<List<Event>, Error> {
    read::<Events>(client, Some(limit), page::EVENTS, |limit, cursor| {
        Request::get(paths::EVENTS).query(&EventsQuery { limit: Some(limit), cursor, ..query.clone() }).authorised()
    })
    .await
}

async fn read<P: Page>(
    client: &Client,
    limit: Option<usize>,
    page_limit: Limit,
    request: impl Fn(usize, Option<String>) -> Request<'static>,
) -> Result<List<P::Item>, Error> {
    let mut list = List { raw: Vec::new(), items: Vec::new(), total: None, next: None };
    loop {
        let wanted = limit.map_or(page_limit.max, |limit| limit.saturating_sub(list.raw.len()).min(page_limit.max));
        let answer = client.send(request(wanted, list.next.take())).await?;
        let (items, total, next) = answer.shape::<P>()?.parts();
        // An empty page that announces more would cause an endless loop.
        let last = next.is_none() || items.is_empty();
        for item in items {
            list.items.push(item.read().map_err(|error| answer.misshapen(&error))?);
            list.raw.push(serde_json::to_value(&item).unwrap_or_default());
        }
        (list.total, list.next) = (total, next);
        if last || limit.is_some_and(|limit| list.raw.len() >= limit) {
            return Ok(list);
        }
    }
}
