//! `GET /v1/changes`: how to get from a revision one has to the newest, step by step.

use crate::app::App;
use crate::document::{contributions, head_of, kept};
use crate::edge::{self, AN_HOUR, Caching, Query, link_next, memo, paging};
use crate::openapi::Conditional;
use crate::ports::{Database as _, Ports, Transaction};
use crate::problem::Problem;
use crate::store::revisions;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::compose::{Filter, Format, SourceLine};
use federation::diff::{Change, diff};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

/// Revisions a page.
const DEFAULT_LIMIT: usize = 20;
const MOST: usize = 100;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The revision one has; 0 for none.
    since: u64,
    /// Most revisions on a page; 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Changes)]
pub struct Page {
    /// The revision that the steps begin at.
    since: u64,
    /// The revision that they lead to.
    until: u64,
    /// The newest revision.
    newest: u64,
    /// The document of revision `until` without its capabilities.
    #[schema(value_type = Object)]
    head: Value,
    /// The steps, in order.
    items: Vec<Item>,
    /// `since` of the next page; null when `until` is the newest.
    #[schema(required)]
    next: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct Item {
    /// The revision that this step is part of.
    revision: u64,
    /// The source in whose list the step is made.
    source_repo: String,
    #[serde(flatten)]
    change: Change,
}

/// The changes of whole revisions, in order. Replayed over the capabilities of revision `since`, they give those of `until`, whose
/// document is `head` with these capabilities.
#[utoipa::path(
    get,
    path = "/v1/changes",
    operation_id = "listChanges",
    tag = "federation",
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "Steps that can be replayed.", body = Page, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
    extensions(("x-problems" = json!(["revision-not-found", "revision-gone"]))),
)]
pub async fn changes<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MOST)?;
    let mut tx = app.database().await?.read().await?;
    let newest = revisions::newest(&mut tx).await?.map_or(0, |r| r.number);
    let since = query.since;
    if since > 0 {
        kept(&mut tx, since).await?;
    } else if newest > 0 {
        // Before the first revision there was nothing, which is only known while the first is kept.
        kept(&mut tx, 1).await?;
    }
    let until = revisions::after(&mut tx, since, limit).await?;
    let items = if since < until { steps(&mut tx, since + 1, until).await? } else { Vec::new() };
    let revision = revisions::get(&mut tx, until).await?;
    let contributions = match revision {
        Some(_) => contributions(&mut tx, revision.as_ref(), Some(until), &Filter::default(), Format::Json).await?,
        None => Vec::new(),
    };
    drop(tx);
    let head = head_of(revision, Filter::default(), &contributions).head();
    let next = (until < newest).then_some(until);
    let response = edge::json(&headers, Caching::Asked, &Page { since, until, newest, head, items, next })?;
    let next = next.map(|since| since.to_string());
    Ok(memo(link_next(response, &uri, "since", next.as_deref()), Some(AN_HOUR)))
}

async fn steps(tx: &mut impl Transaction, first: u64, last: u64) -> Result<Vec<Item>, Problem> {
    let mut items = Vec::new();
    // What a source has after one revision is what it has before the next: each list is read once.
    let mut lists: HashMap<String, (Option<SourceLine>, Vec<Value>)> = HashMap::new();
    let changes = revisions::changes_between(tx, first, last).await?.into_iter();
    for (revision, changed) in changes.flat_map(|(revision, list)| list.into_iter().map(move |it| (revision, it))) {
        let before = match lists.remove(&changed.repo) {
            Some((line, entries)) if line == changed.before => entries,
            _ => revisions::entries(tx, changed.before.as_ref()).await?,
        };
        let after = revisions::entries(tx, changed.after.as_ref()).await?;
        let steps = diff(&before, &after).into_iter();
        items.extend(steps.map(|change| Item { revision, source_repo: changed.repo.clone(), change }));
        lists.insert(changed.repo, (changed.after, after));
    }
    Ok(items)
}
