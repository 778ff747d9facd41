//! `GET /v1/tokens/self`.

use super::private;
use crate::edge::Caller;
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::paths;
use api::tokens::{OwnToken, TokenState};
use axum::extract::State;
use axum::response::Response;
use federation::time::rfc3339;
use federation::token::Scope;

/// Reads the token of the request.
///
/// Returns the scopes of the token in the request, and when it expires.
#[utoipa::path(
    get,
    path = paths::OWN_TOKEN,
    operation_id = "ownToken",
    tag = "access",
    responses((status = 200, description = "The token of the request.", body = OwnToken, headers(("Cache-Control")))),
    security(("token" = [])),
)]
pub async fn own<P: Ports>(State(_): State<App<P>>, caller: Caller) -> Result<Response, Problem> {
    let (name, grant) = caller.identity();
    Ok(private(OwnToken {
        name: name.to_owned(),
        scopes: grant.scopes.iter().map(Scope::to_string).collect(),
        state: TokenState::Active.into(),
        expires_at: grant.expires_at.map(rfc3339),
    }))
}
