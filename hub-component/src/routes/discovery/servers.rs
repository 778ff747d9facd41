//! `GET /v0.1/servers`: the servers of the MCP Registry.

use super::super::capabilities::respond;
use crate::edge::{AppForRequest, Path, Query, memo};
use crate::hub::{discovery::servers as hub, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::servers::{Server, Servers, ServersMetadata, ServersQuery};
use axum::response::Response;
use http::HeaderMap;

/// Lists MCP servers.
///
/// The capabilities that are MCP servers, as a registry of the Model Context Protocol (v0.1) lists them, and the hub's own server. A server that
/// several capabilities claim is left out.
#[utoipa::path(
    get,
    path = paths::MCP_SERVERS,
    operation_id = "listMcpServers",
    tag = "discovery",
    params(ServersQuery, Conditional),
    responses(
        (
            status = 200,
            description = "A page of servers.",
            body = Servers,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_GONE.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn servers<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Query(query): Query<ServersQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let (revision, page) = hub::page(&app, &head, &query).await?;
    Ok(memo(respond(&page, revision, &head, &request)?, memo_for))
}

/// Lists the versions of an MCP server.
///
/// A capability has one version, the newest.
#[utoipa::path(
    get,
    path = paths::MCP_SERVER_VERSIONS,
    operation_id = "listMcpServerVersions",
    tag = "discovery",
    params(
        ("serverName" = String, Path, description = "The name, percent-encoded as one segment."),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The one version.",
            body = Servers,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::SERVER_NOT_FOUND.code, kinds::SERVER_CONTESTED.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn versions<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path(name): Path<String>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let server = hub::one(&app, &head, &name, hub::LATEST).await?;
    let page = Servers { servers: vec![server], metadata: ServersMetadata { count: 1, next_cursor: None } };
    let revision = head.number();
    Ok(memo(respond(&page, revision, &head, &request)?, memo_for))
}

/// Reads a version of an MCP server.
///
/// Returns one version of a server; `latest` is the newest.
#[utoipa::path(
    get,
    path = paths::MCP_SERVER_VERSION,
    operation_id = "readMcpServer",
    tag = "discovery",
    params(
        ("serverName" = String, Path, description = "The name, percent-encoded as one segment."),
        ("version" = String, Path, description = "A version, or `latest`."),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The server.",
            body = Server,
            headers(("ETag"), ("Cache-Control"), ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::SERVER_NOT_FOUND.code, kinds::SERVER_CONTESTED.code, kinds::NOTHING_PUBLISHED.code]))),
)]
pub async fn server<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    Path((name, version)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (head, memo_for) = revalidate_due(&app).await?;
    let server = hub::one(&app, &head, &name, &version).await?;
    let revision = head.number();
    Ok(memo(respond(&server, revision, &head, &request)?, memo_for))
}
