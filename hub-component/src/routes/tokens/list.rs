//! `GET /v1/tokens`.

use super::private;
use super::view::{TokenState, TokenView};
use crate::app::App;
use crate::edge::{Caller, Query};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::store::tokens::{self, Token};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: usize = 100;
const MOST: usize = 1000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Tokens in this state.
    state: Option<TokenState>,
    /// Most tokens on a page; 100 unless told.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(pattern = r"^1\.")]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct Page {
    /// Ordered by name.
    tokens: Vec<TokenView>,
    /// How many match on all pages.
    total: usize,
    /// Cursor of the next page; null on the last.
    #[schema(required)]
    next: Option<String>,
}

/// Every named token that there is or was, without its secret.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "listTokens",
    tag = "access",
    params(Parameters),
    responses((status = 200, description = "A page.", body = Page, headers(("Cache-Control")))),
    security(("token" = [])),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Query(query): Query<Parameters>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::new(&kinds::INVALID_QUERY, format!("`limit` is from 1 to {MOST}.")));
    }
    let after = match &query.cursor {
        None => None,
        Some(cursor) => Some(cursor.strip_prefix("1.").ok_or_else(|| {
            Problem::new(&kinds::INVALID_QUERY, "`cursor` is not one that this hub gave out; begin without it.")
        })?),
    };
    let now = app.ports.now();
    let all = tokens::all(app.database().await?).await?;
    let wanted = |token: &&Token| query.state.is_none_or(|state| state == TokenState::of(token, now));
    let matching: Vec<&Token> = all.iter().filter(wanted).collect();
    let rest: Vec<&Token> =
        matching.iter().copied().filter(|token| after.is_none_or(|after| token.name.as_str() > after)).collect();
    let page = rest.get(..limit).unwrap_or(&rest);
    Ok(private(Page {
        tokens: page.iter().map(|token| TokenView::new(token, now)).collect(),
        total: matching.len(),
        next: page.last().filter(|_| rest.len() > limit).map(|last| format!("1.{}", last.name)),
    }))
}
