//! The results of a refresh.

use crate::Open;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::problem::Code;
use federation::source::{Effect, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `POST /v1/repos/{repo}/release`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuery {
    /// Release only the snapshot with this digest; fail if a different one is held.
    #[param(value_type = Option<String>, pattern = r"^sha256:[0-9a-f]{64}$")]
    pub digest: Option<Digest>,
}

/// The body of `POST /v1/repos/{repo}/refresh`, which may be left out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Fetch the index at this commit instead of the newest one of the branch.
    #[schema(pattern = "^[0-9a-f]{40}([0-9a-f]{24})?$")]
    pub commit: String,
    /// The branch or tag that has the commit, such as `refs/heads/main`. It must be the one in the registered URL.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub reference: Option<String>,
}

/// Query parameters of `POST /v1/federated/compose`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ComposeQuery {
    /// Refresh every enabled source, not only those that are due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

federation::variants! {
    /// The outcome of a refresh for one source.
    pub enum Outcome {
        /// A new snapshot was accepted.
        Accepted = "accepted",
        /// The source publishes the index that is already accepted.
        Unchanged = "unchanged",
        /// A newer index is waiting for release.
        Held = "held",
        /// The check failed.
        Failed = "failed",
        /// The source was not due.
        NotDue = "not-due",
        /// The source's host asked the hub to back off, for this source or another. The source becomes due when that time is over.
        Deferred = "deferred",
        /// Time ran out before the source responded; it stays due.
        NotReached = "not-reached",
        /// The source is disabled.
        Disabled = "disabled",
        /// The registration changed during the check.
        Superseded = "superseded",
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

/// The report of a refresh on one source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceReport {
    /// Name of the source.
    pub repo: String,
    /// The outcome for the source.
    #[schema(value_type = Outcome)]
    pub outcome: Open<Outcome>,
    /// The state of the source now.
    #[schema(value_type = State)]
    pub state: Open<State>,
    /// Why the last check failed, if it failed.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Code>,
    /// The reason as text.
    #[schema(required)]
    pub message: Option<String>,
    /// How many capabilities it contributes.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// The findings in the index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// The result of an action on one source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Refreshed {
    /// The newest revision.
    pub revision: u64,
    /// Digest of the newest revision.
    pub digest: Digest,
    /// Whether this action published a revision.
    pub published: bool,
    /// The report on the source.
    pub source: SourceReport,
}

/// The report of `POST /v1/federated/compose`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Composed {
    /// The newest revision.
    pub revision: u64,
    /// Digest of the newest revision.
    pub digest: Digest,
    /// Whether this refresh published a revision.
    pub published: bool,
    /// How many sources were fetched.
    #[serde(default)]
    #[schema(required)]
    pub fetched: usize,
    /// How many checks failed.
    #[serde(default)]
    #[schema(required)]
    pub failed: usize,
    /// Whether time ran out before every source responded.
    #[serde(default)]
    #[schema(required)]
    pub partial: bool,
    /// A report on every registration.
    pub sources: Vec<SourceReport>,
}
