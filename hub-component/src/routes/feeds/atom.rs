//! The feed as Atom (RFC 4287).

use crate::hub::following::FeedEntry;
use api::feeds::AtomQuery;
use api::paths;
use federation::diff::{Change, Op};
use federation::time::rfc3339;
use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use store::revisions::steps::Beginning;
use url::form_urlencoded::Serializer;

/// Longest name of a capability that is shown, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The document. `base` is the hub's base URL, `next` the cursor of the next page.
pub(super) fn render(base: &str, query: &AtomQuery, entries: &[FeedEntry], next: Option<&str>) -> String {
    let address = |cursor: Option<&str>| {
        let parameters = [("repo", query.repo.as_deref()), ("domain", query.domain.as_deref()), ("cursor", cursor)];
        let mut written = Serializer::new(String::new());
        written.extend_pairs(parameters.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let written = written.finish();
        format!("{base}{}{}{written}", paths::ATOM, if written.is_empty() { "" } else { "?" })
    };
    // A feed without entries is dated 1970.
    let updated = rfc3339(entries.first().map_or(0, |newest| newest.entry.revision.composed_at));
    let feed = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" {
            id { (address(None)) }
            title { (title(query)) }
            updated { (updated) }
            author { name { "reuse-surface" } }
            generator { "reuse-surface" }
            link rel="self" type="application/atom+xml" href=(address(query.cursor.as_deref())) {}
            link rel="alternate" type="text/html" href={ (base) "/revisions" } {}
            @if let Some(next) = next {
                link rel="next" type="application/atom+xml" href=(address(Some(next))) {}
            }
            @for one in entries { "\n" (entry(base, one)) }
        }
    };
    feed.into_string().chars().filter(|c| is_allowed(*c)).collect()
}

/// Whether XML 1.0 allows a character (section 2.2).
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn title(query: &AtomQuery) -> String {
    let mut title = "Changes".to_owned();
    if let Some(repo) = &query.repo {
        title.push_str(&format!(" of {repo}"));
    }
    if let Some(domain) = &query.domain {
        title.push_str(&format!(" in {domain}"));
    }
    title
}

fn entry(base: &str, FeedEntry { entry, repos, has_more }: &FeedEntry) -> Markup {
    let number = entry.revision.number;
    let page = format!("{base}/revisions/{number}");
    let names: Vec<&str> = repos.keys().take(3).map(String::as_str).collect();
    let others = if *has_more || repos.len() > names.len() { " and others" } else { "" };
    let content = html! {
        ul { @for (repo, changes) in repos { li { (changed(base, repo, changes)) } } }
        @if *has_more { p { "More repos changed." } }
    };
    html! {
        entry {
            id { (page) }
            title { "Revision " (number) ": " (names.join(", ")) (others) }
            updated { (rfc3339(entry.revision.composed_at)) }
            author { name { (entry.actor) } }
            link rel="alternate" type="text/html" href=(page) {}
            category term=(entry.cause) {}
            content type="html" { (content.into_string()) }
        }
    }
}

/// What a revision changed in a repo, as HTML.
fn changed(base: &str, repo: &str, changes: &Beginning) -> Markup {
    let rest = changes.count.saturating_sub(changes.steps.len());
    html! {
        a href={ (base) "/repos/" (repo) } { (repo) }
        @if changes.count > 0 {
            ul {
                @for step in &changes.steps { li { (capability(base, step)) } }
                @if rest > 0 { li { (rest) " more" } }
            }
        }
    }
}

fn capability(base: &str, step: &Change) -> Markup {
    let word = match step.op {
        Op::Added => "added",
        Op::Changed => "changed",
        Op::Removed => "removed",
    };
    let entry = step.after.as_ref().or(step.before.as_ref());
    let text = |name: &str| entry.and_then(|entry| entry.get(name)).and_then(Value::as_str);
    let name: String =
        text("name").or_else(|| text("title")).unwrap_or(&step.id).chars().take(MAX_NAME_CHARS).collect();
    html! { (word) " " a href={ (base) "/capabilities/" (step.id) } { (name) } }
}
