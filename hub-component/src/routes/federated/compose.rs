//! Composing on demand.

use crate::app::App;
use crate::edge::{Caller, Query};
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::{Problem, kinds};
use crate::refresh::{Report, Scope, SourceReport, refresh_many};
use crate::store::revisions;
use axum::Json;
use axum::extract::State;
use federation::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Refreshes every enabled source, not only those that are due.
    #[serde(default)]
    force: bool,
}

/// The report of `POST /v1/federated/compose`.
#[derive(Serialize, ToSchema)]
pub struct Composed {
    /// The newest revision.
    revision: u64,
    /// Its digest.
    digest: Digest,
    /// Whether this refresh published a revision.
    published: bool,
    /// How many sources were asked.
    fetched: usize,
    /// How many checks failed.
    failed: usize,
    /// Whether time ran out before every source was heard.
    partial: bool,
    /// Every registration.
    sources: Vec<SourceReport>,
}

/// `POST /v1/federated/compose`: refreshes what is due (`force`: everything enabled) and publishes what changed.
#[utoipa::path(
    post,
    path = "/v1/federated/compose",
    operation_id = "compose",
    tag = "federation",
    params(Parameters),
    responses((status = 200, description = "What happened, source by source.", body = Composed)),
    extensions(("x-problems" = json!(["refresh-running"]))),
    security(("token" = [])),
)]
pub async fn compose<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Query(parameters): Query<Parameters>,
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
