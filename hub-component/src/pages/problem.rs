//! A problem as a page, for browsers.

use super::elements::{prose, theirs_with_code};
use super::response::error_headers;
use super::{Page, Section};
use crate::problem::Problem;
use http::HeaderMap;
use maud::html;

/// Renders a problem as a page and adds the page's headers. `base` is the hub's base URL.
pub fn problem(problem: &Problem, request_id: &str, base: &str, headers: &mut HeaderMap) -> String {
    error_headers(headers, base);
    let kind = problem.kind();
    let content = html! {
        h1 { (kind.title) }
        p { (theirs_with_code(problem.detail(), usize::MAX)) }
        p.quiet { (prose(kind.meaning)) }
        p { a href="/" { "All repos" } " · " a href="/capabilities" { "Search capabilities" } " · " a href="/revisions" { "Revisions" } }
        p.quiet.small {
            "Status " (problem.status().as_u16()) ", code " a href={ "/problems/" (kind.code) } { code { (kind.code) } }
            ", request " code { (request_id) } "."
        }
    };
    Page { title: kind.title, section: Section::Elsewhere, words: "", content }.render()
}
