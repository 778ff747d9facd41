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
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 1000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Most revisions on a page; 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revisions)]
pub struct Page {
    /// Newest first.
    revisions: Vec<Listed>,
    /// Cursor of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revision)]
struct Listed {
    /// Its number.
    revision: u64,
    /// The revision before.
    #[schema(required)]
    parent: Option<u64>,
    /// Its digest.
    digest: Digest,
    /// When it was composed.
    composed_at: String,
    /// Name of the token, or `hub`.
    actor: String,
    /// What led to it.
    cause: String,
    /// How many sources it has.
    source_count: usize,
    /// How many capabilities it has.
    capability_count: usize,
    /// The sources that it changed.
    changed: Vec<ChangedRepo>,
}

#[derive(Serialize, ToSchema)]
struct ChangedRepo {
    /// The source.
    repo: String,
    /// `put` (added or replaced) or `removed`.
    op: &'static str,
}

/// A page of revisions with what each changed.
#[utoipa::path(
    get,
    path = "/v1/federated/revisions",
    operation_id = "listRevisions",
    tag = "federation",
    params(Parameters),
    responses((status = 200, description = "A page.", body = Page)),
)]
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
