//! The state of a source in words.

use super::elements::{counted, time};
use api::events::{action, cause};
use federation::source::{Failure, SourceRecord, State};
use maud::{Markup, html};
use store::sources::Source;

/// Explains the state of a source.
pub(super) fn why(source: &Source, state: State) -> Markup {
    let (registration, record) = (&source.registered.registration, &source.record);
    let moved = record.accepted.as_ref().is_some_and(|accepted| accepted.url != registration.url);
    html! {
        @match (state, &record.failure) {
            (State::Disabled, _) => "The source is disabled: the hub does not fetch its index.",
            (State::Pending, _) => "The source is registered, but its index has not been fetched yet.",
            (State::Held, _) => "A newer valid index is held back, usually because it has lost most of its capabilities, which is often an accident.",
            (_, Some(failure)) => (failing(record, failure)),
            (State::Stale, None) if moved => "The URL was changed, and no valid index has been fetched from the new one yet.",
            (State::Stale, None) => "The next check is overdue.",
            _ => "Readers get the index that the repo publishes.",
        }
    }
}

/// Says how many checks have failed, and since when.
pub(super) fn failing(record: &SourceRecord, failure: &Failure) -> Markup {
    html! {
        @if record.consecutive_failures > 1 {
            "The last " (record.consecutive_failures) " checks failed, the first of them " (time(failure.since)) "."
        } @else { "The last check failed, " (time(failure.since)) "." }
    }
}

/// Says what readers currently get from a source.
pub(super) fn meanwhile(source: &Source, state: State) -> Markup {
    let record = &source.record;
    html! {
        @match record.accepted.as_ref().filter(|_| state != State::Disabled) {
            None => "Readers get nothing from this source.",
            Some(accepted) => {
                @if state != State::Fresh { "Meanwhile readers get" } @else { "Readers get" }
                " the accepted snapshot with "
                (counted(accepted.capability_count, "capability", "capabilities"))
                @if let Some(at) = record.verified_at.filter(|_| state != State::Held) { ", last verified " (time(at)) }
                "."
            }
        }
    }
}

/// The cause of a revision in words.
pub(super) fn cause(cause: &str) -> &str {
    match cause {
        action::REGISTER => "registered",
        action::UPDATE => "registration changed",
        action::DEREGISTER => "deregistered",
        action::REFRESH => "index fetched",
        action::RELEASE => "held index released",
        cause::CATALOGUE => "catalogue read",
        cause::UPSTREAM => "came from another hub",
        action::UPSTREAM_SET => "upstream set",
        action::UPSTREAM_REMOVE => "upstream removed",
        cause::RESTORE => "restored from a backup",
        other => other,
    }
}
