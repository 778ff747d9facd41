//! Answers to reads: what a cache may do with them, and nothing at all for a client that has them already.

use super::conditional::not_modified;
use crate::problem::{Problem, kinds};
use api::headers::MEMO;
use axum::body::Body;
use axum::response::Response;
use federation::negotiation::entity_tag;
use federation::time::{Seconds, http_date};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// What caches between here and the client may do with an answer.
#[derive(Clone, Copy, Debug)]
pub enum Caching {
    /// Use it while they fetch a newer one, up to half a minute: what the hub itself does with its sources.
    Revalidated,
    /// Keep it, and ask before every use.
    Asked,
    /// Use it for an hour: content that only another version of the hub changes.
    ForAnHour,
    /// Keep it for good.
    Immutable,
}

impl Caching {
    fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Revalidated => "public, max-age=0, stale-while-revalidate=30",
            Self::Asked => "public, no-cache",
            Self::ForAnHour => "public, max-age=3600",
            Self::Immutable => "public, max-age=31536000, immutable",
        })
    }
}

/// Something that can be read, before it is known whether the client has it already.
pub struct Read<'a> {
    /// What it is.
    pub media_type: &'static str,
    /// The bytes.
    pub body: Body,
    /// Their entity tag, quotes included.
    pub etag: &'a str,
    /// When it last changed, if that is known to the second.
    pub modified: Option<Seconds>,
    /// What caches may do.
    pub caching: Caching,
}

impl Read<'_> {
    /// 200 with the bytes, or 304. What describes the bytes alone is left out of a 304.
    pub fn respond(self, request: &HeaderMap) -> Response {
        let mut response = Response::default();
        if not_modified(request, self.etag, self.modified) {
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

/// A JSON document with an entity tag of its bytes.
///
/// # Errors
/// When it cannot be written, which no document here does.
pub fn json(request: &HeaderMap, caching: Caching, document: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(document)
        .map_err(|e| Problem::new(&kinds::INTERNAL, "The answer cannot be written.").internal(e.to_string()))?;
    let etag = entity_tag(&bytes);
    let read = Read { media_type: "application/json", body: bytes.into(), etag: &etag, modified: None, caching };
    Ok(read.respond(request))
}

/// Lets the host give this answer again for some seconds; none or fewer than one forbid it.
///
/// Only for an answer whose bytes depend on nothing but the database, the method, the URI, and the headers `accept`, `accept-encoding`,
/// `if-none-match`, `if-modified-since` and `origin`.
pub fn memo(mut response: Response, seconds: Option<Seconds>) -> Response {
    let seconds = seconds.filter(|seconds| *seconds > 0);
    let value = seconds.and_then(|seconds| HeaderValue::from_str(&format!("max-age={seconds}")).ok());
    response.headers_mut().extend(value.map(|value| (MEMO, value)));
    response
}
