//! The last step of every response: its id, its headers, and problems written out.

use crate::app::App;
use crate::pages;
use crate::ports::Ports;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method};
use std::io::Write as _;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every route.
pub async fn finish<P: Ports>(State(app): State<App<P>>, request: Request, next: Next) -> Response {
    let id = request.headers().get(X_REQUEST_ID).and_then(usable).unwrap_or_else(new_id);
    let head = request.method() == Method::HEAD;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let page = pages::wants_page(request.uri().path(), request.headers());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if let Some(words) = problem.log() {
            // The host collects a component's stderr as its log; a log that cannot be written changes nothing.
            let _ = writeln!(
                std::io::stderr(),
                "{}: {words} (request {})",
                problem.kind().code,
                String::from_utf8_lossy(id.as_bytes())
            );
        }
        let id = id.to_str().unwrap_or_default();
        let body = match page {
            true => pages::problem(&problem, id).into_bytes(),
            false => problem.body(app.public_url(), id),
        };
        *response.body_mut() = if head { Body::empty() } else { Body::from(body) };
        let headers = response.headers_mut();
        match page {
            true => pages::error_headers(headers, app.public_url()),
            false => drop(headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))),
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if reads {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(
                "etag, last-modified, link, location, retry-after, reuse-surface-revision, reuse-surface-verified, x-request-id",
            ),
        );
    }
    response
}

/// An id from a proxy is kept if it is short and plain.
fn usable(id: &HeaderValue) -> Option<HeaderValue> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    ((1..=128).contains(&id.len()) && id.as_bytes().iter().all(plain)).then(|| id.clone())
}

fn new_id() -> HeaderValue {
    let mut bytes = [0; 8];
    // Without randomness the id is all zeros: still an id, and no reason to fail a request.
    let _ = getrandom::fill(&mut bytes);
    HeaderValue::from_str(&format!("{:016x}", u64::from_be_bytes(bytes))).unwrap_or(HeaderValue::from_static("0"))
}
