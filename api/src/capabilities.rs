//! The search.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

pub use federation::search::{BYTES_PER_TOKEN, Page as Capabilities};

/// What `GET /v1/capabilities` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CapabilitiesQuery {
    /// Words: every one begins a word of the id, name, title, summary or tags. Blank or absent: everything.
    #[param(max_length = 256)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Capabilities that are listed under exactly this domain.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Capabilities that exactly this repo contributes.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Capabilities with this status, in any case.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Capabilities with this tag, in any case.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Names of fields with commas between them, or `*`; `id` and `source_repo` are always there.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// Most results on a page; 20 unless told.
    #[param(minimum = 1, maximum = 200)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// `next` of the previous page: continues in the revision that the search began in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The answer has at most four times as many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<u32>,
}

/// What `GET /v1/capabilities/{id}` is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CapabilityQuery {
    /// The entry that exactly this repo contributes.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Names of fields with commas between them; all unless told.
    #[param(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// Most entries on a page; 20 unless told.
    #[param(minimum = 1, maximum = 200)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The answer has at most four times as many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<u32>,
}

/// Every source's entry under an id.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CapabilityEntries {
    /// The id.
    pub id: String,
    /// The revision that they are of.
    pub revision: u64,
    /// How many sources publish it.
    pub total: usize,
    /// How many of their entries are on this page.
    pub shown: usize,
    /// Whether this page has them all.
    pub complete: bool,
    /// Whether the budget had the only entry shortened.
    pub truncated: bool,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
    /// The entries, by repo.
    #[schema(value_type = Vec<Object>)]
    pub entries: Vec<Map<String, Value>>,
}

impl CapabilityEntries {
    /// Bytes that `"id":…,` takes before what a page has.
    pub fn bytes_around(id: &str) -> usize {
        r#""id":"","#.len() + id.len()
    }

    /// The page of an id.
    pub fn of(id: String, page: Capabilities) -> Self {
        let Capabilities { revision, total, shown, complete, truncated, next, capabilities: entries } = page;
        Self { id, revision, total, shown, complete, truncated, next, entries }
    }
}
