//! A problem as a page, for whoever came with a browser.

use super::elements::{prose, theirs_with_code};
use super::{Page, Section};
use crate::problem::Problem;
use maud::html;

/// The document.
pub fn problem(problem: &Problem, request_id: &str) -> String {
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
