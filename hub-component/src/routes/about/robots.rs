//! `GET /robots.txt` (RFC 9309).

use crate::edge::{AppForRequest, StaticContent};
use crate::openapi::Conditional;
use crate::ports::Ports;
use api::paths::ARD_MANIFEST;
use axum::response::Response;
use http::HeaderMap;

/// Everything may be read, but crawling every step and every snapshot is useless.
const ROBOTS_TXT: &str = "User-agent: *\nAllow: /\nDisallow: /v1/changes\nDisallow: /v1/indexes/\n";

/// Reads the rules for crawlers.
///
/// Crawlers may read everything except changes and snapshots. `Agentmap` leads to the manifest of resources.
#[utoipa::path(
    get,
    path = "/robots.txt",
    operation_id = "readRobotsTxt",
    tag = "about",
    params(Conditional),
    responses(
        (
            status = 200,
            description = "The rules.",
            body = String,
            content_type = "text/plain",
            headers(("ETag"), ("Cache-Control")),
        ),
    ),
)]
pub async fn robots<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Response {
    let text = format!("{ROBOTS_TXT}\nAgentmap: {}{ARD_MANIFEST}\n", app.public_url());
    StaticContent::new("text/plain; charset=utf-8", text).respond(&request)
}
