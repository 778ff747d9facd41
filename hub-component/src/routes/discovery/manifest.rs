//! `/.well-known/ard.json`: what the hub itself offers to agents.

use crate::edge::{self, AppForRequest, Caching, memo};
use crate::hub::MAX_MEMO_SECONDS;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::discovery::{ResourceHost, ResourceManifest};
use api::paths;
use axum::response::Response;
use federation::discovery::{Site, own_resources};
use http::HeaderMap;

/// Reads the manifest of resources.
///
/// The hub's registry and its MCP server, by Agentic Resource Discovery (ARD). What repositories publish is found in that registry.
#[utoipa::path(
    get,
    path = paths::ARD_MANIFEST,
    operation_id = "readResourceManifest",
    tag = "discovery",
    params(Conditional),
    responses(
        (status = 200, description = "The manifest.", body = ResourceManifest, headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn manifest<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Result<Response, Problem> {
    respond(app.public_url(), &request)
}

/// Reads the manifest of resources at its former path.
///
/// The same bytes as `/.well-known/ard.json`, where clients of ARD 0.9 look.
#[utoipa::path(
    get,
    path = paths::AI_CATALOG,
    operation_id = "readAiCatalog",
    tag = "discovery",
    params(Conditional),
    responses(
        (status = 200, description = "The manifest.", body = ResourceManifest, headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn ai_catalog<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    respond(app.public_url(), &request)
}

fn respond(base: &str, request: &HeaderMap) -> Result<Response, Problem> {
    let manifest = ResourceManifest {
        spec_version: "1.0".to_owned(),
        host: ResourceHost { display_name: "reuse-surface".to_owned(), documentation_url: format!("{base}/llms.txt") },
        entries: own_resources(&Site::at(base)).to_vec(),
    };
    Ok(memo(edge::json(request, Caching::ForAnHour, &manifest)?, Some(MAX_MEMO_SECONDS)))
}
