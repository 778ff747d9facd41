//! `GET /agents`: all resources of Agentic Resource Discovery, and one of them.

use super::super::capabilities::respond;
use crate::edge::{AppForRequest, Query, link_next, memo};
use crate::hub::{discovery::resources as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::discovery::{Resource, Resources, ResourcesQuery};
use api::paths;
use axum::extract::OriginalUri;
use axum::response::Response;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

/// Lists resources.
///
/// All published capabilities as resources of Agentic Resource Discovery (ARD), by repo. Pages continue in the revision of the first page.
/// With `offset`, the response also has the members that clients of GitHub's agent finder read.
#[utoipa::path(
    get,
    path = paths::ARD_RESOURCES,
    operation_id = "listResources",
    tag = "discovery",
    params(ResourcesQuery, Conditional),
    responses(
        (
            status = 200,
            description = "A page of resources.",
            body = Resources,
            headers(("ETag"), ("Cache-Control"), ("Link"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::INVALID_ARGUMENT.code, kinds::REVISION_GONE.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn resources<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ResourcesQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let (revision, page) = hub::page(&app, &head, &query).await?;
    let response = respond(&page, revision, &head, &request)?;
    // The next page begins after this one, not after the offset.
    let next = page.page_token.as_deref().filter(|_| query.offset.is_none());
    Ok(memo(link_next(response, &uri, "pageToken", next), memo_for))
}

/// Reads a resource.
///
/// The resource with an identifier of Agentic Resource Discovery (ARD). The hub looks only in its newest revision.
#[utoipa::path(
    get,
    path = paths::ARD_RESOURCE,
    operation_id = "readResource",
    tag = "discovery",
    params(
        ("identifier" = String, Path, description = "The identifier, percent-encoded as one segment."),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The resource.",
            body = Resource,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::INVALID_ARGUMENT.code, kinds::CAPABILITY_NOT_FOUND.code, kinds::CAPABILITY_GONE.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn resource<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    OriginalUri(uri): OriginalUri,
    request: HeaderMap,
) -> Result<Response, Problem> {
    // The standard wants the segment decoded exactly once, and 400 for what cannot be decoded.
    let segment = uri.path().rsplit('/').next().unwrap_or_default();
    let identifier = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| Problem::new(&kinds::INVALID_ARGUMENT, "The identifier in the path is not valid UTF-8."))?;
    let (head, memo_for) = revalidate_due(&app).await?;
    let resource = hub::one(&app, &head, &identifier).await?;
    let revision = head.number();
    Ok(memo(respond(&resource, revision, &head, &request)?, memo_for))
}
