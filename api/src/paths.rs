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
/// `POST`: the same, with the slash that many people configure.
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
/// `GET`: the catalogues. `POST`: registers a catalogue.
pub const CATALOGUES: &str = "/v1/catalogues";
/// `GET`, `PATCH`, `DELETE`: one catalogue.
pub const CATALOGUE: &str = "/v1/catalogues/{name}";
/// `POST`: accepts the held listing of a catalogue.
pub const CATALOGUE_RELEASE: &str = "/v1/catalogues/{name}/release";
/// `GET`: the upstreams.
pub const UPSTREAMS: &str = "/v1/upstreams";
/// `GET`, `PUT`, `DELETE`: one upstream.
pub const UPSTREAM: &str = "/v1/upstreams/{name}";
/// `POST`: the verdict on an index.
pub const CHECK: &str = "/v1/check";
/// Paths that use `POST` but only read.
pub const POSTED_READS: [&str; 4] = [MCP, MCP_WITH_SLASH, ARD_SEARCH, CHECK];
/// `GET`: the audit trail.
pub const EVENTS: &str = "/v1/events";
/// `GET`: the named tokens. `POST`: creates a token.
pub const TOKENS: &str = "/v1/tokens";
/// `GET`: the token of the request.
pub const OWN_TOKEN: &str = "/v1/tokens/self";
/// `POST`: exchanges the identity of a CI job for a token.
pub const EXCHANGE: &str = "/v1/tokens/exchange";
/// `DELETE`: revokes a token.
pub const TOKEN: &str = "/v1/tokens/{name}";
/// `GET`: the federated document.
pub const FEDERATED: &str = "/v1/federated";
/// `GET`: the document without its capabilities.
pub const MANIFEST: &str = "/v1/federated/manifest";
/// `GET`: the log of revisions.
pub const REVISIONS: &str = "/v1/federated/revisions";
/// `GET`: the log of revisions as mirrors follow it.
pub const LOG: &str = "/v1/federated/log";
/// `GET`: the newest state of the transparency log, signed.
pub const CHECKPOINT: &str = "/v1/log/checkpoint";
/// `GET`: the proof that a revision is in the transparency log.
pub const LOG_PROOF: &str = "/v1/log/proof";
/// `GET`: the proof that the transparency log extends an older state.
pub const LOG_CONSISTENCY: &str = "/v1/log/consistency";
/// `GET`: a tile of the transparency log.
pub const LOG_TILE: &str = "/v1/log/tile/{level}/{index}";
/// `GET`: a part of a tile, or a tile whose index has more than three digits.
pub const LOG_TILES: &str = "/v1/log/tile/{level}/{index}/{*rest}";
/// `POST`: refreshes the sources that are due.
pub const COMPOSE: &str = "/v1/federated/compose";
/// `GET`: the changes since a revision.
pub const CHANGES: &str = "/v1/changes";
/// `GET`: the changes as an Atom feed.
pub const ATOM: &str = "/v1/changes.atom";
/// `GET`: the changes as Server-Sent Events.
pub const STREAM: &str = "/v1/changes/stream";
/// `GET`: capability search.
pub const CAPABILITIES: &str = "/v1/capabilities";
/// `GET`: the entries that the sources publish under an id.
pub const CAPABILITY: &str = "/v1/capabilities/{id}";
/// `GET`: the repos that use a capability.
pub const CONSUMERS: &str = "/v1/capabilities/{id}/consumers";
/// `GET`: questions that nothing answers well.
pub const DEMAND: &str = "/v1/demand";
/// `GET`: capabilities of different repos that seem to do the same thing.
pub const OVERLAPS: &str = "/v1/overlaps";
/// `GET`: the exact bytes of a snapshot.
pub const INDEX: &str = "/v1/indexes/{digest}";
/// `POST`: the search of Agentic Resource Discovery (ARD).
pub const ARD_SEARCH: &str = "/search";
/// `GET`: all resources of ARD.
pub const ARD_RESOURCES: &str = "/agents";
/// `GET`: one resource of ARD.
pub const ARD_RESOURCE: &str = "/agents/{identifier}";
/// `GET`: the manifest of ARD.
pub const ARD_MANIFEST: &str = "/.well-known/ard.json";
/// `GET`: the same, where clients of earlier versions look.
pub const AI_CATALOG: &str = "/.well-known/ai-catalog.json";
/// `GET`: the servers of the MCP Registry.
pub const MCP_SERVERS: &str = "/v0.1/servers";
/// `GET`: the versions of a server of the MCP Registry.
pub const MCP_SERVER_VERSIONS: &str = "/v0.1/servers/{serverName}/versions";
/// `GET`: one version of a server of the MCP Registry.
pub const MCP_SERVER_VERSION: &str = "/v0.1/servers/{serverName}/versions/{version}";

/// A standard of another project that a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// Agentic Resource Discovery.
    Ard,
    /// The MCP Registry.
    McpRegistry,
}

impl Standard {
    /// The standard that a path follows; `None` for paths of the hub's own API.
    pub fn of(path: &str) -> Option<Self> {
        let is_below =
            |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match path {
            _ if is_below("/v0.1") => Some(Self::McpRegistry),
            _ if is_below(ARD_SEARCH) || is_below(ARD_RESOURCES) => Some(Self::Ard),
            _ => None,
        }
    }
}

/// A path with its parameters replaced by `values`, as [`segments`] does. Nothing is percent-encoded, so no value may need it.
pub fn expand(path: &str, values: &[&str]) -> String {
    format!("/{}", segments(path, values).join("/"))
}

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
