//! `GET /v1/federated/revisions`: the log, newest first.

use crate::app::App;
use crate::edge::paging::{self, Filling};
use crate::edge::{self, AN_HOUR, Caching, Query, link_next, memo};
use crate::openapi::Conditional;
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::Problem;
use crate::store::revisions::{self as store, Entry, Touched};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::digest::Digest;
use federation::time::rfc3339;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::HashMap;
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
    /// `next` of the previous page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revisions)]
pub struct Page {
    /// Newest first.
    #[schema(value_type = Vec<Listed>)]
    revisions: Vec<Box<RawValue>>,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revision)]
struct Listed {
    /// Its number.
    revision: u64,
    /// The revision before; null for the first, and for the oldest that is kept.
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
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "A page.", body = Page, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn revisions<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MOST)?;
    let before = paging::ended_with_number(query.cursor.as_deref())?;
    let mut tx = app.database().await?.read().await?;
    let mut filling = Filling::new(limit);
    loop {
        let wants = filling.wants();
        let entries = store::history(&mut tx, filling.last().copied().unwrap_or(before), wants).await?;
        let is_last = entries.len() < wants;
        let mut changed: HashMap<u64, Vec<ChangedRepo>> = HashMap::new();
        if let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) {
            for Touched { revision, repo, put } in
                store::touched(&mut tx, oldest.revision.number..=newest.revision.number).await?
            {
                let op = if put { "put" } else { "removed" };
                changed.entry(revision).or_default().push(ChangedRepo { repo, op });
            }
        }
        for entry in entries {
            let changed = changed.remove(&entry.revision.number).unwrap_or_default();
            filling.add(entry.revision.number, &Listed::new(entry, changed))?;
        }
        if is_last || filling.wants() == 0 {
            break;
        }
    }
    tx.end().await;
    let (revisions, next) = filling.done();
    let page = Page { revisions, next };
    let response = edge::json(&headers, Caching::Asked, &page)?;
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), Some(AN_HOUR)))
}

impl Listed {
    fn new(entry: Entry, changed: Vec<ChangedRepo>) -> Self {
        Self {
            revision: entry.revision.number,
            parent: entry.parent,
            digest: entry.revision.digest,
            composed_at: rfc3339(entry.revision.composed_at),
            actor: entry.actor,
            cause: entry.cause,
            source_count: entry.source_count,
            capability_count: entry.capability_count,
            changed,
        }
    }
}
