//! Capability search.

use federation::provenance::Provenance;
pub use federation::search::{BYTES_PER_TOKEN, Corrected, Fit, Near, Page as Capabilities};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/capabilities`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CapabilitiesQuery {
    /// What to search for, as a sentence or keywords. May be repeated for other phrasings: the best answer to any of them counts. Without it, everything matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[param(max_items = 8)]
    pub q: Vec<String>,
    /// Only capabilities listed under exactly this domain.
    #[param(max_length = 1000)]
    pub domain: Option<String>,
    /// Only capabilities from exactly this repo.
    #[param(max_length = 1000)]
    pub repo: Option<String>,
    /// Only capabilities with this status, ignoring case.
    #[param(max_length = 1000)]
    pub status: Option<String>,
    /// Only capabilities with this tag, ignoring case.
    #[param(max_length = 1000)]
    pub tag: Option<String>,
    /// Comma-separated field names, or `*` for all; `id` and `source_repo` are always included.
    #[param(max_length = 1000)]
    pub fields: Option<String>,
    /// Maximum number of results on a page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// `next` of the previous page; the search continues in the revision in which it began.
    pub cursor: Option<String>,
    /// Size budget in tokens: the response has at most four bytes per token.
    pub budget_tokens: Option<u32>,
}

/// Query parameters of `GET /v1/capabilities/{id}`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CapabilityQuery {
    /// Only the entry from exactly this repo.
    #[param(max_length = 1000)]
    pub repo: Option<String>,
    /// Comma-separated field names; all by default.
    #[param(max_length = 1000)]
    pub fields: Option<String>,
    /// Maximum number of entries on a page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
    /// Size budget in tokens: the response has at most four bytes per token.
    pub budget_tokens: Option<u32>,
}

/// The entries that the sources publish under one id.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CapabilityEntries {
    /// The id.
    pub id: String,
    /// The revision that the entries belong to.
    pub revision: u64,
    /// How many sources publish the id.
    pub total: usize,
    /// How many entries are on this page.
    pub shown: usize,
    /// Whether this page has all entries.
    pub complete: bool,
    /// Whether the only entry was shortened to fit the budget.
    pub truncated: bool,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
    /// The entries, ordered by repo.
    #[schema(value_type = Vec<Object>)]
    pub entries: Vec<Map<String, Value>>,
    /// The commits that the indexes of the entries on this page were pushed from, by repo, where known. Left out if none is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, Provenance>,
}

impl CapabilityEntries {
    /// The bytes that `"id":…,` adds to a page.
    pub fn bytes_around(id: &str) -> usize {
        r#""id":"","#.len() + id.len()
    }

    /// Turns a page of search results into the page of one id.
    pub fn of(id: String, page: Capabilities) -> Self {
        let Capabilities { revision, total, shown, complete, truncated, next, capabilities: entries, .. } = page;
        Self { id, revision, total, shown, complete, truncated, next, entries, provenance: BTreeMap::new() }
    }
}
