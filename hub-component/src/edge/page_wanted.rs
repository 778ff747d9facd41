//! Whether a client wants an HTML page or data.

use super::preferred_type;
use http::HeaderMap;

const HTML: &str = "text/html";

/// Whether a client that asked for `path` is a browser that navigates: it wants HTML rather than JSON, and the path is none of the API's,
/// which answers in one form whoever asks.
pub(super) fn is_page_wanted(path: &str, headers: &HeaderMap) -> bool {
    may_be_page(path) && preferred_type(headers, &["application/problem+json", "application/json", HTML]) == HTML
}

/// Whether browsers get HTML at `path`, which is none of the API's.
pub fn may_be_page(path: &str) -> bool {
    !["/v1", "/health", "/mcp", "/metrics", "/schemas", "/openapi.json", "/.well-known"]
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
