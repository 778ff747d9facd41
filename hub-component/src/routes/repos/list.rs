//! `GET /v1/repos`.

use crate::edge::{self, Caching, Query, link_next};
use crate::hub::App;
use crate::hub::repos::{Selection, select};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::paths;
use api::repos::{Repos, ReposQuery};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::time::Seconds;
use http::HeaderMap;

/// States are exact to the second.
const A_SECOND: Seconds = 1;

/// Lists registrations.
///
/// With the status of their sources, ordered by `repo`. A cursor names the last repo of its page, so no repo is skipped or repeated, whatever
/// is registered in the meantime.
#[utoipa::path(
    get,
    path = paths::REPOS,
    operation_id = "listRepos",
    tag = "registrations",
    params(ReposQuery, Conditional),
    responses(
        (status = 200, description = "A page of registrations.", body = Repos, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ReposQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Selection { shown: repos, total, states, next, .. } = select(&app, &query).await?;
    let page = Repos { repos, total, states, next };
    let response = edge::json(&headers, Caching::NoCache, &page)?;
    let response = link_next(response, &uri, "cursor", page.next.as_deref());
    // A source becomes stale as time passes, without a write.
    Ok(edge::memo(response, Some(A_SECOND)))
}
