//! The OpenAPI document: what every handler says about itself, completed with what goes for all of them.

mod conditional;
mod headers;
mod numbers;
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
            document. Reads are public, writes need a token. Errors are problem documents (RFC 9457) with a stable `code`; \
            `/problems` explains each.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers(
        (url = "/", description = "The hub that serves this document"),
        (url = "https://reuse.coulomb.social", description = "The public hub"),
    ),
    tags(
        (name = "federation", description = "What all sources publish, in one document"),
        (name = "registrations", description = "Which repositories take part"),
        (name = "access", description = "Who may write, and who wrote what"),
        (name = "operation", description = "Health and metrics"),
        (name = "pages", description = "The same as HTML pages for people"),
        (name = "about", description = "What the hub says about itself"),
    ),
    components(schemas(api::problem::Problem)),
)]
struct Base;

/// The document before any route.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The whole document, as JSON for people too.
pub fn document(routes: utoipa::openapi::OpenApi) -> Vec<u8> {
    // Strings, numbers and maps always serialise.
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    for (method, operation) in operations(&mut document) {
        if let Some(body) = operation.get_mut("requestBody") {
            // No handler takes a body and does without.
            body["required"] = true.into();
        }
        conditional::attach(operation);
        problems::attach(operation);
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
            "description": "A token of this hub: the operator's own, or a named one with scopes. If no token is configured, every write is refused.",
        },
    });
    let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
    text.push(b'\n');
    text
}

/// Every operation of the document, with its method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &mut Map<String, Value>)> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    paths
        .filter_map(Value::as_object_mut)
        .flatten()
        .filter_map(|(method, operation)| Some((method.as_str(), operation.as_object_mut()?)))
}
