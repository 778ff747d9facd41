//! `GET /v1/tokens`.

use super::private;
use super::view::{state, view};
use crate::edge::{Caller, Query, link_next};
use crate::hub::App;
use crate::hub::paging::{self, PageBuilder};
use crate::ports::Ports;
use crate::problem::Problem;
use api::page;
use api::paths;
use api::tokens::{Tokens, TokensQuery};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use store::tokens;

/// Lists named tokens.
///
/// Past and present, without their secrets.
#[utoipa::path(
    get,
    path = paths::TOKENS,
    operation_id = "listTokens",
    tag = "access",
    params(TokensQuery),
    responses((status = 200, description = "A page of tokens.", body = Tokens, headers(("Cache-Control"), ("Link")))),
    security(("token" = [])),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TokensQuery>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let limit = paging::limit(query.limit, page::TOKENS)?;
    let after = paging::key_of_cursor(query.cursor.as_deref())?;
    let now = app.ports.now();
    let mut found = tokens::all(app.database().await?).await?;
    found.retain(|token| query.state.is_none_or(|wanted| wanted == state(token, now)));
    let total = found.len();
    found.retain(|token| after.is_none_or(|after| token.name.as_str() > after));
    let mut filling = PageBuilder::new(limit);
    for token in &found {
        if !filling.add(&token.name, &view(token, now))? {
            break;
        }
    }
    let (tokens, next) = filling.done();
    let response = private(Tokens { tokens, total, next: next.clone() });
    Ok(link_next(response, &uri, "cursor", next.as_deref()))
}
