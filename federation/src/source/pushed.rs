//! Indexes that were pushed from a commit, and how long their branch may lag behind.

use super::record::{Outdated, Pushed};
use super::{Effect, Observation, SourceRecord};
use crate::digest::Digest;
use crate::provenance::{Provenance, of_equal_bytes};
use crate::registration::Registration;
use crate::time::{Seconds, is_beyond};

/// How long an origin may go on serving what was on a branch before a push, in seconds. Caches of forges keep a raw file for five minutes.
const SETTLING: Seconds = 600;
/// Maximum number of contents of a branch that are remembered during that time.
const MAX_OUTDATED: usize = 8;

impl SourceRecord {
    /// As [`observe`](Self::observe), for content that was fetched at a commit.
    pub fn observe_commit(
        &mut self,
        registration: &Registration,
        observation: Observation,
        provenance: Provenance,
        now: Seconds,
        jitter: f64,
    ) -> Effect {
        let Observation::Valid { digest, .. } = &observation else {
            return self.observe(registration, observation, now, jitter);
        };
        let digest = digest.clone();
        if provenance.verified {
            self.pushed_at = Some(now);
        }
        let known = self.pushed.iter().position(|it| it.digest == digest).map(|at| self.pushed.remove(at).provenance);
        if let Some(provenance) = of_equal_bytes(known, Some(provenance)) {
            self.pushed.push(Pushed { digest: digest.clone(), provenance });
        }
        let before = self.accepted.iter().map(|it| &it.digest).chain(self.checked.iter().map(|it| &it.digest));
        let mut digests: Vec<Digest> = before.cloned().collect();
        digests.extend(self.outdated.take().filter(|it| it.is_current(now)).map(|it| it.digests).unwrap_or_default());
        digests.retain(|it| *it != digest);
        digests.dedup();
        digests.truncate(MAX_OUTDATED);
        self.outdated = (!digests.is_empty()).then_some(Outdated { digests, until: now + SETTLING });
        let effect = self.observe(registration, observation, now, jitter);
        // A push may be reported late or twice: the branch shows which one was the last.
        self.next_check_at = self.next_check_at.map(|at| at.min(now + SETTLING));
        effect
    }

    /// The commit that the accepted content was pushed from, if it was.
    pub fn provenance(&self) -> Option<&Provenance> {
        let accepted = self.accepted.as_ref()?;
        self.pushed.iter().find(|it| it.digest == accepted.digest).map(|it| &it.provenance)
    }

    /// Whether this content was on the branch before the last push, which an origin may not have noticed yet.
    pub(super) fn is_outdated(&self, digest: &Digest, now: Seconds) -> bool {
        self.outdated.as_ref().is_some_and(|it| it.is_current(now) && it.digests.contains(digest))
    }

    /// Forgets commits of content that is no longer referred to.
    pub(super) fn forget_pushed(&mut self) {
        let Self { accepted, held, checked, pushed, .. } = self;
        let is = |digest: &Digest| {
            accepted.as_ref().is_some_and(|it| it.digest == *digest)
                || held.as_ref().is_some_and(|it| it.digest == *digest)
                || checked.as_ref().is_some_and(|it| it.digest == *digest)
        };
        pushed.retain(|it| is(&it.digest));
    }
}

impl Outdated {
    fn is_current(&self, now: Seconds) -> bool {
        now < self.until && !is_beyond(self.until - SETTLING, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Validators;

    struct Source {
        record: SourceRecord,
        now: Seconds,
    }

    impl Source {
        fn registration() -> Registration {
            let document = serde_json::json!({"repo": "a", "url": "https://e.org/i", "domain": "d"});
            Registration::from_value(&document).expect("valid")
        }

        fn sees(&mut self, content: &str) -> Effect {
            self.record.observe(&Self::registration(), valid(content), self.now, 0.0)
        }

        fn gets(&mut self, content: &str, commit: &str, verified: bool) -> Effect {
            let (repository, reference) = ("o/r".to_owned(), Some("refs/heads/main".to_owned()));
            let provenance = Provenance { repository, reference, commit: commit.to_owned(), verified };
            self.record.observe_commit(&Self::registration(), valid(content), provenance, self.now, 0.0)
        }

        fn has_accepted(&self, content: &str) -> bool {
            self.record.accepted.as_ref().is_some_and(|it| it.digest == Digest::of(content.as_bytes()))
        }

        fn commit(&self) -> Option<&str> {
            self.record.provenance().map(|it| it.commit.as_str())
        }
    }

    fn valid(content: &str) -> Observation {
        let digest = Digest::of(content.as_bytes());
        Observation::Valid { digest, capability_count: 3, validators: Validators::default() }
    }

    fn source() -> Source {
        Source { record: SourceRecord::default(), now: 1_800_000_000 }
    }

    #[test]
    fn a_branch_that_lags_does_not_bring_back_what_was_before() {
        let mut source = source();
        source.sees("one");
        assert_eq!(source.gets("two", "c2", true), Effect::Accepted);
        assert_eq!(source.gets("three", "c3", true), Effect::Accepted);
        for old in ["one", "two", "one"] {
            source.now += 100;
            assert_eq!(source.sees(old), Effect::Unchanged, "{old}");
            assert!(source.has_accepted("three") && source.commit() == Some("c3"));
        }
        assert_eq!(source.sees("four"), Effect::Accepted, "unseen content is newer");
        assert_eq!(source.commit(), None);
    }

    #[test]
    fn after_a_push_that_was_told_late_the_branch_is_asked_once_caches_are_over() {
        let mut source = source();
        source.sees("one");
        source.gets("three", "c3", true);
        source.now += 2;
        assert_eq!(source.gets("two", "c2", true), Effect::Accepted);
        assert_eq!(source.record.next_check_at, Some(source.now + SETTLING));
        source.now += SETTLING;
        assert_eq!(source.sees("three"), Effect::Accepted);
    }

    #[test]
    fn a_branch_that_was_reset_counts_once_caches_are_over() {
        let mut source = source();
        source.sees("one");
        source.gets("two", "c2", true);
        source.now += SETTLING - 1;
        assert_eq!(source.sees("one"), Effect::Unchanged);
        source.now += 1;
        assert_eq!(source.sees("one"), Effect::Accepted);
        source.gets("two", "c2", true);
        assert_eq!(source.gets("one", "c4", true), Effect::Accepted, "a push may bring anything back");
        assert_eq!(source.commit(), Some("c4"));
        source.now -= 10_000;
        assert_eq!(source.sees("two"), Effect::Accepted, "the clock was set back");
    }

    #[test]
    fn equal_bytes_keep_the_commit() {
        let mut source = source();
        source.gets("one", "c1", false);
        let bytes = source.record.to_json().expect("JSON");
        assert_eq!(source.sees("one"), Effect::Unchanged);
        assert_eq!(source.commit(), Some("c1"));
        source.gets("one", "c2", false);
        assert_eq!(source.commit(), Some("c1"), "the first one");
        source.gets("one", "c3", true);
        assert_eq!(source.commit(), Some("c3"), "the first verified one");
        source.gets("one", "c4", true);
        assert_eq!(source.commit(), Some("c3"));
        assert!(source.record.to_json().expect("JSON").len() <= bytes.len() + 40, "no commit is added");
    }
}
