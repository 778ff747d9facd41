//! `GET /v1/tokens`.

use super::private;
use super::view::{TokenState, TokenView};
use crate::app::App;
use crate::edge::paging::{self, Filling};
use crate::edge::{Caller, Query, link_next};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::store::tokens;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
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
    /// `next` of the previous page.
    #[param(pattern = r"^1\.")]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct Page {
    /// Ordered by name.
    #[schema(value_type = Vec<TokenView>)]
    tokens: Vec<Box<RawValue>>,
    /// How many match on all pages.
    total: usize,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Every named token, past and present, without its secret.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "listTokens",
    tag = "access",
    params(Parameters),
    responses((status = 200, description = "A page.", body = Page, headers(("Cache-Control"), ("Link")))),
    security(("token" = [])),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Parameters>,
) -> Result<Response, Problem> {
    caller.administers()?;
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MOST)?;
    let after = paging::ended_with(query.cursor.as_deref())?;
    let now = app.ports.now();
    let mut page = tokens::all(app.database().await?).await?;
    page.retain(|token| query.state.is_none_or(|state| state == TokenState::of(token, now)));
    let total = page.len();
    page.retain(|token| after.is_none_or(|after| token.name.as_str() > after));
    let mut filling = Filling::new(limit);
    for token in &page {
        if !filling.add(&token.name, &TokenView::new(token, now))? {
            break;
        }
    }
    let (tokens, next) = filling.done();
    let response = private(Page { tokens, total, next: next.clone() });
    Ok(link_next(response, &uri, "cursor", next.as_deref()))
}
