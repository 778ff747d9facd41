//! Paths of the API, as templates of RFC 6570.

/// `GET`: whether the hub can answer.
pub const HEALTH: &str = "/health";
/// `GET`: whether the process is alive.
pub const LIVE: &str = "/health/live";
/// `GET`: figures for Prometheus.
pub const METRICS: &str = "/metrics";
/// `GET`: the OpenAPI document.
pub const OPENAPI: &str = "/openapi.json";
/// `GET`: every code.
pub const PROBLEMS: &str = "/problems";
/// `GET`: one code.
pub const PROBLEM: &str = "/problems/{code}";
/// `GET`: the list of schemas.
pub const SCHEMAS: &str = "/schemas";
/// `GET`: one schema.
pub const SCHEMA: &str = "/schemas/{name}";
/// `GET`: the overview for language models.
pub const LLMS: &str = "/llms.txt";
/// `GET`: links to everything about the API (RFC 9727).
pub const API_CATALOG: &str = "/.well-known/api-catalog";
/// `GET`: what the hub is.
pub const HUB: &str = "/.well-known/reuse-surface";
/// `POST`: the Model Context Protocol.
pub const MCP: &str = "/mcp";
/// `GET`: the registrations. `POST`: a new one.
pub const REPOS: &str = "/v1/repos";
/// `GET`, `PATCH`, `DELETE`: one registration.
pub const REPO: &str = "/v1/repos/{repo}";
/// `POST`: checks a source now.
pub const REFRESH: &str = "/v1/repos/{repo}/refresh";
/// `POST`: accepts the held snapshot of a source.
pub const RELEASE: &str = "/v1/repos/{repo}/release";
/// `POST`: the verdict on an index.
pub const CHECK: &str = "/v1/check";
/// `GET`: the audit trail.
pub const EVENTS: &str = "/v1/events";
/// `GET`: the named tokens. `POST`: a new one.
pub const TOKENS: &str = "/v1/tokens";
/// `GET`: the token of the request.
pub const OWN_TOKEN: &str = "/v1/tokens/self";
/// `DELETE`: revokes a token.
pub const TOKEN: &str = "/v1/tokens/{name}";
/// `GET`: the federated document.
pub const FEDERATED: &str = "/v1/federated";
/// `GET`: the document without its capabilities.
pub const MANIFEST: &str = "/v1/federated/manifest";
/// `GET`: the log of revisions.
pub const REVISIONS: &str = "/v1/federated/revisions";
/// `POST`: refreshes what is due.
pub const COMPOSE: &str = "/v1/federated/compose";
/// `GET`: what changed since a revision.
pub const CHANGES: &str = "/v1/changes";
/// `GET`: the search.
pub const CAPABILITIES: &str = "/v1/capabilities";
/// `GET`: what every source publishes under an id.
pub const CAPABILITY: &str = "/v1/capabilities/{id}";
/// `GET`: the exact bytes of a snapshot.
pub const INDEX: &str = "/v1/indexes/{digest}";

/// The segments of a path whose parameters are `values`, in their order and not yet percent-encoded. A parameter without a value stays.
pub fn segments<'a>(path: &'a str, values: &[&'a str]) -> Vec<&'a str> {
    let mut values = values.iter();
    let fill = |segment: &'a str| match segment.starts_with('{') {
        true => values.next().copied().unwrap_or(segment),
        false => segment,
    };
    path.split('/').skip(1).map(fill).collect()
}
