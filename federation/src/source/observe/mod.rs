//! The effect of one check on a source record.

use super::announced::AFTER_NOTHING_NEW;
use super::{AbortedValidation, Accepted, Checked, Failure, Head, Held, SourceRecord, Verdict, next_check};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::fetch::{FetchFailure, Validators};
use crate::guard;
use crate::limits::MAX_KEPT_SNIPPETS;
use crate::problem::{indexes, sources};
use crate::registration::Registration;
use crate::time::Seconds;

/// The result of one check.
#[derive(Clone, Debug)]
pub enum Observation {
    /// The same content as in [`SourceRecord::checked`]: a 304 response, or equal bytes with possibly new validators.
    Unchanged {
        /// The new validators; `None` after a 304.
        validators: Option<Validators>,
        /// Status of the response.
        http_status: u16,
    },
    /// New content that is a valid index.
    Valid {
        /// Digest of the content.
        digest: Digest,
        /// Number of its capabilities.
        capability_count: usize,
        /// The validators for the next fetch.
        validators: Validators,
    },
    /// New content that is not a valid index.
    Invalid {
        /// Digest of the content.
        digest: Digest,
        /// The findings, at least one of them an error.
        diagnostics: Vec<Diagnostic>,
        /// The validators for the next fetch.
        validators: Validators,
    },
    /// Content whose validation the host aborted, so that its validity is unknown.
    Aborted {
        /// Digest of the content.
        digest: Digest,
    },
    /// The fetch failed.
    Unreachable(FetchFailure),
    /// One of the first two, for the index at the `HEAD` of the repository, because the branch in the registered URL is gone.
    AtHead(Box<Observation>),
}

impl Observation {
    /// What was observed, at whichever address.
    pub fn content(&self) -> &Self {
        match self {
            Self::AtHead(inner) => inner,
            other => other,
        }
    }

    /// The same, but for the index at the `HEAD` of the repository if that was fetched.
    pub fn at_head_if(self, is_at_head: bool) -> Self {
        if is_at_head { Self::AtHead(Box::new(self)) } else { self }
    }
}

/// The effect of a check on what readers get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A new snapshot was accepted.
    Accepted,
    /// The accepted snapshot is still the one that the source publishes.
    Unchanged,
    /// A newer index waits for release.
    Held,
    /// The check failed.
    Failed,
}

impl SourceRecord {
    /// Applies the result of a check of `registration.url` at `now`; `jitter` (0.0 ..= 1.0) spreads the next check.
    pub fn observe(
        &mut self,
        registration: &Registration,
        observation: Observation,
        now: Seconds,
        jitter: f64,
    ) -> Effect {
        let is_awaited = self.is_awaited();
        let is_announced = self.is_announced(now);
        let known = self.checked.as_ref().map(|checked| checked.digest.clone());
        self.last_attempt_at = Some(now);
        let observation = self.look_at_head(observation, now);
        let retry_after = match &observation {
            Observation::Unreachable(failure) => {
                failure.retry_after_seconds.max(failure.quiet.as_ref().map(|(_, seconds)| *seconds))
            }
            _ => None,
        };
        let effect = self.apply(registration, observation, now);
        let is_new = self.checked.as_ref().map(|checked| &checked.digest) != known.as_ref();
        if is_new && !is_announced {
            // This change was not announced, so announcements have stopped.
            self.pushed_at = None;
        }
        let wait = match is_awaited && !is_new {
            true => registration.cache_ttl_seconds.min(AFTER_NOTHING_NEW),
            false => self.polled_every(registration.cache_ttl_seconds),
        };
        self.next_check_at = Some(next_check(now, wait, self.consecutive_failures, retry_after, jitter));
        self.forget_pushed();
        self.bound();
        effect
    }

    /// Applies what was observed, except for when the source is checked next.
    fn apply(&mut self, registration: &Registration, observation: Observation, now: Seconds) -> Effect {
        let ended = self.ended.take();
        match observation {
            Observation::Unchanged { validators, http_status } => {
                self.http_status = Some(http_status);
                if let (Some(checked), Some(validators)) = (&mut self.checked, validators) {
                    checked.validators = validators;
                }
                self.apply_verdict(now)
            }
            Observation::Valid { digest, .. } if self.is_outdated(&digest, now) => {
                self.http_status = Some(200);
                Effect::Unchanged
            }
            Observation::Valid { digest, capability_count, validators } => {
                self.keep_verdict(registration, digest, validators, Verdict::Valid(capability_count));
                self.apply_verdict(now)
            }
            Observation::Invalid { digest, mut diagnostics, validators } => {
                // A record is read together with all others: a hostile index must not make it large.
                diagnostics.iter_mut().skip(MAX_KEPT_SNIPPETS).for_each(|found| found.snippet = None);
                self.keep_verdict(registration, digest, validators, Verdict::Invalid(diagnostics));
                self.apply_verdict(now)
            }
            // `look_at_head` has unwrapped the only one that there can be.
            Observation::AtHead(_) => self.fail(unknown(now)),
            Observation::Aborted { digest } => {
                let times = ended.filter(|ended| ended.digest == digest).map_or(0, |ended| ended.times);
                self.ended = Some(AbortedValidation { digest, times: times.saturating_add(1) });
                self.fail(judging_ended(now))
            }
            Observation::Unreachable(failure) => {
                self.ended = ended;
                self.http_status = failure.http_status;
                self.fail(Failure::new(failure.code, failure.message, now))
            }
        }
    }

    /// Keeps the verdict on new content from the registered URL.
    fn keep_verdict(&mut self, registration: &Registration, digest: Digest, validators: Validators, verdict: Verdict) {
        self.http_status = Some(200);
        let (url, format) = (registration.url.clone(), registration.format);
        self.checked = Some(Checked { url, format, digest, validators, verdict });
    }

    /// Records whether the index is read at the `HEAD`, and returns the observation without that wrapper.
    fn look_at_head(&mut self, observation: Observation, now: Seconds) -> Observation {
        match observation {
            Observation::AtHead(inner) => {
                self.head = Some(Head::Followed);
                *inner
            }
            Observation::Unreachable(failure) => {
                if failure.looked_at_head {
                    self.head = Some(Head::Missing { since: now });
                }
                Observation::Unreachable(failure)
            }
            other => {
                self.head = None;
                other
            }
        }
    }

    /// Applies a repeated observation of the content in `checked`: invalid content is still invalid,
    /// valid content is accepted or held.
    fn apply_verdict(&mut self, now: Seconds) -> Effect {
        let Some(Checked { url, digest, verdict, .. }) = self.checked.clone() else { return self.fail(unknown(now)) };
        let count = match verdict {
            Verdict::Valid(count) => count,
            Verdict::Invalid(diagnostics) => return self.fail(invalid(diagnostics, now)),
        };
        self.verified_at = Some(now);
        self.consecutive_failures = 0;
        self.failure = None;
        let candidate = Accepted { digest, url, capability_count: count, via: Vec::new() };
        let holds = match &self.accepted {
            Some(accepted) if accepted.digest == candidate.digest => false,
            Some(accepted) => guard::holds(accepted.capability_count, count),
            None => false,
        };
        if holds {
            let since = match &self.held {
                Some(held) if held.digest == candidate.digest && held.url == candidate.url => held.since.min(now),
                _ => now,
            };
            if now - since < guard::RELEASE_AFTER {
                let Accepted { digest, url, capability_count, .. } = candidate;
                self.held = Some(Held { digest, url, capability_count, since, full: false });
                return Effect::Held;
            }
        }
        self.held = None;
        if self.accepted.as_ref() == Some(&candidate) {
            return Effect::Unchanged;
        }
        self.accepted = Some(candidate);
        Effect::Accepted
    }

    fn fail(&mut self, failure: Failure) -> Effect {
        let since = self.failure.as_ref().map_or(failure.since, |known| known.since);
        self.failure = Some(Failure { since, ..failure });
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        Effect::Failed
    }
}

fn invalid(diagnostics: Vec<Diagnostic>, since: Seconds) -> Failure {
    let (code, message) = match diagnostics.iter().find(|d| d.is_error()) {
        Some(first) => (first.code.clone(), first.to_string().into()),
        None => ((&indexes::NOT_AN_INDEX).into(), "The index is not valid.".into()),
    };
    Failure { code, message, diagnostics, since }
}

fn judging_ended(since: Seconds) -> Failure {
    let message = "The hub did not finish validating the newest index; make it smaller or simpler.";
    Failure::new(&sources::JUDGING_ENDED, message, since)
}

/// The transport reported an unchanged index, but the hub has none.
fn unknown(since: Seconds) -> Failure {
    let message = "The server reported no change, but the hub has no index from it; its cache is broken.";
    Failure::new(&sources::UNEXPECTED_NOT_MODIFIED, message, since)
}

#[cfg(test)]
mod tests;
