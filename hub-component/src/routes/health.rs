//! Whether the hub is alive and can answer.

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::health::Health;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use store::{probe, revisions};

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
    Ok(now(Health {
        status: "ok".to_owned(),
        version: VERSION.to_owned(),
        revision: Some(head.revision.map_or(0, |r| r.number)),
    }))
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
    now(Health { status: "ok".to_owned(), version: VERSION.to_owned(), revision: None })
}

/// True at this moment, and in no cache.
fn now(health: Health) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(health))
}
