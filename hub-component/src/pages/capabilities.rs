//! `GET /capabilities`: the search page.

use super::elements::counted;
use super::response::respond;
use super::{Page, Section, entry};
use crate::edge::{Query, Reached, memo};
use crate::hub::revalidate_due;
use crate::hub::search::{self, Request};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::response::Response;
use federation::search::Page as Results;
use http::HeaderMap;
use maud::{Markup, html};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

#[derive(Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Search words.
    #[serde(default)]
    q: String,
    /// Only this domain.
    #[serde(default)]
    domain: String,
    /// Only this repo.
    #[serde(default)]
    repo: String,
    /// Only this status.
    #[serde(default)]
    status: String,
    /// Only with this tag.
    #[serde(default)]
    tag: String,
    /// Cursor of the previous page.
    #[serde(default)]
    cursor: String,
}

impl Parameters {
    /// Name, label and value of every filter.
    fn filters(&self) -> [(&'static str, &'static str, &str); 4] {
        [
            ("repo", "Repo", &self.repo),
            ("domain", "Domain", &self.domain),
            ("status", "Status", &self.status),
            ("tag", "Tag", &self.tag),
        ]
    }

    /// Builds the search request; empty form fields are ignored.
    fn request(&self) -> Request {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Request {
            q: given(&self.q).into_iter().collect(),
            domain: given(&self.domain),
            repo: given(&self.repo),
            status: given(&self.status),
            tag: given(&self.tag),
            cursor: given(&self.cursor),
            ..Request::default()
        }
    }

    /// A link to the same search on another path, starting at `cursor`.
    fn link(&self, path: &str, cursor: &str) -> String {
        let mut query = Serializer::new(String::new());
        let filters = self.filters().into_iter().map(|(name, _, value)| (name, value));
        let pairs = [("q", self.q.as_str())].into_iter().chain(filters).chain([("cursor", cursor)]);
        query.extend_pairs(pairs.filter(|(_, value)| !value.is_empty()));
        format!("{path}?{}", query.finish())
    }
}

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
    Reached(app): Reached<P>,
    Query(parameters): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let found = match search::search(&app, &head, &parameters.request()).await {
        Ok(results) => results_of(&parameters, &results),
        Err(problem) if problem.kind().code == kinds::NOTHING_PUBLISHED.code => html! {
            p { "No valid index has been fetched yet. " a href="/" { "See the state of each repo" } "." }
        },
        // The form is shown again, so that the user can correct the query.
        Err(problem) if problem.kind().code == kinds::INVALID_QUERY.code => html! { p { bdi { (problem.detail()) } } },
        Err(problem) => return Err(problem),
    };
    let content = html! {
        h1 { "Capabilities" }
        (form(&parameters))
        (found)
    };
    let page = Page { title: "Capabilities", section: Section::Capabilities, words: &parameters.q, content };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}

fn form(parameters: &Parameters) -> Markup {
    html! {
        form.filters action="/capabilities" aria-label="Search with filters" {
            label.wide { "Words" input type="search" name="q" value=(parameters.q) maxlength="256" autocomplete="off"; }
            @for (name, label, value) in parameters.filters() {
                label { (label) input name=(name) value=(value) maxlength="200" autocomplete="off" spellcheck="false"; }
            }
            button { "Search" }
        }
    }
}

fn results_of(parameters: &Parameters, results: &Results) -> Markup {
    html! {
        p.quiet role="status" {
            @if results.total == 0 { "Nothing matches. Every word must begin a word of the id, the name, the summary or the tags." }
            @else if results.complete { (counted(results.total, "capability", "capabilities")) ", " }
            @else { (results.shown) " of " (counted(results.total, "capability", "capabilities")) ", " }
            @if results.total > 0 { "best first, in " a href={ "/revisions/" (results.revision) } { "revision " (results.revision) } ". " }
            a href=(parameters.link("/v1/capabilities", "")) { "As data" } "."
        }
        @if !results.capabilities.is_empty() {
            ul.hits { @for found in &results.capabilities { li { (entry::hit(found, true)) } } }
        }
        p.pager {
            @if parameters.cursor.is_empty() { span {} } @else { a href=(parameters.link("/capabilities", "")) { "From the beginning" } }
            @if let Some(next) = &results.next { a rel="next" href=(parameters.link("/capabilities", next)) { "More" } }
        }
    }
}
