//! Content that changes with the version of the hub alone.

use super::not_modified;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use federation::digest::Digest;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};

/// Bytes with their type and entity tag.
pub struct Fixed {
    media_type: &'static str,
    body: Bytes,
    etag: String,
}

impl Fixed {
    /// Names the bytes.
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let etag = format!("\"{}\"", Digest::of(&body).hex().get(..32).unwrap_or_default());
        Self { media_type, body, etag }
    }

    /// The answer to a `GET`; 304 if the client has it. It may be kept for an hour: another version of the hub may say more.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = match not_modified(request, &self.etag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => self.body.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        headers.extend(HeaderValue::from_str(&self.etag).ok().map(|etag| (ETAG, etag)));
        response
    }
}
