//! Registrations and the state of their sources.

use crate::problem::ProblemEntry;
use crate::{Json, Open};
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::index::SourceFormat;
use federation::problem::Code;
use federation::provenance::Provenance;
use federation::source::State;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// The fields of a registration that its maintainer sets.
pub type Registration = federation::registration::Registration<Open<SourceFormat>>;

/// Query parameters of `GET /v1/repos`; without any, all registrations match.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReposQuery {
    /// Only registrations of exactly this domain.
    #[param(max_length = 1000)]
    pub domain: Option<String>,
    /// Only enabled registrations, or only disabled ones.
    pub enabled: Option<bool>,
    /// Only sources in this state.
    pub state: Option<State>,
    /// Only registrations that have all these words in `repo`, `domain`, `url` or `description`.
    #[param(max_length = 1000)]
    pub q: Option<String>,
    /// Only registrations with this label, as `name=value`.
    #[param(max_length = 1000, pattern = "^[^=]+=")]
    pub label: Option<String>,
    /// Maximum number of registrations on a page; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.", max_length = 1000)]
    pub cursor: Option<String>,
}

/// Query parameters of `POST /v1/repos`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegisterQuery {
    /// Fetch and check the index first, and write nothing unless it is valid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_valid: bool,
    /// Only check; write nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// A page of registrations.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Repos {
    /// The registrations, ordered by `repo`.
    #[schema(value_type = Vec<Repo>)]
    pub repos: Vec<Json<Repo<'static>>>,
    /// How many registrations match, on all pages.
    pub total: usize,
    /// How many registrations match in each state, regardless of the parameter `state`; states without any are left out.
    #[serde(default)]
    #[schema(required)]
    pub states: BTreeMap<String, usize>,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// A registration with its status.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Repo<'a> {
    /// The fields that the maintainer set.
    #[serde(flatten)]
    #[schema(value_type = federation::registration::Registration)]
    pub registration: Registration,
    /// When the source was registered.
    pub registered_at: String,
    /// When a field of the registration last changed.
    pub updated_at: String,
    /// Name of the token that registered it.
    pub registered_by: String,
    /// The status of the source.
    #[schema(value_type = Status)]
    pub status: Status<'a>,
    /// What is odd about the registration, if anything; only in responses with one registration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ProblemEntry>,
}

/// The status of a source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Status<'a> {
    /// The state of the source.
    #[schema(value_type = State)]
    pub state: Open<State>,
    /// Why the last check failed, the newest index is held, or the index is read at another branch, as a code that `/problems` explains.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Code>,
    /// The reason as text.
    #[schema(required)]
    pub message: Option<String>,
    /// Since when checks have been failing.
    #[schema(required)]
    pub failing_since: Option<String>,
    /// When the source's index was last found valid, or unchanged since it was found valid.
    #[schema(required)]
    pub verified_at: Option<String>,
    /// When the source was last fetched.
    #[schema(required)]
    pub last_attempt_at: Option<String>,
    /// When the next check is due; null means now.
    #[schema(required)]
    pub next_check_at: Option<String>,
    /// When a webhook last announced a push, or a CI job pushed by its identity; null if neither does, so that the source is checked by its `cache_ttl_seconds` instead of once a day.
    #[schema(required)]
    pub pushed_at: Option<String>,
    /// Number of consecutive failed checks.
    #[serde(default)]
    #[schema(required)]
    pub consecutive_failures: u32,
    /// HTTP status of the origin's last response.
    #[schema(required)]
    pub http_status: Option<u16>,
    /// Digest of the accepted snapshot.
    #[schema(required)]
    pub index_digest: Option<Digest>,
    /// How many capabilities the accepted snapshot has.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// The commit that the accepted snapshot was pushed from; left out if none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Cow<'a, Provenance>>,
    /// The hubs that the accepted snapshot came through, as their base URLs, nearest first; left out if it was fetched at its source.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub via: Cow<'a, [String]>,
    /// Digest of the held snapshot.
    #[schema(required)]
    pub held_digest: Option<Digest>,
    /// The findings in the newest index.
    #[serde(default)]
    #[schema(required, value_type = Vec<Diagnostic>)]
    pub diagnostics: Cow<'a, [Diagnostic]>,
}
