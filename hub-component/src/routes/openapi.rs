//! `GET /openapi.json`.

use crate::app::App;
use crate::edge::Fixed;
use crate::openapi;
use crate::ports::Ports;
use crate::router;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

/// This document: every route, parameter, answer and error, in OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "readOpenApi",
    tag = "about",
    params(("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has.")),
    responses(
        (
            status = 200,
            description = "The document.",
            body = Object,
            content_type = "application/json",
            headers(("ETag"), ("Cache-Control")),
        ),
        (status = 304, description = "The client has it.", headers(("ETag"), ("Cache-Control"))),
    ),
)]
pub async fn document<P: Ports>(State(app): State<App<P>>, request: HeaderMap) -> Response {
    app.openapi(|| Fixed::new("application/json", openapi::document(router::table::<P>().into_openapi())))
        .respond(&request)
}
