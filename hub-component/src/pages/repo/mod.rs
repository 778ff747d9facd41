//! `GET /repos/{repo}`: the state of one source, and its capabilities.

mod facts;
mod findings;
mod held;
mod offer;

use super::elements::{external_text, external_text_with_code, state_badge};
use super::response::respond;
use super::{Page, Search, Section, words};
use crate::edge::{AppForRequest, Path};
use crate::hub::publish;
use crate::hub::repos::not_registered;
use crate::hub::revalidate_due;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::response::Response;
use federation::source::State as SourceState;
use http::HeaderMap;
use maud::html;
use store::database::read_with;
use store::{fragments, revisions, sources};

/// Shows a repo.
///
/// Its registration, the state of its source, what it offers, and what is wrong in its newest index.
#[utoipa::path(
    get,
    path = "/repos/{repo}",
    operation_id = "pageOfRepo",
    tag = "pages",
    params(("repo" = String, Path, description = "The registration's name."), Conditional),
    responses(
        (status = 200, description = "The state of the source, the findings in its index, and its capabilities.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
        (status = 308, description = "The registration has another name now.", headers(("Location"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REPO_NOT_FOUND.code, kinds::REPO_GONE.code]))),
)]
pub async fn repo<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path(repo): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    revalidate_due(&app).await?;
    let (source, line, entries, held, history) = read_with(app.database().await?, async |tx| {
        let source = sources::get(tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
        let line = publish::line(&source);
        let entries = match &line {
            Some(line) => fragments::beginning(tx, line, offer::MAX_OFFERED).await?,
            None => Vec::new(),
        };
        let held = held::changes(tx, &source, line.as_ref()).await?;
        let history = revisions::history_of(tx, &repo, facts::REVISIONS).await?;
        Ok::<_, Problem>((source, line, entries, held, history))
    })
    .await?;
    let state = source.state(app.ports.now());
    let registration = &source.registered.registration;
    let content = html! {
        h1 { (registration.repo) }
        @if !registration.description.is_empty() { p { (external_text(&registration.description)) } }
        div.note.(state.as_str()) {
            (state_badge(state))
            p { (words::why(&source, state)) }
            @if let Some(failure) = source.record.failure.as_ref().filter(|_| state != SourceState::Disabled) {
                @if state == SourceState::Held { p { (words::failing(&source.record, failure)) } }
                @if failure.diagnostics.is_empty() { p { (external_text_with_code(&failure.message, usize::MAX)) } }
            }
            p { (words::meanwhile(&source, state)) }
        }
        (findings::findings(&source))
        (held::section(&source, held.as_deref()))
        (offer::section(&registration.repo, &entries, line.as_ref().map_or(0, |line| line.capability_count)))
        (facts::section(&source))
        (facts::history(&history))
    };
    let description = match registration.description.as_str() {
        "" => format!("What {} offers for reuse, and the state of its index.", registration.repo),
        text => text.to_owned(),
    };
    let page = Page {
        title: &registration.repo,
        description: &description,
        section: Section::Repos,
        search: Search::Above,
        content,
    };
    Ok(respond(page, &request, app.public_url()))
}
