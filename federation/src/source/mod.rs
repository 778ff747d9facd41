//! A source: what was seen of it, what it contributes, and how the next observation changes that.
//!
//! One pure state machine, so that the hub and an offline composition judge alike.

mod bound;
mod observe;
mod release;
mod schedule;
mod state;

pub use observe::{Effect, Observation};
pub use release::NotReleased;
pub use schedule::next_check;
pub use state::{GRACE, State};

use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::fetch::Validators;
use crate::problem::sources;
use crate::time::{Seconds, is_beyond};
use serde::{Deserialize, Serialize};

/// Everything known about a source besides its registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRecord {
    /// What it contributes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// Newer and valid, but waiting for release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The content last fetched, whatever its verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// Why the last check did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The content whose judging the host ended, until other content was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// When an index of this source was last found valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Seconds>,
    /// When it was last fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<Seconds>,
    /// When it is next due; none means now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Seconds>,
    /// Consecutive checks that failed.
    pub consecutive_failures: u32,
    /// Status of the last HTTP answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

/// A snapshot that readers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Names the snapshot.
    pub digest: Digest,
    /// Where it was fetched from; stays until a changed URL has delivered.
    pub url: String,
    /// How many capabilities it has.
    pub capability_count: usize,
}

/// A snapshot that the guard keeps back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Names the snapshot.
    pub digest: Digest,
    /// Where it was fetched from.
    pub url: String,
    /// How many capabilities it has.
    pub capability_count: usize,
    /// Since when this content has been seen.
    pub since: Seconds,
    /// Whether it waits for room in the federation, and not for somebody to release it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
}

/// The content last fetched, so that the same content is not judged twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Where it was fetched from; validators belong to it alone.
    pub url: String,
    /// Names the content.
    pub digest: Digest,
    /// To ask whether it changed.
    pub validators: Validators,
    /// What the check said.
    pub verdict: Verdict,
}

/// What a check said about content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A valid index with this many capabilities.
    Valid(usize),
    /// Not a valid index; at least one of these is an error.
    Invalid(Vec<Diagnostic>),
}

/// Content whose judging did not end by itself: the instance that judged it ran out of time or memory, or was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Names the content.
    pub digest: Digest,
    /// How often, in a row.
    pub times: u32,
}

/// Why a check did not end well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable, kebab-case.
    pub code: String,
    /// For people.
    pub message: String,
    /// Where in the index, when it was one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// Since when checks have been failing.
    pub since: Seconds,
}

impl SourceRecord {
    /// What to send with the next fetch of `url`: validators only if they came from there and the content is known.
    pub fn validators(&self, url: &str) -> Validators {
        match &self.checked {
            Some(checked) if checked.url == url => checked.validators.clone(),
            _ => Validators::default(),
        }
    }

    /// Whether a fetch is due. An attempt in the future was made before the clock was set back, and says nothing about when the next is due.
    pub fn is_due(&self, now: Seconds) -> bool {
        self.next_check_at.is_none_or(|at| at <= now) || self.last_attempt_at.is_some_and(|at| is_beyond(at, now))
    }

    /// Whether an index of this source ended the instance that judged it, and none was judged since.
    pub fn ended_a_refresh(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether this content is not worth another try by the hub itself: it ended its judging more than once, so it was no accident.
    pub fn is_given_up(&self, digest: &Digest) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.digest == *digest && ended.times > 1)
    }

    /// The record of a source of which all that is known otherwise is what it contributes, since `since` at the latest. It is due.
    pub fn lost(accepted: Option<Accepted>, since: Seconds) -> Self {
        let message = "What the hub remembered of this source cannot be read; the next check replaces it.".to_owned();
        let failure = Failure { code: sources::RECORD_LOST.to_string(), message, diagnostics: Vec::new(), since };
        Self { accepted, failure: Some(failure), ..Self::default() }
    }

    /// Drops the findings, of which only whoever shows them has need. Such a record is not to be kept.
    pub fn forget_findings(&mut self) {
        if let Some(Checked { verdict: Verdict::Invalid(findings), .. }) = &mut self.checked {
            findings.clear();
        }
        if let Some(failure) = &mut self.failure {
            failure.diagnostics.clear();
        }
    }

    /// The registration has another URL now. That is due at once, and nothing that was found under the old one holds for it but what
    /// readers get.
    pub fn moved(&mut self) {
        self.next_check_at = None;
        self.consecutive_failures = 0;
        self.held = None;
        self.ended = None;
    }

    /// The registration has a shorter time to live now, which counts from the last check. A back-off stays.
    pub fn shorten(&mut self, cache_ttl_seconds: u32) {
        if let (0, Some(last)) = (self.consecutive_failures, self.last_attempt_at) {
            let sooner = last + Seconds::from(cache_ttl_seconds);
            self.next_check_at = self.next_check_at.map(|at| at.min(sooner));
        }
    }

    /// Why the source is not fresh, as a stable code and for people: the failure of its last check, or what the guard holds.
    pub fn reason(&self) -> Option<(String, String)> {
        if let Some(failure) = &self.failure {
            return Some((failure.code.clone(), failure.message.clone()));
        }
        let held = self.held.as_ref()?;
        if held.full {
            let message = format!(
                "The federation has no room for the newest index ({} capabilities); it is accepted by the first check that finds room.",
                held.capability_count
            );
            return Some((sources::HELD_FULL.to_string(), message));
        }
        let accepted = self.accepted.as_ref()?;
        let message = format!(
            "The newest index has {} capabilities where readers get {}; if that is meant, release it, or it is released after a day.",
            held.capability_count, accepted.capability_count
        );
        Some((sources::HELD_SHRUNK.to_string(), message))
    }
}
