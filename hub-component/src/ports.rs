//! What the hub needs from the outside world: a database, a way to fetch, and a clock.
//!
//! Handlers depend only on these traits, so they run natively in tests, and another database can be added without changing them.

use federation::fetch::{Request, Response, TransportFailure};
use federation::time::Seconds;
use std::future::Future;
use std::time::Duration;
use store::database::Database;

/// All ports as one trait, so that callers need only one type parameter.
pub trait Ports: Clone + Send + Sync + 'static {
    /// The type of the database port.
    type Database: Database;
    /// The type of the fetch port.
    type Fetch: Fetch;

    /// The database port.
    fn database(&self) -> &Self::Database;
    /// The fetch port.
    fn fetch(&self) -> &Self::Fetch;
    /// The current time.
    fn now(&self) -> Seconds;
    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
    /// Runs `work` after the response has been sent, as best effort.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static);
    /// The bootstrap token; `None` if none is configured.
    fn token(&self) -> impl Future<Output = Option<String>> + Send;
    /// Name of the request header in which a proxy passes the client's address; `None` if clients connect directly.
    fn client_address_header(&self) -> impl Future<Output = Option<String>> + Send;
}

/// Sends one request without changing it.
pub trait Fetch: Send + Sync + 'static {
    /// Returns the response, with a body within [`federation::limits::MAX_WIRE_BYTES`], or why there is none. The caller cancels a request
    /// that takes too long.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportFailure>> + Send;
}
