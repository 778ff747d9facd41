//! `GET /v1/tokens/self`.

use super::private;
use super::view::TokenState;
use crate::app::App;
use crate::edge::Caller;
use crate::ports::Ports;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use federation::time::rfc3339;
use federation::token::Scope;
use serde::Serialize;
use utoipa::ToSchema;

/// What the holder of a token may know of it.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnToken)]
pub struct Own {
    /// `bootstrap` for the operator's own.
    name: String,
    /// What it allows.
    scopes: Vec<String>,
    /// Always `active`, since it was just used.
    state: TokenState,
    /// When it ends; null: not before it is revoked.
    #[schema(required)]
    expires_at: Option<String>,
}

/// The token of this request: what it allows, and until when.
#[utoipa::path(
    get,
    path = "/v1/tokens/self",
    operation_id = "ownToken",
    tag = "access",
    responses((status = 200, description = "It is valid.", body = Own, headers(("Cache-Control")))),
    security(("token" = [])),
)]
pub async fn own<P: Ports>(State(_): State<App<P>>, caller: Caller) -> Result<Response, Problem> {
    let (name, token) = caller.identity();
    let scopes = token.map_or_else(|| vec![Scope::Admin], |token| token.scopes.clone());
    Ok(private(Own {
        name: name.to_owned(),
        scopes: scopes.iter().map(Scope::to_string).collect(),
        state: TokenState::Active,
        expires_at: token.and_then(|token| token.expires_at).map(rfc3339),
    }))
}
