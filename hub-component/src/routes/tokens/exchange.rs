//! `POST /v1/tokens/exchange`.

use super::private;
use crate::edge::{AppForRequest, JsonBody};
use crate::hub::identities;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::tokens::{Exchange, Exchanged};
use axum::response::{IntoResponse as _, Response};
use federation::time::rfc3339;
use http::StatusCode;

/// Exchanges the identity of a CI job.
///
/// The response has a token that is valid for fifteen minutes and may write one repo, if the operator's rules allow it. The identity is the
/// OpenID Connect token that GitHub Actions, GitLab CI or Forgejo Actions give a job. Each can be exchanged once. The request needs no token.
#[utoipa::path(
    post,
    path = paths::EXCHANGE,
    operation_id = "exchangeIdentity",
    tag = "access",
    request_body(content = Exchange),
    responses((status = 201, description = "A token for the job.", body = Exchanged, headers(("Cache-Control")))),
    extensions(("x-problems" = json!([
        kinds::INVALID_ARGUMENT.code, kinds::IDENTITY_NOT_VALID.code, kinds::IDENTITY_NOT_ALLOWED.code, kinds::EXCHANGE_DISABLED.code,
        kinds::IDENTITY_REPEATED.code, kinds::TOO_MANY_EXCHANGES.code, kinds::ISSUER_UNAVAILABLE.code,
    ]))),
)]
pub async fn exchange<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let Exchange { identity, repo } = serde_path_to_error::deserialize(body).map_err(|error| {
        Problem::new(&kinds::INVALID_ARGUMENT, format!("{}.", error.to_string().trim_end_matches('.')))
    })?;
    let (token, given) = identities::exchange(&app, &identity, &repo).await?;
    let exchanged = Exchanged {
        token,
        name: given.actor,
        scopes: vec![format!("repos:write:{}", given.repo)],
        expires_at: rfc3339(given.expires_at),
        provenance: given.provenance,
    };
    Ok((StatusCode::CREATED, private(exchanged)).into_response())
}
