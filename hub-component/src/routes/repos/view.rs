//! A registration as clients see it.

use crate::store::sources::Source;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::registration::Registration;
use federation::source::State;
use federation::time::{Seconds, rfc3339};
use serde::Serialize;
use utoipa::ToSchema;

/// A registration with its status.
#[derive(Serialize, ToSchema)]
#[schema(as = Repo)]
pub struct RepoView<'a> {
    #[serde(flatten)]
    registration: &'a Registration,
    /// When the source was registered.
    registered_at: String,
    /// When a field of it last changed.
    updated_at: String,
    /// Name of the token that registered it.
    registered_by: &'a str,
    /// The state of its source.
    status: Status<'a>,
}

#[derive(Serialize, ToSchema)]
struct Status<'a> {
    /// The state in one word.
    state: State,
    /// Why the last check failed or the newest index is held: a code that `/problems` explains.
    #[schema(required)]
    reason: Option<String>,
    /// The same for people.
    #[schema(required)]
    message: Option<String>,
    /// Since when checks have been failing.
    #[schema(required)]
    failing_since: Option<String>,
    /// When an index of this source was last found valid, or unchanged since it was.
    #[schema(required)]
    verified_at: Option<String>,
    /// When it was last fetched.
    #[schema(required)]
    last_attempt_at: Option<String>,
    /// When it is due; null means now.
    #[schema(required)]
    next_check_at: Option<String>,
    /// Consecutive checks that failed.
    consecutive_failures: u32,
    /// Status of the origin's last answer.
    #[schema(required)]
    http_status: Option<u16>,
    /// The accepted snapshot.
    #[schema(required)]
    index_digest: Option<&'a Digest>,
    /// How many capabilities it has.
    capability_count: usize,
    /// The held snapshot.
    #[schema(required)]
    held_digest: Option<&'a Digest>,
    /// What is wrong in the newest index and where.
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
