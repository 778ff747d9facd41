//! Spin SQLite behind the database port.
//!
//! A connection belongs to one transaction until it ends: each `open` gets a connection of its own, and the host rolls back what a closed one has not committed.

use spin_sdk::sqlite::{self, Connection};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::database::{Database, DatabaseError, RawTransaction, Row, Value};

/// Idle connections that an instance keeps. If it kept as many as its requests used at once, none would be left for other instances.
const MAX_IDLE: usize = 2;

/// How often a writer tries to get the lock. Hosts wait five seconds for it each time.
const LOCK_ATTEMPTS: usize = 5;

/// Begins a transaction that only reads.
const READ: &str = "BEGIN";

/// The database labelled `default` in spin.toml.
#[derive(Default)]
pub(super) struct SpinSqlite {
    /// A request takes an idle connection or opens a new one. It never waits for another request's connection, because wit-bindgen traps
    /// a task that waits only for another task.
    idle: Idle,
}

/// Connections without an open transaction.
#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Vec<Connection>>>);

/// A connection inside `BEGIN`.
pub(super) struct SpinTransaction {
    connection: Connection,
    home: Idle,
    /// Whether all its statements succeeded. After an error the connection is closed, so that a replaced or repaired database is opened again.
    is_sound: bool,
    /// Whether it only reads.
    reads: bool,
}

impl Database for SpinSqlite {
    type Transaction = SpinTransaction;

    async fn read(&self) -> Result<SpinTransaction, DatabaseError> {
        self.begin(READ).await
    }

    async fn write(&self) -> Result<SpinTransaction, DatabaseError> {
        // Publishing the largest index can take longer than a host waits for the lock. Nothing is lost by trying again.
        for _ in 1..LOCK_ATTEMPTS {
            match self.begin("BEGIN IMMEDIATE").await {
                Err(DatabaseError::Busy) => {}
                begun => return begun,
            }
        }
        self.begin("BEGIN IMMEDIATE").await
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let connection = self.idle.connection().await?;
        let rows = execute(&connection, sql, parameters).await?;
        // After an error the connection is dropped, so that a replaced or repaired database is opened again.
        self.idle.keep(connection);
        Ok(rows)
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        let connection = open().await?;
        execute(&connection, "PRAGMA journal_mode = WAL", Vec::new()).await.map(drop)
    }
}

impl SpinSqlite {
    async fn begin(&self, sql: &str) -> Result<SpinTransaction, DatabaseError> {
        let connection = self.idle.connection().await?;
        execute(&connection, sql, Vec::new()).await?;
        Ok(SpinTransaction { connection, home: self.idle.clone(), is_sound: true, reads: sql == READ })
    }
}

impl SpinTransaction {
    async fn end(self, sql: &str) -> Result<(), DatabaseError> {
        execute(&self.connection, sql, Vec::new()).await?;
        if self.is_sound {
            self.home.keep(self.connection);
        }
        Ok(())
    }
}

impl Idle {
    async fn connection(&self) -> Result<Connection, DatabaseError> {
        let idle = self.lock().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => open().await,
        }
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.lock();
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RawTransaction for SpinTransaction {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let result = execute(&self.connection, sql, parameters).await;
        self.is_sound &= result.is_ok();
        result
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        // In SQLite, a read that fails leaves the transaction as it was.
        self.query(sql, parameters).await
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        self.end("COMMIT").await
    }

    async fn roll_back(self) {
        // Nothing was written in a read transaction, and after a `COMMIT` the host knows that it can reuse its connection.
        let sql = if self.reads { "COMMIT" } else { "ROLLBACK" };
        // If this fails, the connection is closed.
        _ = self.end(sql).await;
    }

    fn abandon(self) {
        drop(self.connection);
    }
}

async fn open() -> Result<Connection, DatabaseError> {
    Connection::open_default().await.map_err(error)
}

async fn execute(connection: &Connection, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
    let result = connection.execute(sql, parameters.into_iter().map(parameter)).await.map_err(error)?;
    // Errors of a statement, even syntax errors, surface only when the result is complete.
    let rows = result.collect().await.map_err(error)?;
    rows.into_iter().map(|row| row.values.into_iter().map(column).collect()).collect()
}

fn parameter(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(integer) => sqlite::Value::Integer(integer),
        Value::Text(text) => sqlite::Value::Text(text),
        Value::Blob(bytes) => sqlite::Value::Blob(bytes),
    }
}

fn column(value: sqlite::Value) -> Result<Value, DatabaseError> {
    match value {
        sqlite::Value::Null => Ok(Value::Null),
        sqlite::Value::Integer(integer) => Ok(Value::Integer(integer)),
        sqlite::Value::Text(text) => Ok(Value::Text(text)),
        sqlite::Value::Blob(bytes) => Ok(Value::Blob(bytes)),
        sqlite::Value::Real(_) => {
            Err(DatabaseError::Other("a column has a real number, which no table of the hub uses".to_owned()))
        }
    }
}

fn error(error: sqlite::Error) -> DatabaseError {
    match error {
        sqlite::Error::DatabaseFull => DatabaseError::Full,
        // Errors from SQLite itself arrive as text and never as the variant above.
        sqlite::Error::Io(text) => DatabaseError::from_message(text),
        other => DatabaseError::Other(format!("{other:?}")),
    }
}
