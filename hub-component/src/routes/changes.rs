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

/// Revisions a page.
const DEFAULT_LIMIT: u64 = 20;
const MOST: u64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    since: u64,
    limit: Option<u64>,
}

#[derive(Serialize)]
pub struct Page {
    since: u64,
    until: u64,
    newest: u64,
    head: Value,
    items: Vec<Item>,
    next: Option<u64>,
}

#[derive(Serialize)]
struct Item {
    revision: u64,
    source_repo: String,
    #[serde(flatten)]
    change: Change,
}

/// The changes of whole revisions, in order. Replayed over the capabilities of revision `since`, they give those of `until`, whose
/// document is `head` with these capabilities.
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
