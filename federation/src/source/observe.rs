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
    /// One of the first two, of the index at the `HEAD` of the repository, since the branch in the registered URL is gone.
    AtHead(Box<Observation>),
}

impl Observation {
    /// What was observed, wherever that was.
    pub fn content(&self) -> &Self {
        match self {
            Self::AtHead(inner) => inner,
            other => other,
        }
    }

    /// The same, of the index at the `HEAD` of the repository.
    pub fn at_head(self) -> Self {
        Self::AtHead(Box::new(self))
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
        let mut retry_after = None;
        let ended = self.ended.take();
        let effect = match observation {
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
                self.http_status = Some(200);
                let (url, format) = (registration.url.clone(), registration.format);
                let verdict = Verdict::Valid(capability_count);
                self.checked = Some(Checked { url, format, digest, validators, verdict });
                self.apply_verdict(now)
            }
            Observation::Invalid { digest, mut diagnostics, validators } => {
                // A record is read together with all others: a hostile index must not make it large.
                diagnostics.iter_mut().skip(MAX_KEPT_SNIPPETS).for_each(|found| found.snippet = None);
                self.http_status = Some(200);
                let (url, format) = (registration.url.clone(), registration.format);
                let verdict = Verdict::Invalid(diagnostics);
                self.checked = Some(Checked { url, format, digest, validators, verdict });
                self.apply_verdict(now)
            }
            // Of what is unwrapped above, nothing is wrapped again.
            Observation::AtHead(_) => self.fail(unknown(now)),
            Observation::Aborted { digest } => {
                let times = ended.filter(|ended| ended.digest == digest).map_or(0, |ended| ended.times);
                self.ended = Some(AbortedValidation { digest, times: times.saturating_add(1) });
                self.fail(judging_ended(now))
            }
            Observation::Unreachable(failure) => {
                self.ended = ended;
                self.http_status = failure.http_status;
                retry_after = failure.retry_after_seconds.max(failure.quiet.map(|(_, seconds)| seconds));
                self.fail(Failure {
                    code: failure.code.to_string(),
                    message: failure.message.into(),
                    diagnostics: Vec::new(),
                    since: now,
                })
            }
        };
        let is_new = self.checked.as_ref().map(|checked| &checked.digest) != known.as_ref();
        if is_new && !is_announced {
            // Whatever announced pushes does so no longer.
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

    /// Keeps whether the index is read at the `HEAD`, and returns the observation of it.
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
        let candidate = Accepted { digest, url, capability_count: count };
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
                let Accepted { digest, url, capability_count } = candidate;
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
        Some(first) => (first.code.to_string(), first.to_string()),
        None => (indexes::NOT_AN_INDEX.to_string(), "The index is not valid.".to_owned()),
    };
    Failure { code, message, diagnostics, since }
}

fn judging_ended(since: Seconds) -> Failure {
    let message = "The hub did not finish validating the newest index; make it smaller or simpler.".to_owned();
    Failure { code: sources::JUDGING_ENDED.to_string(), message, diagnostics: Vec::new(), since }
}

/// The transport reported an unchanged index, but the hub has none.
fn unknown(since: Seconds) -> Failure {
    let message = "The server reported no change, but the hub has no index from it; its cache is broken.".to_owned();
    Failure { code: sources::UNEXPECTED_NOT_MODIFIED.to_string(), message, diagnostics: Vec::new(), since }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{NotReleased, State};
    use serde_json::json;

    const HOUR: Seconds = 3600;

    fn registration() -> Registration {
        Registration::from_value(&json!({"repo": "a", "url": "https://e.org/a", "domain": "d"})).expect("valid")
    }

    fn valid(content: &str, capability_count: usize) -> Observation {
        Observation::Valid {
            digest: Digest::of(content.as_bytes()),
            capability_count,
            validators: Validators::default(),
        }
    }

    fn invalid(content: &str) -> Observation {
        Observation::Invalid {
            digest: Digest::of(content.as_bytes()),
            diagnostics: vec![Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "/version", "must be 1")],
            validators: Validators::default(),
        }
    }

    fn unreachable() -> Observation {
        Observation::Unreachable(crate::fetch::TransportFailure::Connect.into())
    }

    fn unchanged() -> Observation {
        Observation::Unchanged { validators: None, http_status: 304 }
    }

    /// A source under test, with an hour between checks.
    struct Source {
        record: SourceRecord,
        now: Seconds,
    }

    impl Source {
        fn new() -> Self {
            Self { record: SourceRecord::default(), now: 0 }
        }

        fn sees(&mut self, observation: Observation) -> (Effect, State) {
            self.now += HOUR;
            let effect = self.record.observe(&registration(), observation, self.now, 0.0);
            (effect, self.state())
        }

        fn state(&self) -> State {
            self.record.state(true, "https://e.org/a", 3600, self.now)
        }

        fn accepted(&self) -> Option<usize> {
            self.record.accepted.as_ref().map(|a| a.capability_count)
        }
    }

    #[test]
    fn published_is_not_served() {
        let mut source = Source::new();
        assert_eq!(source.state(), State::Pending);
        assert_eq!(source.sees(unreachable()), (Effect::Failed, State::Failed));
        assert_eq!(source.sees(valid("one", 3)), (Effect::Accepted, State::Fresh));
        assert_eq!(source.sees(invalid("bad")), (Effect::Failed, State::Stale));
        let since = source.now;
        assert_eq!(source.sees(unreachable()), (Effect::Failed, State::Stale));
        assert_eq!(source.record.failure.as_ref().map(|f| f.since), Some(since));
        assert_eq!(source.accepted(), Some(3));
        assert_eq!(source.sees(valid("one", 3)), (Effect::Unchanged, State::Fresh));
        assert_eq!(source.record.failure, None);
    }

    #[test]
    fn a_304_for_known_bad_content_is_bad_still() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        source.sees(invalid("bad"));
        assert_eq!(source.sees(unchanged()), (Effect::Failed, State::Stale));
        assert_eq!(source.record.consecutive_failures, 2);
        assert_eq!(source.record.failure.as_ref().map(|f| f.code.as_str()), Some("schema-type"));
        source.sees(unreachable());
        assert_eq!(source.record.failure.as_ref().map(|f| f.code.as_str()), Some("connect-failed"));
        source.sees(unchanged());
        let failure = source.record.failure.as_ref().expect("bad still");
        assert_eq!((failure.code.as_str(), failure.diagnostics.len()), ("schema-type", 1));
    }

    #[test]
    fn a_304_after_an_outage_is_good_again() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        source.sees(unreachable());
        assert_eq!(source.sees(unchanged()), (Effect::Unchanged, State::Fresh));
    }

    #[test]
    fn a_shrunken_index_is_held_until_released_by_hand() {
        let mut source = Source::new();
        source.sees(valid("full", 10));
        assert_eq!(source.sees(valid("less", 2)), (Effect::Held, State::Held));
        assert_eq!(source.accepted(), Some(10));
        assert_eq!(source.record.release("https://e.org/a", None), Ok(()));
        assert_eq!((source.accepted(), source.state()), (Some(2), State::Fresh));
        assert_eq!(source.record.release("https://e.org/a", None), Err(NotReleased::Nothing));
        assert_eq!(source.sees(unchanged()), (Effect::Unchanged, State::Fresh));
    }

    #[test]
    fn a_held_index_is_released_after_a_day_of_the_same_content() {
        let mut source = Source::new();
        source.sees(valid("full", 10));
        source.sees(valid("less", 2));
        for _ in 0..23 {
            assert_eq!(source.sees(unchanged()).0, Effect::Held);
        }
        assert_eq!(source.sees(unchanged()), (Effect::Accepted, State::Fresh));
        assert_eq!(source.accepted(), Some(2));
    }

    #[test]
    fn other_content_starts_the_day_anew_and_an_outage_does_not_end_the_hold() {
        let mut source = Source::new();
        source.sees(valid("full", 10));
        for round in 0..30 {
            assert_eq!(source.sees(valid(&format!("less {round}"), 2)).0, Effect::Held);
        }
        assert_eq!(source.sees(unreachable()), (Effect::Failed, State::Held));
        assert_eq!(source.accepted(), Some(10));
    }

    #[test]
    fn a_held_source_that_recovers_is_no_longer_held() {
        let mut source = Source::new();
        source.sees(valid("full", 10));
        source.sees(valid("less", 2));
        assert_eq!(source.sees(valid("full again", 11)), (Effect::Accepted, State::Fresh));
        source.sees(valid("less", 2));
        assert_eq!(source.sees(valid("full again", 11)), (Effect::Unchanged, State::Fresh));
        assert_eq!(source.record.held, None);
    }

    #[test]
    fn a_changed_url_switches_only_when_it_delivers() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        let moved = registration().merge(&json!({"url": "https://e.org/b"})).expect("valid");
        assert_eq!(source.record.state(true, &moved.url, 3600, source.now), State::Stale);
        assert_eq!(source.record.validators(&moved), Validators::default());
        source.record.observe(&moved, unreachable(), source.now, 0.0);
        assert_eq!(source.record.accepted.as_ref().map(|a| a.url.as_str()), Some("https://e.org/a"));
        assert_eq!(source.record.observe(&moved, valid("one", 3), source.now, 0.0), Effect::Accepted);
        assert_eq!(source.record.accepted.as_ref().map(|a| a.url.as_str()), Some("https://e.org/b"));
    }

    #[test]
    fn what_waits_of_a_url_that_was_given_up_is_dropped() {
        let mut source = Source::new();
        source.sees(valid("full", 10));
        source.sees(valid("less", 2));
        source.record.moved();
        assert_eq!(source.record.release("https://e.org/b", None), Err(NotReleased::Nothing));
        assert_eq!(source.accepted(), Some(10));
        // The day starts anew for the same content under the new URL.
        let moved = registration().merge(&json!({"url": "https://e.org/b"})).expect("valid");
        let now = source.now + 25 * HOUR;
        assert_eq!(source.record.observe(&moved, valid("less", 2), now, 0.0), Effect::Held);
        assert_eq!(source.record.held.as_ref().map(|held| held.since), Some(now));
    }

    #[test]
    fn content_that_ended_its_judging_fails_and_backs_off_until_other_content_comes() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        let (digest, ended) = (Digest::of(b"bomb"), || Observation::Aborted { digest: Digest::of(b"bomb") });
        assert_eq!(source.sees(ended()), (Effect::Failed, State::Stale));
        assert_eq!(source.record.failure.as_ref().map(|f| f.code.as_str()), Some("judging-ended"));
        assert_eq!(source.record.next_check_at, Some(source.now + 60));
        assert!(source.record.ended_a_refresh() && !source.record.is_given_up(&digest), "it may have been an accident");
        source.sees(unreachable());
        source.sees(ended());
        assert!(source.record.is_given_up(&digest) && !source.record.is_given_up(&Digest::of(b"other")));
        assert_eq!(source.record.next_check_at, Some(source.now + 240));
        assert_eq!(source.sees(valid("two", 3)), (Effect::Accepted, State::Fresh));
        assert!(!source.record.ended_a_refresh());
    }

    #[test]
    fn a_shorter_time_to_live_counts_from_the_last_check() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        source.record.shorten(60);
        assert_eq!(source.record.next_check_at, Some(source.now + 60));
        source.record.shorten(600);
        assert_eq!(source.record.next_check_at, Some(source.now + 60));
        for _ in 0..3 {
            source.sees(unreachable());
        }
        source.record.shorten(10);
        assert_eq!(source.record.next_check_at, Some(source.now + 240), "a back-off does not follow from it");
    }

    #[test]
    fn overdue_is_stale() {
        let mut source = Source::new();
        source.sees(valid("one", 3));
        assert_eq!(source.record.state(true, "https://e.org/a", 3600, source.now + 2 * HOUR), State::Fresh);
        assert_eq!(source.record.state(true, "https://e.org/a", 3600, source.now + 3 * HOUR), State::Stale);
        assert_eq!(source.record.state(false, "https://e.org/a", 3600, source.now), State::Disabled);
    }
}
