//! `GET /demand`: what people and agents looked for and did not find.

use super::elements::{beginning, capability_link, counted, repo_link, search_href};
use super::entry::{name, text};
use super::response::respond;
use super::{Page, Search, Section};
use crate::edge::{AppForRequest, memo};
use crate::hub::{demand as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::demand::Unanswered;
use api::paths;
use axum::response::Response;
use federation::search::Fit;
use http::HeaderMap;
use maud::{Markup, html};

/// Shows what is missing.
///
/// The same questions as `GET /v1/demand`, for people.
#[utoipa::path(
    get,
    path = "/demand",
    operation_id = "pageOfDemand",
    tag = "pages",
    params(Conditional),
    responses(
        (status = 200, description = "Questions that nothing answers well.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn demand<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let questions = match hub::most_asked(&app, &head, None).await {
        Ok(demand) => demand.questions,
        Err(problem) if *problem.kind() == kinds::NOTHING_PUBLISHED => Vec::new(),
        Err(problem) => return Err(problem),
    };
    let content = html! {
        h1 { "What is missing" }
        p { "Questions that at least three clients asked, and that nothing published answers well. The hub does not record who asked." }
        @if questions.is_empty() { p.advice { "There are no unanswered questions so far." } }
        ul.hits { @for question in &questions { li { (one(question)) } } }
        p.quiet { a href=(paths::DEMAND) { "As data" } "." }
    };
    let page = Page {
        title: "What is missing",
        description: "What people and agents looked for at this hub and did not find.",
        section: Section::Elsewhere,
        search: Search::Above,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}

fn one(question: &Unanswered) -> Markup {
    let Unanswered { words, days, first_asked, last_asked, fit, nearest } = question;
    let days = counted(usize::try_from(*days).unwrap_or(usize::MAX), "day", "days");
    html! {
        h2 { a href=(search_href("q", words)) { (beginning(words, 200)) } }
        p.small.quiet {
            "Asked on " (days) ", "
            @if first_asked != last_asked { "first " (first_asked) ", " }
            "last " (last_asked) ". "
            @if fit.is(Fit::None) { "Nothing fits." } @else { "Answered only in part:" }
        }
        @if !fit.is(Fit::None) {
            ul { @for entry in nearest { li { (capability_link(text(entry, "id"), name(entry))) " in " (repo_link(text(entry, "source_repo"))) } } }
        }
    }
}
