//! The database port: an SQL database as the store sees it, whichever one that is.

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
