//! `POST /v1/repos`.

use super::respond;
use super::verify::{ValidityReason, verify};
use crate::edge::{Actor, Caller, JsonBody, Query};
use crate::hub::publish::line;
use crate::hub::refresh::{self, apply};
use crate::hub::repos::warnings_with;
use crate::hub::{App, Change, publish_change};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths::{self, expand};
use api::repos::{RegisterQuery, Repo};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use federation::registration::Registration;
use federation::source::SourceRecord;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use store::database::{read_with, write_with};
use store::registrations::{self, Registered};
use store::sources::{self, Source};

/// Registers a repository.
///
/// The hub fetches the index before it responds if `require_valid` is set or the source is required, and afterwards otherwise. Registering
/// never overwrites a registration, but takes over a repo that came from an upstream.
#[utoipa::path(
    post,
    path = paths::REPOS,
    operation_id = "register",
    tag = "registrations",
    params(RegisterQuery),
    request_body(content = ref("#/components/schemas/HubRegistration")),
    responses(
        (
            status = 201,
            description = "The repo was registered.",
            body = Repo,
            headers(("Location"), ("ETag"), ("Cache-Control")),
        ),
        (
            status = 200,
            description = "Nothing was written (`dry_run`); the response shows the registration as it would be.",
            body = Repo,
            headers(("ETag"), ("Cache-Control")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REPO_EXISTS.code, kinds::INVALID_REGISTRATION.code, kinds::INDEX_INVALID.code, kinds::REQUIRED_UNVERIFIED.code]))),
    security(("token" = [])),
)]
pub async fn register<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Query(parameters): Query<RegisterQuery>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let registration = Registration::from_value(&body).map_err(Problem::invalid_registration)?;
    let repo = registration.repo.clone();
    let actor = caller.writes(&repo)?;
    let now = app.ports.now();
    let registered = Registered {
        registration,
        registered_at: now,
        updated_at: now,
        registered_by: actor.name.clone(),
        incarnation: registrations::new_incarnation(),
    };
    let mut source = Source { registered, record: SourceRecord::default() };
    if parameters.dry_run {
        return try_out(&app, source).await;
    }
    let registration = &source.registered.registration;
    let because = match (registration.required, parameters.require_valid) {
        (true, _) => Some(ValidityReason::Required),
        (false, true) => Some(ValidityReason::Requested),
        (false, false) => None,
    };
    let checked = match because {
        Some(because) => Some(verify(&app, registration, because).await?),
        None => None,
    };

    let verified = checked.is_some();
    let warnings = write_with(app.database().await?, async |tx| {
        if !registrations::insert(tx, &source.registered).await? {
            return Err(registered_already(&repo));
        }
        let found = checked.as_ref().map_or(&[][..], |checked| &checked.warnings);
        let warnings = warnings_with(tx, &source.registered.registration, found).await?;
        match checked {
            Some(checked) => apply(tx, &mut source, checked, app.ports.now()).await.map(drop)?,
            None => sources::save_record(tx, &source).await?,
        }
        let after = json!(source.registered.registration);
        let change = Change { repo: &repo, line: line(&source), provenance: None, before: Value::Null, after };
        publish_change(tx, change, actor.origin(action::REGISTER), app.ports.now()).await?;
        Ok::<_, Problem>(warnings)
    })
    .await?;

    let mut response = (StatusCode::CREATED, respond(&source, warnings, now)).into_response();
    let location = HeaderValue::from_str(&expand(paths::REPO, &[&repo])).ok();
    response.headers_mut().extend(location.map(|location| (LOCATION, location)));
    if source.registered.registration.enabled && !verified {
        refresh_later(&app, repo, actor.clone(), action::REGISTER);
    }
    Ok(response)
}

/// The response to a registration with `dry_run`, which writes nothing.
async fn try_out<P: Ports>(app: &App<P>, mut source: Source) -> Result<Response, Problem> {
    let registration = &source.registered.registration;
    read_with(app.database().await?, async |tx| match sources::get(tx, &registration.repo).await? {
        Some(there) if there.registered.upstream().is_none() => Err(registered_already(&registration.repo)),
        _ => Ok(()),
    })
    .await?;
    let checked = refresh::check(&app.ports, registration, &source.record).await;
    let found = &checked.warnings;
    let warnings = read_with(app.database().await?, async |tx| warnings_with(tx, registration, found).await).await?;
    source.record.observe(registration, checked.observation, app.ports.now(), 0.0);
    Ok(respond(&source, warnings, app.ports.now()))
}

fn registered_already(repo: &str) -> Problem {
    Problem::new(
        &kinds::REPO_EXISTS,
        format!("`{repo}` is already registered; change it with `PATCH /v1/repos/{repo}`."),
    )
}

/// Fetches one source after the response. A failure shows in the source's status, and the next refresh tries again.
pub(super) fn refresh_later<P: Ports>(app: &App<P>, repo: String, actor: Actor, cause: &'static str) {
    let later = app.clone();
    app.ports.spawn(async move {
        let scope = refresh::Scope::One(repo.clone());
        let _ = refresh::refresh_one(&later, &repo, scope, actor.origin(cause)).await;
    });
}
