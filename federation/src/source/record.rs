//! What is known of a source except its registration, as it is stored.

use crate::bounded::Message;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::fetch::Validators;
use crate::forge;
use crate::index::SourceFormat;
use crate::problem::{Code, sources};
use crate::provenance::Provenance;
use crate::registration::Registration;
use crate::time::{Seconds, is_beyond};
use serde::{Deserialize, Serialize};

/// All data on a source except its registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceRecord {
    /// The snapshot that it contributes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// A newer, valid snapshot that waits for release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The content fetched last, whatever its verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// Why the last check failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Content whose validation the host aborted; kept until other content has been validated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<AbortedValidation>,
    /// Commits that content of this record was pushed from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pushed: Vec<Pushed>,
    /// Content that a push replaced a short while ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdated: Option<Outdated>,
    /// What is known of the `HEAD` of the repository, if the branch in the URL is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// When an index of this source was last found valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Seconds>,
    /// When it was last fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<Seconds>,
    /// When the next check is due; null means now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Seconds>,
    /// When its forge last announced a push, or a CI job made one; null while changes are not announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<Seconds>,
    /// Number of consecutive failed checks.
    pub consecutive_failures: u32,
    /// Status of the last HTTP response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
}

/// The snapshot that readers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Digest of the snapshot.
    pub digest: Digest,
    /// The URL from which it was fetched; kept until a changed URL has delivered an index.
    pub url: String,
    /// Number of its capabilities.
    pub capability_count: usize,
    /// The hubs that it came through, nearest first; none if it was fetched at its source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
}

/// A snapshot that the guard holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Digest of the snapshot.
    pub digest: Digest,
    /// The URL from which it was fetched.
    pub url: String,
    /// Number of its capabilities.
    pub capability_count: usize,
    /// When this content was first seen.
    pub since: Seconds,
    /// Whether it waits for room in the federation, rather than for a release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
}

impl From<Held> for Accepted {
    fn from(Held { digest, url, capability_count, .. }: Held) -> Self {
        Self { digest, url, capability_count, via: Vec::new() }
    }
}

/// The content fetched last, kept so that the same content is not validated twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The URL from which it was fetched; the validators are only valid for this URL.
    pub url: String,
    /// The format that it was said to have; the verdict is only valid for this format.
    #[serde(default, skip_serializing_if = "SourceFormat::is_auto")]
    pub format: SourceFormat,
    /// Digest of the content.
    pub digest: Digest,
    /// The validators for a conditional request.
    pub validators: Validators,
    /// The result of the check.
    pub verdict: Verdict,
}

/// The result of a check of some content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A valid index with this many capabilities.
    Valid(usize),
    /// Not a valid index; at least one of these is an error.
    Invalid(Vec<Diagnostic>),
}

/// Content whose validation did not finish: the instance that validated it ran out of time or memory, or was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbortedValidation {
    /// Digest of the content.
    pub digest: Digest,
    /// Number of consecutive times.
    pub times: u32,
}

/// What is known of the `HEAD` of a repository whose registered branch is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// The index is read there.
    Followed,
    /// There was no index there either, at this time.
    Missing {
        /// When the hub looked.
        since: Seconds,
    },
}

/// After how many seconds an index that was not at the `HEAD` of its repository is looked for there again: a day.
const HEAD_AGAIN: Seconds = 24 * 60 * 60;

/// Why a check failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable, kebab-case.
    pub code: Code,
    /// A sentence for people.
    pub message: Message,
    /// The findings in the index, if the index is the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// When the checks began to fail.
    pub since: Seconds,
}

impl Failure {
    /// A failure that is not the index's, which began at `since`.
    pub fn new(code: impl Into<Code>, message: impl Into<Message>, since: Seconds) -> Self {
        Self { code: code.into(), message: message.into(), diagnostics: Vec::new(), since }
    }
}

/// Content that was pushed, and the commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Digest of the content.
    pub(super) digest: Digest,
    /// The commit that it was pushed from.
    pub(super) provenance: Provenance,
}

/// Content that pushes have replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outdated {
    pub(super) digests: Vec<Digest>,
    /// Until when an origin may still serve it.
    pub(super) until: Seconds,
}

impl Checked {
    /// Whether it was checked for a registration with this URL and format.
    pub fn is_of(&self, registration: &Registration) -> bool {
        self.url == registration.url && self.format == registration.format
    }
}

impl SourceRecord {
    /// The validators for the next fetch of a registration: only those received from its URL for content that was
    /// checked in its format.
    pub fn validators(&self, registration: &Registration) -> Validators {
        match &self.checked {
            Some(checked) if checked.is_of(registration) => checked.validators.clone(),
            _ => Validators::default(),
        }
    }

    /// Whether a fetch is due. An attempt in the future dates from before the clock was set back, and is ignored.
    pub fn is_due(&self, now: Seconds) -> bool {
        self.next_check_at.is_none_or(|at| at <= now) || self.last_attempt_at.is_some_and(|at| is_beyond(at, now))
    }

    /// Whether the index may be looked for at the `HEAD` of its repository, if it is not at its URL.
    pub fn may_look_at_head(&self, now: Seconds) -> bool {
        !matches!(self.head, Some(Head::Missing { since }) if now - since < HEAD_AGAIN && !is_beyond(since, now))
    }

    /// Whether an index of this source ended the instance that validated it, and none has been validated since.
    pub fn ended_a_refresh(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether the hub should not try this content again by itself: its validation was aborted more than
    /// once, so that was no accident.
    pub fn is_given_up(&self, digest: &Digest) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.digest == *digest && ended.times > 1)
    }

    /// A new record for a source whose record was lost. It keeps the contribution, accepted at
    /// `since` or earlier, and is due.
    pub fn lost(accepted: Option<Accepted>, since: Seconds) -> Self {
        let message = "The hub cannot read its record of this source; the next check replaces it.";
        let failure = Failure::new(&sources::RECORD_LOST, message, since);
        Self { accepted, failure: Some(failure), ..Self::default() }
    }

    /// Drops the findings, which are only needed for display. Such a record must not be stored.
    pub fn forget_findings(&mut self) {
        if let Some(Checked { verdict: Verdict::Invalid(findings), .. }) = &mut self.checked {
            findings.clear();
        }
        if let Some(failure) = &mut self.failure {
            failure.diagnostics.clear();
        }
    }

    /// Updates the record after the URL or the format of the registration changed. The source is due at once, and only
    /// its accepted snapshot is kept.
    pub fn address_changed(&mut self) {
        self.next_check_at = None;
        self.consecutive_failures = 0;
        self.held = None;
        self.ended = None;
        self.pushed_at = None;
        self.outdated = None;
        self.head = None;
    }

    /// Updates the record after the time to live became shorter. It counts from the last check. A back-off stays.
    pub fn shorten(&mut self, cache_ttl_seconds: u32) {
        if let (0, Some(last)) = (self.consecutive_failures, self.last_attempt_at) {
            let sooner = last + Seconds::from(self.polled_every(cache_ttl_seconds));
            self.next_check_at = self.next_check_at.map(|at| at.min(sooner));
        }
    }

    /// What its maintainers should know, as a stable code and a sentence: the failure of its last check, what the guard holds, or that
    /// its branch was renamed.
    pub fn reason(&self) -> Option<(Code, String)> {
        if let Some(failure) = &self.failure {
            return Some((failure.code.clone(), failure.message.to_string()));
        }
        let Some(held) = &self.held else { return self.branch_renamed() };
        if held.full {
            let message = format!(
                "The federation has no room for the newest index ({} capabilities); the first check that finds room accepts it.",
                held.capability_count
            );
            return Some(((&sources::HELD_FULL).into(), message));
        }
        let accepted = self.accepted.as_ref()?;
        let message = format!(
            "The newest index has {} capabilities where readers get {}; if that is intended, release it, or the hub does so after a day.",
            held.capability_count, accepted.capability_count
        );
        Some(((&sources::HELD_SHRUNK).into(), message))
    }
    fn branch_renamed(&self) -> Option<(Code, String)> {
        let url = self.checked.as_ref().filter(|_| self.head == Some(Head::Followed)).map(|checked| &checked.url)?;
        let head = forge::head_url(url)?;
        let message = format!(
            "The branch in the URL is gone (404). The hub reads the index at {head} meanwhile; change `url` to the new branch, or to this address."
        );
        Some(((&sources::BRANCH_RENAMED).into(), message))
    }
}
