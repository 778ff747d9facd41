//! The OpenAPI document: the descriptions of the handlers, completed with the parts that are common to all of them.

mod conditional;
mod headers;
mod numbers;
mod optional;
mod problems;
mod schemas;

pub use conditional::Conditional;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "reuse-surface federation hub",
        description = "Records which repositories publish a capability index, fetches and checks the indexes, and serves one composed \
            document. Reads are public; writes need a token. Errors are problem documents (RFC 9457) with a stable `code`; \
            `/problems` explains each.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers(
        (url = "/", description = "The hub that serves this document"),
        (url = "https://reuse.coulomb.social", description = "The public hub"),
    ),
    tags(
        (name = "federation", description = "The federated document: what all sources publish"),
        (name = "transparency", description = "The signed log of all revisions"),
        (name = "discovery", description = "The same capabilities where agents look: Agentic Resource Discovery and the MCP Registry"),
        (name = "registrations", description = "The registered repositories"),
        (name = "upstreams", description = "Other hubs whose sources this hub publishes too"),
        (name = "catalogues", description = "Organisations and lists whose repositories the hub registers"),
        (name = "access", description = "Tokens and the audit trail"),
        (name = "operation", description = "Health and metrics"),
        (name = "pages", description = "The same content as HTML pages for people"),
        (name = "about", description = "Descriptions of the hub and its interfaces"),
    ),
    components(schemas(api::problem::Problem)),
)]
struct Base;

/// The document without routes.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The whole document, as indented JSON.
pub fn document(routes: utoipa::openapi::OpenApi) -> Vec<u8> {
    // Strings, numbers and maps always serialise.
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    optional::without_null(&mut document);
    for (path, method, operation) in operations(&mut document) {
        if !operation.contains_key("description") {
            let summary = operation.get("summary").cloned().unwrap_or_default();
            operation.insert("description".to_owned(), summary);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            body["required"] = (!optional::may_be_absent(body)).into();
        }
        conditional::attach(operation);
        problems::attach(path, operation);
        headers::attach(method == "get", operation);
    }
    numbers::bound(&mut document);
    let components = &mut document["components"];
    schemas::add(components);
    problems::add(components);
    headers::add(components);
    components["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of this hub: the operator's own token, or a named token with scopes. If no token is configured, every write is refused.",
        },
    });
    // Operations are public by default; those that need a token declare it.
    document["security"] = json!([]);
    problems::retain_used(&mut document);
    headers::retain_used(&mut document);
    let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
    text.push(b'\n');
    text
}

/// Every operation of the document, with its path and its method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &str, &mut Map<String, Value>)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.filter_map(|(path, item)| Some((path, item.as_object_mut()?))).flat_map(|(path, item)| {
        let operations = item.iter_mut();
        operations
            .filter_map(move |(method, operation)| Some((path.as_str(), method.as_str(), operation.as_object_mut()?)))
    })
}
