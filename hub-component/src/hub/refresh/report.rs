//! What a refresh says about itself.

use api::refresh::{Outcome, SourceReport};
use federation::source::{Effect, SourceRecord};
use federation::time::Seconds;
use store::revisions::Revision;
use store::sources::Source;

/// How a check that somebody else just made ended.
pub fn outcome_of(record: &SourceRecord) -> Outcome {
    match record {
        SourceRecord { failure: Some(_), .. } => Outcome::Failed,
        SourceRecord { held: Some(_), .. } => Outcome::Held,
        _ => Outcome::Unchanged,
    }
}

/// What an observation did to a source.
pub fn outcome(effect: Effect) -> Outcome {
    match effect {
        Effect::Accepted => Outcome::Accepted,
        Effect::Unchanged => Outcome::Unchanged,
        Effect::Held => Outcome::Held,
        Effect::Failed => Outcome::Failed,
    }
}

/// Reports on `source` as it is now.
pub fn report(source: &Source, outcome: Outcome, now: Seconds) -> SourceReport {
    let failure = source.record.failure.as_ref();
    let (reason, message) = source.record.reason().unzip();
    SourceReport {
        repo: source.repo().to_owned(),
        outcome: outcome.into(),
        state: source.state(now).into(),
        reason,
        message,
        capability_count: source.record.accepted.as_ref().map_or(0, |a| a.capability_count),
        diagnostics: failure.map(|f| f.diagnostics.clone()).unwrap_or_default(),
    }
}

/// What a refresh did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The last revision that it led to.
    pub revision: Option<Revision>,
    /// How many sources were asked.
    pub fetched: usize,
    /// Every source it looked at, ordered by repo.
    pub sources: Vec<SourceReport>,
}

impl Report {
    /// How many checks failed.
    pub fn failed(&self) -> usize {
        self.count(Outcome::Failed)
    }

    /// How many sources were due, and time ran out.
    pub fn not_reached(&self) -> usize {
        self.count(Outcome::NotReached)
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.sources.iter().filter(|s| s.outcome.is(outcome)).count()
    }
}
