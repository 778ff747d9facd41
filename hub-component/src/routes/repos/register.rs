//! `POST /v1/repos`.

use super::respond;
use crate::app::App;
use crate::edge::{Actor, JsonBody};
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::{Problem, kinds};
use crate::refresh::{self, Scope};
use crate::store::registrations::{self, Registered};
use crate::store::revisions::Origin;
use crate::store::sources::Source;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use federation::registration::Registration;
use federation::source::SourceRecord;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

/// Adds a registration and, after the answer, fetches its index.
pub async fn register<P: Ports>(
    State(app): State<App<P>>,
    Actor(actor): Actor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let registration = Registration::from_value(&body).map_err(Problem::invalid_registration)?;
    let now = app.ports.now();
    let registered = Registered { registration, registered_at: now, updated_at: now, registered_by: actor.clone() };
    let repo = registered.registration.repo.clone();
    let mut tx = app.database().await?.write().await?;
    if !registrations::insert(&mut tx, &registered).await? {
        return Err(Problem::new(
            &kinds::REPO_EXISTS,
            format!("`{repo}` is registered; change it with `PATCH /v1/repos/{repo}`."),
        ));
    }
    tx.commit().await?;

    let source = Source { registered, record: SourceRecord::default() };
    let mut response = (StatusCode::CREATED, respond(&source, now)).into_response();
    response
        .headers_mut()
        .extend(HeaderValue::from_str(&format!("/v1/repos/{repo}")).ok().map(|location| (LOCATION, location)));
    if source.registered.registration.enabled {
        refresh_later(&app, repo, actor, "register");
    }
    Ok(response)
}

/// Fetches one source after the response; what fails shows in its status, and the next refresh tries again.
pub(super) fn refresh_later<P: Ports>(app: &App<P>, repo: String, actor: String, cause: &'static str) {
    let later = app.clone();
    app.ports.spawn(async move {
        let _ = refresh::refresh(&later, Scope::One(repo), Origin { actor: &actor, cause }).await;
    });
}
