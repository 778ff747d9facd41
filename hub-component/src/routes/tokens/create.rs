//! `POST /v1/tokens`.

use super::private;
use super::view::{grant, view};
use crate::edge::{Caller, JsonBody};
use crate::hub::{App, secret};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use api::tokens::NewToken;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use federation::digest::Digest;
use federation::token::TokenRequest;
use http::StatusCode;
use serde_json::Value;
use store::database::write_with;
use store::events::{self, Event, Subject};
use store::tokens::{self, Token};

/// Creates a named token.
///
/// Its secret is in this response and nowhere else: the hub stores a digest of it. Names are never reused.
#[utoipa::path(
    post,
    path = paths::TOKENS,
    operation_id = "createToken",
    tag = "access",
    request_body(content = ref("#/components/schemas/TokenRequest")),
    responses((status = 201, description = "The token was created.", body = NewToken, headers(("Cache-Control")))),
    extensions(("x-problems" = json!([kinds::TOKEN_EXISTS.code, kinds::INVALID_TOKEN_REQUEST.code]))),
    security(("token" = [])),
)]
pub async fn create<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let actor = caller.administers()?;
    let now = app.ports.now();
    let request = TokenRequest::from_value(&body, now).map_err(Problem::invalid_token_request)?;
    let secret = secret::new()?;
    let token = Token {
        name: request.name,
        scopes: request.scopes,
        description: request.description,
        created_at: now,
        created_by: actor.name.clone(),
        expires_at: request.expires_at,
        last_used_at: None,
        revoked: None,
    };
    write_with(app.database().await?, async |tx| {
        if !tokens::insert(tx, &token, &Digest::of(secret.as_bytes())).await? {
            return Err(Problem::new(
                &kinds::TOKEN_EXISTS,
                format!("The name `{}` is or was in use, and names are never reused; choose another name.", token.name),
            ));
        }
        let event = Event {
            action: action::TOKEN_CREATE,
            subject: Subject::Token(&token.name),
            before: Value::Null,
            after: grant(&token),
            revision: None,
        };
        events::record(tx, actor.origin(action::TOKEN_CREATE), event, now).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok((StatusCode::CREATED, private(NewToken { token: secret, view: view(&token, now) })).into_response())
}
