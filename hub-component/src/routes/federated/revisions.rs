//! `GET /v1/federated/revisions`: the revision log, newest first.

use crate::edge::{self, Caching, Query, link_next, memo};
use crate::hub::App;
use crate::hub::MAX_MEMO_SECONDS;
use crate::hub::following::views;
use crate::hub::paging::{self, PageBuilder};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::federated::{Revisions, RevisionsQuery};
use api::page;
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;
use store::database::read_with;
use store::revisions as log;

/// Lists revisions.
///
/// Newest first, each with the sources that it changed.
#[utoipa::path(
    get,
    path = paths::REVISIONS,
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
    let before = paging::number_of_cursor(query.cursor.as_deref())?;
    let filling = read_with(app.database().await?, async |tx| {
        let mut filling = PageBuilder::new(limit);
        loop {
            let wants = filling.wants();
            let entries = log::history(tx, filling.last().copied().unwrap_or(before), wants).await?;
            let is_last = entries.len() < wants;
            for revision in views(tx, entries).await? {
                filling.add(revision.revision, &revision)?;
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
    let response = edge::json(&headers, Caching::NoCache, &page)?;
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), Some(MAX_MEMO_SECONDS)))
}
