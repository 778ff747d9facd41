//! `GET /v1/federated/revisions`: the revision log, newest first.

use crate::edge::{self, Caching, Query, link_next, memo};
use crate::hub::AN_HOUR;
use crate::hub::App;
use crate::hub::paging::{self, Filling};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::federated::{ChangedRepo, Revision, Revisions, RevisionsQuery};
use api::page;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::time::rfc3339;
use http::HeaderMap;
use std::collections::HashMap;
use store::database::read_with;
use store::revisions::{self as log, Entry, Touched};

/// Lists revisions.
///
/// Newest first, each with the sources that it changed.
#[utoipa::path(
    get,
    path = "/v1/federated/revisions",
    operation_id = "listRevisions",
    tag = "federation",
    params(RevisionsQuery, Conditional),
    responses(
        (status = 200, description = "A page of revisions.", body = Revisions, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn revisions<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<RevisionsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, page::REVISIONS)?;
    let before = paging::ended_with_number(query.cursor.as_deref())?;
    let filling = read_with(app.database().await?, async |tx| {
        let mut filling = Filling::new(limit);
        loop {
            let wants = filling.wants();
            let entries = log::history(tx, filling.last().copied().unwrap_or(before), wants).await?;
            let is_last = entries.len() < wants;
            let mut changed: HashMap<u64, Vec<ChangedRepo>> = HashMap::new();
            if let (Some(newest), Some(oldest)) = (entries.first(), entries.last()) {
                for Touched { revision, repo, put, provenance } in
                    log::touched(tx, oldest.revision.number..=newest.revision.number).await?
                {
                    let op = if put { "put" } else { "removed" }.to_owned();
                    changed.entry(revision).or_default().push(ChangedRepo { repo, op, provenance });
                }
            }
            for entry in entries {
                let changed = changed.remove(&entry.revision.number).unwrap_or_default();
                filling.add(entry.revision.number, &view(entry, changed))?;
            }
            if is_last || filling.wants() == 0 {
                break;
            }
        }
        Ok::<_, Problem>(filling)
    })
    .await?;
    let (revisions, next) = filling.done();
    let page = Revisions { revisions, next };
    let response = edge::json(&headers, Caching::Asked, &page)?;
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), Some(AN_HOUR)))
}

fn view(entry: Entry, changed: Vec<ChangedRepo>) -> Revision {
    Revision {
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
