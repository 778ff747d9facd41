//! A capability as its repo describes it, as a list item and in full.

use super::elements::{beginning, capability_link, linked, repo_link, search_link};
use federation::forge;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Maximum number of characters shown of one value; the API returns the whole value.
const MAX_TEXT_CHARS: usize = 4000;

/// Fields that are shown outside the list of fields.
const APART: [&str; 6] = ["id", "source_repo", "domain", "name", "title", "summary"];

/// The text of a field; empty if the field has none.
pub(super) fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The display name of a capability.
pub(super) fn name(entry: &Map<String, Value>) -> &str {
    let name = text(entry, "name");
    if name.is_empty() { text(entry, "title") } else { name }
}

/// The summary of a capability, cut for a list.
pub(super) fn summary(entry: &Map<String, Value>) -> Markup {
    let summary = text(entry, "summary");
    html! { @if !summary.is_empty() { p.small.quiet { (beginning(summary, 280)) } } }
}

/// The heading above a list item, which decides the level of the item's own heading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    /// The title of the page.
    Title,
    /// A section of the page, in which all items are of one repo.
    SectionOfRepo,
    /// A section of the page, with items of several repos.
    Section,
}

/// A capability in a list.
pub(super) fn hit(entry: &Map<String, Value>, under: Under) -> Markup {
    let tags = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (id, status, name) = (text(entry, "id"), text(entry, "status"), name(entry));
    let headline = html! { (capability_link(id, name)) };
    let several = under != Under::SectionOfRepo;
    html! {
        @if under == Under::Title { h2 { (headline) } } @else { h3 { (headline) } }
        @if !name.is_empty() { p.id { code { (id) } } }
        (summary(entry))
        @if several || !tags.is_empty() || !status.is_empty() {
            ul.tags aria-label=(if several { "Repo, domain, status and tags" } else { "Status and tags" }) {
                @if several {
                    li { (repo_link(text(entry, "source_repo"))) }
                    @if !text(entry, "domain").is_empty() { li { (search_link("domain", text(entry, "domain"))) } }
                }
                @if !status.is_empty() { li { (search_link("status", status)) } }
                @for tag in tags.iter().filter_map(Value::as_str).take(12) { li { (search_link("tag", tag)) } }
            }
        }
    }
}

/// The full entry of a capability. `index` is the address of the index that has it, if that is known; `title` is the
/// name that the page already shows.
pub(super) fn whole(entry: &Map<String, Value>, index: Option<&str>, title: &str) -> Markup {
    let summary = text(entry, "summary");
    html! {
        article.entry {
            h2 { (repo_link(text(entry, "source_repo"))) " " span.quiet.small { "in " (search_link("domain", text(entry, "domain"))) } }
            @if name(entry) != title { p { b { (beginning(name(entry), 500)) } } }
            @if !summary.is_empty() { p.plain { (beginning(summary, MAX_TEXT_CHARS)) } }
            dl.facts {
                @for (name, value) in entry.iter().filter(|(name, _)| !APART.contains(&name.as_str())) {
                    dt { (beginning(name, 80)) }
                    dd { (field(name, value, index)) }
                }
            }
        }
    }
}

fn field(name: &str, value: &Value, index: Option<&str>) -> Markup {
    match (name, value) {
        ("status", Value::String(status)) => search_link("status", status),
        ("tags", Value::Array(tags)) => html! {
            ul.tags { @for tag in tags.iter().filter_map(Value::as_str).take(100) { li { (search_link("tag", tag)) } } }
            @if tags.len() > 100 { "and " (tags.len() - 100) " more" }
        },
        ("path", Value::String(path)) => match index.and_then(|index| forge::page_url(index, path)) {
            Some(page) => {
                html! { a href=(page) rel="nofollow noopener noreferrer ugc" { code { (beginning(path, MAX_TEXT_CHARS)) } } }
            }
            None => shown(value),
        },
        _ => shown(value),
    }
}

fn shown(value: &Value) -> Markup {
    match value {
        Value::String(text) => linked(text, MAX_TEXT_CHARS),
        Value::Array(items) if !items.iter().any(|item| item.is_array() || item.is_object()) => html! {
            ul.tags { @for item in items.iter().take(100) { li { (shown(item)) } } }
            @if items.len() > 100 { "and " (items.len() - 100) " more" }
        },
        Value::Array(_) | Value::Object(_) => {
            let json = serde_json::to_string_pretty(value).unwrap_or_default();
            html! { pre { code { (beginning(&json, MAX_TEXT_CHARS)) } } }
        }
        scalar => html! { (scalar) },
    }
}
