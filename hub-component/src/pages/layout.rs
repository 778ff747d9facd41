//! The layout around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Included in every page to save a request; the content security policy allows it by its hash.
pub(super) const STYLE: &str = include_str!("style.css");
/// Included as [`STYLE`] is. Pages work without it.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// A section of the site, for the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Repos,
    Capabilities,
    Revisions,
    Elsewhere,
}

/// The content of a page, without the layout.
pub(super) struct Page<'a> {
    pub title: &'a str,
    pub section: Section,
    /// The text in the search field.
    pub words: &'a str,
    pub content: Markup,
}

impl Page<'_> {
    /// Renders the HTML document.
    pub(super) fn render(self) -> String {
        let Self { title, section, words, content } = self;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (title) " · reuse-surface" }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    link rel="icon" href="/favicon.svg" type="image/svg+xml";
                    link rel="alternate" type="application/yaml" href="/v1/federated?format=yaml" title="The federated document";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header.bar { div.top { (banner(section, words)) } }
                    main #content tabindex="-1" { (content) }
                    footer.bottom { (footer()) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
        .into_string()
    }
}

fn banner(section: Section, words: &str) -> Markup {
    let parts = [
        (Section::Repos, "/", "Repos"),
        (Section::Capabilities, "/capabilities", "Capabilities"),
        (Section::Revisions, "/revisions", "Revisions"),
    ];
    html! {
        a.name href="/" { "reuse-surface" }
        nav aria-label="Main" {
            ul {
                @for (part, href, name) in parts {
                    li { a href=(href) aria-current=[(part == section).then_some("page")] { (name) } }
                }
            }
        }
        form.search role="search" action="/capabilities" {
            label.hidden for="search" { "Search capabilities" }
            input #search type="search" name="q" value=(words) maxlength="256" placeholder="Search capabilities" autocomplete="off";
            button { "Search" }
        }
    }
}

fn footer() -> Markup {
    html! {
        ul {
            li { a href="/v1/federated?format=yaml" { "The document as YAML" } }
            li { a href="/v1/federated?format=json" { "as JSON" } }
            li { a href="/openapi.json" { "OpenAPI" } }
            li { a href="/llms.txt" { "For agents: llms.txt" } }
            li { a href="/problems" { "Problem codes" } }
        }
        p { "reuse-surface " (env!("CARGO_PKG_VERSION")) ". Entries are written by the maintainers of the repos; times are in UTC." }
    }
}
