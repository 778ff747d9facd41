//! What a repo offers.

use crate::pages::elements::{beginning, capability_link};
use maud::{Markup, html};
use serde_json::Value;

/// Capabilities shown on the page of their repo; the search has them all.
const MOST: usize = 100;

/// The section about it.
pub(super) fn section(repo: &str, entries: &[Value]) -> Markup {
    html! {
        h2 { "Capabilities" @if !entries.is_empty() { " " span.quiet.number { (entries.len()) } } }
        @if entries.is_empty() { p { "Readers get none from this repo." } }
        @else { ul.hits { @for entry in entries.iter().take(MOST) { li { (hit(entry, false)) } } } }
        @if entries.len() > MOST {
            p { "The first " (MOST) " of " (entries.len()) ". " a href={ "/capabilities?repo=" (repo) } { "See all of them" } "." }
        }
    }
}

/// One capability in a list.
pub(in crate::pages) fn hit(entry: &Value, with_repo: bool) -> Markup {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = [text("name"), text("title")].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let summary = text("summary");
    let tags = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    html! {
        h3 { (capability_link(text("id"))) " " (beginning(name, 120)) }
        @if !summary.is_empty() { p.small { (beginning(summary, 280)) } }
        @if with_repo || !tags.is_empty() || !text("status").is_empty() {
            p.tags {
                @if with_repo { span { a href={ "/repos/" (text("source_repo")) } { (text("source_repo")) } } }
                @if !text("status").is_empty() { span { (beginning(text("status"), 40)) } }
                @for tag in tags.iter().filter_map(Value::as_str).take(12) { span { (beginning(tag, 40)) } }
            }
        }
    }
}
