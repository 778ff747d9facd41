//! What the hub reports after it composed.

use serde::Deserialize;

use super::Diagnostic;
use super::registration::why;

/// The report of a composition.
#[derive(Debug, Deserialize)]
pub(crate) struct Composition {
    /// The current revision, new or not.
    pub(crate) revision: u64,
    /// Whether this composition published a new revision.
    pub(crate) published: bool,
    pub(crate) sources: Vec<Outcome>,
}

/// The report on one source that was refreshed or released.
#[derive(Debug, Deserialize)]
pub(crate) struct Refreshed {
    /// The current revision, new or not.
    pub(crate) revision: u64,
    /// Whether this published a new revision.
    pub(crate) published: bool,
    pub(crate) source: Outcome,
}

/// What became of one source.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) repo: String,
    /// `accepted`, `unchanged`, `held`, `failed`, `not-due`, `not-reached` or `disabled`, among others.
    pub(crate) outcome: String,
    pub(crate) state: String,
    reason: Option<String>,
    message: Option<String>,
    pub(crate) capability_count: Option<u64>,
    #[serde(default)]
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Outcome {
    /// True when the last check of the source failed, in this composition or, with the source not due, before it:
    /// otherwise a second composition would report success while nothing was repaired.
    pub(crate) fn is_failure(&self) -> bool {
        self.outcome == "failed" || matches!(self.state.as_str(), "failed" | "stale")
    }

    /// The reason and its message in one line, as far as there are any.
    pub(crate) fn why(&self) -> Option<String> {
        why(self.reason.as_deref(), self.message.as_deref())
    }
}
