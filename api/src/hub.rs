//! The description of a hub.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A hub and its interfaces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HubDescription {
    /// The hub's base URL, as for `--base-url`.
    pub hub: String,
    /// Version of the hub.
    pub version: String,
    /// The federated document.
    pub federated: String,
    /// Capability search.
    pub capabilities: String,
    /// The Model Context Protocol, for agents.
    pub mcp: String,
    /// The OpenAPI document.
    pub openapi: String,
    /// The schemas of the documents.
    pub schemas: String,
    /// The overview for language models (`llms.txt`).
    pub llms: String,
    /// The health check.
    pub health: String,
    /// The public keys of the transparency log, each of which signs its checkpoints; left out if the log is not signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_keys: Vec<String>,
}
