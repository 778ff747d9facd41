//! What the hub needs from the world: a database, a way to fetch, and a host that keeps time.
//!
//! Handlers know only these traits, so they run natively in tests and a second database fits without touching them.

use federation::fetch::{Request, Response, TransportFailure};
use federation::time::Seconds;
use std::future::Future;
use std::time::Duration;
use store::database::Database;

/// The three ports under one name, so that the code above carries one type parameter.
pub trait Ports: Clone + Send + Sync + 'static {
    /// Where truth is kept.
    type Database: Database;
    /// How indexes are reached.
    type Fetch: Fetch;

    /// The database port.
    fn database(&self) -> &Self::Database;
    /// The fetch port.
    fn fetch(&self) -> &Self::Fetch;
    /// The present.
    fn now(&self) -> Seconds;
    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
    /// Runs `work` on after the response has been sent; best effort.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static);
    /// The bootstrap token; `None` when none is configured.
    fn token(&self) -> impl Future<Output = Option<String>> + Send;
    /// Name of the request header in which a proxy gives the client's address; `None` when clients connect directly.
    fn client_address_header(&self) -> impl Future<Output = Option<String>> + Send;
}

/// Sends one request as it is.
pub trait Fetch: Send + Sync + 'static {
    /// The answer, with a body within [`federation::limits::MAX_WIRE_BYTES`], or why there is none. The caller drops what takes too long.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportFailure>> + Send;
}
