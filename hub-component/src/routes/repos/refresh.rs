//! `POST /v1/repos/{repo}/refresh` and `/release`.

use crate::edge::{Caller, Path, Query};
use crate::hub::publish::line;
use crate::hub::refresh::{self, Report, Scope, contribution, refresh_one};
use crate::hub::refresh::{newest, refresh_running};
use crate::hub::repos::not_registered;
use crate::hub::{App, Change, commit_change};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::refresh::{Outcome, Refreshed, ReleaseQuery, SourceReport};
use axum::Json;
use axum::extract::State;
use federation::source::NotReleased;
use store::database::Database as _;
use store::revisions::Revision;
use store::sources;

/// Fetches and checks one source now.
///
/// Ignores back-off, and sends no conditional request. Concurrent requests share one fetch and its result. Status 200 says that the check
/// ended, not that it succeeded: see `source.outcome`.
#[utoipa::path(
    post,
    path = "/v1/repos/{repo}/refresh",
    operation_id = "refreshRepo",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name.")),
    responses((status = 200, description = "The result of the check, whether or not it succeeded.", body = Refreshed)),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REFRESH_RUNNING.code]))),
    security(("token" = [])),
)]
pub async fn refresh<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
) -> Result<Json<Refreshed>, Problem> {
    let actor = caller.writes(&repo)?;
    let scope = Scope::Asked(repo.clone());
    let report = refresh_one(&app, &repo, scope, actor.origin("refresh")).await?.ok_or_else(refresh_running)?;
    let Report { revision, mut sources, .. } = report;
    let source = sources.pop().ok_or_else(|| not_registered(&repo))?;
    respond(&app, revision, source).await
}

/// Accepts a held snapshot.
///
/// For an index that lost most of its capabilities on purpose. With `digest`, that snapshot is accepted or none, so that nobody releases what
/// they have not seen.
#[utoipa::path(
    post,
    path = "/v1/repos/{repo}/release",
    operation_id = "releaseRepo",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name."), ReleaseQuery),
    responses((status = 200, description = "The held snapshot was accepted.", body = Refreshed)),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::NOTHING_HELD.code, kinds::HELD_ANOTHER.code]))),
    security(("token" = [])),
)]
pub async fn release<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
    Query(parameters): Query<ReleaseQuery>,
) -> Result<Json<Refreshed>, Problem> {
    let actor = caller.writes(&repo)?;
    let now = app.ports.now();
    let mut tx = app.database().await?.write().await?;
    let mut source = sources::get(&mut tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
    let before = contribution(&source.record.accepted, &source.record.held);
    source.record.release(&source.registered.registration.url, parameters.digest.as_ref()).map_err(
        |why| match why {
            NotReleased::Nothing => Problem::new(
                &kinds::NOTHING_HELD,
                format!("`{repo}` is {}; nothing waits for release.", source.state(now).as_str()),
            ),
            NotReleased::Another => Problem::new(
                &kinds::HELD_ANOTHER,
                format!("Another index of `{repo}` is held by now; nothing was released. Review that index first."),
            ),
        },
    )?;
    sources::save_record(&mut tx, &source).await?;
    let after = contribution(&source.record.accepted, &source.record.held);
    let change = Change { repo: &repo, line: line(&source), before, after };
    let revision = commit_change(tx, change, actor.origin("release"), now).await?;
    respond(&app, revision, refresh::report(&source, Outcome::Accepted, now)).await
}

async fn respond<P: Ports>(
    app: &App<P>,
    published: Option<Revision>,
    source: SourceReport,
) -> Result<Json<Refreshed>, Problem> {
    let (revision, digest) = newest(app).await?;
    Ok(Json(Refreshed { revision, digest, published: published.is_some(), source }))
}
