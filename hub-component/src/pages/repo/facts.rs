//! The facts about a registration.

use crate::pages::elements::{linked, revision_link, search_link, snapshot_link, time};
use crate::pages::words;
use api::paths::{self, expand};
use federation::limits::MAX_URL_CHARS;
use maud::{Markup, html};
use store::revisions::Entry;
use store::sources::Source;

/// How many revisions that changed a repo are shown.
pub(super) const REVISIONS: usize = 10;

/// The registration and the last check.
pub(super) fn section(source: &Source) -> Markup {
    let (registered, record) = (&source.registered, &source.record);
    let registration = &registered.registration;
    html! {
        h2 { "Registration" }
        dl.facts {
            dt { "Index" } dd { (linked(&registration.url, MAX_URL_CHARS)) }
            dt { "Format" } dd { (registration.format.as_str()) }
            dt { "Domain" } dd { (search_link("domain", &registration.domain)) }
            dt { "Required" } dd { @if registration.required { "yes, readers rely on it" } @else { "no" } }
            dt { "Checked every" }
            dd {
                (record.polled_every(registration.cache_ttl_seconds)) " seconds"
                @if let Some(at) = record.pushed_at { ", because pushes are announced, last " (time(at)) }
            }
            dt { "Registered" } dd { (time(registered.registered_at)) " by " (registered.registered_by) }
            @if registered.updated_at != registered.registered_at { dt { "Changed" } dd { (time(registered.updated_at)) } }
            @if let Some(at) = record.verified_at { dt { "Last verified" } dd { (time(at)) } }
            @if let Some(at) = record.last_attempt_at {
                dt { "Last check" }
                dd { (time(at)) @if let Some(status) = record.http_status { ", the server responded with " (status) } }
            }
            @if let Some(at) = record.next_check_at.filter(|_| registration.enabled) { dt { "Next check" } dd { (time(at)) } }
            @if let Some(accepted) = &record.accepted { dt { "Accepted snapshot" } dd { (snapshot_link(&accepted.digest)) } }
            @if let Some(accepted) = record.accepted.as_ref().filter(|accepted| !accepted.via.is_empty()) {
                dt { "Came through" }
                dd { @for (n, hub) in accepted.via.iter().enumerate() { @if n > 0 { ", " } (linked(hub, MAX_URL_CHARS)) } }
            }
            @if let Some(commit) = record.provenance() {
                dt { "Pushed from" }
                dd {
                    code { (commit.commit) } " of " (commit.repository)
                    @if let Some(name) = &commit.reference { ", " (name) }
                    @if !commit.verified { ", according to the holder of a token" }
                }
            }
            @let data = expand(paths::REPO, &[&registration.repo]);
            dt { "As data" } dd { a href=(data) { (data) } }
        }
    }
}

/// The newest revisions that changed the repo's contribution.
pub(super) fn history(entries: &[Entry]) -> Markup {
    html! {
        @if !entries.is_empty() {
            h2 { "Revisions that changed it" }
            ul {
                @for entry in entries {
                    li { (revision_link(entry.revision.number)) ", " (time(entry.revision.composed_at)) ": " (words::cause(&entry.cause)) " (" (entry.actor) ")" }
                }
            }
        }
    }
}
