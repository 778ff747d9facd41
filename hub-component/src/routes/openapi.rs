//! `GET /openapi.json`.

use crate::app::App;
use crate::edge::Fixed;
use crate::openapi::{self, Conditional};
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
pub async fn document<P: Ports>(State(app): State<App<P>>, request: HeaderMap) -> Response {
    app.openapi(|| Fixed::new("application/json", openapi::document(router::table::<P>().into_openapi())))
        .respond(&request)
}
