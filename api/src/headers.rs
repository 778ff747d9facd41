//! Header fields of this API, beside those of HTTP.

use http::{HeaderName, HeaderValue};

/// The id of a request: in the request, in its response, and in what the log says about it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The revision that an answer is of.
pub const REVISION: HeaderName = HeaderName::from_static("reuse-surface-revision");

/// When the contributing source that was verified longest ago was verified (RFC 3339).
pub const VERIFIED: HeaderName = HeaderName::from_static("reuse-surface-verified");

/// From the component to `serve`, which removes it: which route answered, as a template.
pub const ROUTE: HeaderName = HeaderName::from_static("reuse-surface-route");

/// From the component to `serve`, which removes it: the code of the problem that is answered.
pub const CODE: HeaderName = HeaderName::from_static("reuse-surface-code");

/// From the component to `serve`, which removes it: for how many seconds it may repeat this answer, as `max-age=…`, as long as nothing is
/// committed to the database.
pub const MEMO: HeaderName = HeaderName::from_static("reuse-surface-memo");

/// Whether the id that a client or a proxy gave a request is short and plain enough to be kept.
pub fn is_request_id(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(plain)
}
