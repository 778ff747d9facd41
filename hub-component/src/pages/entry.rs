//! A capability as its repo describes it, as a list item and in full.

use super::elements::{beginning, capability_link, linked, repo_link};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Maximum number of characters shown of one value; the API returns the whole value.
const MAX_TEXT_CHARS: usize = 4000;

/// Fields that are shown outside the list of fields.
const APART: [&str; 6] = ["id", "source_repo", "domain", "name", "title", "summary"];

/// The text of a field; empty if the field has none.
fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The display name of a capability.
pub(super) fn name(entry: &Map<String, Value>) -> &str {
    let name = text(entry, "name");
    if name.is_empty() { text(entry, "title") } else { name }
}

/// A capability in a list, from several repos or from one.
pub(super) fn hit(entry: &Map<String, Value>, several: bool) -> Markup {
    let tags = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (summary, status) = (text(entry, "summary"), text(entry, "status"));
    html! {
        h3 { (capability_link(text(entry, "id"))) }
        p { (beginning(name(entry), 160)) }
        @if !summary.is_empty() { p.small.quiet { (beginning(summary, 280)) } }
        @if several || !tags.is_empty() || !status.is_empty() {
            ul.tags aria-label="Repo, status and tags" {
                @if several { li { (repo_link(text(entry, "source_repo"))) } }
                @if !status.is_empty() { li { (beginning(status, 40)) } }
                @for tag in tags.iter().filter_map(Value::as_str).take(12) { li { (beginning(tag, 40)) } }
            }
        }
    }
}

/// The full entry of a capability.
pub(super) fn whole(entry: &Map<String, Value>) -> Markup {
    let summary = text(entry, "summary");
    html! {
        article.entry {
            h2 { (repo_link(text(entry, "source_repo"))) " " span.quiet.small { "in " (text(entry, "domain")) } }
            p { b { (beginning(name(entry), 500)) } }
            @if !summary.is_empty() { p.plain { (beginning(summary, MAX_TEXT_CHARS)) } }
            dl.facts {
                @for (name, value) in entry.iter().filter(|(name, _)| !APART.contains(&name.as_str())) {
                    dt { (beginning(name, 80)) }
                    dd { (shown(value)) }
                }
            }
        }
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
