//! Responses to reads, with their caching rules and conditional requests.

use super::conditional::is_not_modified;
use crate::problem::{Problem, kinds};
use api::headers::MEMO;
use axum::body::Body;
use axum::response::Response;
use federation::negotiation::entity_tag;
use federation::time::{Seconds, http_date};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// How caches between the hub and the client may use a response.
#[derive(Clone, Copy, Debug)]
pub enum Caching {
    /// May be used for up to half a minute while a newer one is fetched, as the hub itself does with its sources.
    Revalidated,
    /// May be stored, and must be revalidated before every use.
    NoCache,
    /// May be used for an hour: the content changes only with the version of the hub.
    ForAnHour,
    /// Never changes.
    Immutable,
}

impl Caching {
    fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Revalidated => "public, max-age=0, stale-while-revalidate=30",
            Self::NoCache => "public, no-cache",
            Self::ForAnHour => "public, max-age=3600",
            Self::Immutable => "public, max-age=31536000, immutable",
        })
    }
}

/// A representation, before it is known whether the client already has it.
pub struct Representation<'a> {
    /// The media type.
    pub media_type: &'static str,
    /// The bytes.
    pub body: Body,
    /// The entity tag, including its quotes.
    pub etag: &'a str,
    /// When the representation last changed, if that is known to the second.
    pub modified: Option<Seconds>,
    /// How caches may use the response.
    pub caching: Caching,
}

impl Representation<'_> {
    /// 200 with the bytes, or 304 without the headers that only describe the bytes.
    pub fn respond(self, request: &HeaderMap) -> Response {
        let mut response = Response::default();
        if is_not_modified(request, self.etag, self.modified) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            *response.body_mut() = self.body;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, self.caching.value());
        headers.extend(HeaderValue::from_str(self.etag).ok().map(|etag| (ETAG, etag)));
        let date = self.modified.and_then(|at| HeaderValue::from_str(&http_date(at)).ok());
        headers.extend(date.map(|date| (LAST_MODIFIED, date)));
        response
    }
}

/// A JSON document, with an entity tag computed from its bytes.
///
/// # Errors
/// If the document cannot be serialised, which does not happen for any document of the hub.
pub fn json(request: &HeaderMap, caching: Caching, document: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(document)
        .map_err(|e| Problem::new(&kinds::INTERNAL, "The response cannot be written.").internal(e.to_string()))?;
    let etag = entity_tag(&bytes);
    let read =
        Representation { media_type: "application/json", body: bytes.into(), etag: &etag, modified: None, caching };
    Ok(read.respond(request))
}

/// Lets the host reuse this response for some seconds; `None` or less than one second forbids it.
///
/// Use this only for a response whose bytes depend on nothing but the database, the method, the URI, and the headers `accept`,
/// `accept-encoding`, `if-none-match`, `if-modified-since` and `origin`.
pub fn memo(mut response: Response, seconds: Option<Seconds>) -> Response {
    let seconds = seconds.filter(|seconds| *seconds > 0);
    let value = seconds.and_then(|seconds| HeaderValue::from_str(&format!("max-age={seconds}")).ok());
    response.headers_mut().extend(value.map(|value| (MEMO, value)));
    response
}
