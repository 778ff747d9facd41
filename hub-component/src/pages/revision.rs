//! `GET /revisions/{revision}`: the changes of one revision.

use super::elements::{beginning, capability_link, counted, repo_link, snapshot_link, time};
use super::response::respond;
use super::revisions::op;
use super::{Page, Search, Section, entry, words};
use crate::edge::{AppForRequest, Path, memo};
use crate::hub::document::kept;
use crate::hub::revalidate_due;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::response::Response;
use federation::compose::SourceLine;
use federation::diff::{Change, Op};
use http::HeaderMap;
use maud::{Markup, html};
use serde_json::Value;
use store::database::read_with;
use store::revisions::steps::Beginning;
use store::revisions::{self, Changed, Entry};

/// Maximum number of changes listed for one source; the others are counted.
const MAX_STEPS: usize = 100;
/// Maximum number of sources whose changes are listed on one page.
const MAX_SOURCES: usize = 50;

/// Shows a revision.
///
/// What it changed in each source, capability by capability.
#[utoipa::path(
    get,
    path = "/revisions/{revision}",
    operation_id = "pageOfRevision",
    tag = "pages",
    params(("revision" = String, Path, description = "The revision's number."), Conditional),
    responses(
        (status = 200, description = "The changes of the revision.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"))),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_NOT_FOUND.code, kinds::REVISION_GONE.code]))),
)]
pub async fn revision<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path(number): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let number = number
        .parse()
        .map_err(|_| Problem::new(&kinds::REVISION_NOT_FOUND, "A revision is a number, starting at 1."))?;
    let (_, memo_for) = revalidate_due(&app).await?;
    let (entry, older, newer, since, changed, beginnings) = read_with(app.database().await?, async |tx| {
        kept(tx, number).await?;
        let entry = revisions::history(tx, number.saturating_add(1), 1).await?.pop();
        let older = entry.as_ref().and_then(|entry| entry.parent);
        let newer = Some(revisions::after(tx, number, 1).await?).filter(|newer| *newer > number);
        // The first revision has changes too, from an empty document.
        let since = older.or((number == 1).then_some(0));
        let changed = revisions::changes_between(tx, number, number).await?.remove(&number).unwrap_or_default();
        let beginnings = revisions::steps::beginnings(tx, number, MAX_STEPS).await?;
        Ok::<_, Problem>((entry, older, newer, since, changed, beginnings))
    })
    .await?;
    let title = format!("Revision {number}");
    let content = html! {
        h1 { (title) }
        @if let Some(entry) = &entry { (facts(entry, since)) }
        p.pager {
            @if let Some(older) = older { a rel="prev" href={ "/revisions/" (older) } { "Revision " (older) } " " } @else { span {} }
            @if let Some(newer) = newer { a rel="next" href={ "/revisions/" (newer) } { "Revision " (newer) } }
        }
        @for changed in changed.iter().take(MAX_SOURCES) {
            h2 { (repo_link(&changed.repo)) " " span.quiet { (op(changed)) } }
            (of_line(changed))
            @if let Some(beginning) = beginnings.get(&changed.repo) { (of_entries(changed, beginning)) } @else { p { "Its capabilities stay as they are." } }
        }
        @if changed.len() > MAX_SOURCES {
            p {
                "It changed " (changed.len() - MAX_SOURCES) " more repos"
                @if let Some(since) = since { ": " a href={ (paths::CHANGES) "?since=" (since) "&limit=1" } { "all its changes as data" } }
                "."
            }
        }
    };
    let page = Page {
        title: &title,
        description: &format!("What revision {number} changed: capabilities added, removed and changed, by repo."),
        section: Section::Revisions,
        search: Search::Above,
        content,
    };
    Ok(memo(respond(page, &request, app.public_url()), memo_for))
}

fn facts(entry: &Entry, since: Option<u64>) -> Markup {
    let number = entry.revision.number;
    html! {
        dl.facts {
            dt { "Composed" } dd { (time(entry.revision.composed_at)) }
            dt { "Why" } dd { (words::cause(&entry.cause)) " (" (entry.actor) ")" }
            dt { "Content" } dd { (counted(entry.capability_count, "capability", "capabilities")) " of " (counted(entry.source_count, "repo", "repos")) }
            dt { "Digest" } dd { code { (entry.revision.digest) } }
            dt { "As data" }
            dd {
                a href={ (paths::FEDERATED) "?revision=" (number) } { "the document" } ", "
                a href={ (paths::MANIFEST) "?revision=" (number) } { "its sources" }
                @if let Some(since) = since { ", " a href={ (paths::CHANGES) "?since=" (since) "&limit=1" } { "its changes" } }
            }
        }
    }
}

/// The changes of a source apart from its capabilities.
fn of_line(changed: &Changed) -> Markup {
    let (Some(before), Some(after)) = (&changed.before, &changed.after) else { return html! {} };
    let required = |line: &SourceLine| if line.required { "yes" } else { "no" };
    html! {
        dl.facts {
            @if before.domain != after.domain { dt { "Domain" } dd { (before.domain) " → " (after.domain) } }
            @if before.required != after.required { dt { "Required" } dd { (required(before)) " → " (required(after)) } }
            @if before.url != after.url { dt { "Index" } dd { code { (before.url) } " → " code { (after.url) } } }
            @if before.index_digest != after.index_digest {
                dt { "Snapshot" } dd { (snapshot_link(&before.index_digest)) " → " (snapshot_link(&after.index_digest)) }
            }
        }
    }
}

fn of_entries(changed: &Changed, Beginning { steps: listed, count }: &Beginning) -> Markup {
    let relabelled = |b: &SourceLine, a: &SourceLine| b.domain != a.domain && b.index_digest == a.index_digest;
    if let (Some(b), Some(a)) = (&changed.before, &changed.after)
        && relabelled(b, a)
    {
        return html! { p { "Its " (counted(a.capability_count, "capability is", "capabilities are")) " listed under the new domain." } };
    }
    steps(listed, *count, Op::Removed)
}

/// The first of `count` changes of one source, in words. Capabilities in changes of the kind `unread` are not linked, as they have no page.
pub(super) fn steps(changes: &[Change], count: usize, unread: Op) -> Markup {
    html! {
        @if count == 0 { p { "Its capabilities stay as they are." } }
        ul.steps {
            @for change in changes.iter().take(MAX_STEPS) {
                @let (class, sign, word) = match change.op {
                    Op::Added => ("added", "+", "added"),
                    Op::Removed => ("removed", "−", "removed"),
                    Op::Changed => ("changed", "~", "changed"),
                };
                li.(class) {
                    b aria-hidden="true" { (sign) } " " span.hidden { (word) " " }
                    @if change.op == unread { code { (change.id) } } @else { (capability_link(&change.id, "")) }
                    @match (&change.before, &change.after) {
                        (Some(before), Some(after)) => span.quiet { " " (beginning(&fields(before, after), 200)) },
                        (_, Some(entry)) | (Some(entry), _) => { " " (beginning(entry.as_object().map_or("", entry::name), 120)) },
                        _ => {}
                    }
                }
            }
        }
        @let shown = changes.len().min(MAX_STEPS);
        @if count > shown { p { @if shown > 0 { "… and " } (count - shown) @if shown > 0 { " more." } @else { " changes are not listed here." } } }
    }
}

/// The names of the fields that differ.
pub(super) fn fields(before: &Value, after: &Value) -> String {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return String::new() };
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let mut names: Vec<&str> = after.keys().filter(differs).map(String::as_str).collect();
    names.extend(before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str));
    match names.is_empty() {
        true => "(order of its fields)".to_owned(),
        false => names.join(", "),
    }
}
