//! `GET /v1/repos/{repo}`.

use super::respond;
use crate::edge::Path;
use crate::hub::App;
use crate::hub::repos::{not_there, warnings};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::repos::Repo;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use store::database::read_with;
use store::former::{self, Former};
use store::sources;

/// Reads a registration.
///
/// With the status of its source: the state, why it is not fresh, and what is wrong in the newest index. Its `ETag` names the registration,
/// not its status.
#[utoipa::path(
    get,
    path = "/v1/repos/{repo}",
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
    let (source, warnings, former) = read_with(app.database().await?, async |tx| {
        let source = sources::get(tx, &repo).await?;
        let warnings = match &source {
            Some(source) => warnings(tx, &source.registered.registration).await?,
            None => Vec::new(),
        };
        let former = if source.is_none() { former::get(tx, &repo).await? } else { None };
        Ok::<_, Problem>((source, warnings, former))
    })
    .await?;
    let Some(source) = source else { return elsewhere(&repo, former.as_ref()) };
    Ok(respond(&source, warnings, app.ports.now()))
}

/// A repo that is registered under another name now is there.
fn elsewhere(repo: &str, former: Option<&Former>) -> Result<Response, Problem> {
    let there = former.filter(|former| former.is_registered).and_then(|former| former.became.as_deref());
    let there = there.and_then(|name| HeaderValue::from_str(&format!("/v1/repos/{name}")).ok());
    let there = there.ok_or_else(|| not_there(repo, former))?;
    // The name may be registered again, so that no cache may keep where it leads.
    let headers = [(LOCATION, there), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}
