//! A time limit for each connection attempt. The shared client has no such limit per request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{BoxError, Layer, Service};

tokio::task_local! {
    /// The connection timeout of the current request.
    pub(crate) static CONNECT_TIME: Duration;
}

/// The limit for connections that the client finishes in the background after their request used another one.
const BACKGROUND_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The connection attempt timed out.
#[derive(Debug)]
pub(crate) struct ConnectTimeout;

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection attempt timed out")
    }
}

impl std::error::Error for ConnectTimeout {}

#[derive(Clone)]
pub(crate) struct Deadline;

#[derive(Clone)]
pub(crate) struct WithDeadline<S>(S);

impl<S> Layer<S> for Deadline {
    type Service = WithDeadline<S>;

    fn layer(&self, inner: S) -> WithDeadline<S> {
        WithDeadline(inner)
    }
}

impl<S, R> Service<R> for WithDeadline<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        let limit = CONNECT_TIME.try_get().unwrap_or(BACKGROUND_CONNECT_TIMEOUT);
        let connecting = self.0.call(destination);
        Box::pin(async move { tokio::time::timeout(limit, connecting).await.map_err(|_| ConnectTimeout)? })
    }
}
