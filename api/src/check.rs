//! The verdict on an index, and what it would change.

use crate::Open;
use crate::refresh::Outcome;
use federation::compose::Conflict;
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The verdict.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Whether the index would be accepted or held.
    pub valid: bool,
    /// Why not; a code that `/problems` explains.
    #[schema(required)]
    pub reason: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub message: Option<String>,
    /// Status of the origin's answer.
    #[schema(required)]
    pub http_status: Option<u16>,
    /// Names the bytes that were judged.
    #[schema(required)]
    pub index_digest: Option<Digest>,
    /// How many capabilities the index has, if it is valid.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// What is wrong in the index and where, or doubtful in a valid one.
    #[serde(default)]
    #[schema(required)]
    pub diagnostics: Vec<Diagnostic>,
    /// What readers would see of it; null for a URL that is not registered.
    #[schema(required)]
    pub would: Option<Would>,
}

/// What readers would see of it; of an index that would be held, once it is released.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Would {
    /// What a refresh would do.
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
    /// Ids that another source has too.
    #[serde(default)]
    #[schema(required)]
    pub conflicts: Vec<Conflict>,
}
