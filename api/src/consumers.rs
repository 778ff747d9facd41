//! The repos that use a capability.

use crate::Open;
use federation::withdrawn::Withdrawal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/capabilities/{id}/consumers`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsumersQuery {
    /// Only repos that use this repo's entry, or the id without naming a repo.
    #[param(max_length = 1000)]
    pub repo: Option<String>,
    /// Maximum number of repos on a page; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
}

/// A page of the repos that use a capability, as their indexes in the newest revision say.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consumers {
    /// The id of the capability.
    pub id: String,
    /// The newest revision.
    pub revision: u64,
    /// How many repos use it, on all pages.
    pub total: usize,
    /// The repos, by name.
    pub consumers: Vec<Consumer>,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// A repo that uses a capability.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consumer {
    /// The repo.
    pub repo: String,
    /// The domain under which it publishes.
    pub domain: String,
    /// The repo whose entry it uses; null for any repo that publishes the id.
    #[schema(required)]
    pub source_repo: Option<String>,
}

/// A capability that other repos use and that an index would remove or deprecate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Affected {
    /// The id of the capability.
    pub id: String,
    /// Whether it would be removed or deprecated.
    #[schema(value_type = Withdrawal)]
    pub how: Open<Withdrawal>,
    /// The id of the capability to use instead, if its entry names one.
    #[schema(required)]
    pub replaced_by: Option<String>,
    /// How many other repos use it.
    pub total: usize,
    /// The first of them by name, at most 20.
    pub consumers: Vec<String>,
}
