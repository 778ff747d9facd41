//! `GET /`: the home page, for people who are looking for something.

use super::elements::{capability_link, counted, external_text, repo_link, revision_link, search_href, time};
use super::layout::field;
use super::response::respond;
use super::{Page, Search, Section, entry};
use crate::edge::{API_CATALOG, AppForRequest, SERVICE_DESC, SERVICE_DOC, links, memo};
use crate::hub::revalidate_due;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::paths;
use axum::response::Response;
use federation::diff::Op;
use http::HeaderMap;
use http::header::LINK;
use maud::{Markup, html};
use store::database::read_with;
use store::facets::{self, Facet, FacetScope, Facets};
use store::revisions::{self, Entry, Recent};

/// Links for programs (RFC 8631, RFC 9727).
const LINKS: [(&str, &str); 4] = [(paths::FEDERATED, "alternate"), SERVICE_DESC, SERVICE_DOC, API_CATALOG];

/// Changes that are listed as new.
const MAX_NEW: usize = 8;

/// Shows the home page.
///
/// A search, the domains and tags with their numbers of capabilities, and what is new.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "pageOfHub",
    tag = "pages",
    params(Conditional),
    responses(
        (status = 200, description = "A search, the domains, and what is new.", body = String, content_type = "text/html", headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
)]
pub async fn start<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let (newest, facets, new) = read_with(app.database().await?, async |tx| {
        let newest = revisions::history(tx, u64::MAX, 1).await?.pop();
        let facets = facets::count(tx, FacetScope::default()).await?;
        let new = revisions::newest_steps(tx, MAX_NEW).await?;
        Ok::<_, Problem>((newest, facets, new))
    })
    .await?;
    let base = app.public_url();
    let content = html! {
        h1 { @if head.registered { "Find something to reuse" } @else { "Nothing is registered yet" } }
        @match &newest {
            Some(newest) => (offer(newest, &facets, &new)),
            None if head.registered => p { "No valid index has been fetched yet. " a href="/repos" { "See the state of each repo" } "." },
            None => p { "This hub composes one document that lists what repositories offer for reuse. Register the first repo to start." },
        }
        @if newest.is_some() { (how_to_read(base)) }
        (how_to_register(base))
    };
    let page = Page {
        title: "Find something to reuse",
        description: "What the repositories of this hub offer for reuse: search their capabilities, or browse them by domain, tag and repo.",
        section: Section::Start,
        search: if newest.is_some() { Search::InContent } else { Search::Above },
        content,
    };
    let mut response = respond(page, &request, base);
    response.headers_mut().extend(links(&LINKS).map(|links| (LINK, links)));
    Ok(memo(response, memo_for))
}

fn offer(newest: &Entry, facets: &Facets, new: &[Recent]) -> Markup {
    html! {
        form.find.large role="search" action="/capabilities" { (field("", "Search capabilities", true)) }
        p.quiet {
            a href="/capabilities" { (counted(newest.capability_count, "capability", "capabilities")) } " of "
            a href="/repos" { (counted(newest.source_count, "repo", "repos")) } ", " (revision_link(newest.revision.number)) ", "
            (time(newest.revision.composed_at)) "."
        }
        (choices("Domains", "domain", &facets.domains))
        (choices("Tags", "tag", &facets.tags))
        @if !new.is_empty() {
            h2 { "What is new" }
            ul.hits { @for recent in new { li { (one(recent)) } } }
            p { a href="/revisions" { "All revisions, and how the hub grew" } }
        }
    }
}

/// The values of a facet, each with its number and a link to the capabilities that have it.
fn choices(title: &str, name: &str, facet: &Facet) -> Markup {
    html! {
        @if !facet.values.is_empty() {
            h2 { (title) }
            ul.choices {
                @for (value, count) in &facet.values {
                    li { a href=(search_href(name, value)) { (external_text(value)) " " span.number { (count) } } }
                }
                @if facet.total > facet.values.len() { li.quiet { "and " (facet.total - facet.values.len()) " more" } }
            }
        }
    }
}

fn one(recent: &Recent) -> Markup {
    let entry = recent.step.after.as_ref().and_then(|entry| entry.as_object());
    let name = entry.map_or("", entry::name);
    html! {
        h3 { (capability_link(&recent.step.id, name)) }
        @if !name.is_empty() { p.id { code { (recent.step.id) } } }
        p.small.quiet {
            @if recent.step.op == Op::Added { b { "new" } " in " } @else { "changed in " }
            (repo_link(&recent.repo)) ", " (time(recent.composed_at)) ", " (revision_link(recent.revision))
        }
        @if let Some(entry) = entry { (entry::summary(entry)) }
    }
}

fn how_to_read(base: &str) -> Markup {
    html! {
        h2 { "Read it" }
        p { "One URL returns everything, with an entity tag and the revision in its headers; agents start at " a href=(paths::LLMS) { "llms.txt" } "." }
        pre tabindex="0" { code { "curl -fsS '" (base) (paths::FEDERATED) "?format=json'" } }
    }
}

/// How to register a repo at the hub with this base URL.
pub(super) fn how_to_register(base: &str) -> Markup {
    html! {
        h2 { "Register a repo" }
        p { "Publish an index in the repo, validate it, then register its URL. The hub checks the index first and reports errors with their lines." }
        pre tabindex="0" {
            code {
                "export REUSE_SURFACE_URL=" (base) " REUSE_SURFACE_TOKEN=…\n"
                "reuse-surface index validate registry/indexes/capabilities.yaml\n"
                "reuse-surface hub register --repo my-repo --domain my-domain \\\n"
                "  --url https://git.example.org/my-repo/raw/main/registry/indexes/capabilities.yaml"
            }
        }
    }
}
