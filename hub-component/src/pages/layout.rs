//! The layout around every page.

use api::paths;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Included in every page to save a request; the content security policy allows it by its hash.
pub(super) const STYLE: &str = include_str!("style.css");
/// Included as [`STYLE`] is. Pages work without it.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// Longest title and description, in characters.
const MAX_TITLE_CHARS: usize = 120;
const MAX_DESCRIPTION_CHARS: usize = 160;

/// A section of the site, for the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Start,
    Capabilities,
    Repos,
    Revisions,
    Elsewhere,
}

/// Where the search field of a page is; a page has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// In the header.
    Above,
    /// In the content, with the id `search`.
    InContent,
}

/// The content of a page, without the layout.
pub(super) struct Page<'a> {
    pub title: &'a str,
    /// What the page is about, for search engines and previews.
    pub description: &'a str,
    pub section: Section,
    pub search: Search,
    pub content: Markup,
}

impl Page<'_> {
    /// Renders the HTML document.
    pub(super) fn render(self) -> String {
        let Self { title, description, section, search, content } = self;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (cut(title, MAX_TITLE_CHARS)) " · reuse-surface" }
                    meta name="description" content=(cut(description, MAX_DESCRIPTION_CHARS));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    link rel="icon" href="/favicon.svg" type="image/svg+xml";
                    link rel="alternate" type="application/yaml" href={ (paths::FEDERATED) "?format=yaml" } title="The federated document";
                    link rel="alternate" type="application/atom+xml" href=(paths::ATOM) title="Changes";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header.bar { div.top { (banner(section, search)) } }
                    main #content tabindex="-1" { (content) }
                    footer.bottom { (footer()) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
        .into_string()
    }
}

/// A text in one line, cut to `max_chars` characters.
fn cut(text: &str, max_chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

fn banner(section: Section, search: Search) -> Markup {
    let parts = [
        (Section::Capabilities, "/capabilities", "Capabilities"),
        (Section::Repos, "/repos", "Repos"),
        (Section::Revisions, "/revisions", "Revisions"),
    ];
    let current = |part| (part == section).then_some("page");
    html! {
        a.name href="/" aria-current=[current(Section::Start)] { "reuse-surface" }
        nav aria-label="Main" {
            ul {
                @for (part, href, name) in parts { li { a href=(href) aria-current=[current(part)] { (name) } } }
            }
        }
        @if search == Search::Above {
            form.search role="search" action="/capabilities" { (field("", "Search capabilities", false)) }
        }
    }
}

/// The search field of a page and its button.
pub(super) fn field(words: &str, label: &str, has_focus: bool) -> Markup {
    html! {
        label.hidden for="search" { (label) }
        input #search type="search" name="q" value=(words) maxlength="1000" placeholder=(label) autocomplete="off" autofocus[has_focus];
        button { "Search" }
    }
}

fn footer() -> Markup {
    html! {
        ul {
            li { a href={ (paths::FEDERATED) "?format=yaml" } { "The document as YAML" } }
            li { a href={ (paths::FEDERATED) "?format=json" } { "as JSON" } }
            li { a href=(paths::OPENAPI) { "OpenAPI" } }
            li { a href=(paths::LLMS) { "For agents: llms.txt" } }
            li { a href="/demand" { "What is missing" } }
            li { a href="/overlaps" { "Overlaps" } }
            li { a href=(paths::PROBLEMS) { "Problem codes" } }
        }
        p { "reuse-surface " (env!("CARGO_PKG_VERSION")) ". Entries are written by the maintainers of the repos; times are in UTC." }
    }
}
