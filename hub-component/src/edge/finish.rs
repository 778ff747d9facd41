//! The last step of every response: its id, its headers, and problems written out.

use super::cors::Audience;
use super::no_content::NoContent;
use crate::app::App;
use crate::pages;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use std::io::Write as _;

/// Which route answered. `serve` counts by it, and takes it out.
const ROUTE: HeaderName = HeaderName::from_static("reuse-surface-route");

/// Which problem is answered, if it is one. `serve` tells by it what the hub failed on, and takes it out.
const CODE: HeaderName = HeaderName::from_static("reuse-surface-code");

/// The id of a request, in the request as it reaches a handler and in the response.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every route.
pub async fn finish<P: Ports>(State(app): State<App<P>>, mut request: Request, next: Next) -> Response {
    let id = request.headers().get(X_REQUEST_ID).and_then(usable).unwrap_or_else(new_id);
    let page = pages::wants_page(request.uri().path(), request.headers());
    let route = request.extensions().get::<MatchedPath>().and_then(|path| HeaderValue::from_str(path.as_str()).ok());
    let method = request.method().clone();
    request.headers_mut().insert(X_REQUEST_ID, id.clone());
    let audience = Audience::of(&request, app.public_url());
    let mut response = match audience.preflight(&request) {
        Some(response) => response,
        None => next.run(request).await,
    };
    if let Some(Logged(problem)) = response.extensions_mut().remove() {
        log(&problem, &id);
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if method == Method::OPTIONS && problem.kind().code == kinds::METHOD_NOT_ALLOWED.code {
            // The router adds `Allow`, which is all that was asked for.
            *response.status_mut() = StatusCode::NO_CONTENT;
        } else {
            write_out(&mut response, &problem, page, app.public_url(), &id);
        }
    }
    if matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        *response.body_mut() = Body::new(NoContent);
    }
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id);
    headers.extend(route.map(|route| (ROUTE, route)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    audience.admit(headers);
    response
}

/// A problem inside a response that is none, which the log is to know of.
#[derive(Clone)]
pub struct Logged(pub Problem);

fn log(problem: &Problem, id: &HeaderValue) {
    if let Some(words) = problem.log() {
        // The host collects a component's stderr as its log; a log that cannot be written changes nothing.
        let _ = writeln!(
            std::io::stderr(),
            "{}: {words} (request {})",
            problem.kind().code,
            String::from_utf8_lossy(id.as_bytes())
        );
    }
}

fn write_out(response: &mut Response, problem: &Problem, page: bool, base: &str, id: &HeaderValue) {
    log(problem, id);
    let id = id.to_str().unwrap_or_default();
    let body = match page {
        true => pages::problem(problem, id).into_bytes(),
        false => problem.body(base, id),
    };
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.insert(CODE, HeaderValue::from_static(problem.kind().code));
    match page {
        true => pages::error_headers(headers, base),
        false => drop(headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))),
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
