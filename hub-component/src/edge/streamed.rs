//! A body that is produced while it is sent, with a length known in advance.

use crate::hub::{Chunks, TruncatedBody};
use bytes::Bytes;
use futures::StreamExt as _;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

struct Streamed {
    chunks: Chunks,
    left: u64,
}

/// A body of `length` bytes, sent as these chunks.
pub fn streamed(length: u64, chunks: Chunks) -> axum::body::Body {
    axum::body::Body::new(Streamed { chunks, left: length })
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = TruncatedBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TruncatedBody>>> {
        let Some(chunk) = ready!(self.chunks.poll_next_unpin(context)) else {
            return Poll::Ready(match self.left {
                0 => None,
                left => Some(Err(TruncatedBody(format!("the body is {left} bytes too short")))),
            });
        };
        let chunk = chunk?;
        self.left = match self.left.checked_sub(chunk.len() as u64) {
            Some(left) => left,
            None => return Poll::Ready(Some(Err(TruncatedBody("the body is longer than announced".to_owned())))),
        };
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
