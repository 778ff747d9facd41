//! `GET /capabilities/{id}`: the entries of all repos under one id.

use super::elements::beginning;
use super::near::Near;
use super::response::respond;
use super::{Page, Search, Section, entry};
use crate::edge::{AppForRequest, Path, Query, memo};
use crate::hub::revalidate_due;
use crate::hub::search::{self, Request};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths::{self, expand};
use axum::response::Response;
use http::HeaderMap;
use maud::html;
use serde::Deserialize;
use store::database::read_with;
use store::revisions;
use utoipa::IntoParams;

/// Maximum number of entries on a page.
const MAX_ENTRIES: usize = 10;
const MAX_ENTRIES_BYTES: usize = 1 << 20;
/// Characters of the name in the title.
const MAX_NAME_CHARS: usize = 60;

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Cursor from the previous page.
    cursor: Option<String>,
}

/// Shows a capability.
///
/// Every source's entry under the id, its neighbours, and the revisions that changed it.
#[utoipa::path(
    get,
    path = "/capabilities/{id}",
    operation_id = "pageOfCapability",
    tag = "pages",
    params(
        ("id" = String, Path, description = "The capability's id."),
        Parameters,
        Conditional,
    ),
    responses(
        (status = 200, description = "Every repo's entry under this id.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::CAPABILITY_NOT_FOUND.code, kinds::CAPABILITY_GONE.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn capability<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path(id): Path<String>,
    Query(Parameters { cursor }): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    let is_first = cursor.is_none();
    let asked = Request { limit: Some(MAX_ENTRIES), budget: Some(MAX_ENTRIES_BYTES), cursor, ..Request::default() };
    let database = app.database().await?;
    let found = search::capability(&app, &head, &id, &asked).await?;
    let repos: Vec<&str> = found.capabilities.iter().map(|one| entry::text(one, "source_repo")).collect();
    let (lines, near) = read_with(database, async |tx| {
        let lines = revisions::lines_of(tx, &repos).await?;
        let near = if is_first { Some(Near::of(tx, &id, &repos).await?) } else { None };
        Ok::<_, Problem>((lines, near))
    })
    .await?;
    let index = |one| lines.get(entry::text(one, "source_repo")).map(|line| line.url.as_str());
    let name = found.capabilities.first().map_or("", entry::name);
    let content = html! {
        h1 { @if name.is_empty() { code { (id) } } @else { (beginning(name, 300)) } }
        @if !name.is_empty() { p.id { code { (id) } } }
        @if found.total > 1 {
            p { (found.total) " repos publish this id. The hub keeps all of them; choose by repo." }
        }
        @for one in &found.capabilities { (entry::whole(one, index(one), name)) }
        @if let Some(next) = &found.next {
            p.pager {
                span { (found.shown) " of " (found.total) " entries" }
                a rel="next" href={ "/capabilities/" (id) "?cursor=" (next) } { "More repos" }
            }
        }
        @if let Some(near) = &near { (near.sections()) }
        p.small { "As data: " a href=(expand(paths::CAPABILITY, &[&id])) { "the entries" } ", " a href=(expand(paths::CONSUMERS, &[&id])) { "the repos that use it" } ". From " a href={ "/revisions/" (found.revision) } { "revision " (found.revision) } "." }
    };
    let title = if name.is_empty() { id.clone() } else { format!("{} · {id}", shortened(name)) };
    let summary = found.capabilities.first().map_or("", |first| entry::text(first, "summary"));
    let description =
        if summary.is_empty() { format!("{title}: the repos that offer it for reuse.") } else { summary.to_owned() };
    let page = Page {
        title: &title,
        description: &description,
        section: Section::Capabilities,
        search: Search::Above,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}

/// A name that leaves room for the id in a title.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}
