//! Whether a client wants an HTML page or data.

use super::preferred_type;
use api::paths::{self, Standard};
use http::HeaderMap;

const HTML: &str = "text/html";

/// Whether the client is a browser that navigates to `path`: it prefers HTML to JSON, and the path is not in the API, which responds in one
/// form to every client.
pub(super) fn is_page_wanted(path: &str, headers: &HeaderMap) -> bool {
    may_be_page(path) && preferred_type(headers, &["application/problem+json", "application/json", HTML]) == HTML
}

/// Whether browsers get HTML at `path`, which then does not belong to the API.
pub fn may_be_page(path: &str) -> bool {
    let is_below =
        |prefix: &&str| path.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    Standard::of(path).is_none()
        && !["/v1", paths::HEALTH, paths::MCP, paths::METRICS, paths::SCHEMAS, paths::OPENAPI, "/.well-known"]
            .iter()
            .any(is_below)
}
