//! The parts that pages are made of.

use federation::digest::Digest;
use federation::source::State;
use federation::source_url;
use federation::time::{Seconds, rfc3339};
use maud::{Markup, PreEscaped, html};

/// A time, absolute: how long ago it was depends on when the page is read.
pub(super) fn time(at: Seconds) -> Markup {
    let machine = rfc3339(at);
    let people = machine.replace('T', " ").replace('Z', " UTC");
    html! { time datetime=(machine) { (people) } }
}

/// A state as a word with a shape of its own, so that colour is not needed to tell it.
pub(super) fn state(state: State) -> Markup {
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

/// Text that somebody else wrote, kept from reordering what is around it.
pub(super) fn theirs(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// As [`theirs`], at most `most` characters of it.
pub(super) fn beginning(text: &str, most: usize) -> Markup {
    match text.char_indices().nth(most) {
        Some((end, _)) => html! { bdi { (&text[..end]) "…" } },
        None => theirs(text),
    }
}

/// A sentence: what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// As [`beginning`], of a sentence as [`prose`] shows it: of the hub's own words with those of others in them.
pub(super) fn theirs_with_code(text: &str, most: usize) -> Markup {
    match text.char_indices().nth(most) {
        Some((end, _)) => html! { bdi { (prose(&text[..end])) "…" } },
        None => html! { bdi { (prose(text)) } },
    }
}

/// Text that somebody else wrote, at most `most` characters of it; a link if it is a plain `http(s)` address.
pub(super) fn linked(text: &str, most: usize) -> Markup {
    // Other schemes run code or open programs; what is not ASCII can look like another host.
    if text.is_ascii() && source_url::parse(text).is_ok() {
        html! { a href=(text) rel="nofollow noopener noreferrer ugc" { (text) } }
    } else {
        beginning(text, most)
    }
}

/// The link to a repo's page.
pub(super) fn repo_link(repo: &str) -> Markup {
    html! { a href={ "/repos/" (repo) } { (repo) } }
}

/// The link to the page of an id.
pub(super) fn capability_link(id: &str) -> Markup {
    html! { a href={ "/capabilities/" (id) } { code { (id) } } }
}

/// The link to a revision.
pub(super) fn revision_link(number: u64) -> Markup {
    html! { a href={ "/revisions/" (number) } { "revision " (number) } }
}

/// The link to the bytes of a snapshot.
pub(super) fn snapshot_link(digest: &Digest) -> Markup {
    html! { a href={ "/v1/indexes/" (digest) } { code { (digest) } } }
}

/// `1 capability`, `2 capabilities`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
