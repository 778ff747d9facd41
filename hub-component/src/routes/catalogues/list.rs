//! `GET /v1/catalogues`.

use crate::edge::{self, Caching, Query, link_next};
use crate::hub::App;
use crate::hub::catalogue::page;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::catalogues::{Catalogues, CataloguesQuery};
use api::paths;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;

/// Lists catalogues.
///
/// With the status of their listings, ordered by name.
#[utoipa::path(
    get,
    path = paths::CATALOGUES,
    operation_id = "listCatalogues",
    tag = "catalogues",
    params(CataloguesQuery, Conditional),
    responses(
        (status = 200, description = "A page of catalogues.", body = Catalogues, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<CataloguesQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = page(&app, &query).await?;
    let response = edge::json(&headers, Caching::NoCache, &page)?;
    Ok(link_next(response, &uri, "cursor", page.next.as_deref()))
}
