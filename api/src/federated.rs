//! The federated document, its manifest and its log.

use crate::Json;
use federation::compose::SourceLine;
use federation::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What `GET /v1/federated` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FederatedQuery {
    /// Overrides `Accept`.
    #[param(pattern = "^(yaml|json)$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Only the sources of these domains: names with commas between them.
    #[param(pattern = "^[a-z0-9][a-z0-9_-]*(,[a-z0-9][a-z0-9_-]*)*$", example = "infotech,registry")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Only these repos: names with commas between them.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]*(,[a-z0-9][a-z0-9._-]*)*$", example = "state-hub")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// A kept revision. Its document never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Refuses data that was last verified longer ago than this many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_staleness: Option<u32>,
}

/// What `GET /v1/federated/manifest` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ManifestQuery {
    /// A revision that is kept; the newest unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// A revision's sources.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Manifest {
    /// Version of this format.
    pub version: u8,
    /// Number of the revision; 0 before the first.
    pub revision: u64,
    /// The revision before; null for the first, and for the oldest that is kept.
    #[schema(required)]
    pub parent: Option<u64>,
    /// Digest of `sources`.
    pub digest: Digest,
    /// When it was composed.
    #[schema(required)]
    pub composed_at: Option<String>,
    /// As in the document.
    pub sources: Vec<SourceLine>,
}

/// What `GET /v1/federated/revisions` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RevisionsQuery {
    /// Most revisions on a page; 50 unless told.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of the log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// Newest first.
    #[schema(value_type = Vec<Revision>)]
    pub revisions: Vec<Json<Revision>>,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// One published composition.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// Its number.
    pub revision: u64,
    /// The revision before; null for the first, and for the oldest that is kept.
    #[schema(required)]
    pub parent: Option<u64>,
    /// Its digest.
    pub digest: Digest,
    /// When it was composed.
    pub composed_at: String,
    /// Name of the token, or `hub`.
    pub actor: String,
    /// What led to it.
    pub cause: String,
    /// How many sources it has.
    pub source_count: usize,
    /// How many capabilities it has.
    pub capability_count: usize,
    /// The sources that it changed.
    pub changed: Vec<ChangedRepo>,
}

/// A source that a revision changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedRepo {
    /// The source.
    pub repo: String,
    /// `put` (added or replaced) or `removed`.
    pub op: String,
}
