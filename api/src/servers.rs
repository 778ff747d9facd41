//! The MCP Registry (v0.1).

pub use federation::discovery::Server;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query parameters of `GET /v0.1/servers`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ServersQuery {
    /// `nextCursor` of the previous page. It carries the words of `search`.
    pub cursor: Option<String>,
    /// Maximum number of servers on a page; 30 by default, and never more than 100.
    pub limit: Option<u32>,
    /// Only servers that match these words.
    #[param(max_length = 1000)]
    pub search: Option<String>,
    /// Only servers that changed since this time. Because the hub records only when revisions were published, all servers are
    /// returned unless the newest revision is older.
    #[param(format = DateTime)]
    pub updated_since: Option<String>,
    /// Only servers of this version; `latest` means all.
    pub version: Option<String>,
    /// Accepted but ignored: removed servers are not listed.
    pub include_deleted: Option<bool>,
}

/// A page of MCP servers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = McpServers)]
pub struct Servers {
    /// The servers: on the first page, the hub's own first.
    pub servers: Vec<Server>,
    /// The size of the page, and where the list continues.
    pub metadata: ServersMetadata,
}

/// The metadata of a page of MCP servers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = McpServersMetadata)]
#[serde(rename_all = "camelCase")]
pub struct ServersMetadata {
    /// The number of servers on this page.
    pub count: usize,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
