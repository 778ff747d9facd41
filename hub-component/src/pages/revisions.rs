//! `GET /revisions`: the log, newest first.

use super::elements::{repo_link, time};
use super::response::respond;
use super::{Page, Search, Section, growth, words};
use crate::edge::{AppForRequest, Query, memo};
use crate::hub::revalidate_due;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use axum::response::Response;
use http::HeaderMap;
use maud::{Markup, html};
use serde::Deserialize;
use store::database::read_with;
use store::revisions::{self, Changed, Entry};
use utoipa::IntoParams;

/// Revisions per page.
const PAGE_REVISIONS: usize = 25;
/// Maximum number of repos named for one revision.
const MAX_NAMED_REPOS: usize = 8;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Only revisions before this one.
    before: Option<u64>,
}

/// Shows the log of revisions.
///
/// When each was composed, who or what caused it, and what it changed.
#[utoipa::path(
    get,
    path = "/revisions",
    operation_id = "pageOfRevisions",
    tag = "pages",
    params(Parameters, Conditional),
    responses(
        (status = 200, description = "The log, newest first.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn revisions<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Query(parameters): Query<Parameters>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let before = parameters.before.unwrap_or(u64::MAX);
    let (_, memo_for) = revalidate_due(&app).await?;
    let (entries, more, oldest, changes, grown) = read_with(app.database().await?, async |tx| {
        let mut entries = revisions::history(tx, before, PAGE_REVISIONS + 1).await?;
        let more = entries.len() > PAGE_REVISIONS;
        entries.truncate(PAGE_REVISIONS);
        let (oldest, newest) = (number(entries.last()), number(entries.first()));
        let changes = revisions::changes_between(tx, oldest, newest).await?;
        let grown = match parameters.before {
            None => Some(revisions::growth(tx).await?),
            Some(_) => None,
        };
        Ok::<_, Problem>((entries, more, oldest, changes, grown))
    })
    .await?;
    let content = html! {
        h1 { "Revisions" }
        p { "A revision is published only if the content differs from the previous revision." }
        @if let Some(grown) = &grown { (growth::section(grown)) }
        @if entries.is_empty() {
            p { "There is none " @if parameters.before.is_some() { "that old. " a href="/revisions" { "Show the newest." } } @else { "yet: the first comes with the first valid index." } }
        } @else {
            h2 { "Log" }
            table role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        @for name in ["Revision", "Composed", "Cause", "Changed"] { th role="columnheader" scope="col" { (name) } }
                        th.number role="columnheader" scope="col" { "Capabilities" }
                    }
                }
                tbody role="rowgroup" { @for entry in &entries { (row(entry, changes.get(&entry.revision.number).map_or(&[], Vec::as_slice))) } }
            }
        }
        @if more { p.pager { span {} a rel="next" href={ "/revisions?before=" (oldest) } { "Older revisions" } } }
    };
    let page = Page {
        title: "Revisions",
        description: "The log of this hub, newest first: who changed what and when, and how many capabilities there were.",
        section: Section::Revisions,
        search: Search::Above,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}

fn number(entry: Option<&Entry>) -> u64 {
    entry.map_or(0, |entry| entry.revision.number)
}

fn row(entry: &Entry, changes: &[Changed]) -> Markup {
    html! {
        tr role="row" {
            td role="cell" { b { a href={ "/revisions/" (entry.revision.number) } { span.hidden { "Revision " } (entry.revision.number) } } }
            td role="cell" { (time(entry.revision.composed_at)) }
            td role="cell" { (words::cause(&entry.cause)) " " span.quiet { "by " (entry.actor) } }
            td role="cell" {
                @for (i, changed) in changes.iter().take(MAX_NAMED_REPOS).enumerate() {
                    @if i > 0 { ", " }
                    (repo_link(&changed.repo)) " " span.quiet { (op(changed)) }
                }
                @if changes.len() > MAX_NAMED_REPOS { " and " (changes.len() - MAX_NAMED_REPOS) " more" }
            }
            td.number role="cell" data-label="Capabilities" { (entry.capability_count) }
        }
    }
}

/// How a revision changed a source.
pub(super) fn op(changed: &Changed) -> &'static str {
    match (&changed.before, &changed.after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}
