//! What a repo offers.

use crate::pages::entry;
use maud::{Markup, html};
use serde_json::Value;

/// Capabilities shown on the page of their repo; the search has them all.
pub(super) const MOST: usize = 100;

/// The section about it: the first entries, of so many.
pub(super) fn section(repo: &str, entries: &[Value], count: usize) -> Markup {
    html! {
        h2 { "Capabilities" @if count > 0 { " " span.quiet.number { (count) } } }
        @if entries.is_empty() { p { "Readers get none from this repo." } }
        @else { ul.hits { @for entry in entries.iter().filter_map(Value::as_object).take(MOST) { li { (entry::hit(entry, false)) } } } }
        @if count > MOST {
            p { "The first " (MOST) " of " (count) ". " a href={ "/capabilities?repo=" (repo) } { "See all of them" } "." }
        }
    }
}
