//! Whether a client wants a page or data.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether a client that asked for `path` is a browser that navigates: it names HTML, and the path is none of the API's, which
/// answers in one form whoever asks.
pub fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let is_api = ["/v1", "/health", "/mcp", "/metrics", "/schemas", "/openapi.json", "/.well-known"]
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    !is_api && names_html(headers)
}

/// Whether `Accept` names HTML; `*/*` does not.
pub(super) fn names_html(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.to_ascii_lowercase().contains("text/html"))
}
