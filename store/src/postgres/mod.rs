//! The database port for PostgreSQL, over connections that a host provides.
//!
//! A host pools connections. Spin's pool hands on one that was dropped inside a transaction with that transaction open, and the lock of [`NEXT`] held. So each
//! connection is rolled back before it is used, and each transaction ends explicitly, even if it is dropped.

#[cfg(not(target_family = "wasm"))]
mod client;
mod url;

use crate::database::{Database, DatabaseError, RawTransaction, Row, Value};
use crate::dialect::for_postgres;
use std::future::Future;
pub use url::{for_purpose, with_timeouts, with_tls, with_writable};

/// Opens connections.
pub trait Connect: Clone + Send + Sync + 'static {
    /// A connection; dropping it gives it back to the host.
    type Connection: Connection;

    /// Opens a connection, or fails within a few seconds.
    fn open(&self) -> impl Future<Output = Result<Self::Connection, Failure>> + Send;
    /// Runs `work` in the background.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static);
}

/// A connection to the database.
pub trait Connection: Send + Sync + 'static {
    /// Runs one statement and returns all its rows.
    fn query(&self, sql: &str, parameters: Vec<Value>) -> impl Future<Output = Result<Vec<Row>, Failure>> + Send;
}

/// Why a statement failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The SQLSTATE; none if the server did not answer.
    pub code: Option<String>,
    /// For the log.
    pub text: String,
}

/// A database whose connections `C` opens.
#[derive(Clone, Debug)]
pub struct Postgres<C> {
    readers: C,
    writers: C,
}

/// A transaction on its own connection. Dropping it rolls it back in the background.
pub struct PostgresTransaction<C: Connect> {
    connect: C,
    /// `None` once it has ended.
    connection: Option<C::Connection>,
    /// Whether a savepoint failed, so that the server commits nothing any more.
    is_aborted: bool,
}

/// A read transaction: one state of the database throughout.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A write transaction. With [`NEXT`] first, each statement sees what all writers before it committed.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Waits for earlier writers, keeps later ones out, and numbers what is committed.
const NEXT: &str = "UPDATE hub SET generation = generation + 1 RETURNING generation";

/// Reads what [`NEXT`] counted, and when the server started, in microseconds, since a server that replaces another may repeat its numbers. This is all that a
/// host needs to know whether what it read before is still the newest state.
pub const VERSION: &str =
    "SELECT generation, CAST(extract(epoch FROM pg_postmaster_start_time()) * 1000000 AS BIGINT) FROM hub";

/// How often a writer waits for others, each time up to the timeout of [`with_timeouts`].
const LOCK_ATTEMPTS: usize = 5;

/// The table of [`NEXT`], with its row. The lock is for hubs that start together on an empty database: `IF NOT EXISTS` does not make them wait.
const PREPARE: [&str; 3] = [
    "SELECT pg_advisory_xact_lock(7235940)",
    "CREATE TABLE IF NOT EXISTS hub (generation BIGINT NOT NULL)",
    "INSERT INTO hub (generation) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM hub)",
];

impl<C: Connect> Postgres<C> {
    /// The database whose connections `connect` opens.
    pub fn new(connect: C) -> Self {
        Self { readers: connect.clone(), writers: connect }
    }

    /// The same with separate connections for writers: they wait for each other, and must not take the connections of readers meanwhile.
    pub fn with_writers(self, writers: C) -> Self {
        Self { writers, ..self }
    }

    async fn open(connect: &C) -> Result<C::Connection, DatabaseError> {
        let connection = connect.open().await?;
        // Outside of a transaction, this does nothing.
        connection.query("ROLLBACK", Vec::new()).await?;
        Ok(connection)
    }

    async fn begin(connect: &C, sql: &str) -> Result<PostgresTransaction<C>, DatabaseError> {
        let connection = Self::open(connect).await?;
        let mut tx = PostgresTransaction { connect: connect.clone(), connection: Some(connection), is_aborted: false };
        match tx.query(sql, Vec::new()).await {
            Ok(_) => Ok(tx),
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    async fn begin_write(&self) -> Result<PostgresTransaction<C>, DatabaseError> {
        let mut tx = Self::begin(&self.writers, WRITE).await?;
        let error = match tx.query(NEXT, Vec::new()).await {
            Ok(rows) if rows.len() == 1 => return Ok(tx),
            Ok(_) => DatabaseError::Other("the table `hub` must have one row".to_owned()),
            Err(error) => error,
        };
        tx.roll_back().await;
        Err(error)
    }
}

impl<C: Connect> Database for Postgres<C> {
    type Transaction = PostgresTransaction<C>;

    async fn read(&self) -> Result<Self::Transaction, DatabaseError> {
        Self::begin(&self.readers, READ).await
    }

    async fn write(&self) -> Result<Self::Transaction, DatabaseError> {
        for _ in 1..LOCK_ATTEMPTS {
            match self.begin_write().await {
                Err(DatabaseError::Busy) => {}
                begun => return begun,
            }
        }
        self.begin_write().await
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(Self::open(&self.readers).await?.query(sql, parameters).await?)
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        let mut tx = Self::begin(&self.writers, WRITE).await?;
        for statement in PREPARE {
            if let Err(error) = tx.query(statement, Vec::new()).await {
                tx.roll_back().await;
                return Err(error);
            }
        }
        tx.commit().await
    }
}

impl<C: Connect> PostgresTransaction<C> {
    async fn run(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Failure> {
        match &self.connection {
            Some(connection) if is_of_schema(sql) => connection.query(&for_postgres(sql), parameters).await,
            Some(connection) => connection.query(sql, parameters).await,
            None => Err(Failure { code: None, text: "the transaction has ended".to_owned() }),
        }
    }

    /// Sets or leaves a savepoint. If that fails, the server commits nothing any more, and responds to a `COMMIT` as if it had.
    async fn mark(&mut self, sql: &str) -> Result<(), DatabaseError> {
        let marked = self.run(sql, Vec::new()).await;
        self.is_aborted |= marked.is_err();
        Ok(marked.map(drop)?)
    }
}

impl<C: Connect> RawTransaction for PostgresTransaction<C> {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(self.run(sql, parameters).await?)
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.mark("SAVEPOINT attempt").await?;
        let result = self.run(sql, parameters).await;
        self.mark(if result.is_ok() { "RELEASE SAVEPOINT attempt" } else { "ROLLBACK TO SAVEPOINT attempt" }).await?;
        Ok(result?)
    }

    async fn commit(mut self) -> Result<(), DatabaseError> {
        if self.is_aborted {
            self.roll_back().await;
            return Err(DatabaseError::Other("a savepoint of the transaction failed".to_owned()));
        }
        let committed = self.run("COMMIT", Vec::new()).await;
        self.connection = None;
        match committed {
            Ok(_) => Ok(()),
            Err(failure) if failure.leaves_outcome_unknown() => Err(DatabaseError::OutcomeUnknown(failure.text)),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn roll_back(mut self) {
        // If this fails, the server rolls back, since the connection is broken.
        _ = self.run("ROLLBACK", Vec::new()).await;
        self.connection = None;
    }

    fn abandon(self) {
        drop(self);
    }
}

impl<C: Connect> Drop for PostgresTransaction<C> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.connect.spawn(async move {
                _ = connection.query("ROLLBACK", Vec::new()).await;
            });
        }
    }
}

/// Whether a statement is one of the schema, which is written for SQLite.
fn is_of_schema(sql: &str) -> bool {
    sql.starts_with("CREATE ") || sql.starts_with("ALTER ")
}

impl Failure {
    /// Whether a `COMMIT` that failed like this may have been carried out: the server did not answer, or was ending the connection.
    fn leaves_outcome_unknown(&self) -> bool {
        self.code.as_deref().is_none_or(|code| code.starts_with("08") || code.starts_with("57P"))
    }
}

impl From<Failure> for DatabaseError {
    fn from(failure: Failure) -> Self {
        match failure.code.as_deref() {
            Some("53100") => Self::Full,
            Some("55P03") => Self::Busy,
            Some(code) => Self::Other(format!("{code}: {}", failure.text)),
            None => Self::Other(failure.text),
        }
    }
}
