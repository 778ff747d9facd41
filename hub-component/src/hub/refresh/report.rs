//! The report of a refresh.

use api::refresh::{Outcome, SourceReport};
use federation::source::SourceRecord;
use federation::time::Seconds;
use store::revisions::Revision;
use store::sources::Source;

/// The outcome of a check that another request just made.
pub fn outcome_of(record: &SourceRecord) -> Outcome {
    match record {
        SourceRecord { failure: Some(_), .. } => Outcome::Failed,
        SourceRecord { held: Some(_), .. } => Outcome::Held,
        _ => Outcome::Unchanged,
    }
}

/// The report on `source` in its current state.
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

/// The result of a refresh.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The last revision that it published.
    pub revision: Option<Revision>,
    /// How many sources were fetched.
    pub fetched: usize,
    /// Every source in its scope, ordered by repo.
    pub sources: Vec<SourceReport>,
}

impl Report {
    /// How many checks failed.
    pub fn failed(&self) -> usize {
        self.count(Outcome::Failed)
    }

    /// How many sources were due but not fetched in time.
    pub fn not_reached(&self) -> usize {
        self.count(Outcome::NotReached)
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.sources.iter().filter(|s| s.outcome.is(outcome)).count()
    }
}
