//! `GET /v1/changes`: how to get from a revision one has to the newest, step by step.

use crate::app::App;
use crate::document::{head_of, kept};
use crate::edge::Query;
use crate::ports::{Database as _, Ports, Transaction};
use crate::problem::{Problem, kinds};
use crate::store::revisions;
use axum::Json;
use axum::extract::State;
use federation::compose::Format;
use federation::diff::{Change, diff};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Revisions a page.
const DEFAULT_LIMIT: u64 = 20;
const MOST: u64 = 100;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The revision one has; 0 for none.
    since: u64,
    /// Most revisions on a page; 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u64>,
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
    params(Parameters),
    responses((status = 200, description = "Steps that can be replayed.", body = Page)),
    extensions(("x-problems" = json!(["revision-not-found", "revision-gone"]))),
)]
pub async fn changes<P: Ports>(
    State(app): State<App<P>>,
    Query(query): Query<Parameters>,
) -> Result<Json<Page>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` is from 1 to {MOST} revisions.")));
    }
    let mut tx = app.database().await?.read().await?;
    let newest = revisions::newest(&mut tx).await?.map_or(0, |r| r.number);
    let since = query.since;
    if since > 0 {
        kept(&mut tx, since).await?;
    } else if newest > 0 {
        // Before the first revision there was nothing, which is only known while the first is kept.
        kept(&mut tx, 1).await?;
    }
    let until = newest.min(since.saturating_add(limit));
    let mut items = Vec::new();
    for number in since + 1..=until {
        collect(&mut tx, number, &mut items).await?;
    }
    let revision = revisions::get(&mut tx, until).await?;
    let contributions = match revision {
        Some(_) => revisions::contributions(&mut tx, Some(until), Format::Json).await?,
        None => Vec::new(),
    };
    let head = head_of(revision, &contributions).head();
    Ok(Json(Page { since, until, newest, head, items, next: (until < newest).then_some(until) }))
}

async fn collect(tx: &mut impl Transaction, number: u64, items: &mut Vec<Item>) -> Result<(), Problem> {
    for changed in revisions::changed_sources(tx, number).await? {
        let before = revisions::entries(tx, changed.before.as_ref()).await?;
        let after = revisions::entries(tx, changed.after.as_ref()).await?;
        let steps = diff(&before, &after).into_iter();
        items.extend(steps.map(|change| Item { revision: number, source_repo: changed.repo.clone(), change }));
    }
    Ok(())
}
