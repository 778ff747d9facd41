//! `PUT /v1/upstreams/{name}`.

use crate::edge::{Caller, JsonBody, Path};
use crate::hub::{App, upstream};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use api::upstreams::Upstream;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use federation::upstream::Upstream as Definition;
use http::StatusCode;

/// Sets an upstream.
///
/// The hub follows the upstream's log after the response, and publishes its sources alongside its own. An upstream that is set again is read from the
/// beginning, even if its history was rewritten. Needs a token with the scope `admin`.
#[utoipa::path(
    put,
    path = paths::UPSTREAM,
    operation_id = "setUpstream",
    tag = "upstreams",
    params(("name" = String, Path, description = "The upstream's name.")),
    request_body(content = Definition),
    responses(
        (status = 201, description = "The upstream is new.", body = Upstream),
        (status = 200, description = "The upstream was set again.", body = Upstream),
    ),
    extensions(("x-problems" = json!([
        kinds::INVALID_UPSTREAM.code, kinds::NO_PUBLIC_URL.code, kinds::TOO_MANY_UPSTREAMS.code, kinds::FEDERATION_FULL.code,
    ]))),
    security(("token" = [])),
)]
pub async fn set<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let actor = caller.administers()?;
    let definition = Definition::from_value(&name, &body).map_err(Problem::invalid_upstream)?;
    let is_new = upstream::set(&app, &name, definition, actor.origin(action::UPSTREAM_SET)).await?;
    let shown = upstream::view(&app, &name).await?;
    upstream::follow_later(&app);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(shown)).into_response())
}
