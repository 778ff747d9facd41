//! Conditional requests.

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

/// Whether the client has the representation with this tag already (RFC 9110 §13.1.2: a weak comparison with every tag in the list).
pub fn not_modified(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == etag)
}
