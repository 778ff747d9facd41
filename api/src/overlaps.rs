//! Near-duplicates across repos.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v1/overlaps`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OverlapsQuery {
    /// Only pairs in which at least one capability is from this repo.
    #[param(max_length = 1000)]
    pub repo: Option<String>,
    /// Maximum number of pairs on a page; 20 by default.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
}

/// A page of pairs of capabilities that seem to do the same thing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Overlaps {
    /// The newest revision.
    pub revision: u64,
    /// Whether everything in it has been compared; if not, repeat the request later.
    pub complete: bool,
    /// The pairs, the closest first.
    pub overlaps: Vec<Overlap>,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// Two capabilities of different repos that seem to do the same thing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Overlap {
    /// How much of each description the other covers, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub score: u64,
    /// Words that they have in common, directly or by a synonym, the most distinctive first.
    pub words: Vec<String>,
    /// The two capabilities, each with `id`, `source_repo`, `domain`, `name`, `title`, `summary`, `status`, `tags` and `path`.
    #[schema(value_type = Vec<Object>, min_items = 2, max_items = 2)]
    pub capabilities: Vec<Map<String, Value>>,
}
