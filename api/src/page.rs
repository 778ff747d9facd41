//! The page sizes of lists.

/// How many items a page may have.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The number of items unless the client sets `limit`.
    pub default: usize,
    /// The highest `limit` that a client may set.
    pub max: usize,
}

/// The page size of `GET /v1/repos`.
pub const REPOS: Limit = Limit { default: 100, max: 1000 };
/// The page size of `GET /v1/catalogues`.
pub const CATALOGUES: Limit = Limit { default: 100, max: 200 };
/// The page size of `GET /v1/tokens`.
pub const TOKENS: Limit = Limit { default: 100, max: 1000 };
/// The page size of `GET /v1/events`.
pub const EVENTS: Limit = Limit { default: 50, max: 1000 };
/// The page size of `GET /v1/federated/revisions`.
pub const REVISIONS: Limit = Limit { default: 50, max: 1000 };
/// The highest number of revisions in a response of `GET /v1/federated/log`, which has no `limit`.
pub const MAX_LOG_REVISIONS: usize = 100;
/// The page size of `GET /v1/changes`, in revisions.
pub const CHANGES: Limit = Limit { default: 20, max: 100 };
/// The page size of `GET /v1/demand`.
pub const DEMAND: Limit = Limit { default: 20, max: 100 };
/// The page size of `GET /v1/overlaps`, in pairs.
pub const OVERLAPS: Limit = Limit { default: 20, max: 100 };
/// The page size of `GET /v1/capabilities` and `GET /v1/capabilities/{id}`.
pub const CAPABILITIES: Limit = Limit { default: 20, max: 200 };
/// The page size of `GET /v1/capabilities/{id}/consumers`, in repos.
pub const CONSUMERS: Limit = Limit { default: 100, max: 1000 };
/// The page size of `POST /search`; a higher limit is lowered to the maximum.
pub const ARD_SEARCH: Limit = Limit { default: 10, max: 100 };
/// The page size of `GET /agents`; a higher limit is lowered to the maximum.
pub const ARD_RESOURCES: Limit = Limit { default: 20, max: 100 };
/// The page size of `GET /v0.1/servers`; a higher limit is lowered to the maximum.
pub const MCP_SERVERS: Limit = Limit { default: 30, max: 100 };
