//! Whether the hub is alive and can answer.

use crate::app::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::store::{probe, revisions};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(pattern = "^ok$")]
    status: &'static str,
    /// Version of the hub.
    version: &'static str,
    /// The newest revision, 0 before the first; absent from `/health/live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Alive and able to read and write the store. Says nothing about sources: an unreachable source is no reason to restart a hub.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "operation",
    responses((status = 200, description = "The hub can answer.", body = Health, headers(("Cache-Control")))),
)]
pub async fn health<P: Ports>(State(app): State<App<P>>) -> Result<impl IntoResponse, Problem> {
    let database = app.database().await?;
    let head = revisions::head(database).await?;
    probe::write(database, app.ports.now()).await.map_err(|error| {
        let detail = "The hub can read its database but not write to it: reading goes on, writes are refused. The operator finds the cause in the log.";
        Problem::new(&kinds::STORE_UNAVAILABLE, detail).retry_after(5).internal(error.to_string())
    })?;
    Ok(now(Health { status: "ok", version: VERSION, revision: Some(head.revision.map_or(0, |r| r.number)) }))
}

/// The process is alive. Does not touch the store.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = "operation",
    responses((status = 200, description = "The hub is alive.", body = Health, headers(("Cache-Control")))),
)]
pub async fn live() -> impl IntoResponse {
    now(Health { status: "ok", version: VERSION, revision: None })
}

/// True at this moment, and in no cache.
fn now(health: Health) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(health))
}
