//! Conditional requests (RFC 9110 §13).

use super::lines;
use federation::negotiation::has_entity_tag;
use federation::time::{Seconds, parse_http_date};
use http::HeaderMap;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};

/// Whether the client already has the representation with this tag and date. If the client sends a tag, the date is ignored.
pub fn is_not_modified(request: &HeaderMap, etag: &str, modified: Option<Seconds>) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        return has_entity_tag(lines(request, IF_NONE_MATCH), etag);
    }
    let since = request.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok()).and_then(parse_http_date);
    modified.zip(since).is_some_and(|(modified, since)| modified <= since)
}
