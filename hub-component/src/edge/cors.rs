//! Scripts in browsers: every read is open to any origin, the tools of `/mcp` to those that decision 0040 names, and no write is.

use super::origin::is_allowed;
use api::paths;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// What a script may send with a read beside the headers that it always may.
const REQUEST_HEADERS: &str = "cache-control, if-modified-since, if-none-match, x-request-id";

/// What a script may send to the tools: what the protocol has, and a token, which clients may send though nobody asks for it.
const TOOL_HEADERS: &str = "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, \
    x-request-id";

/// What a script may read beside the headers that it always may.
const RESPONSE_HEADERS: &str =
    "allow, etag, link, location, retry-after, reuse-surface-revision, reuse-surface-verified, vary, x-request-id";

/// To whom an answer is open.
#[derive(Clone)]
pub enum Audience {
    /// Scripts of any origin.
    Everybody,
    /// Scripts of this origin, which may use the tools.
    Tools(HeaderValue),
    /// No script.
    Nobody,
}

impl Audience {
    /// Of the answer to this request.
    pub fn of(request: &Request, public_url: &str) -> Self {
        let origin = request.headers().get(ORIGIN).filter(|_| request.uri().path() == paths::MCP);
        match origin.filter(|origin| is_allowed(origin, public_url)) {
            Some(origin) => Self::Tools(origin.clone()),
            None if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) => Self::Everybody,
            None => Self::Nobody,
        }
    }

    /// The answer to a browser that asks whether a script may send something. The same on every path but that of the tools, since the
    /// script is to see the problem of one that does not exist.
    pub fn preflight(&self, request: &Request) -> Option<Response> {
        let asks =
            request.headers().contains_key(ORIGIN) && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() != Method::OPTIONS || !asks {
            return None;
        }
        let (methods, headers) = match self {
            Self::Tools(_) => ("POST", TOOL_HEADERS),
            _ => ("GET, HEAD", REQUEST_HEADERS),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().extend([
            (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods)),
            (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(headers)),
            (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
        ] as [(HeaderName, HeaderValue); 3]);
        Some(response)
    }

    /// Says so in the response.
    pub fn admit(self, headers: &mut HeaderMap) {
        let origin = match self {
            Self::Everybody => HeaderValue::from_static("*"),
            Self::Tools(origin) => {
                headers.append(VARY, HeaderValue::from_static("origin"));
                origin
            }
            Self::Nobody => return,
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
    }
}
