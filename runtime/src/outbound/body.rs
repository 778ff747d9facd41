//! Bodies in transit between the component and the HTTP client.

use super::error::{of_response, of_transport};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};
use wasmtime_wasi_http::{Error, WasiBody};

/// A body that is `Sync`, as the client's types require. The client never shares it between
/// threads, so the lock is never contended.
pub(crate) struct Shareable(Mutex<WasiBody>);

impl Shareable {
    pub(crate) fn new(body: WasiBody) -> Self {
        Self(Mutex::new(body))
    }

    fn get(&mut self) -> Pin<&mut WasiBody> {
        Pin::new(self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Body for Shareable {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.get().poll_frame(context)
    }
}

/// Replaces an empty body of unknown length with one of length zero. The client would otherwise send a `GET` with
/// `Transfer-Encoding: chunked`, which some servers refuse.
pub(crate) async fn without_empty(mut body: WasiBody) -> Result<WasiBody, Error> {
    let nothing = || Full::default().map_err(|never| match never {}).boxed_unsync();
    match body.frame().await {
        None => Ok(nothing()),
        Some(Err(error)) => Err(error),
        Some(Ok(frame)) => match frame.into_data() {
            Ok(first) => Ok(Resumed { first: Some(first), rest: body }.boxed_unsync()),
            Err(_) => Ok(nothing()),
        },
    }
}

struct Resumed {
    first: Option<Bytes>,
    rest: WasiBody,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }
}

/// The body of a response. It limits the time between two chunks, and counts as a request in flight until it ends.
pub(crate) struct Response {
    body: Option<reqwest::Body>,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

impl Response {
    pub(crate) fn new(body: reqwest::Body, patience: Duration, permit: OwnedSemaphorePermit) -> Self {
        Self { body: Some(body), patience, waiting: None, _permit: permit }
    }
}

impl Body for Response {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let me = &mut *self;
        let Some(body) = me.body.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            me.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| of_response(of_transport(&error)))));
        }
        let patience = me.patience;
        let waiting = me.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(context));
        // Dropping the body closes its connection.
        me.body = None;
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}
