//! `GET /v1/federated/revisions`: the log, newest first.

use super::manifest::parent;
use crate::app::App;
use crate::edge::Query;
use crate::ports::{Database as _, Ports};
use crate::problem::{Problem, kinds};
use crate::store::revisions::{self as store, Changed};
use axum::Json;
use axum::extract::State;
use federation::digest::Digest;
use federation::time::rfc3339;
use serde::{Deserialize, Serialize};

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    limit: Option<usize>,
    cursor: Option<String>,
}

#[derive(Serialize)]
pub struct Page {
    revisions: Vec<Listed>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    revision: u64,
    parent: Option<u64>,
    digest: Digest,
    composed_at: String,
    actor: String,
    cause: String,
    source_count: usize,
    capability_count: usize,
    changed: Vec<ChangedRepo>,
}

#[derive(Serialize)]
struct ChangedRepo {
    repo: String,
    op: &'static str,
}

/// A page of revisions with what each changed.
pub async fn revisions<P: Ports>(
    State(app): State<App<P>>,
    Query(query): Query<Parameters>,
) -> Result<Json<Page>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` is from 1 to {MOST}.")));
    }
    let before = match &query.cursor {
        None => u64::MAX,
        Some(cursor) => cursor.strip_prefix("1.").and_then(|n| n.parse().ok()).ok_or_else(|| {
            Problem::new(&kinds::INVALID_QUERY, "`cursor` is not one that this hub gave out; begin without it.")
        })?,
    };
    let mut tx = app.database().await?.read().await?;
    let mut entries = store::history(&mut tx, before, limit + 1).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| format!("1.{}", last.revision.number));
    let mut listed = Vec::with_capacity(entries.len());
    for entry in entries {
        let changed = store::changed_sources(&mut tx, entry.revision.number).await?;
        listed.push(Listed {
            revision: entry.revision.number,
            parent: parent(entry.revision.number),
            digest: entry.revision.digest,
            composed_at: rfc3339(entry.revision.composed_at),
            actor: entry.actor,
            cause: entry.cause,
            source_count: entry.source_count,
            capability_count: entry.capability_count,
            changed: changed.into_iter().map(ChangedRepo::from).collect(),
        });
    }
    Ok(Json(Page { revisions: listed, next }))
}

impl From<Changed> for ChangedRepo {
    fn from(changed: Changed) -> Self {
        Self { repo: changed.repo, op: if changed.after.is_some() { "put" } else { "removed" } }
    }
}
