//! CORS: any origin may read and search, the origins in decision 0040 may use the tools of `/mcp`, and no origin may write.

use super::origin::is_allowed;
use api::headers::{MIRRORED, REQUEST_ID, REVISION, VERIFIED};
use api::paths::{self, Standard};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ETAG, LINK, LOCATION,
    ORIGIN, RETRY_AFTER, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::sync::LazyLock;

/// Request headers that a script may send with a read, in addition to the safelisted ones.
const REQUEST_HEADERS: &str = "cache-control, if-modified-since, if-none-match, x-request-id";

/// Request headers that a script may send to the tools: those of the protocol, and a token, which some clients send although none is needed.
const TOOL_HEADERS: &str = "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, \
    x-request-id";

/// Request headers that a script may send to the paths of a standard. Their clients send a token although none is needed.
const DISCOVERY_HEADERS: &str =
    "accept, authorization, cache-control, content-type, if-modified-since, if-none-match, x-request-id";

/// Response headers that a script may read, in addition to the safelisted ones.
static RESPONSE_HEADERS: [HeaderName; 10] =
    [ALLOW, ETAG, LINK, LOCATION, RETRY_AFTER, REVISION, VERIFIED, MIRRORED, VARY, REQUEST_ID];

/// [`RESPONSE_HEADERS`] as the value of a header.
static EXPOSED: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let names = RESPONSE_HEADERS.each_ref().map(HeaderName::as_str);
    HeaderValue::from_str(&names.join(", ")).ok()
});

/// The origins that may read a response.
#[derive(Clone)]
pub enum Audience {
    /// Any origin.
    Everybody,
    /// Any origin, on a path of a standard, with these methods. Some clients of the standards expect them in every response.
    Discovery(&'static str),
    /// This origin, which may use the tools.
    Tools(HeaderValue),
    /// No origin.
    Nobody,
}

impl Audience {
    /// The origins that may read the response to this request.
    pub fn of(request: &Request, public_url: &str) -> Self {
        let path = request.uri().path();
        if let Some(methods) = of_discovery(path, request.method()) {
            return Self::Discovery(methods);
        }
        let of_tools = [paths::MCP, paths::MCP_WITH_SLASH].contains(&path);
        let origin = request.headers().get(ORIGIN).filter(|_| of_tools);
        match origin.filter(|origin| is_allowed(origin, public_url)) {
            Some(origin) => Self::Tools(origin.clone()),
            None if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) => Self::Everybody,
            None => Self::Nobody,
        }
    }

    /// The response to a preflight request. It is the same on every path except that of the tools, so that a script can read the problem
    /// of a path that does not exist.
    pub fn preflight(&self, request: &Request) -> Option<Response> {
        let asks =
            request.headers().contains_key(ORIGIN) && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        match self {
            Self::Tools(_) => allow(headers, "POST", TOOL_HEADERS),
            // `admit` adds them.
            Self::Discovery(_) => {}
            Self::Everybody | Self::Nobody => allow(headers, "GET, HEAD", REQUEST_HEADERS),
        }
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        Some(response)
    }

    /// Adds the CORS headers to a response.
    pub fn admit(self, headers: &mut HeaderMap) {
        let origin = match self {
            Self::Everybody => HeaderValue::from_static("*"),
            Self::Discovery(methods) => {
                allow(headers, methods, DISCOVERY_HEADERS);
                HeaderValue::from_static("*")
            }
            Self::Tools(origin) => {
                headers.append(VARY, HeaderValue::from_static("origin"));
                origin
            }
            Self::Nobody => return,
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.extend(EXPOSED.clone().map(|names| (ACCESS_CONTROL_EXPOSE_HEADERS, names)));
    }
}

fn allow(headers: &mut HeaderMap, methods: &'static str, request_headers: &'static str) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(request_headers));
}

/// The methods that scripts may use at a path of a standard; `None` for other paths, and for methods that these paths do not have.
fn of_discovery(path: &str, method: &Method) -> Option<&'static str> {
    Standard::of(path)?;
    match path == paths::ARD_SEARCH {
        true => [Method::POST, Method::OPTIONS].contains(method).then_some("POST, OPTIONS"),
        false => [Method::GET, Method::HEAD, Method::OPTIONS].contains(method).then_some("GET, HEAD, OPTIONS"),
    }
}
