//! `GET /v1/upstreams/{name}`.

use crate::edge::{self, Caching, Path};
use crate::hub::{App, upstream};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::upstreams::Upstream;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

/// Reads an upstream.
///
/// With how far this hub has followed it, its sources that are published from elsewhere with another index, and those whose index is refused.
#[utoipa::path(
    get,
    path = paths::UPSTREAM,
    operation_id = "readUpstream",
    tag = "upstreams",
    params(("name" = String, Path, description = "The upstream's name."), Conditional),
    responses((status = 200, description = "The upstream.", body = Upstream, headers(("ETag"), ("Cache-Control")))),
    extensions(("x-problems" = json!([kinds::UPSTREAM_NOT_FOUND.code]))),
)]
pub async fn show<P: Ports>(
    State(app): State<App<P>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    edge::json(&headers, Caching::NoCache, &upstream::view(&app, &name).await?)
}
