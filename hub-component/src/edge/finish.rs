//! The last step of every response: adds its id and headers, and writes problem documents.

use super::base::Base;
use super::cors::Audience;
use super::logged_request::LoggedRequest;
use super::no_content::NoContent;
use super::page_wanted::is_page_wanted;
use crate::hub::{App, Host};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::headers::{CODE, MEMO, REQUEST_ID, ROUTE, is_request_id};
use api::paths::Standard;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// Renders a problem as a page for a browser, and adds the page's headers. `base` is the hub's base URL.
pub type ProblemPage = fn(problem: &Problem, request_id: &str, base: &str, headers: &mut HeaderMap) -> String;

/// The state that the edge needs for every request.
#[derive(Clone)]
pub struct Edge<P> {
    /// The hub.
    pub app: App<P>,
    /// Renders problems as pages.
    pub problem_page: ProblemPage,
}

/// Wraps every route.
pub async fn finish<P: Ports>(
    State(Edge { app, problem_page }): State<Edge<P>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request.headers().get(REQUEST_ID).filter(|id| is_request_id(id)).cloned().unwrap_or_else(new_id);
    let page = is_page_wanted(request.uri().path(), request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let standard = Standard::of(request.uri().path());
    let asked = LoggedRequest::of(&request);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let base = match app.configured_url() {
        // A proxy is trusted if the client's address is read from one of its headers.
        "" => {
            let trusted = app.ports.client_address_header().await.is_some();
            Base::of(&request, trusted)
        }
        _ => None,
    };
    let app = app.with_base_url(base.as_ref().map(Base::address));
    if let Some(base) = base {
        request.extensions_mut().insert(base);
    }
    request.extensions_mut().insert(asked.who.clone());
    let audience = Audience::of(&request, app.configured_url());
    let mut response = match audience.preflight(&request) {
        Some(response) => response,
        None => match app.primary().filter(|_| asked.is_write()) {
            Some(primary) => mirror(primary).into_response(),
            None => next.run(request).await,
        },
    };
    if let Some(Logged(problem)) = response.extensions_mut().remove() {
        asked.log_problem(&problem, &id);
    }
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) if asked.method == Method::OPTIONS && *problem.kind() == kinds::METHOD_NOT_ALLOWED => {
            // The router adds `Allow`, which is the whole answer.
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        Some(problem) => {
            asked.log_problem(&problem, &id);
            match page {
                true => write_page(&mut response, &problem, problem_page, app.public_url(), &id),
                false => write_document(&mut response, &problem, standard, app.public_url(), &id),
            }
        }
        None => asked.log_write(response.status(), &id),
    }
    if matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        *response.body_mut() = Body::new(NoContent);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    set_internal_headers(headers, &app, route);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    audience.admit(headers);
    response
}

/// The headers between the hub and its host: those that the host understands, and no others.
fn set_internal_headers<P: Ports>(headers: &mut HeaderMap, app: &App<P>, route: Option<MatchedPath>) {
    match app.host() {
        Host::Serve => {
            if app.configured_url().is_empty() {
                // A kept response is sent to every client, whatever address it used.
                headers.remove(MEMO);
            }
            headers
                .extend(route.and_then(|path| HeaderValue::from_str(path.as_str()).ok()).map(|route| (ROUTE, route)));
        }
        // Any other host would pass the internal headers on to clients.
        Host::Spin => {
            headers.remove(MEMO);
            headers.remove(CODE);
        }
    }
}

/// Why a mirror refuses a write.
fn mirror(primary: &str) -> Problem {
    Problem::new(&kinds::MIRROR, format!("This hub mirrors {primary}; send the request there."))
}

/// A problem to log, inside a response that is not a problem document.
#[derive(Clone)]
pub struct Logged(pub Problem);

fn write_page(response: &mut Response, problem: &Problem, page: ProblemPage, base: &str, id: &HeaderValue) {
    let body = page(problem, id.to_str().unwrap_or_default(), base, response.headers_mut());
    write_out(response, problem, body.into_bytes());
}

fn write_document(
    response: &mut Response,
    problem: &Problem,
    standard: Option<Standard>,
    base: &str,
    id: &HeaderValue,
) {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    write_out(response, problem, problem.body(base, id.to_str().unwrap_or_default(), standard));
}

fn write_out(response: &mut Response, problem: &Problem, body: Vec<u8>) {
    let headers = response.headers_mut();
    headers.insert(CODE, HeaderValue::from_static(problem.kind().code));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Body::from(body);
}

fn new_id() -> HeaderValue {
    let mut bytes = [0; 8];
    // Without randomness the id is all zeros; a request must not fail because of that.
    let _ = getrandom::fill(&mut bytes);
    HeaderValue::from_str(&format!("{:016x}", u64::from_be_bytes(bytes))).unwrap_or(HeaderValue::from_static("0"))
}
