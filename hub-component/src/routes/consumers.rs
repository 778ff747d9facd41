//! `GET /v1/capabilities/{id}/consumers`: the repos that use a capability.

use super::capabilities::respond;
use crate::edge::{Path, Query, link_next, memo};
use crate::hub::{App, consumers as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::consumers::{Consumers, ConsumersQuery};
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;

/// Lists the repos that use a capability.
///
/// Based on `uses` in the indexes of the newest revision. The id may also be one that is used but not published, or that was removed.
#[utoipa::path(
    get,
    path = paths::CONSUMERS,
    operation_id = "listConsumers",
    tag = "federation",
    params(
        ("id" = String, Path, description = "The id of a capability."),
        ConsumersQuery,
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "A page of repos, by name.",
            body = Consumers,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::CAPABILITY_NOT_FOUND.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn consumers<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Query(query): Query<ConsumersQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let page = hub::page(&app, &head, &id, &query).await?;
    let response = respond(&page, page.revision, &head, &request)?;
    Ok(memo(link_next(response, &uri, "cursor", page.next.as_deref()), memo_for))
}
