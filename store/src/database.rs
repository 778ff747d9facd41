//! The database port: the store's view of an SQL database, whichever it is.

pub use crate::guarded::{read_with, write_with};
use std::future::Future;

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

/// Why a statement or a transaction failed. For the log; clients never see this text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// There is no space left for the write.
    #[error("no space is left for the database")]
    Full,
    /// Another writer held the database for longer than this one may wait.
    #[error("another writer holds the database")]
    Busy,
    /// The server did not say whether it committed the transaction.
    #[error("the outcome of a commit is unknown: {0}")]
    OutcomeUnknown(String),
    /// Any other failure.
    #[error("{0}")]
    Other(String),
}

impl DatabaseError {
    /// Classifies an error by SQLite's message.
    pub fn from_message(text: String) -> Self {
        match text {
            text if text.contains("database or disk is full") => Self::Full,
            text if text.contains("database is locked") => Self::Busy,
            text => Self::Other(text),
        }
    }
}

/// An SQL database. Statements use `$1` placeholders and the SQL that SQLite and PostgreSQL share.
pub trait Database: Send + Sync + 'static {
    /// A transaction, which [`read_with`] and [`write_with`] guard and end.
    type Transaction: RawTransaction;

    /// Begins a read transaction, which sees one state of the database throughout.
    fn read(&self) -> impl Future<Output = Result<Self::Transaction, DatabaseError>> + Send;
    /// Begins a write transaction, with which no other writer interleaves.
    fn write(&self) -> impl Future<Output = Result<Self::Transaction, DatabaseError>> + Send;
    /// Runs a single read statement without a transaction: the cheapest way to read one thing.
    fn query(&self, sql: &str, parameters: Vec<Value>) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Runs the statements that cannot run inside a transaction, once, before the first migration.
    fn prepare(&self) -> impl Future<Output = Result<(), DatabaseError>> + Send;
}

/// Statements in a transaction of a [`Database`]. Its holder neither commits nor ends it: [`write_with`] and [`read_with`] do.
pub trait Transaction: Send {
    /// Runs one statement and returns all its rows. If it fails, the transaction is rolled back, and everything else fails too.
    fn query(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Runs a read statement whose failure leaves the transaction usable. For data that can be rebuilt if it cannot be read.
    fn try_query(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
}

/// A transaction as an adapter provides it; [`Guarded`](crate::guarded::Guarded) makes a [`Transaction`] of it and ends it.
pub trait RawTransaction: Send {
    /// Runs one statement and returns all its rows.
    fn query(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Runs a read statement whose failure leaves the transaction usable. Where a failure aborts the transaction, the adapter sets a savepoint.
    fn try_query(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Send;
    /// Commits the transaction durably.
    fn commit(self) -> impl Future<Output = Result<(), DatabaseError>> + Send;
    /// Rolls the transaction back. If that fails, the connection is closed.
    fn roll_back(self) -> impl Future<Output = ()> + Send;
    /// Rolls back a transaction that was dropped before its end, without being awaited. The connection must not be reused before that.
    fn abandon(self);
}

/// The read statements of a database as if they were a transaction, though each may see a newer state than the one before. For what does not
/// need one state, or notices that it saw two.
pub struct Autocommit<'a, D>(pub &'a D);

impl<D: Database> Transaction for Autocommit<'_, D> {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.0.query(sql, parameters).await
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.0.query(sql, parameters).await
    }
}
