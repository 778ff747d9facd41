//! Registrations under their former names: every path of a repo says what became of it.

use super::{Caller, Path};
use crate::hub::App;
use crate::hub::repos::gone;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::extract::{FromRequestParts as _, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use federation::token::Need;
use http::header::{CACHE_CONTROL, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode, Uri};
use store::database::read_with;
use store::former;

/// Redirects requests for a renamed repo to its new name, with 308, which keeps method and body. A write is redirected only if its token may write
/// the repo under that name. A repo that is gone is `repo-gone`.
pub async fn follow_renamed<P: Ports>(
    State(app): State<App<P>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let route = request.extensions().get::<MatchedPath>();
    if !route.is_some_and(|route| route.as_str().contains("/repos/{repo}")) {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let Path(repo) = Path::<String>::from_request_parts(&mut parts, &()).await?;
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let kind = response.extensions().get::<Problem>().map(Problem::kind);
    let is_missing = kind == Some(&kinds::REPO_NOT_FOUND);
    // A token may be valid only for the new name.
    if !is_missing && kind != Some(&kinds::FORBIDDEN) {
        return Ok(response);
    }
    let former = read_with(app.database().await?, async |tx| former::get(tx, &repo).await).await?;
    let Some(former) = former else { return Ok(response) };
    match former.became.as_deref().filter(|_| former.is_registered) {
        Some(name) => Ok(lead(&app, asked, name).await?.unwrap_or(response)),
        None if is_missing => Err(gone(&repo, &former)),
        None => Ok(response),
    }
}

/// The redirect to the new name; `None` for a write whose token may not write there.
async fn lead<P: Ports>(app: &App<P>, mut asked: Parts, name: &str) -> Result<Option<Response>, Problem> {
    if !asked.method.is_safe() && !Caller::from_request_parts(&mut asked, app).await?.may(Need::Write(name)) {
        return Ok(None);
    }
    let Some(there) = there(&asked.uri, name) else { return Ok(None) };
    // The name may be registered again, so no cache may store the redirect.
    let headers = [(LOCATION, there), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok(Some((StatusCode::PERMANENT_REDIRECT, headers).into_response()))
}

/// The same path and query with another repo.
fn there(uri: &Uri, name: &str) -> Option<HeaderValue> {
    let (before, after) = uri.path().split_once("/repos/")?;
    let rest = after.find('/').and_then(|at| after.get(at..)).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{before}/repos/{name}{rest}{query}")).ok()
}
