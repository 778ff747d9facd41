//! The federated document, its manifest and its revision log.

use crate::Json;
use crate::health::Mirror;
use federation::compose::SourceLine;
use federation::digest::Digest;
use federation::provenance::Provenance;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/federated`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FederatedQuery {
    /// Overrides `Accept`.
    #[param(pattern = "^(yaml|json)$")]
    pub format: Option<String>,
    /// Only the sources of these domains, as comma-separated names.
    #[param(pattern = "^[a-z0-9][a-z0-9_-]*(,[a-z0-9][a-z0-9_-]*)*$", example = "infotech,registry")]
    pub domain: Option<String>,
    /// Only these repos, as comma-separated names.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]*(,[a-z0-9][a-z0-9._-]*)*$", example = "state-hub")]
    pub repo: Option<String>,
    /// A stored revision; its document never changes.
    pub revision: Option<u64>,
    /// Fail if any data was last verified more than this many seconds ago.
    pub max_staleness: Option<u32>,
    /// Wait up to 2 seconds for this revision or a newer one; a mirror may be behind.
    pub min_revision: Option<u64>,
    /// Also say which commits the indexes were pushed from, as `provenance`.
    pub provenance: Option<bool>,
}

/// Query parameters of `GET /v1/federated/manifest`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ManifestQuery {
    /// A stored revision; the newest by default.
    pub revision: Option<u64>,
    /// Wait up to 2 seconds for this revision or a newer one; a mirror may be behind.
    pub min_revision: Option<u64>,
}

/// The sources of a revision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Manifest {
    /// Version of this format.
    pub version: u8,
    /// Number of the revision; 0 before the first revision.
    pub revision: u64,
    /// The previous revision; null for the first revision and for the oldest stored one.
    #[schema(required)]
    pub parent: Option<u64>,
    /// Digest of `sources`.
    pub digest: Digest,
    /// When the revision was composed.
    #[schema(required)]
    pub composed_at: Option<String>,
    /// The sources, as in the document.
    pub sources: Vec<SourceLine>,
    /// The commits that the indexes of the sources were pushed from, by repo, where known. Left out if none is known. The digest does not cover
    /// them: a commit may become known after its revision.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, Provenance>,
}

/// Query parameters of `GET /v1/federated/revisions`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RevisionsQuery {
    /// Maximum number of revisions on a page; 50 by default.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.[0-9]{1,19}$")]
    pub cursor: Option<String>,
}

/// A page of the revision log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// The revisions, newest first.
    #[schema(value_type = Vec<Revision>)]
    pub revisions: Vec<Json<Revision>>,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// One published revision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// Number of the revision.
    pub revision: u64,
    /// The previous revision; null for the first revision and for the oldest stored one.
    #[schema(required)]
    pub parent: Option<u64>,
    /// Digest of the revision.
    pub digest: Digest,
    /// When the revision was composed.
    pub composed_at: String,
    /// Name of the token that caused it, or `hub`, or `catalogue:` or `upstream:` followed by a name.
    pub actor: String,
    /// The action that caused it.
    pub cause: String,
    /// How many sources it has.
    pub source_count: usize,
    /// How many capabilities it has.
    pub capability_count: usize,
    /// The sources that the revision changed.
    pub changed: Vec<ChangedRepo>,
}

/// A source that a revision changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedRepo {
    /// The source.
    pub repo: String,
    /// `put` (added or replaced) or `removed`.
    pub op: String,
    /// The commit that its index was pushed from; left out if none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
}

/// The longest `wait` of [`LogQuery`], in seconds.
pub const MAX_LOG_WAIT: u32 = 20;

/// Query parameters of `GET /v1/federated/log`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// The newest revision that the client has; 0 by default.
    #[serde(default)]
    pub since: u64,
    /// Seconds to wait for a newer revision; 0 by default.
    #[serde(default)]
    #[param(maximum = 20)]
    pub wait: u32,
    /// Also say which sources were verified after this time (RFC 3339), and when.
    #[param(format = "date-time", example = "2026-11-24T09:35:00Z")]
    pub verified_after: Option<String>,
}

/// The revisions published since one, and the verifications since a time.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Log {
    /// The public base URL of this hub, by which the hubs that follow it refer to it. Left out by mirrors, and by a hub that does not know its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// How far this mirror has followed its primary. Left out by hubs that are no mirrors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Mirror>,
    /// The revision `since` as this hub has it; null if it is not stored. A client with another digest has another history.
    #[schema(required)]
    pub since: Option<Point>,
    /// The newest revision; null before the first.
    #[schema(required)]
    pub newest: Option<Point>,
    /// The revisions after `since`, oldest first, as many as fit. Repeat the request from the last of them until `newest` is reached.
    #[schema(value_type = Vec<Logged>)]
    pub revisions: Vec<Json<Logged>>,
    /// The sources that were verified after `verified_after`, earliest first: the first thousand, and any others from the same second as the last.
    pub verified: Vec<Verified>,
}

/// A revision, with what tells it from one of another history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Number of the revision.
    pub revision: u64,
    /// Digest of the revision.
    pub digest: Digest,
    /// When the revision was composed (RFC 3339).
    pub composed_at: String,
}

/// A revision, as its changes to the previous one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Logged {
    /// Number of the revision.
    pub revision: u64,
    /// Digest of the revision.
    pub digest: Digest,
    /// When the revision was composed.
    pub composed_at: String,
    /// Name of the token that caused it, or `hub`, or `catalogue:` or `upstream:` followed by a name.
    pub actor: String,
    /// The action that caused it.
    pub cause: String,
    /// Whether `put` has all sources of the revision, because the previous one is no longer stored.
    pub whole: bool,
    /// The sources that are new or changed, ordered by repo.
    pub put: Vec<SourceLine>,
    /// The names of the sources that were removed.
    pub removed: Vec<String>,
    /// The commits that the indexes of the sources in `put` were pushed from, by repo, where known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, Provenance>,
    /// When the sources in `put` were last found valid (RFC 3339), by repo. Left out for those whose index or URL changed again later.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub verified: BTreeMap<String, String>,
}

/// When a source was last found valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verified {
    /// The source.
    pub repo: String,
    /// When it was last found valid (RFC 3339).
    pub at: String,
}
