//! `DELETE /v1/upstreams/{name}`.

use crate::edge::{Caller, Path};
use crate::hub::{App, upstream};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use axum::extract::State;
use http::StatusCode;

/// Removes an upstream.
///
/// Sources that came only from it are withdrawn in the same revision. Needs a token with the scope `admin`.
#[utoipa::path(
    delete,
    path = paths::UPSTREAM,
    operation_id = "removeUpstream",
    tag = "upstreams",
    params(("name" = String, Path, description = "The upstream's name.")),
    responses((status = 204, description = "The upstream was removed.")),
    extensions(("x-problems" = json!([kinds::UPSTREAM_NOT_FOUND.code, kinds::FEDERATION_FULL.code]))),
    security(("token" = [])),
)]
pub async fn remove<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.administers()?;
    upstream::remove(&app, &name, actor.origin(action::UPSTREAM_REMOVE)).await?;
    Ok(StatusCode::NO_CONTENT)
}
