//! What a refresh says about itself.

use crate::store::revisions::Revision;
use crate::store::sources::Source;
use federation::diagnostic::Diagnostic;
use federation::source::{Effect, SourceRecord, State};
use federation::time::Seconds;
use serde::Serialize;
use utoipa::ToSchema;

/// What happened to one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Another snapshot is accepted now.
    Accepted,
    /// It publishes what it contributes already.
    Unchanged,
    /// A newer index waits for release.
    Held,
    /// The check did not end well.
    Failed,
    /// It was not due.
    NotDue,
    /// Its host asked, with whatever source, to be left alone; it is due when that time is over.
    Deferred,
    /// Time ran out before it was heard; it stays due.
    NotReached,
    /// It is switched off.
    Disabled,
    /// Its registration changed while it was checked.
    Superseded,
}

impl Outcome {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unchanged => "unchanged",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::NotDue => "not-due",
            Self::Deferred => "deferred",
            Self::NotReached => "not-reached",
            Self::Disabled => "disabled",
            Self::Superseded => "superseded",
        }
    }

    /// How a check that somebody else just made ended.
    pub fn of(record: &SourceRecord) -> Self {
        match record {
            SourceRecord { failure: Some(_), .. } => Self::Failed,
            SourceRecord { held: Some(_), .. } => Self::Held,
            _ => Self::Unchanged,
        }
    }
}

impl From<Effect> for Outcome {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Accepted => Self::Accepted,
            Effect::Unchanged => Self::Unchanged,
            Effect::Held => Self::Held,
            Effect::Failed => Self::Failed,
        }
    }
}

/// One source in a [`Report`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceReport {
    /// Its name.
    pub repo: String,
    /// What happened.
    pub outcome: Outcome,
    /// Its state now.
    pub state: State,
    /// Why the last check failed, if it did.
    #[schema(required)]
    pub reason: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub message: Option<String>,
    /// How many capabilities it contributes.
    pub capability_count: usize,
    /// Where in the index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

impl SourceReport {
    /// Reports on `source` as it is now.
    pub fn new(source: &Source, outcome: Outcome, now: Seconds) -> Self {
        let failure = source.record.failure.as_ref();
        let (reason, message) = source.record.reason().unzip();
        Self {
            repo: source.repo().to_owned(),
            outcome,
            state: source.state(now),
            reason,
            message,
            capability_count: source.record.accepted.as_ref().map_or(0, |a| a.capability_count),
            diagnostics: failure.map(|f| f.diagnostics.clone()).unwrap_or_default(),
        }
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
        self.sources.iter().filter(|s| s.outcome == outcome).count()
    }
}
