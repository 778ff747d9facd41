//! `PATCH /v1/repos/{repo}`.

use super::register::refresh_later;
use super::{check_precondition, not_registered, respond};
use crate::app::App;
use crate::edge::{Actor, JsonBody};
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::Problem;
use crate::publish::publish;
use crate::store::revisions::Origin;
use crate::store::{registrations, sources};
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;

/// Changes a registration by a JSON merge patch and republishes at once from stored snapshots.
pub async fn update<P: Ports>(
    State(app): State<App<P>>,
    Actor(actor): Actor,
    Path(repo): Path<String>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody,
) -> Result<Response, Problem> {
    let now = app.ports.now();
    let mut tx = app.database().await?.write().await?;
    let mut source = sources::get(&mut tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
    check_precondition(&source, &headers)?;
    let before = source.registered.registration.clone();
    let changed = before.merge(&patch).map_err(Problem::invalid_registration)?;
    if changed == before {
        return Ok(respond(&source, now));
    }
    registrations::update(&mut tx, &changed, now).await?;
    // A new address is due at once, whatever the old one earned.
    let moved = changed.url != before.url;
    if moved {
        source.record.next_check_at = None;
        source.record.consecutive_failures = 0;
        sources::save_record(&mut tx, &repo, &source.record).await?;
    }
    publish(&mut tx, &[&repo], Origin { actor: &actor, cause: "update" }, now).await?;
    tx.commit().await?;
    source.registered.registration = changed;
    source.registered.updated_at = now;

    let switched_on = !before.enabled && source.registered.registration.enabled;
    if source.registered.registration.enabled && (moved || switched_on) {
        refresh_later(&app, repo, actor, "update");
    }
    Ok(respond(&source, now))
}
