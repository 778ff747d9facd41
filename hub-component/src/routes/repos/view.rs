//! A registration as clients see it.

use api::repos::{Repo, Status};
use federation::time::{Seconds, rfc3339};
use std::borrow::Cow;
use store::sources::Source;

/// A registration with its status.
pub(super) fn repo(source: &Source, now: Seconds) -> Repo<'_> {
    let record = &source.record;
    let failure = record.failure.as_ref();
    let accepted = record.accepted.as_ref();
    let (reason, message) = record.reason().unzip();
    Repo {
        registration: Cow::Borrowed(&source.registered.registration),
        registered_at: rfc3339(source.registered.registered_at),
        updated_at: rfc3339(source.registered.updated_at),
        registered_by: source.registered.registered_by.clone(),
        status: Status {
            state: source.state(now).into(),
            reason,
            message,
            failing_since: failure.map(|f| rfc3339(f.since)),
            verified_at: record.verified_at.map(rfc3339),
            last_attempt_at: record.last_attempt_at.map(rfc3339),
            next_check_at: record.next_check_at.map(rfc3339),
            consecutive_failures: record.consecutive_failures,
            http_status: record.http_status,
            index_digest: accepted.map(|a| a.digest.clone()),
            capability_count: accepted.map_or(0, |a| a.capability_count),
            held_digest: record.held.as_ref().map(|h| h.digest.clone()),
            diagnostics: Cow::Borrowed(failure.map_or(&[], |f| f.diagnostics.as_slice())),
        },
    }
}
