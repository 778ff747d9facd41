//! `POST /v1/repos/{repo}/refresh` and `/release`.

use crate::edge::{Caller, JsonBody, Path, Query};
use crate::hub::publish::line;
use crate::hub::refresh::{self, Commit, Report, Scope, contribution, refresh_one};
use crate::hub::refresh::{newest, refresh_running};
use crate::hub::relayed::is_own;
use crate::hub::repos::not_registered;
use crate::hub::{App, Change, publish_change};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use api::refresh::{Outcome, RefreshRequest, Refreshed, ReleaseQuery, SourceReport};
use axum::Json;
use axum::extract::{Request, State};
use federation::forge::{NoCommit, at_commit};
use federation::provenance::is_commit;
use federation::source::NotReleased;
use serde_json::Map;
use store::database::{read_with, write_with};
use store::registrations;
use store::revisions::Revision;
use store::sources;

/// Fetches and checks one source now.
///
/// Ignores back-off, and sends no conditional request. Concurrent requests share one fetch and its result. Status 200 means that the check
/// ended, not that it succeeded: see `source.outcome`. With `commit`, the index is fetched at that commit, which is then published as its
/// `provenance`.
#[utoipa::path(
    post,
    path = paths::REFRESH,
    operation_id = "refreshRepo",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name.")),
    request_body(content = Option<RefreshRequest>, description = "The commit to fetch; without a body, the newest one of the branch."),
    responses(
        (status = 200, description = "The result of the check, whether or not it succeeded.", body = Refreshed),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([
        kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code, kinds::REPO_RELAYED.code, kinds::REFRESH_RUNNING.code, kinds::INVALID_ARGUMENT.code, kinds::COMMIT_NOT_ALLOWED.code,
        kinds::COMMIT_UNKNOWN.code,
    ]))),
    security(("token" = [])),
)]
pub async fn refresh<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
    request: Request,
) -> Result<Json<Refreshed>, Problem> {
    let actor = caller.writes(&repo)?;
    let registered = read_with(app.database().await?, async |tx| registrations::get(tx, &repo).await).await?;
    is_own(&registered.ok_or_else(|| not_registered(&repo))?)?;
    let scope = match asked_commit(request).await? {
        None => Scope::Requested(repo.clone()),
        Some(asked) => Scope::Pushed(repo.clone(), commit(&app, &caller, &repo, &asked).await?),
    };
    let report = refresh_one(&app, &repo, scope, actor.origin(action::REFRESH)).await?.ok_or_else(refresh_running)?;
    let Report { revision, mut sources, .. } = report;
    let source = sources.pop().ok_or_else(|| not_registered(&repo))?;
    respond(&app, revision, source).await
}

/// The commit that the body names, if there is a body.
async fn asked_commit(request: Request) -> Result<Option<RefreshRequest>, Problem> {
    let Some(body) = JsonBody::optional(request).await? else { return Ok(None) };
    // Clients that always send a body may send an empty one.
    if body.is_null() || body.as_object().is_some_and(Map::is_empty) {
        return Ok(None);
    }
    let wrong = |why: String| Problem::new(&kinds::INVALID_ARGUMENT, why);
    let asked: RefreshRequest = serde_path_to_error::deserialize(body)
        .map_err(|error| wrong(format!("{}.", error.to_string().trim_end_matches('.'))))?;
    if !is_commit(&asked.commit) {
        return Err(wrong(
            "`commit` must be the full hash of a commit: 40 or 64 hexadecimal digits in lower case.".to_owned(),
        ));
    }
    match &asked.reference {
        Some(name) if name.len() > MAX_REF_BYTES => Err(wrong(format!("`ref` is longer than {MAX_REF_BYTES} bytes."))),
        _ => Ok(Some(asked)),
    }
}

/// Longest name of a branch or tag, in bytes.
const MAX_REF_BYTES: usize = 255;

/// Where the index is at this commit. The token of a CI job is valid only for the job's own commit, for which its forge vouches.
async fn commit<P: Ports>(
    app: &App<P>,
    caller: &Caller,
    repo: &str,
    asked: &RefreshRequest,
) -> Result<Commit, Problem> {
    let registered = read_with(app.database().await?, async |tx| registrations::get(tx, repo).await).await?;
    let registered = registered.ok_or_else(|| not_registered(repo))?;
    let not_allowed = |why: &str| Problem::new(&kinds::COMMIT_NOT_ALLOWED, why);
    let vouched = caller.provenance();
    let reference = asked.reference.as_deref().or_else(|| vouched.and_then(|job| job.reference.as_deref()));
    if let Some(job) = vouched
        && (job.commit != asked.commit || job.reference.as_deref() != reference)
    {
        return Err(not_allowed(
            "This token was issued to a job for a different commit or ref than the one in the body.",
        ));
    }
    let (url, said) = at_commit(&registered.registration.url, &asked.commit, reference).map_err(|why| {
        Problem::new(
            &kinds::COMMIT_UNKNOWN,
            match why {
                NoCommit::Forge => {
                    "The registered URL is not the raw URL of a branch or tag on a forge that this hub knows."
                }
                NoCommit::Ref => {
                    "`ref` is not the branch or tag of the registered URL: the next check would replace the index again. Name that branch, or register the new URL."
                }
            },
        )
    })?;
    let provenance = match vouched {
        None => said,
        Some(job) if job.repository.eq_ignore_ascii_case(&said.repository) => job.clone(),
        Some(_) => {
            return Err(not_allowed(
                "The registered URL belongs to a different repository than the job of this token.",
            ));
        }
    };
    Ok(Commit { url, provenance })
}

/// Accepts a held snapshot.
///
/// For an index that lost most of its capabilities on purpose. With `digest`, only that snapshot is accepted, so that nobody releases what
/// they have not seen.
#[utoipa::path(
    post,
    path = paths::RELEASE,
    operation_id = "releaseRepo",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name."), ReleaseQuery),
    responses(
        (status = 200, description = "The held snapshot was accepted.", body = Refreshed),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code, kinds::NOTHING_HELD.code, kinds::HELD_ANOTHER.code]))),
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
    let (source, revision) = write_with(app.database().await?, async |tx| {
        let mut source = sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        let before = contribution(&source.record.accepted, &source.record.held);
        source.record.release(&source.registered.registration.url, parameters.digest.as_ref()).map_err(
            |why| match why {
                NotReleased::Nothing => Problem::new(
                    &kinds::NOTHING_HELD,
                    format!("`{repo}` is {}; nothing is waiting for release.", source.state(now).as_str()),
                ),
                NotReleased::Another => Problem::new(
                    &kinds::HELD_ANOTHER,
                    format!(
                        "A different index of `{repo}` is held now; nothing was released. Review that index first."
                    ),
                ),
            },
        )?;
        sources::save_record(tx, &source).await?;
        let after = contribution(&source.record.accepted, &source.record.held);
        let change = Change { repo: &repo, line: line(&source), provenance: source.record.provenance(), before, after };
        let revision = publish_change(tx, change, actor.origin(action::RELEASE), now).await?;
        Ok::<_, Problem>((source, revision))
    })
    .await?;
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
