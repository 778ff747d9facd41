//! What the hub knows, in words.

use super::elements::{counted, time};
use federation::source::{Failure, SourceRecord, State};
use maud::{Markup, html};
use store::sources::Source;

/// Why a source is in its state.
pub(super) fn why(source: &Source, state: State) -> Markup {
    let (registration, record) = (&source.registered.registration, &source.record);
    let moved = record.accepted.as_ref().is_some_and(|accepted| accepted.url != registration.url);
    html! {
        @match (state, &record.failure) {
            (State::Disabled, _) => "It is switched off: the hub does not fetch its index.",
            (State::Pending, _) => "It was registered and its index was not fetched yet.",
            (State::Held, _) => "A newer valid index has lost most of its capabilities. That is more often an accident than a decision, so it waits for release.",
            (_, Some(failure)) => (failing(record, failure)),
            (State::Stale, None) if moved => "Its URL was changed, and the new one has not delivered a valid index yet.",
            (State::Stale, None) => "It was not checked for longer than it should have been.",
            _ => "What readers get is what the repo publishes.",
        }
    }
}

/// Since when checks have been failing.
pub(super) fn failing(record: &SourceRecord, failure: &Failure) -> Markup {
    html! {
        @if record.consecutive_failures > 1 {
            "The last " (record.consecutive_failures) " checks did not end well, the first of them " (time(failure.since)) "."
        } @else { "The last check did not end well, " (time(failure.since)) "." }
    }
}

/// What readers get of a source now.
pub(super) fn meanwhile(source: &Source, state: State) -> Markup {
    let record = &source.record;
    html! {
        @match record.accepted.as_ref().filter(|_| state != State::Disabled) {
            None => "Readers get nothing of it.",
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

/// Why a revision was made.
pub(super) fn cause(cause: &str) -> &str {
    match cause {
        "register" => "registered",
        "update" => "registration changed",
        "deregister" => "deregistered",
        "refresh" => "index fetched",
        "release" => "held index released",
        other => other,
    }
}
