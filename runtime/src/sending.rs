//! A response on its way to its client.

use crate::budget::holding;
use bytes::Bytes;
use futures::StreamExt as _;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, BodyStream, StreamBody};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime_wasi_http::{Error, WasiBody};

/// Makes each chunk of `body` hold `what` until the chunk is written or dropped. A body ends when its last chunk is
/// queued, which may be long before the client has received it.
pub(crate) fn holding_until_sent<T: Send + Sync + 'static>(body: WasiBody, what: T) -> WasiBody {
    Sending { body, what: Arc::new(what) }.boxed_unsync()
}

/// Ends `body` as if it were complete once `end` resolves.
pub(crate) fn ending_with(body: WasiBody, end: impl Future<Output = ()> + Send + 'static) -> WasiBody {
    StreamBody::new(BodyStream::new(body).take_until(Box::pin(end))).boxed_unsync()
}

struct Sending<T> {
    body: WasiBody,
    what: Arc<T>,
}

impl<T: Send + Sync + 'static> Body for Sending<T> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let what = &self.what;
        frame.map_ok(|frame| frame.map_data(|bytes| holding(bytes, Arc::clone(what))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn a_place_is_held_by_the_last_piece() {
        let places = Arc::new(Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned().unwrap();
        let body = Full::new(Bytes::from_static(b"piece")).map_err(|never| match never {}).boxed_unsync();
        let mut body = holding_until_sent(body, place);
        assert_eq!(body.size_hint().exact(), Some(5));
        let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(body.frame().await.is_none());
        drop(body);
        assert_eq!((&piece[..], places.available_permits()), (&b"piece"[..], 0));
        drop(piece);
        assert_eq!(places.available_permits(), 1);
    }
}
