//! `GET /openapi.json`.

use crate::edge::StaticContent;
use crate::openapi::{self, Conditional};
use api::paths;
use axum::Extension;
use axum::response::Response;
use http::HeaderMap;
use std::sync::{Arc, OnceLock};
use utoipa::openapi::OpenApi;

/// The OpenAPI document. The router holds it, because only the router knows every route.
pub struct Document {
    description: OpenApi,
    written: OnceLock<StaticContent>,
}

impl Document {
    /// Creates the document from the description of the routes. It is written at the first request.
    pub fn new(description: OpenApi) -> Self {
        Self { description, written: OnceLock::new() }
    }
}

/// Reads this document.
///
/// Every route, parameter, response and error, in OpenAPI 3.1.
#[utoipa::path(
    get,
    path = paths::OPENAPI,
    operation_id = "readOpenApi",
    tag = "about",
    params(Conditional),
    responses(
        (
            status = 200,
            description = "The document.",
            body = Object,
            content_type = "application/json",
            headers(("ETag"), ("Cache-Control")),
        ),
    ),
)]
pub async fn document(Extension(document): Extension<Arc<Document>>, request: HeaderMap) -> Response {
    let write = || StaticContent::new("application/json", openapi::document(document.description.clone()));
    document.written.get_or_init(write).respond(&request)
}
