//! `GET /v1/overlaps`: capabilities of different repos that seem to do the same thing.

use super::capabilities::respond;
use crate::edge::{Query, link_next, memo};
use crate::hub::{App, overlaps as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::overlaps::{Overlaps, OverlapsQuery};
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;

/// Lists near-duplicates.
///
/// Pairs of capabilities of different repos that seem to do the same thing, in one language or two. Deprecated ones are left out. Each capability
/// has at most five pairs of its own. Capabilities that changed are compared when the list is requested; while `complete` is false, some remain.
#[utoipa::path(
    get,
    path = paths::OVERLAPS,
    operation_id = "listOverlaps",
    tag = "federation",
    params(OverlapsQuery, Conditional),
    responses(
        (
            status = 200,
            description = "A page of pairs, the closest first.",
            body = Overlaps,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn overlaps<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<OverlapsQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = hub::page(&app, &head, &query).await?;
    let response = respond(&page, page.revision, &head, &request)?;
    let memo_for = memo_for.filter(|_| page.complete);
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), memo_for))
}
