//! `GET /v1/repos`.

use super::view::repo;
use crate::app::App;
use crate::edge::paging::{self, Filling};
use crate::edge::{self, Caching, Query, link_next};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::search::bounded;
use api::repos::{Repo, Repos, ReposQuery};
use api::{Json, page};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use federation::limits::MAX_QUERY_WORDS;
use federation::search::QueryError;
use federation::time::Seconds;
use http::HeaderMap;
use store::database::{Database as _, Transaction as _};
use store::listing::{self, Wanted};
use store::sources::Source;

/// States are told to the second.
const A_SECOND: Seconds = 1;

/// Registrations with their status, ordered by repo. A cursor names the last repo seen, so a page never skips or repeats one.
#[utoipa::path(
    get,
    path = "/v1/repos",
    operation_id = "listRepos",
    tag = "registrations",
    params(ReposQuery, Conditional),
    responses(
        (status = 200, description = "A page.", body = Repos, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn list<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ReposQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Selection { shown: repos, total, next, .. } = select(&app, &query).await?;
    let page = Repos { repos, total, next };
    let response = edge::json(&headers, Caching::Asked, &page)?;
    let response = link_next(response, &uri, "cursor", page.next.as_deref());
    // A source turns stale as time passes, with nothing written.
    Ok(edge::memo(response, Some(A_SECOND)))
}

/// The words of a list, if they are not too many: each is looked for in every registration.
fn few_words(words: Option<&str>) -> Result<Option<&str>, Problem> {
    match words.map_or(0, |words| words.split_whitespace().count()) {
        0..=MAX_QUERY_WORDS => Ok(words),
        _ => Err(Problem::new(&kinds::INVALID_QUERY, format!("{}.", QueryError::TooManyWords))),
    }
}

/// One page of the sources that match.
pub(crate) struct Selection {
    /// The sources of this page.
    pub(crate) page: Vec<Source>,
    /// The same as the list shows them.
    shown: Vec<Json<Repo<'static>>>,
    /// How many match, on all pages.
    pub(crate) total: usize,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// The page that is asked for.
pub(crate) async fn select<P: Ports>(app: &App<P>, query: &ReposQuery) -> Result<Selection, Problem> {
    let limit = paging::limit(query.limit, page::REPOS)?;
    let after = paging::ended_with(bounded("cursor", query.cursor.as_deref())?)?;
    let wanted = Wanted {
        domain: bounded("domain", query.domain.as_deref())?,
        enabled: query.enabled,
        state: query.state,
        words: few_words(bounded("q", query.q.as_deref())?)?,
        ..Wanted::default()
    };
    let now = app.ports.now();
    let mut tx = app.database().await?.read().await?;
    let total = listing::count(&mut tx, &wanted, now).await?;
    let (mut filling, mut page) = (Filling::new(limit), Vec::new());
    loop {
        let wants = filling.wants();
        let batch = listing::page(&mut tx, &wanted, now, filling.last().map(String::as_str).or(after), wants).await?;
        let is_last = batch.len() < wants;
        for source in batch {
            if filling.add(source.repo().to_owned(), &repo(&source, now))? {
                page.push(source);
            }
        }
        if is_last || filling.wants() == 0 {
            break;
        }
    }
    tx.end().await;
    let (shown, next) = filling.done();
    Ok(Selection { page, shown, total, next })
}
