//! `GET /v1/repos/{repo}`.

use super::respond;
use crate::edge::Path;
use crate::hub::App;
use crate::hub::repos::{not_registered, warnings};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::repos::Repo;
use axum::extract::State;
use axum::response::Response;
use store::database::read_with;
use store::sources;

/// Reads a registration.
///
/// With the status of its source: the state, why it is not fresh, and what is wrong in the newest index. Its `ETag` names the registration,
/// not its status.
#[utoipa::path(
    get,
    path = paths::REPO,
    operation_id = "readRepo",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name.")),
    responses(
        (status = 200, description = "The registration.", body = Repo, headers(("ETag"), ("Cache-Control"))),
        (status = 308, description = "The registration has another name now.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code]))),
)]
pub async fn show<P: Ports>(State(app): State<App<P>>, Path(repo): Path<String>) -> Result<Response, Problem> {
    let (source, warnings) = read_with(app.database().await?, async |tx| {
        let source = sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        let warnings = warnings(tx, &source.registered.registration).await?;
        Ok::<_, Problem>((source, warnings))
    })
    .await?;
    Ok(respond(&source, warnings, app.ports.now()))
}
