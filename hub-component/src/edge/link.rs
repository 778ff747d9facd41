//! Links in headers (RFC 8288): to the next page, and for programs.

use api::paths;
use axum::response::Response;
use federation::reserved::RESERVED;
use http::header::LINK;
use http::{HeaderValue, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use std::fmt::Write as _;

/// The OpenAPI document, with its relation (RFC 8631).
pub const SERVICE_DESC: (&str, &str) = (paths::OPENAPI, "service-desc");
/// The documentation for agents, with its relation (RFC 8631).
pub const SERVICE_DOC: (&str, &str) = (paths::LLMS, "service-doc");
/// The links to everything about the API, with their relation (RFC 9727).
pub const API_CATALOG: (&str, &str) = (paths::API_CATALOG, "api-catalog");

/// The value of `Link` for these paths and their relations.
pub fn links(targets: &[(&str, &str)]) -> Option<HeaderValue> {
    let links: Vec<String> = targets.iter().map(|(path, relation)| format!("<{path}>; rel=\"{relation}\"")).collect();
    HeaderValue::from_str(&links.join(", ")).ok()
}

/// Adds `Link: …; rel="next"`: the request's own URL with `parameter` set to `next`. Adds nothing if there is no next page.
pub fn link_next(mut response: Response, uri: &Uri, parameter: &str, next: Option<&str>) -> Response {
    let Some(next) = next else { return response };
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| {
        // The same name can be percent-encoded in many ways.
        let name = percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy();
        !name.is_empty() && name != parameter
    });
    let mut link = format!("<{}?", uri.path());
    for pair in others {
        let _ = write!(link, "{pair}&");
    }
    let _ = write!(link, "{parameter}={}>; rel=\"next\"", utf8_percent_encode(next, RESERVED));
    response.headers_mut().extend(HeaderValue::from_str(&link).ok().map(|link| (LINK, link)));
    response
}
