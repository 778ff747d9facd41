//! `GET /overlaps`: capabilities of different repos that seem to do the same thing.

use super::elements::{beginning, capability_link, repo_link};
use super::entry::{name, summary, text};
use super::parameters::address;
use super::response::respond;
use super::{Page, Search, Section};
use crate::edge::{AppForRequest, Query, memo};
use crate::hub::{overlaps as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::overlaps::{Overlap, OverlapsQuery};
use api::paths;
use axum::response::Response;
use http::HeaderMap;
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::IntoParams;

/// Words of a pair in its heading.
const HEADING_WORDS: usize = 4;

/// The parameters of the page, empty if they are not set.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Only pairs in which at least one capability is from this repo.
    #[serde(default)]
    repo: String,
    /// Cursor from the previous page.
    #[serde(default)]
    cursor: String,
}

/// Shows near-duplicates.
///
/// The same pairs as `GET /v1/overlaps`, for people.
#[utoipa::path(
    get,
    path = "/overlaps",
    operation_id = "pageOfOverlaps",
    tag = "pages",
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "Pairs of capabilities, the closest first.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn overlaps<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Query(Parameters { repo, cursor }): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let set = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let query = OverlapsQuery { repo: set(&repo), limit: None, cursor: set(&cursor) };
    let nothing = |why: &str| (Vec::new(), None, true, why.to_owned());
    let (pairs, next, complete, why) = match hub::page(&app, &head, &query).await {
        Ok(page) => {
            (page.overlaps, page.next, page.complete, "No two capabilities seem to do the same thing.".to_owned())
        }
        Err(problem) if *problem.kind() == kinds::NOTHING_PUBLISHED => nothing("No valid index has been fetched yet."),
        Err(problem) if *problem.kind() == kinds::INVALID_QUERY => nothing(problem.detail()),
        Err(problem) => return Err(problem),
    };
    let content = html! {
        h1 { "Overlaps" @if !repo.is_empty() { " of " bdi { (repo) } } }
        p { "Capabilities of different repos that seem to do the same thing. Could one of them use the other?" }
        @if !complete { p.advice { "Not everything has been compared yet: load this page again for more." } }
        @if pairs.is_empty() { p.advice { bdi { (why) } } }
        ul.hits { @for pair in &pairs { li { (one(pair)) } } }
        p.pager {
            @if cursor.is_empty() { span {} } @else { a href=(link(&repo, "")) { "From the beginning" } }
            @if let Some(next) = &next { a rel="next" href=(link(&repo, next)) { "More" } }
        }
        p.quiet { a href=(address(paths::OVERLAPS, [("repo", repo.as_str())].into_iter())) { "As data" } "." }
    };
    let page = Page {
        title: "Overlaps",
        description: "Capabilities of different repos that seem to do the same thing.",
        section: Section::Elsewhere,
        search: Search::Above,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for.filter(|_| complete)))
}

fn link(repo: &str, cursor: &str) -> String {
    address("/overlaps", [("repo", repo), ("cursor", cursor)].into_iter())
}

fn one(Overlap { score, words, capabilities }: &Overlap) -> Markup {
    html! {
        h2 { (beginning(&words.iter().take(HEADING_WORDS).map(String::as_str).collect::<Vec<_>>().join(" "), 120)) " " span.quiet.small { (score) "\u{a0}%" } }
        ul {
            @for entry in capabilities {
                li {
                    (capability_link(text(entry, "id"), name(entry))) " in " (repo_link(text(entry, "source_repo")))
                    (summary(entry))
                }
            }
        }
    }
}
