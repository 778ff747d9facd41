//! Composing on demand.

use crate::app::App;
use crate::edge::{Caller, Query};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::refresh::{Report, Scope, refresh_many};
use api::refresh::{ComposeQuery, Composed};
use axum::Json;
use axum::extract::State;
use federation::digest::Digest;
use store::database::{Database as _, Transaction as _};
use store::revisions;

/// `POST /v1/federated/compose`: refreshes what is due (`force`: everything enabled) and publishes what changed.
#[utoipa::path(
    post,
    path = "/v1/federated/compose",
    operation_id = "compose",
    tag = "federation",
    params(ComposeQuery),
    responses((status = 200, description = "What happened, source by source.", body = Composed)),
    extensions(("x-problems" = json!([kinds::REFRESH_RUNNING.code]))),
    security(("token" = [])),
)]
pub async fn compose<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Query(parameters): Query<ComposeQuery>,
) -> Result<Json<Composed>, Problem> {
    let actor = caller.composes()?;
    let scope = if parameters.force { Scope::All } else { Scope::Due };
    let report = refresh_many(&app, scope, actor.origin("refresh"), true).await?.ok_or_else(refresh_running)?;
    let (revision, digest) = newest(&app).await?;
    let (failed, partial) = (report.failed(), report.not_reached() > 0);
    let Report { revision: published, fetched, sources } = report;
    Ok(Json(Composed { revision, digest, published: published.is_some(), fetched, failed, partial, sources }))
}

/// Says that another refresh goes on for longer than a request waits.
pub(in crate::routes) fn refresh_running() -> Problem {
    Problem::new(
        &kinds::REFRESH_RUNNING,
        "Another refresh has not ended yet; its result shows in `GET /v1/repos`. Try again shortly.",
    )
    .retry_after(10)
}

/// Number and digest of the newest revision; 0 and the digest of nothing before the first.
pub(in crate::routes) async fn newest<P: Ports>(app: &App<P>) -> Result<(u64, Digest), Problem> {
    let mut tx = app.database().await?.read().await?;
    let newest = revisions::newest(&mut tx).await?;
    tx.end().await;
    Ok(newest.map_or_else(|| (0, federation::compose::digest(&[])), |r| (r.number, r.digest)))
}
