//! `DELETE /v1/repos/{repo}`.

use super::check_precondition;
use crate::edge::{Caller, Path};
use crate::hub::relayed::{choose_anew, is_own};
use crate::hub::repos::not_registered;
use crate::hub::{App, Change, publish_change};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use store::database::write_with;
use store::registrations;

/// Removes a registration.
///
/// The next read no longer includes what the source contributed, but may include what an upstream offers for the repo. The name may be registered again.
#[utoipa::path(
    delete,
    path = paths::REPO,
    operation_id = "deregister",
    tag = "registrations",
    params(
        ("repo" = String, Path, description = "The registration's name."),
        ("If-Match" = Option<String>, Header, description = "The entity tag that the registration must still have."),
    ),
    responses(
        (status = 204, description = "The registration was removed."),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code, kinds::REPO_RELAYED.code, kinds::PRECONDITION_FAILED.code]))),
    security(("token" = [])),
)]
pub async fn deregister<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let actor = caller.maintains(&repo)?;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let registered = registrations::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        is_own(&registered)?;
        check_precondition(&registered, &headers)?;
        registrations::delete(tx, &repo).await?;
        let before = json!(registered.registration);
        // An upstream may offer it.
        let line = choose_anew(tx, app.configured_url(), &[&repo], now).await?.remove(repo.as_str()).flatten();
        let change = Change { repo: &repo, line, provenance: None, before, after: Value::Null };
        publish_change(tx, change, actor.origin(action::DEREGISTER), now).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
