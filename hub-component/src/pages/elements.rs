//! The building blocks of pages.

use api::paths::{self, expand};
use federation::digest::Digest;
use federation::source::State;
use federation::source_url;
use federation::time::{Seconds, rfc3339};
use maud::{Markup, PreEscaped, html};
use url::form_urlencoded::Serializer;

/// Characters that are shown of a tag, a domain or a status.
const MAX_CHIP_CHARS: usize = 40;

/// An absolute time, because a relative one would depend on when the page is read.
pub(super) fn time(at: Seconds) -> Markup {
    let machine = rfc3339(at);
    let people = machine.replace('T', " ").replace('Z', " UTC");
    html! { time datetime=(machine) { (people) } }
}

/// A state as a word with its own shape, so that it is recognisable without colour.
pub(super) fn state_badge(state: State) -> Markup {
    let word = state.as_str();
    html! { span.state.(word) { (shape(state)) (word) } }
}

/// The shape of a state.
pub(super) fn shape(state: State) -> Markup {
    let path = match state {
        State::Fresh => r#"<circle cx="8" cy="8" r="7"/>"#,
        State::Stale => r#"<path d="M8 1l7.500 14h-15z"/>"#,
        State::Held => r#"<path d="M2 1h4v14h-4zM10 1h4v14h-4z"/>"#,
        State::Failed => r#"<path d="M3 .500l5 5 5-5 2.500 2.500-5 5 5 5-2.500 2.500-5-5-5 5-2.500-2.500 5-5-5-5z"/>"#,
        State::Pending => r#"<circle cx="8" cy="8" r="5.750" fill="none" stroke="currentColor" stroke-width="2.500"/>"#,
        State::Disabled => r#"<path d="M1 6.500h14v3h-14z"/>"#,
    };
    html! { svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" { (PreEscaped(path)) } }
}

/// Text from outside, isolated so that it cannot reorder the surrounding text.
pub(super) fn external_text(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// As [`external_text`], cut to `max_chars` characters.
pub(super) fn beginning(text: &str, max_chars: usize) -> Markup {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => html! { bdi { (&text[..end]) "…" } },
        None => external_text(text),
    }
}

/// A sentence with text between backticks shown as code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// As [`beginning`], for a sentence of the hub that quotes text from outside; backticks are shown as in [`prose`].
pub(super) fn external_text_with_code(text: &str, max_chars: usize) -> Markup {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => html! { bdi { (prose(&text[..end])) "…" } },
        None => html! { bdi { (prose(text)) } },
    }
}

/// Text from outside, cut to `max_chars` characters; a link if it is a plain `http(s)` URL.
pub(super) fn linked(text: &str, max_chars: usize) -> Markup {
    // Other schemes can run code or open programs, and non-ASCII text can imitate another host.
    if text.is_ascii() && source_url::parse(text).is_ok() {
        html! { a href=(text) rel="nofollow noopener noreferrer ugc" { (text) } }
    } else {
        beginning(text, max_chars)
    }
}

/// The link to a repo's page.
pub(super) fn repo_link(repo: &str) -> Markup {
    html! { a href={ "/repos/" (repo) } { (repo) } }
}

/// The link to the page of a capability: its name, or its id if it has no name.
pub(super) fn capability_link(id: &str, name: &str) -> Markup {
    html! { a href={ "/capabilities/" (id) } { @if name.is_empty() { code { (id) } } @else { (beginning(name, 160)) } } }
}

/// The address of the capabilities that have this value in a filter.
pub(super) fn search_href(filter: &str, value: &str) -> String {
    format!("/capabilities?{}", Serializer::new(String::new()).append_pair(filter, value).finish())
}

/// A value as a link to the capabilities that have it.
pub(super) fn search_link(filter: &str, value: &str) -> Markup {
    html! { a href=(search_href(filter, value)) { (beginning(value, MAX_CHIP_CHARS)) } }
}

/// The link to a revision.
pub(super) fn revision_link(number: u64) -> Markup {
    html! { a href={ "/revisions/" (number) } { "revision " (number) } }
}

/// The link to the bytes of a snapshot.
pub(super) fn snapshot_link(digest: &Digest) -> Markup {
    html! { a href=(expand(paths::INDEX, &[digest.as_str()])) { code { (digest) } } }
}

/// `1 capability`, `2 capabilities`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
