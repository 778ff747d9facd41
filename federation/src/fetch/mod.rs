//! How an index is fetched, without doing it: which request comes next, and what an answer means.
//!
//! The hub and the CLI each bring a transport; redirects, conditional requests, content encodings and limits are decided here,
//! so that both see the same index behind the same URL.

mod content;
mod exchange;
mod failure;
mod headers;
mod quiet;

pub use exchange::{Exchange, Step};
pub use failure::{FetchFailure, TransportFailure};
pub use headers::known as known_headers;
pub use quiet::Quiet;

use serde::{Deserialize, Serialize};
use url::Url;

/// What an origin gave to recognise an unchanged index by (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The URL that gave them, after redirects. They are sent to no other; without it, to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `ETag`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A GET that a transport sends as it is: no redirects, no decoding, no cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: Url,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
}

/// An answer as it came over the wire, its body within [`crate::limits::MAX_WIRE_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Those headers that [`HEADERS`] names, in any order.
    pub headers: Vec<(String, String)>,
    /// The body, still encoded. Empty is fine for an answer whose status says it will not be read.
    pub body: Vec<u8>,
}

/// The response headers that matter here; a transport need not pass others.
pub const HEADERS: [&str; 10] = [
    "content-encoding",
    "etag",
    "last-modified",
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

/// What a source answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The index is the one whose validators were sent.
    NotModified,
    /// The index, decoded.
    Index {
        /// Exact bytes, within [`crate::limits::MAX_DECODED_BYTES`].
        bytes: Vec<u8>,
        /// To send next time.
        validators: Validators,
    },
}
