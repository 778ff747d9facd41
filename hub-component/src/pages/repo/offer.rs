//! What a repo offers.

use crate::pages::entry;
use maud::{Markup, html};
use serde_json::Value;

/// Capabilities shown on the page of their repo; the search has them all.
const MOST: usize = 100;

/// The section about it.
pub(super) fn section(repo: &str, entries: &[Value]) -> Markup {
    html! {
        h2 { "Capabilities" @if !entries.is_empty() { " " span.quiet.number { (entries.len()) } } }
        @if entries.is_empty() { p { "Readers get none from this repo." } }
        @else { ul.hits { @for entry in entries.iter().filter_map(Value::as_object).take(MOST) { li { (entry::hit(entry, false)) } } } }
        @if entries.len() > MOST {
            p { "The first " (MOST) " of " (entries.len()) ". " a href={ "/capabilities?repo=" (repo) } { "See all of them" } "." }
        }
    }
}
