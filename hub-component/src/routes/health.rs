//! Health checks: whether the hub is alive and can serve requests.

use crate::hub::App;
use crate::hub::mirror::state;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::health::Health;
use api::paths;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use store::{probe, revisions};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Checks readiness.
///
/// The hub can read and write its store. Sources are not checked: an unreachable source is no reason to restart a hub.
#[utoipa::path(
    get,
    path = paths::HEALTH,
    operation_id = "health",
    tag = "operation",
    responses((status = 200, description = "The hub can serve requests.", body = Health, headers(("Cache-Control")))),
    extensions(("x-problems" = json!([kinds::BEHIND.code]))),
)]
pub async fn health<P: Ports>(State(app): State<App<P>>) -> Result<impl IntoResponse, Problem> {
    let database = app.database().await?;
    let head = revisions::head(database).await?;
    if let Some(primary) = app.primary().filter(|primary| head.mirrored_at(Some(primary)).is_none()) {
        let fault = state(&app).await?.and_then(|mirror| mirror.fault);
        let detail = match fault {
            Some(fault) => {
                format!("This mirror has not caught up with {primary} yet: {}.", fault.trim_end_matches('.'))
            }
            None => format!("This mirror has not caught up with {primary} yet."),
        };
        return Err(Problem::new(&kinds::BEHIND, detail).retry_after(5));
    }
    probe::write(database, app.ports.now()).await.map_err(|error| {
        let detail = "The hub can read its database but cannot write to it: reads still work, writes are refused. The hub's log has the cause.";
        Problem::new(&kinds::STORE_UNAVAILABLE, detail).retry_after(5).internal(error.to_string())
    })?;
    Ok(now(Health {
        status: Health::OK.to_owned(),
        version: VERSION.to_owned(),
        revision: Some(head.revision.map_or(0, |r| r.number)),
        mirror: state(&app).await?,
    }))
}

/// Checks liveness.
///
/// The process responds. The store is not used.
#[utoipa::path(
    get,
    path = paths::LIVE,
    operation_id = "live",
    tag = "operation",
    responses((status = 200, description = "The hub is alive.", body = Health, headers(("Cache-Control")))),
)]
pub async fn live() -> impl IntoResponse {
    now(Health { status: Health::OK.to_owned(), version: VERSION.to_owned(), revision: None, mirror: None })
}

/// A health report that must not be cached.
fn now(health: Health) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(health))
}
