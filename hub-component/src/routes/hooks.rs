//! `POST /v1/hooks/{forge}` receives webhooks; `POST` and `DELETE /v1/repos/{repo}/hook` give a registration a secret for them.

use super::tokens::private;
use crate::edge::{AppForRequest, Caller, Path, RawBody};
use crate::hub::relayed::is_own;
use crate::hub::repos::not_registered;
use crate::hub::{App, hooks as hub, secret};
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::hooks::{Hook, HookUrls, Received};
use api::paths;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use federation::forge::Forge;
use federation::hooks::{Push, Sender};
use federation::time::rfc3339;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use std::borrow::Cow;
use store::database::write_with;
use store::{hooks, sources};

/// Receives a webhook.
///
/// From GitHub, Gitea, Forgejo or GitLab, with their own headers and signatures. If a push changes the index of a registration, the hub fetches
/// that index after the response; it ignores other events.
#[utoipa::path(
    post,
    path = paths::HOOKS,
    operation_id = "receiveHook",
    tag = "registrations",
    params(("forge" = String, Path, description = "`github`, `gitea`, `forgejo` or `gitlab`.")),
    request_body(content((Object = "application/json"), (Object = "application/x-www-form-urlencoded")), description = "The payload as the forge sends it, up to 1 MiB."),
    responses((status = 202, description = "The webhook was verified.", body = Received)),
    extensions(("x-problems" = json!([kinds::NOT_FOUND.code, kinds::HOOK_NOT_VERIFIED.code, kinds::HOOK_REPEATED.code]))),
)]
pub async fn receive<P: Ports>(
    State(app): State<App<P>>,
    Path(forge): Path<String>,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Result<Response, Problem> {
    let forge = Forge::parse(&forge).ok_or_else(|| {
        let detail = format!(
            "`{}` is not a forge whose webhooks this hub receives: use github, gitea, forgejo or gitlab.",
            quoted(&forge)
        );
        Problem::new(&kinds::NOT_FOUND, detail)
    })?;
    let payload = payload(&headers, &bytes);
    let push = Push::read(forge, &payload)
        .map_err(|e| Problem::new(&kinds::MALFORMED_JSON, format!("The body is not a webhook in JSON: {e}.")))?;
    let sender = Sender::of(forge, |name| headers.get(name).and_then(|value| value.to_str().ok()));
    let signed = if forge.signs_payload() { &payload[..] } else { &bytes[..] };
    let refreshed = hub::receive(&app, sender, push.as_ref(), signed).await?;
    Ok((StatusCode::ACCEPTED, Json(Received { refreshed })).into_response())
}

/// The payload of a body: forges send it as JSON, or as the field `payload` of a form, which is GitHub's default.
fn payload<'a>(headers: &HeaderMap, body: &'a [u8]) -> Cow<'a, [u8]> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Cow::Borrowed(body);
    }
    let field = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload");
    Cow::Owned(field.map(|(_, payload)| payload.into_owned().into_bytes()).unwrap_or_default())
}

/// Creates the secret of a webhook.
///
/// Replaces the previous secret. It is shown only in this response.
#[utoipa::path(
    post,
    path = paths::HOOK,
    operation_id = "createHook",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name.")),
    responses(
        (status = 200, description = "The webhook.", body = Hook, headers(("Cache-Control"))),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code, kinds::REPO_RELAYED.code]))),
    security(("token" = [])),
)]
pub async fn create<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    caller: Caller,
    Path(repo): Path<String>,
) -> Result<Response, Problem> {
    caller.maintains(&repo)?;
    let secret = secret::new()?;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        is_own(&sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?.registered)?;
        hooks::set(tx, &repo, &secret, now).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    let at = |forge: Forge| format!("{}/v1/hooks/{}", app.public_url(), forge.as_str());
    let urls = HookUrls {
        github: at(Forge::GitHub),
        gitea: at(Forge::Gitea),
        forgejo: at(Forge::Forgejo),
        gitlab: at(Forge::GitLab),
    };
    Ok(private(Hook { repo, secret, urls, created_at: rfc3339(now) }))
}

/// Removes the secret of a webhook.
///
/// Webhooks that use it are refused from then on; the index is still checked by its `cache_ttl_seconds`. Succeeds even if there is no secret.
#[utoipa::path(
    delete,
    path = paths::HOOK,
    operation_id = "removeHook",
    tag = "registrations",
    params(("repo" = String, Path, description = "The registration's name.")),
    responses(
        (status = 204, description = "The registration has no webhook."),
        (status = 308, description = "The registration has another name now, which the token may write.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code]))),
    security(("token" = [])),
)]
pub async fn remove<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(repo): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.maintains(&repo)?;
    write_with(app.database().await?, async |tx| {
        let mut source = sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        hooks::remove(tx, &repo).await?;
        source.record.without_pushes(source.registered.registration.cache_ttl_seconds);
        sources::save_record(tx, &source).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
