//! A problem as a page, for browsers.

use super::elements::{external_text_with_code, prose};
use super::response::error_headers;
use super::{Page, Search, Section, missing};
use crate::problem::Problem;
use api::paths::{self, expand};
use http::HeaderMap;
use maud::html;

/// Renders a problem as a page and adds the page's headers. `base` is the hub's base URL.
pub fn problem(problem: &Problem, request_id: &str, base: &str, headers: &mut HeaderMap) -> String {
    error_headers(headers, base);
    let kind = problem.kind();
    let is_missing = missing::words(problem);
    let title = is_missing.map_or(kind.title, |(title, _)| title);
    let content = html! {
        h1 { (title) }
        @match is_missing {
            Some((_, text)) => (missing::content(problem, text)),
            None => {
                p { (external_text_with_code(problem.detail(), usize::MAX)) }
                p.quiet { (prose(kind.meaning)) }
            }
        }
        p { a href="/" { "Start" } " · " a href="/capabilities" { "All capabilities" } " · " a href="/repos" { "All repos" } " · " a href="/revisions" { "Revisions" } }
        p.quiet.small {
            "Status " (problem.status().as_u16()) ", code " a href=(expand(paths::PROBLEM, &[kind.code])) { code { (kind.code) } }
            ", request " code { (request_id) } "."
        }
    };
    let search = if is_missing.is_some() { Search::InContent } else { Search::Above };
    Page { title, description: title, section: Section::Elsewhere, search, content }.render()
}
