//! The body of a response without content.

use bytes::Bytes;
use http_body::{Body, Frame};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body that ends at once and has no known length. For an empty body the router would write `Content-Length: 0`, which a 204 must not
/// have and which in a 304 would describe the representation that the client has (RFC 9110 §8.6).
pub(super) struct NoContent;

impl Body for NoContent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }
}
