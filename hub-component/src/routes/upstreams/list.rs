//! `GET /v1/upstreams`.

use crate::edge::{self, Caching};
use crate::hub::{App, upstream};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::paths;
use api::upstreams::Upstreams;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

/// Lists upstreams.
///
/// Ordered by name, each with how far this hub has followed it.
#[utoipa::path(
    get,
    path = paths::UPSTREAMS,
    operation_id = "listUpstreams",
    tag = "upstreams",
    params(Conditional),
    responses((status = 200, description = "All upstreams.", body = Upstreams, headers(("ETag"), ("Cache-Control")))),
)]
pub async fn list<P: Ports>(State(app): State<App<P>>, headers: HeaderMap) -> Result<Response, Problem> {
    edge::json(&headers, Caching::NoCache, &upstream::all(&app).await?)
}
