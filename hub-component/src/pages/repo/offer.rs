//! The capabilities of a repo.

use crate::pages::entry::{self, Under};
use maud::{Markup, html};
use serde_json::Value;

/// Maximum number of capabilities on the page of their repo; the search lists all.
pub(super) const MAX_OFFERED: usize = 20;

/// The section with the first entries; `count` is the number of all entries.
pub(super) fn section(repo: &str, entries: &[Value], count: usize) -> Markup {
    html! {
        h2 { "Capabilities" @if count > 0 { " " span.quiet.number { (count) } } }
        @if entries.is_empty() { p { "This repo contributes no capabilities." } }
        @else { ul.hits { @for entry in entries.iter().filter_map(Value::as_object).take(MAX_OFFERED) { li { (entry::hit(entry, Under::SectionOfRepo)) } } } }
        @if count > MAX_OFFERED {
            p { "The first " (MAX_OFFERED) " of " (count) ". " a href={ "/capabilities?repo=" (repo) } { "See all" } "." }
        }
    }
}
