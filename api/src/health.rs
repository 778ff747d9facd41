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
    /// How far a mirror has followed its primary; absent from a hub that is not a mirror.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Mirror>,
}

impl Health {
    /// The only status that a hub reports.
    pub const OK: &str = "ok";

    /// Whether the hub is healthy.
    pub fn is_ok(&self) -> bool {
        self.status == Self::OK
    }
}

/// How far a mirror has followed its primary.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Mirror {
    /// The base URL of the primary.
    pub of: String,
    /// When the primary last said that it has nothing newer than this mirror (RFC 3339); null if it never did.
    #[schema(required)]
    pub current_at: Option<String>,
    /// Why the primary cannot be followed at the moment; null if it can.
    #[schema(required)]
    pub fault: Option<String>,
}
