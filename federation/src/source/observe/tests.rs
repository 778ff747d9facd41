use super::*;
use crate::source::{NotReleased, State};
use serde_json::json;

const HOUR: Seconds = 3600;

fn registration() -> Registration {
    Registration::from_value(&json!({"repo": "a", "url": "https://e.org/a", "domain": "d"})).expect("valid")
}

fn valid(content: &str, capability_count: usize) -> Observation {
    Observation::Valid { digest: Digest::of(content.as_bytes()), capability_count, validators: Validators::default() }
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
    source.record.address_changed();
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
