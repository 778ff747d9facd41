//! What a refresh led to.

use crate::{Open, Variant};
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::source::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What `POST /v1/repos/{repo}/release` is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuery {
    /// Releases the snapshot with this digest, or nothing. Another one may be held by now.
    #[param(value_type = Option<String>, pattern = r"^sha256:[0-9a-f]{64}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// What `POST /v1/federated/compose` is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ComposeQuery {
    /// Refreshes every enabled source, not only those that are due.
    #[serde(default)]
    pub force: bool,
}

/// What happened to one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

impl Variant for Outcome {
    fn as_str(self) -> &'static str {
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
}

/// What a refresh did about one source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceReport {
    /// Its name.
    pub repo: String,
    /// What happened.
    #[schema(value_type = Outcome)]
    pub outcome: Open<Outcome>,
    /// Its state now.
    #[schema(value_type = State)]
    pub state: Open<State>,
    /// Why the last check failed, if it did.
    #[schema(required)]
    pub reason: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub message: Option<String>,
    /// How many capabilities it contributes.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// Where in the index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// What an action on one source led to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Refreshed {
    /// The newest revision.
    pub revision: u64,
    /// Its digest.
    pub digest: Digest,
    /// Whether this led to a revision.
    pub published: bool,
    /// What happened.
    pub source: SourceReport,
}

/// The report of `POST /v1/federated/compose`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Composed {
    /// The newest revision.
    pub revision: u64,
    /// Its digest.
    pub digest: Digest,
    /// Whether this refresh published a revision.
    pub published: bool,
    /// How many sources were asked.
    #[serde(default)]
    #[schema(required)]
    pub fetched: usize,
    /// How many checks failed.
    #[serde(default)]
    #[schema(required)]
    pub failed: usize,
    /// Whether time ran out before every source was heard.
    #[serde(default)]
    #[schema(required)]
    pub partial: bool,
    /// Every registration.
    pub sources: Vec<SourceReport>,
}
