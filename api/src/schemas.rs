//! The schemas of the documents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The response of `GET /schemas`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Schemas {
    /// Every schema.
    pub schemas: Vec<SchemaListed>,
}

/// One schema.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SchemaListed {
    /// The title of the schema.
    pub title: String,
    /// Path of the schema as YAML.
    pub yaml: String,
    /// Path of the schema as JSON.
    pub json: String,
}
