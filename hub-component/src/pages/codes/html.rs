//! The meaning of problem codes as HTML pages, for readers who follow the link in a problem.

use crate::edge::memo;
use crate::hub::MAX_MEMO_SECONDS;
use crate::pages::elements::prose;
use crate::pages::response::respond;
use crate::pages::{Page, Search, Section};
use api::paths::{self, expand};
use axum::response::Response;
use federation::problem::{Kind, Place};
use http::HeaderMap;
use maud::html;

const PLACES: [(Place, &str); 6] = [
    (Place::Answer, "Responses of the hub"),
    (Place::Host, "Responses of the host, instead of the hub"),
    (Place::Field, "Fields of a registration"),
    (Place::Source, "Indexes that could not be fetched or are held"),
    (Place::Index, "Invalid indexes"),
    (Place::Program, "Results of the command line for agents, instead of the hub"),
];

/// All codes, grouped by where they occur.
pub(super) fn problems(kinds: &[&Kind], request: &HeaderMap, public_url: &str) -> Response {
    let content = html! {
        h1 { "Problem codes" }
        @for (place, title) in PLACES {
            h2 { (title) }
            dl.facts {
                @for kind in kinds.iter().filter(|kind| kind.place == place) {
                    dt { a href=(expand(paths::PROBLEM, &[kind.code])) { code { (kind.code) } } }
                    dd { (kind.title) "." }
                }
            }
        }
    };
    let page = Page {
        title: "Problem codes",
        description: "What the codes of this hub mean, and how to resolve each problem.",
        section: Section::Elsewhere,
        search: Search::Above,
        content,
    };
    memo(respond(page, request, public_url), Some(MAX_MEMO_SECONDS))
}

/// One code, with an explanation for each place where it occurs.
pub(super) fn explained(code: &str, kinds: &[&Kind], request: &HeaderMap, public_url: &str) -> Response {
    let content = html! {
        h1 { code { (code) } }
        @for kind in kinds {
            h2 { (kind.title) }
            p { (prose(kind.meaning)) }
            p { strong { "What to do: " } (prose(kind.remedy)) "." }
            p.quiet.small {
                @for (_, title) in PLACES.iter().filter(|(place, _)| *place == kind.place) { (title) }
                @if let Some(status) = kind.status { ", status " (status) }
                "."
            }
        }
        p { a href=(paths::PROBLEMS) { "All codes" } }
    };
    let page = Page {
        title: code,
        description: kinds.first().map_or("", |kind| kind.meaning),
        section: Section::Elsewhere,
        search: Search::Above,
        content,
    };
    memo(respond(page, request, public_url), Some(MAX_MEMO_SECONDS))
}
