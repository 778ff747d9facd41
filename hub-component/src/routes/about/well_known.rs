//! `/.well-known/`: discovery for programs.

use crate::edge::{self, API_CATALOG, AppForRequest, Caching, StaticContent, links, memo};
use crate::hub::MAX_MEMO_SECONDS;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::Problem;
use api::hub::HubDescription;
use api::paths::{self, expand};
use axum::response::Response;
use federation::schema::NAMES;
use http::HeaderMap;
use http::header::LINK;
use serde_json::{Value, json};

const LINKSET: &str = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";

/// Reads the API catalogue.
///
/// Links to everything about the API (RFC 9727, RFC 9264).
#[utoipa::path(
    get,
    path = paths::API_CATALOG,
    operation_id = "readApiCatalog",
    tag = "about",
    params(Conditional),
    responses(
        (
            status = 200,
            description = "A set of links.",
            body = Object,
            content_type = "application/linkset+json",
            headers(("ETag"), ("Cache-Control"), ("Link")),
        ),
    ),
)]
pub async fn api_catalog<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Response {
    let base = app.public_url();
    let link = |path: &str, media_type: &str| json!({"href": format!("{base}{path}"), "type": media_type});
    let schemas: Vec<Value> =
        NAMES.iter().map(|name| link(&expand(paths::SCHEMA, &[name]), "application/yaml")).collect();
    let set = json!({
        "linkset": [{
            "anchor": format!("{base}{}", paths::FEDERATED),
            "service-desc": [link(paths::OPENAPI, "application/json")],
            "service-doc": [
                link("/", "text/html"),
                link(paths::LLMS, "text/markdown"),
                link(paths::PROBLEMS, "text/markdown"),
            ],
            "service-meta": [link(paths::ARD_MANIFEST, "application/json"), link(paths::MCP_SERVERS, "application/json")],
            "status": [link(paths::HEALTH, "application/json")],
            "describedby": schemas,
        }],
    });
    let mut response = StaticContent::new(LINKSET, format!("{set:#}\n")).respond(&request);
    response.headers_mut().extend(links(&[API_CATALOG]).map(|itself| (LINK, itself)));
    response
}

/// Describes the hub.
///
/// Its version, the URLs of its interfaces, and the public keys of its transparency log.
#[utoipa::path(
    get,
    path = paths::HUB,
    operation_id = "describeHub",
    tag = "about",
    params(Conditional),
    responses((status = 200, description = "The hub.", body = HubDescription, headers(("ETag"), ("Cache-Control")))),
)]
pub async fn hub<P: Ports>(AppForRequest(app): AppForRequest<P>, request: HeaderMap) -> Result<Response, Problem> {
    let at = |path: &str| format!("{}{path}", app.public_url());
    let description = HubDescription {
        hub: at(""),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        federated: at(paths::FEDERATED),
        capabilities: at(paths::CAPABILITIES),
        mcp: at(paths::MCP),
        openapi: at(paths::OPENAPI),
        schemas: at(paths::SCHEMAS),
        llms: at(paths::LLMS),
        health: at(paths::HEALTH),
        log_keys: app.log_keys().iter().map(|key| key.verifier().to_string()).collect(),
    };
    Ok(memo(edge::json(&request, Caching::ForAnHour, &description)?, Some(MAX_MEMO_SECONDS)))
}
