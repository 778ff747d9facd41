//! Webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The webhook of a registration. The secret is shown only here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Hook {
    /// The registration.
    pub repo: String,
    /// The secret to give the forge.
    pub secret: String,
    /// Where each forge sends its webhooks.
    pub urls: HookUrls,
    /// When the secret was created.
    pub created_at: String,
}

/// Where each forge sends its webhooks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookUrls {
    /// GitHub.
    pub github: String,
    /// Gitea.
    pub gitea: String,
    /// Forgejo.
    pub forgejo: String,
    /// GitLab.
    pub gitlab: String,
}

/// The effect of a delivery.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// The repos whose index is fetched now; empty if the push changed none.
    pub refreshed: Vec<String>,
}
