//! The header fields of this API, in addition to those of HTTP.

use http::{HeaderName, HeaderValue};

/// The id of a request, in the request, its response and the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The revision on which a response is based.
pub const REVISION: HeaderName = HeaderName::from_static("reuse-surface-revision");

/// When the least recently verified of the contributing sources was verified (RFC 3339).
pub const VERIFIED: HeaderName = HeaderName::from_static("reuse-surface-verified");

/// When the primary of a mirror last said that it has nothing newer than the mirror (RFC 3339).
pub const MIRRORED: HeaderName = HeaderName::from_static("reuse-surface-mirrored");

/// Internal, from the component to `serve`, which removes it: the template of the route that responded.
pub const ROUTE: HeaderName = HeaderName::from_static("reuse-surface-route");

/// Internal, from the component to `serve`, which removes it: the code of the problem in the response.
pub const CODE: HeaderName = HeaderName::from_static("reuse-surface-code");

/// Internal, from the component to `serve`, which removes it: for how many seconds `serve` may reuse this response, as `max-age=…`, unless
/// something is committed to the database first.
pub const MEMO: HeaderName = HeaderName::from_static("reuse-surface-memo");

/// From the host to the component, in place of whatever the client sent: the address and port that the request came from, as Spin names it.
pub const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("spin-client-addr");

/// The media type of a JSON merge patch (RFC 7396).
pub const MERGE_PATCH: &str = "application/merge-patch+json";

/// Whether a request id from a client or a proxy is short and plain enough to keep: 1 to 128 letters, digits, `-`, `_` or `.`.
pub fn is_request_id(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(plain)
}
