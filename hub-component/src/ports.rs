//! What the hub needs from the world: a database, a way to fetch, and a host that keeps time.
//!
//! Handlers know only these traits, so they run natively in tests and a second database fits without touching them.

use federation::fetch::{Request, Response, TransportFailure};
use federation::time::Seconds;
use std::future::Future;
use std::time::Duration;

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

/// A column value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// Any integer or boolean.
    Integer(i64),
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The columns of one row.
pub type Row = Vec<Value>;

/// Why a statement or a transaction failed. For the log; clients never see these words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// There is no room for what should be written.
    #[error("no room is left for the database")]
    Full,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl DatabaseError {
    /// What SQLite's own words mean.
    pub fn of_text(text: String) -> Self {
        if text.contains("database or disk is full") { Self::Full } else { Self::Other(text) }
    }
}

/// An SQL database. Statements use `$1` placeholders and the SQL that SQLite and PostgreSQL share.
pub trait Database: Send + Sync + 'static {
    /// A transaction; dropped without commit, it never happened.
    type Transaction: Transaction;

    /// Begins a transaction that sees one state of the database throughout.
    fn read(&self) -> impl Future<Output = Result<Self::Transaction, DatabaseError>> + Send;
    /// Begins a transaction that no other writer interleaves with.
    fn write(&self) -> impl Future<Output = Result<Self::Transaction, DatabaseError>> + Send;
    /// Runs one reading statement by itself: the cheapest way to ask one thing.
    fn query(&self, sql: &str, parameters: Vec<Value>) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Runs what cannot run inside a transaction, once, before the first migration.
    fn prepare(&self) -> impl Future<Output = Result<(), DatabaseError>> + Send;
}

/// A transaction of a [`Database`].
pub trait Transaction: Send {
    /// Runs one statement and gives all its rows.
    fn query(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Ends one that only read. One that is dropped ends too, but then its connection is closed, and the next one has to be opened.
    fn end(self) -> impl Future<Output = ()> + Send;
    /// Makes it durable.
    fn commit(self) -> impl Future<Output = Result<(), DatabaseError>> + Send;
}

/// Sends one request as it is.
pub trait Fetch: Send + Sync + 'static {
    /// The answer, with a body within [`federation::limits::MAX_WIRE_BYTES`], or why there is none. The caller drops what takes too long.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportFailure>> + Send;
}
