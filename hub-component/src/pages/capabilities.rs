//! `GET /capabilities`: the search page.

use super::elements::counted;
use super::entry::{self, Under};
use super::facets::{chosen, section};
use super::layout::field;
use super::missing::removal;
use super::parameters::{Parameters, address};
use super::response::respond;
use super::{Page, Search, Section};
use crate::edge::{AppForRequest, Query, memo};
use crate::hub::revalidate_due;
use crate::hub::search;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::response::Response;
use federation::search::{Corrected, Page as Results};
use http::HeaderMap;
use maud::{Markup, html};
use store::database::read_with;
use store::facets::{self, Facets};

/// Shows the results of a search.
///
/// The same results as `GET /v1/capabilities`, for people.
#[utoipa::path(
    get,
    path = "/capabilities",
    operation_id = "pageOfCapabilities",
    tag = "pages",
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "Matching capabilities, best match first.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_GONE.code]))),
)]
pub async fn capabilities<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Query(parameters): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let database = app.database().await?;
    let mut is_missed = false;
    let found = match search::search(&app, &head, &parameters.request()).await {
        Ok(results) => {
            is_missed = search::is_missed(&results);
            let facets = read_with(database, async |tx| facets::count(tx, parameters.within()).await).await?;
            results_of(&parameters, &results, &facets)
        }
        Err(problem) if *problem.kind() == kinds::NOTHING_PUBLISHED => html! {
            p { "No valid index has been fetched yet. " a href="/repos" { "See the state of each repo" } "." }
        },
        // The form is shown again, so that the user can correct the query.
        Err(problem) if *problem.kind() == kinds::INVALID_QUERY => html! { p { bdi { (problem.detail()) } } },
        Err(problem) => return Err(problem),
    };
    let content = html! {
        h1 { "Capabilities" }
        (form(&parameters))
        (chosen(&parameters))
        (found)
    };
    let page = Page {
        title: &parameters.title(),
        description: "Capabilities that repositories offer for reuse, found by words, domain, repo, status and tag.",
        section: Section::Capabilities,
        search: Search::InContent,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for.filter(|_| !is_missed)))
}

/// The search field; a new search keeps the filters.
fn form(parameters: &Parameters) -> Markup {
    html! {
        form.find role="search" action="/capabilities" {
            (field(&parameters.q, "Search capabilities", false))
            @for (name, _, value) in parameters.filters() {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
        }
    }
}

/// What the search says about the words: how they were understood, and what to try instead.
fn advice(parameters: &Parameters, results: &Results) -> Markup {
    let is_narrowed = parameters.filters().iter().any(|(_, _, value)| !value.is_empty());
    html! {
        @for gone in &results.gone { p.advice { (removal(gone)) } }
        @for Corrected { word, searched } in &results.corrected {
            p.advice { "Nothing matches " q { bdi { (word) } } ", so these are results for " q { bdi { (searched) } } "." }
        }
        @if let Some(sentence) = &results.advice {
            p.advice {
                (sentence)
                @if is_narrowed && parameters.has_words() {
                    " " a href=(address("/capabilities", [("q", parameters.q.as_str())].into_iter())) { "Search without the filters" } "."
                }
            }
        } @else if results.total == 0 {
            p.advice { "Nothing matches these filters." }
        }
        @if let Some(near) = results.near.as_ref().filter(|near| !near.tags.is_empty()) {
            p.quiet {
                "Related tags: "
                @for tag in &near.tags { a.chip href=(address("/capabilities", [("tag", tag.as_str())].into_iter())) { bdi { (tag) } } " " }
            }
        }
    }
}

fn results_of(parameters: &Parameters, results: &Results, facets: &Facets) -> Markup {
    html! {
        (advice(parameters, results))
        p.quiet role="status" {
            @if results.total > 0 {
                @if !results.complete { (results.shown) " of " }
                (counted(results.total, "capability", "capabilities")) ", "
                @if parameters.has_words() { "best first, " }
                "in " a href={ "/revisions/" (results.revision) } { "revision " (results.revision) } ". "
            }
            a href=(parameters.link(paths::CAPABILITIES, "")) { "As data" } "."
            @if !facets.domains.values.is_empty() { span.to-filters { " " a href="#filters" { "Narrow it down" } } }
        }
        div.columns {
            div {
                @if !results.capabilities.is_empty() {
                    ul.hits { @for found in &results.capabilities { li { (entry::hit(found, Under::Title)) } } }
                }
                p.pager {
                    @if parameters.cursor.is_empty() { span {} } @else { a href=(parameters.link("/capabilities", "")) { "From the beginning" } }
                    @if let Some(next) = &results.next { a rel="next" href=(parameters.link("/capabilities", next)) { "More" } }
                }
            }
            (section(parameters, facets))
        }
    }
}
