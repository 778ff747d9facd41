//! The logic of fetching an index, without I/O: it decides on the next request and interprets the responses.
//!
//! The hub and the CLI each provide a transport. Redirects, conditional requests, content encodings and limits are
//! handled here, so that both get the same index from the same URL.

mod content;
mod exchange;
mod failure;
mod headers;
mod quiet;

pub use exchange::{Exchange, Step};
pub use failure::{FetchFailure, TransportFailure};
pub use headers::known as known_headers;
pub use quiet::HostPauses;
use serde::{Deserialize, Serialize};
use url::Url;

/// The validators of an origin, which detect an unchanged index (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The URL that returned them, after redirects. They are only sent to this URL; without one, they are not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `ETag`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A GET request that a transport sends as it is: without following redirects, decoding or cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The URL to request.
    pub url: Url,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
}

/// A response as received, with a body of at most [`crate::limits::MAX_WIRE_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// The headers named in [`HEADERS`], in any order.
    pub headers: Vec<(String, String)>,
    /// The body, still encoded. May be empty if the status means that it is not read.
    pub body: Vec<u8>,
}

/// The relevant response headers; a transport need not pass others.
pub const HEADERS: [&str; 12] = [
    "cf-mitigated",
    "content-encoding",
    "etag",
    "last-modified",
    "link",
    "location",
    "ratelimit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// The result of a successful fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The index has not changed since the validators were received.
    NotModified,
    /// The index, decoded.
    Index {
        /// The exact bytes, at most [`crate::limits::MAX_DECODED_BYTES`].
        bytes: Vec<u8>,
        /// The validators for the next fetch.
        validators: Validators,
        /// The `Link` header, verbatim.
        link: Option<String>,
    },
}
