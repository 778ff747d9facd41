//! `GET /llms.txt`: the overview for language models (llmstxt.org).

use crate::edge::{AppForRequest, StaticContent};
use crate::openapi::Conditional;
use crate::ports::Ports;
use api::paths;
use axum::response::Response;
use http::HeaderMap;

const LLMS_TXT: &str = include_str!("llms.md");

/// Reads the overview for language models.
///
/// What this hub is, how to query it, and how fresh its data is, in Markdown (`llms.txt`).
#[utoipa::path(
    get,
    path = paths::LLMS,
    operation_id = "readLlmsTxt",
    tag = "about",
    params(Conditional),
    responses(
        (
            status = 200,
            description = "The overview, in the format of llmstxt.org.",
            body = String,
            content_type = "text/markdown",
            headers(("ETag"), ("Cache-Control")),
        ),
    ),
)]
pub async fn llms<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Response {
    StaticContent::new("text/markdown; charset=utf-8", LLMS_TXT.replace("{base}", app.public_url())).respond(&request)
}
