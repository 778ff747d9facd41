//! Named tokens over HTTP.

mod create;
mod exchange;
mod list;
mod own;
mod revoke;
mod view;

use axum::Json;
use axum::response::{IntoResponse, Response};
pub use create::{__path_create, create};
pub use exchange::{__path_exchange, exchange};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
pub use list::{__path_list, list};
pub use own::{__path_own, own};
pub use revoke::{__path_revoke, revoke};
use serde::Serialize;

/// A response that only the holder of the token may store.
pub(super) fn private(body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
