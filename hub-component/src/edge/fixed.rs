//! Content that changes with the version of the hub alone.

use super::{Caching, Read, memo};
use crate::hub::AN_HOUR;
use axum::response::Response;
use bytes::Bytes;
use federation::negotiation::entity_tag;
use http::HeaderMap;

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
        Self { media_type, etag: entity_tag(&body), body }
    }

    /// The answer to a `GET`; 304 if the client has it. It may be kept for an hour: another version of the hub may say more.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let read = Read {
            media_type: self.media_type,
            body: self.body.clone().into(),
            etag: &self.etag,
            modified: None,
            caching: Caching::ForAnHour,
        };
        memo(read.respond(request), Some(AN_HOUR))
    }
}
