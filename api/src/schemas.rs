//! The schemas of the documents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What `GET /schemas` answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Schemas {
    /// Every schema.
    pub schemas: Vec<SchemaListed>,
}

/// One schema.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SchemaListed {
    /// What it describes.
    pub title: String,
    /// Path of the YAML.
    pub yaml: String,
    /// Path of the JSON.
    pub json: String,
}
