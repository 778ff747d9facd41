//! Health of the hub.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The health report of the hub.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(pattern = "^ok$")]
    pub status: String,
    /// Version of the hub.
    #[serde(default)]
    #[schema(required)]
    pub version: String,
    /// The newest revision; 0 before the first; absent from `/health/live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}
