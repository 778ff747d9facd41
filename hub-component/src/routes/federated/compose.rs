//! Composing on demand.

use crate::edge::{Caller, Query};
use crate::hub::App;
use crate::hub::refresh::{Report, Scope, newest, refresh_many, refresh_running};
use crate::hub::upstream::follow_due;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use api::refresh::{ComposeQuery, Composed};
use axum::Json;
use axum::extract::State;

/// Refreshes sources now.
///
/// Fetches the sources that are due, or with `force` all enabled ones, publishes what changed, and reports on every registration. Reads do
/// the same in the background, so calling this is optional.
#[utoipa::path(
    post,
    path = paths::COMPOSE,
    operation_id = "compose",
    tag = "federation",
    params(ComposeQuery),
    responses((status = 200, description = "The outcome for each source.", body = Composed)),
    extensions(("x-problems" = json!([kinds::REFRESH_RUNNING.code]))),
    security(("token" = [])),
)]
pub async fn compose<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Query(parameters): Query<ComposeQuery>,
) -> Result<Json<Composed>, Problem> {
    let actor = caller.composes()?;
    follow_due(&app).await?;
    let scope = if parameters.force { Scope::All } else { Scope::Due };
    let report = refresh_many(&app, scope, actor.origin(action::REFRESH), true).await?.ok_or_else(refresh_running)?;
    let (revision, digest) = newest(&app).await?;
    let (failed, partial) = (report.failed(), report.not_reached() > 0);
    let Report { revision: published, fetched, sources } = report;
    Ok(Json(Composed { revision, digest, published: published.is_some(), fetched, failed, partial, sources }))
}
