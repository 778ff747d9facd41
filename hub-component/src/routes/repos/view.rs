//! A registration as clients see it.

use crate::store::sources::Source;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::registration::Registration;
use federation::source::State;
use federation::time::{Seconds, rfc3339};
use serde::Serialize;

/// A registration with its status.
#[derive(Serialize)]
pub(super) struct RepoView<'a> {
    #[serde(flatten)]
    registration: &'a Registration,
    registered_at: String,
    updated_at: String,
    registered_by: &'a str,
    status: Status<'a>,
}

#[derive(Serialize)]
struct Status<'a> {
    state: State,
    reason: Option<String>,
    message: Option<String>,
    failing_since: Option<String>,
    verified_at: Option<String>,
    last_attempt_at: Option<String>,
    next_check_at: Option<String>,
    consecutive_failures: u32,
    http_status: Option<u16>,
    index_digest: Option<&'a Digest>,
    capability_count: usize,
    held_digest: Option<&'a Digest>,
    diagnostics: &'a [Diagnostic],
}

impl<'a> RepoView<'a> {
    pub(super) fn new(source: &'a Source, now: Seconds) -> Self {
        let record = &source.record;
        let failure = record.failure.as_ref();
        let accepted = record.accepted.as_ref();
        let (reason, message) = record.reason().unzip();
        Self {
            registration: &source.registered.registration,
            registered_at: rfc3339(source.registered.registered_at),
            updated_at: rfc3339(source.registered.updated_at),
            registered_by: &source.registered.registered_by,
            status: Status {
                state: source.state(now),
                reason,
                message,
                failing_since: failure.map(|f| rfc3339(f.since)),
                verified_at: record.verified_at.map(rfc3339),
                last_attempt_at: record.last_attempt_at.map(rfc3339),
                next_check_at: record.next_check_at.map(rfc3339),
                consecutive_failures: record.consecutive_failures,
                http_status: record.http_status,
                index_digest: accepted.map(|a| &a.digest),
                capability_count: accepted.map_or(0, |a| a.capability_count),
                held_digest: record.held.as_ref().map(|h| &h.digest),
                diagnostics: failure.map_or(&[], |f| f.diagnostics.as_slice()),
            },
        }
    }
}
