//! `GET /repos`: the registered repos and their states.

use super::elements::{beginning, counted, external_text_with_code, repo_link, search_link, shape, state_badge, time};
use super::layout::field;
use super::response::respond;
use super::{Page, Search, Section, start};
use crate::edge::{AppForRequest, Query};
use crate::hub::revalidate_due;
use crate::hub::search::bounded;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use axum::response::Response;
use federation::source::State as SourceState;
use federation::time::Seconds;
use http::HeaderMap;
use maud::{Markup, html};
use serde::Deserialize;
use store::database::read_with;
use store::listing::{self, SourceFilter};
use store::revisions::{self, Entry};
use store::sources::Source;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

/// Repos per page.
const MAX_REPOS: usize = 50;

/// Up to this many repos, no search form is needed.
const MAX_REPOS_WITHOUT_SEARCH: usize = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Only sources in this state.
    state: Option<SourceState>,
    /// Only repos that have all these words in name, domain, URL or description.
    #[serde(default)]
    q: String,
    /// Only repos after this one.
    after: Option<String>,
}

/// Shows all repos.
///
/// Figures of the federation, and every registered repo with its state.
#[utoipa::path(
    get,
    path = "/repos",
    operation_id = "pageOfRepos",
    tag = "pages",
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "The registered repos and their states.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn repos<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Query(parameters): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, _) = revalidate_due(&app).await?;
    let (newest, now, states, words, found, sources) = read_with(app.database().await?, async |tx| {
        let newest = revisions::history(tx, u64::MAX, 1).await?.pop();
        let (now, after) = (app.ports.now(), parameters.after.as_deref());
        let states = listing::by_state(tx, &SourceFilter::default(), now).await?;
        let words = bounded("q", Some(parameters.q.trim()).filter(|q| !q.is_empty()))?;
        let found = match words {
            Some(_) => listing::by_state(tx, &SourceFilter { words, ..SourceFilter::default() }, now).await?,
            None => states.clone(),
        };
        let wanted = SourceFilter { state: parameters.state, words, ..SourceFilter::default() };
        let sources = listing::page(tx, &wanted, now, after, MAX_REPOS + 1).await?;
        Ok::<_, Problem>((newest, now, states, words, found, sources))
    })
    .await?;
    let base = app.public_url();
    let has_form = total(&states) > MAX_REPOS_WITHOUT_SEARCH;
    let content = html! {
        h1 { "Repos" }
        @if states.is_empty() {
            p { "Nothing is registered yet." }
            (start::how_to_register(base))
        } @else {
            (figures(total(&states), newest.as_ref(), head.verified_at))
            @if has_form { (form(&parameters)) }
            (list(&sources, &found, &parameters, now))
        }
    };
    let title = match (words, parameters.state) {
        (Some(words), _) => format!("“{words}” · Repos"),
        (None, Some(state)) => format!("Repos that are {}", state.as_str()),
        (None, None) => "Repos".to_owned(),
    };
    let page = Page {
        title: &title,
        description: "The repositories that publish their capabilities here, with the state of each.",
        section: Section::Repos,
        search: if has_form { Search::InContent } else { Search::Above },
        content,
    };
    Ok(respond(page, &request, base))
}

fn total(states: &[(SourceState, usize)]) -> usize {
    states.iter().map(|(_, count)| count).sum()
}

fn figures(repos: usize, newest: Option<&Entry>, verified_at: Option<Seconds>) -> Markup {
    html! {
        dl.figures {
            div { dt { "repos registered" } dd { (repos) } }
            div { dt { "capabilities published" } dd { (newest.map_or(0, |entry| entry.capability_count)) } }
            div {
                dt { "newest revision" }
                dd { @match newest { Some(entry) => a href={ "/revisions/" (entry.revision.number) } { (entry.revision.number) }, None => "none yet" } }
            }
            @if let Some(entry) = newest { div.wide { dt { "composed" } dd.long { (time(entry.revision.composed_at)) } } }
            @if let Some(at) = verified_at { div.wide { dt { "oldest verification" } dd.long { (time(at)) } } }
        }
    }
}

impl Parameters {
    /// A link to the list with the same words, in this state, after this repo.
    fn link(&self, state: Option<SourceState>, after: &str) -> String {
        let mut query = Serializer::new(String::new());
        let state = state.map_or("", SourceState::as_str);
        query.extend_pairs(
            [("q", self.q.trim()), ("state", state), ("after", after)].iter().filter(|(_, value)| !value.is_empty()),
        );
        let query = query.finish();
        if query.is_empty() { "/repos".to_owned() } else { format!("/repos?{query}") }
    }
}

fn form(parameters: &Parameters) -> Markup {
    html! {
        form.find role="search" action="/repos" {
            (field(&parameters.q, "Find repos", false))
            @if let Some(state) = parameters.state { input type="hidden" name="state" value=(state.as_str()); }
        }
    }
}

/// The repos of a page, and one more if there is a next page. `found` counts the repos on all pages, by state.
fn list(sources: &[Source], found: &[(SourceState, usize)], parameters: &Parameters, now: Seconds) -> Markup {
    let count = |wanted| found.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count);
    let shown = sources.get(..MAX_REPOS).unwrap_or(sources);
    let next = shown.last().filter(|_| sources.len() > shown.len());
    let chosen = parameters.state;
    html! {
        ul.choices aria-label="By state" {
            li { a href=(parameters.link(None, "")) aria-current=[chosen.is_none().then_some("true")] { "all " span.number { (total(found)) } } }
            @for state in SourceState::ALL.into_iter().filter(|state| count(*state) > 0) {
                li {
                    a.(state.as_str()) href=(parameters.link(Some(state), "")) aria-current=[(chosen == Some(state)).then_some("true")] {
                        span.state.(state.as_str()) { (shape(state)) (state.as_str()) } " " span.number { (count(state)) }
                    }
                }
            }
        }
        @if !shown.is_empty() { (table(shown, now)) }
        @else if total(found) == 0 { p { "No repo matches these words. " a href="/repos" { "Show all." } } }
        @else { p { "No repo is in this state. " a href=(parameters.link(None, "")) { "Show all." } } }
        @if let Some(last) = next {
            p.pager {
                span { (counted(chosen.map_or_else(|| total(found), count), "repo", "repos")) " in all" }
                a rel="next" href=(parameters.link(chosen, last.repo())) { "Next repos" }
            }
        }
    }
}

fn table(sources: &[Source], now: Seconds) -> Markup {
    html! {
        table role="table" aria-label="Repos" {
            thead role="rowgroup" {
                tr role="row" {
                    @for name in ["Repo", "State", "Domain"] { th role="columnheader" scope="col" { (name) } }
                    th.number role="columnheader" scope="col" { "Capabilities" }
                    th role="columnheader" scope="col" { "Verified" }
                }
            }
            tbody role="rowgroup" { @for source in sources { (row(source, source.state(now))) } }
        }
    }
}

fn row(source: &Source, state: SourceState) -> Markup {
    let (registration, record) = (&source.registered.registration, &source.record);
    let trouble = record.reason().filter(|_| !matches!(state, SourceState::Disabled));
    html! {
        tr role="row" {
            td role="cell" {
                b { (repo_link(&registration.repo)) }
                @if registration.required { " " span.quiet.small { "required" } }
                @if !registration.description.is_empty() { p.small.quiet { (beginning(&registration.description, 160)) } }
                @if let Some((_, message)) = trouble { p.small { (external_text_with_code(&message, 200)) } }
            }
            td.whole role="cell" { (state_badge(state)) }
            td role="cell" data-label="Domain" { (search_link("domain", &registration.domain)) }
            td.number role="cell" data-label="Capabilities" { (record.accepted.as_ref().filter(|_| registration.enabled).map_or(0, |a| a.capability_count)) }
            td role="cell" data-label="Verified" { @match record.verified_at { Some(at) => (time(at)), None => "never" } }
        }
    }
}
