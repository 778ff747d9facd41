//! Registrations and the state of their sources.

use crate::{Json, Open};
use federation::diagnostic::Diagnostic;
use federation::digest::Digest;
use federation::registration::Registration;
use federation::source::State;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::{IntoParams, ToSchema};

/// What `GET /v1/repos` is asked for; `None` everywhere means all.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReposQuery {
    /// Registrations of exactly this domain.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Those that are enabled, or those that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Sources in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Registrations with every one of these words in `repo`, `domain`, `url` or `description`.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Most registrations on a page; 100 unless told.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.", max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What `POST /v1/repos` is told beside the registration.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegisterQuery {
    /// Fetches and checks the index first, and writes nothing unless it is valid.
    #[serde(default)]
    pub require_valid: bool,
    /// Only checks, and writes nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A page of registrations.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Repos {
    /// Ordered by `repo`.
    #[schema(value_type = Vec<Repo>)]
    pub repos: Vec<Json<Repo<'static>>>,
    /// How many match on all pages.
    pub total: usize,
    /// Cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// A registration with its status.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Repo<'a> {
    /// What the maintainer set.
    #[serde(flatten)]
    #[schema(value_type = Registration)]
    pub registration: Cow<'a, Registration>,
    /// When the source was registered.
    pub registered_at: String,
    /// When a field of it last changed.
    pub updated_at: String,
    /// Name of the token that registered it.
    pub registered_by: String,
    /// The state of its source.
    #[schema(value_type = Status)]
    pub status: Status<'a>,
}

/// How a source is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Status<'a> {
    /// The state in one word.
    #[schema(value_type = State)]
    pub state: Open<State>,
    /// Why the last check failed or the newest index is held: a code that `/problems` explains.
    #[schema(required)]
    pub reason: Option<String>,
    /// The same for people.
    #[schema(required)]
    pub message: Option<String>,
    /// Since when checks have been failing.
    #[schema(required)]
    pub failing_since: Option<String>,
    /// When an index of this source was last found valid, or unchanged since it was.
    #[schema(required)]
    pub verified_at: Option<String>,
    /// When it was last fetched.
    #[schema(required)]
    pub last_attempt_at: Option<String>,
    /// When it is due; null means now.
    #[schema(required)]
    pub next_check_at: Option<String>,
    /// Consecutive checks that failed.
    #[serde(default)]
    #[schema(required)]
    pub consecutive_failures: u32,
    /// Status of the origin's last answer.
    #[schema(required)]
    pub http_status: Option<u16>,
    /// The accepted snapshot.
    #[schema(required)]
    pub index_digest: Option<Digest>,
    /// How many capabilities it has.
    #[serde(default)]
    #[schema(required)]
    pub capability_count: usize,
    /// The held snapshot.
    #[schema(required)]
    pub held_digest: Option<Digest>,
    /// What is wrong in the newest index and where.
    #[serde(default)]
    #[schema(required, value_type = Vec<Diagnostic>)]
    pub diagnostics: Cow<'a, [Diagnostic]>,
}
