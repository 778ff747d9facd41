//! Scripts in browsers: every read is open to any origin, and no write is.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// What a script may send beside the headers that it always may.
const REQUEST_HEADERS: &str = "cache-control, if-modified-since, if-none-match, x-request-id";

/// What a script may read beside the headers that it always may.
const RESPONSE_HEADERS: &str =
    "allow, etag, link, location, retry-after, reuse-surface-revision, reuse-surface-verified, vary, x-request-id";

/// The answer to a browser that asks whether a script may send something: a read, from anywhere. The same on every path, since the
/// script is to see the problem of one that does not exist.
pub fn preflight(request: &Request) -> Option<Response> {
    let asks = request.headers().contains_key(ORIGIN) && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || !asks {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend([
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS)),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ] as [(HeaderName, HeaderValue); 3]);
    Some(response)
}

/// Opens the response to a read to scripts of any origin.
pub fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
}
