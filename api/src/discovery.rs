//! Agentic Resource Discovery (ARD v0.91).

pub use federation::discovery::Resource;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// The body of `POST /search`. Unknown members are ignored.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSearch {
    /// What to search for.
    pub query: ResourceQuery,
    /// Whether other registries are searched too. This hub knows none, so all three values mean the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federation: Option<Upstream>,
    /// Maximum number of results on a page; 10 by default, and never more than 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// `pageToken` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// What to search for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ResourceQuery {
    /// A question, as a sentence or keywords.
    #[schema(min_length = 1, max_length = 4096)]
    pub text: String,
    /// For each key, a text or a list of texts, of which a result must have one: `type`, `tags`, `capabilities`, `publisher`, `identifier`,
    /// `metadata.domain`, `metadata.sourceRepo` or `metadata.status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Map<String, Value>>,
}

/// Which registries are searched besides this one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Upstream {
    /// The registries that this one knows.
    Auto,
    /// No others, but the response names them.
    Referrals,
    /// No others.
    None,
}

/// A page of results.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundResources {
    /// The results, best first, each with `score` and `source`; none if nothing fits.
    pub results: Vec<Resource>,
    /// Token of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// Query parameters of `GET /agents`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourcesQuery {
    /// Maximum number of resources on a page; 20 by default, and never more than 100.
    pub page_size: Option<u32>,
    /// `pageToken` of the previous page.
    pub page_token: Option<String>,
    /// How many resources to skip, instead of `pageToken`.
    pub offset: Option<u32>,
    /// Only resources of this media type, or of one of several, separated by commas.
    #[param(max_length = 1000)]
    pub r#type: Option<String>,
}

/// A page of resources.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// The resources, by repo.
    pub items: Vec<Resource>,
    /// The number of resources on all pages.
    pub total: usize,
    /// Token of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// The resources again, if the request has `offset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub results: Option<Vec<Resource>>,
    /// The `offset` of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// The size of the page, if the request has `offset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
}

/// The manifest: what the hub itself offers to agents.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceManifest {
    /// The version of the manifest.
    pub spec_version: String,
    /// The publisher.
    pub host: ResourceHost,
    /// The hub's registry and its MCP server.
    pub entries: Vec<Resource>,
}

/// The publisher of a manifest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceHost {
    /// Name to show to people.
    pub display_name: String,
    /// URL of its documentation.
    pub documentation_url: String,
}
