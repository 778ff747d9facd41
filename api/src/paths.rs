//! Paths of the API, as RFC 6570 templates.

/// `GET`: whether the hub can serve requests.
pub const HEALTH: &str = "/health";
/// `GET`: whether the process is alive.
pub const LIVE: &str = "/health/live";
/// `GET`: metrics for Prometheus.
pub const METRICS: &str = "/metrics";
/// `GET`: the OpenAPI document.
pub const OPENAPI: &str = "/openapi.json";
/// `GET`: all problem codes.
pub const PROBLEMS: &str = "/problems";
/// `GET`: one problem code.
pub const PROBLEM: &str = "/problems/{code}";
/// `GET`: the list of schemas.
pub const SCHEMAS: &str = "/schemas";
/// `GET`: one schema.
pub const SCHEMA: &str = "/schemas/{name}";
/// `GET`: the overview for language models.
pub const LLMS: &str = "/llms.txt";
/// `GET`: links to everything about the API (RFC 9727).
pub const API_CATALOG: &str = "/.well-known/api-catalog";
/// `GET`: the description of the hub.
pub const HUB: &str = "/.well-known/reuse-surface";
/// `POST`: the Model Context Protocol.
pub const MCP: &str = "/mcp";
/// `POST`: the same, as many people configure it.
pub const MCP_WITH_SLASH: &str = "/mcp/";
/// `GET`: the registrations. `POST`: registers a repo.
pub const REPOS: &str = "/v1/repos";
/// `GET`, `PATCH`, `DELETE`: one registration.
pub const REPO: &str = "/v1/repos/{repo}";
/// `POST`: checks a source now.
pub const REFRESH: &str = "/v1/repos/{repo}/refresh";
/// `POST`: accepts the held snapshot of a source.
pub const RELEASE: &str = "/v1/repos/{repo}/release";
/// `POST`: gives a registration a secret for webhooks. `DELETE`: removes it.
pub const HOOK: &str = "/v1/repos/{repo}/hook";
/// `POST`: a webhook of a forge.
pub const HOOKS: &str = "/v1/hooks/{forge}";
/// `POST`: the verdict on an index.
pub const CHECK: &str = "/v1/check";
/// `GET`: the audit trail.
pub const EVENTS: &str = "/v1/events";
/// `GET`: the named tokens. `POST`: creates a token.
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
/// `POST`: refreshes the sources that are due.
pub const COMPOSE: &str = "/v1/federated/compose";
/// `GET`: the changes since a revision.
pub const CHANGES: &str = "/v1/changes";
/// `GET`: capability search.
pub const CAPABILITIES: &str = "/v1/capabilities";
/// `GET`: the entries that the sources publish under an id.
pub const CAPABILITY: &str = "/v1/capabilities/{id}";
/// `GET`: questions that nothing answers well.
pub const DEMAND: &str = "/v1/demand";
/// `GET`: capabilities of different repos that seem to do the same.
pub const OVERLAPS: &str = "/v1/overlaps";
/// `GET`: the exact bytes of a snapshot.
pub const INDEX: &str = "/v1/indexes/{digest}";

/// The segments of a path with its parameters replaced by `values`, in order and not yet percent-encoded. A parameter without a value is
/// left as it is.
pub fn segments<'a>(path: &'a str, values: &[&'a str]) -> Vec<&'a str> {
    let mut values = values.iter();
    let fill = |segment: &'a str| match segment.starts_with('{') {
        true => values.next().copied().unwrap_or(segment),
        false => segment,
    };
    path.split('/').skip(1).map(fill).collect()
}
