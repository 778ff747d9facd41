//! The verdict on an index, and the changes it would cause.

use crate::Open;
use crate::consumers::Affected;
use crate::refresh::Outcome;
use federation::compose::Conflict;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::index::SourceFormat;
use federation::problem::Code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `POST /v1/check`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The name under which the index in the body is registered, or would be.
    pub repo: Option<String>,
    /// The format of the index, instead of that of the registration.
    pub source_format: Option<SourceFormat>,
}

/// The result of checking an index.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Whether the index is valid; a valid index would be accepted or held.
    pub valid: bool,
    /// Why the index is not valid, as a code that `/problems` explains.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Code>,
    /// The reason as text.
    #[schema(required)]
    pub message: Option<String>,
    /// HTTP status of the origin's response.
    #[schema(required)]
    pub http_status: Option<u16>,
    /// Digest of the bytes that were checked.
    #[schema(required)]
    pub index_digest: Option<Digest>,
    /// How many capabilities the index has, if it is valid.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// The errors in the index with their positions, or the warnings about a valid one.
    #[serde(default)]
    #[schema(required)]
    pub diagnostics: Vec<Diagnostic>,
    /// How the federated document would change; null for a URL that is not registered.
    #[schema(required)]
    pub would: Option<CheckEffect>,
}

/// How the federated document would change. For an index that would be held, this is the effect of its release.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckEffect {
    /// The outcome that a refresh would have.
    #[schema(value_type = Outcome)]
    pub outcome: Open<Outcome>,
    /// Ids that would be added.
    #[serde(default)]
    #[schema(required)]
    pub added: Vec<String>,
    /// Ids whose entries would change.
    #[serde(default)]
    #[schema(required)]
    pub changed: Vec<String>,
    /// Ids that would be removed.
    #[serde(default)]
    #[schema(required)]
    pub removed: Vec<String>,
    /// Ids that another source also publishes.
    #[serde(default)]
    #[schema(required)]
    pub conflicts: Vec<Conflict>,
    /// The capabilities that other repos use and that would be removed or deprecated, by id, at most 100. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    /// How many more there are. Absent if there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub affected_omitted: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
