//! A request body as it was sent.

use super::json_body::read;
use crate::problem::{Problem, kinds};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use federation::limits::MAX_CHECKED_BYTES;
use http::header::CONTENT_ENCODING;

/// The body, of any media type, within [`MAX_CHECKED_BYTES`]: clients that send a file often name a wrong type.
pub struct RawBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_plain = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !request.headers().get_all(CONTENT_ENCODING).iter().all(is_plain) {
            return Err(Problem::new(
                &kinds::UNSUPPORTED_MEDIA_TYPE,
                "Send the body as it is, without `Content-Encoding`.",
            ));
        }
        read(request.into_body(), MAX_CHECKED_BYTES).await.map(Self)
    }
}
