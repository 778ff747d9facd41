//! `PATCH /v1/repos/{repo}`.

use super::register::refresh_later;
use super::verify::{ValidityReason, verify};
use super::{changed_meanwhile, check_precondition, respond};
use crate::edge::{Caller, JsonBody, Path};
use crate::hub::publish::line;
use crate::hub::refresh::{Checked, apply};
use crate::hub::relayed::is_own;
use crate::hub::repos::{not_registered, warnings_with};
use crate::hub::{App, Change, publish_change};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::headers::MERGE_PATCH;
use api::paths;
use api::problem::ProblemEntry;
use api::repos::Repo;
use axum::extract::State;
use axum::response::Response;
use federation::registration::Registration;
use federation::time::Seconds;
use http::HeaderMap;
use serde_json::{Value, json};
use store::database::{read_with, write_with};
use store::registrations;
use store::sources::{self, Source};

/// The result of an update's transaction.
struct Updated {
    source: Source,
    warnings: Vec<ProblemEntry>,
    /// Whether the source is to be fetched now.
    is_due: bool,
}

/// Changes a registration.
///
/// The body is a JSON merge patch (RFC 7396): absent fields stay as they are. The result is published at once from stored snapshots. `If-Match`
/// prevents lost updates.
#[utoipa::path(
    patch,
    path = paths::REPO,
    operation_id = "updateRepo",
    tag = "registrations",
    params(
        ("repo" = String, Path, description = "The registration's name."),
        ("If-Match" = Option<String>, Header, description = "The entity tag that the registration must still have."),
    ),
    request_body(
        description = "The fields to change (RFC 7396); null resets a field to its default.",
        content(
            (ref("#/components/schemas/RegistrationPatch") = MERGE_PATCH),
            (ref("#/components/schemas/RegistrationPatch") = "application/json"),
        ),
    ),
    responses(
        (
            status = 200,
            description = "The updated registration.",
            body = Repo,
            headers(("ETag"), ("Cache-Control")),
        ),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([
        kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code, kinds::REPO_RELAYED.code, kinds::PRECONDITION_FAILED.code, kinds::INVALID_REGISTRATION.code, kinds::REQUIRED_UNVERIFIED.code,
    ]))),
    security(("token" = [])),
)]
pub async fn update<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody,
) -> Result<Response, Problem> {
    let actor = caller.maintains(&repo)?;
    let verified = verified_first(&app, &repo, &headers, &patch).await?;

    let now = app.ports.now();
    let fetched = verified.is_some();
    let updated = write_with(app.database().await?, async |tx| {
        let mut source = sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        is_own(&source.registered)?;
        check_precondition(&source.registered, &headers)?;
        let before = source.registered.registration.clone();
        let changed = before.merge(&patch).map_err(Problem::invalid_registration)?;
        let found = verified.as_ref().map_or(&[][..], |(_, checked)| &checked.warnings);
        let warnings = warnings_with(tx, &changed, found).await?;
        if changed == before {
            return Ok(Updated { source, warnings, is_due: false });
        }
        // The verified registration must not have changed in the meantime.
        if needs_verifying(&before, &changed)
            && verified.as_ref().is_none_or(|(registration, _)| *registration != changed)
        {
            return Err(changed_meanwhile());
        }
        registrations::update(tx, &changed, now).await?;
        let moved = !changed.has_index_of(&before);
        change_source(&mut source, changed, now);
        match verified {
            Some((_, checked)) => apply(tx, &mut source, checked, now).await.map(drop)?,
            None => sources::save_record(tx, &source).await?,
        }
        let after = json!(source.registered.registration);
        let change = Change {
            repo: &repo,
            line: line(&source),
            provenance: source.record.provenance(),
            before: json!(before),
            after,
        };
        publish_change(tx, change, actor.origin(action::UPDATE), now).await?;

        Ok::<_, Problem>(Updated { source, warnings, is_due: !fetched && (moved || !before.enabled) })
    })
    .await?;
    let Updated { source, warnings, is_due } = updated;
    if source.registered.registration.enabled && is_due {
        refresh_later(&app, repo, actor.clone(), action::UPDATE);
    }
    Ok(respond(&source, warnings, now))
}

/// Gives a source the `changed` registration, and adjusts its record.
fn change_source(source: &mut Source, changed: Registration, now: Seconds) {
    let before = std::mem::replace(&mut source.registered.registration, changed);
    let changed = &source.registered.registration;
    source.registered.updated_at = now;
    if !changed.has_index_of(&before) {
        source.record.address_changed();
    }
    if changed.cache_ttl_seconds < before.cache_ttl_seconds {
        source.record.shorten(changed.cache_ttl_seconds);
    }
}

/// Whether the source becomes required, or is required and gets a new URL or format.
fn needs_verifying(before: &Registration, changed: &Registration) -> bool {
    changed.required && (!before.required || !changed.has_index_of(before))
}

/// Checks the index before anything is written, outside the write transaction, so that other writers do not wait.
async fn verified_first<P: Ports>(
    app: &App<P>,
    repo: &str,
    headers: &HeaderMap,
    patch: &Value,
) -> Result<Option<(Registration, Checked)>, Problem> {
    let registered = read_with(app.database().await?, async |tx| {
        let registered = registrations::get(tx, repo).await?.ok_or_else(|| not_registered(repo))?;
        Ok::<_, Problem>(registered)
    })
    .await?;
    is_own(&registered)?;
    check_precondition(&registered, headers)?;
    let before = &registered.registration;
    let changed = before.merge(patch).map_err(Problem::invalid_registration)?;
    if !needs_verifying(before, &changed) {
        return Ok(None);
    }
    let checked = verify(app, &changed, ValidityReason::Required).await?;
    Ok(Some((changed, checked)))
}
