//! What to tell people who followed an old link or mistyped an address. A code's own text is for programs.

use super::elements::{beginning, capability_link, repo_link, revision_link};
use super::layout::field;
use crate::problem::{Problem, kinds};
use federation::withdrawn::Tombstone;
use maud::{Markup, html};

/// The title and the sentences for a page that is not there; `None` for any other problem.
pub(super) fn words(problem: &Problem) -> Option<(&'static str, &'static str)> {
    let known = [
        (
            &kinds::NOT_FOUND,
            "This page does not exist",
            "The address may be mistyped, or the link is old. Search for what you need, or begin at one of the lists.",
        ),
        (
            &kinds::REPO_NOT_FOUND,
            "This repo is not registered here",
            "It may have been removed or renamed. Its capabilities may be offered by another repo: search for them.",
        ),
        (
            &kinds::CAPABILITY_NOT_FOUND,
            "No repo offers this capability",
            "It may have been removed or renamed. Search for it by what it does.",
        ),
        (
            &kinds::CAPABILITY_GONE,
            "This capability was removed",
            "If no successor is named, search for it by what it does.",
        ),
        (
            &kinds::REVISION_NOT_FOUND,
            "This revision does not exist",
            "Revisions are numbered from 1. The list shows every revision that is still kept.",
        ),
        (
            &kinds::REVISION_GONE,
            "This revision is no longer kept",
            "The hub keeps the newest 1,000 revisions and all of the last 90 days. A search that began more than a day ago must be started again.",
        ),
    ];
    known.into_iter().find(|(kind, _, _)| *kind == problem.kind()).map(|(_, title, text)| (title, text))
}

/// The content of such a page, apart from its title.
pub(super) fn content(problem: &Problem, text: &str) -> Markup {
    let similar = similar(problem);
    html! {
        @if !similar.is_empty() {
            p { "Did you mean " @for (i, id) in similar.iter().enumerate() { @if i > 0 { " or " } (capability_link(id, "")) } "?" }
        }
        @for gone in problem.gone() { p { (removal(gone)) } }
        p { (text) }
        form.find role="search" action="/capabilities" { (field("", "Search capabilities", false)) }
    }
}

/// The notice about a removed capability.
pub(super) fn removal(gone: &Tombstone) -> Markup {
    html! {
        @if !gone.name.is_empty() { b { (beginning(&gone.name, 300)) } ": " }
        "removed by " (repo_link(&gone.source_repo)) " in " (revision_link(gone.removed_in)) "."
        @if let Some(successor) = &gone.replaced_by { " Use " (capability_link(successor, "")) " instead." }
    }
}

/// The ids that the problem of an unknown capability suggests: those that its detail quotes. Text with a space is not an id.
fn similar(problem: &Problem) -> Vec<&str> {
    if *problem.kind() != kinds::CAPABILITY_NOT_FOUND {
        return Vec::new();
    }
    problem.detail().split('`').skip(1).step_by(2).filter(|quoted| !quoted.contains(' ')).collect()
}
