//! `POST /search`: the search of Agentic Resource Discovery.

use crate::edge::{AppForRequest, JsonBody};
use crate::hub::{discovery::resources, revalidate_due};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::discovery::{FoundResources, ResourceSearch};
use api::headers;
use api::paths;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;

/// Searches resources.
///
/// The search of Agentic Resource Discovery (ARD): the capabilities that answer a question, best match first. If nothing fits, `results` is
/// empty. Needs no token.
#[utoipa::path(
    post,
    path = paths::ARD_SEARCH,
    operation_id = "searchResources",
    tag = "discovery",
    request_body(
        content = ResourceSearch,
        example = json!({"query": {"text": "publish shared state"}, "pageSize": 5}),
    ),
    responses(
        (
            status = 200,
            description = "A page of results.",
            body = FoundResources,
            headers(("Cache-Control"), ("Reuse-Surface-Revision"), ("Access-Control-Allow-Origin"), ("Access-Control-Expose-Headers")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::INVALID_ARGUMENT.code, kinds::REVISION_GONE.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn search<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body: ResourceSearch = serde_path_to_error::deserialize(body).map_err(|error| {
        Problem::new(&kinds::INVALID_ARGUMENT, format!("{}.", error.to_string().trim_end_matches('.')))
    })?;
    let (head, _) = revalidate_due(&app).await?;
    let (revision, found) = resources::found(&app, &head, &body).await?;
    let mut response = Json(found).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(headers::REVISION, revision.into());
    Ok(response)
}
