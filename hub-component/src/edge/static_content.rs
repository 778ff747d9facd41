//! Content that changes only with the version of the hub.

use super::{Caching, Representation, memo};
use crate::hub::MAX_MEMO_SECONDS;
use axum::response::Response;
use bytes::Bytes;
use federation::negotiation::entity_tag;
use http::HeaderMap;

/// Bytes with their media type and entity tag.
pub struct StaticContent {
    media_type: &'static str,
    body: Bytes,
    etag: String,
}

impl StaticContent {
    /// Computes the entity tag.
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self { media_type, etag: entity_tag(&body), body }
    }

    /// The response to a `GET`; 304 if the client already has the content. It may be cached for an hour: a new version of the hub may change it.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let read = Representation {
            media_type: self.media_type,
            body: self.body.clone().into(),
            etag: &self.etag,
            modified: None,
            caching: Caching::ForAnHour,
        };
        memo(read.respond(request), Some(MAX_MEMO_SECONDS))
    }
}
