//! `DELETE /v1/tokens/{name}`.

use super::view::grant;
use crate::edge::{Caller, Path};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::events::action;
use api::paths;
use axum::extract::State;
use http::StatusCode;
use serde_json::Value;
use store::database::write_with;
use store::events::{self, Event, Subject};
use store::tokens;

/// Revokes a token.
///
/// The next request with the token is refused. Revoking a token twice is not an error.
#[utoipa::path(
    delete,
    path = paths::TOKEN,
    operation_id = "revokeToken",
    tag = "access",
    params(("name" = String, Path, description = "The token's name.")),
    responses((status = 204, description = "The token is no longer valid.")),
    extensions(("x-problems" = json!([kinds::TOKEN_NOT_FOUND.code]))),
    security(("token" = [])),
)]
pub async fn revoke<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.administers()?;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let token = tokens::get(tx, &name).await?.ok_or_else(|| {
            Problem::new(
                &kinds::TOKEN_NOT_FOUND,
                format!("There is no token `{}`; `GET /v1/tokens` lists the tokens.", quoted(&name)),
            )
        })?;
        if token.revoked.is_none() {
            tokens::revoke(tx, &name, &actor.name, now).await?;
            let event = Event {
                action: action::TOKEN_REVOKE,
                subject: Subject::Token(&name),
                before: grant(&token),
                after: Value::Null,
                revision: None,
            };
            events::record(tx, actor.origin(action::TOKEN_REVOKE), event, now).await?;
        }
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
