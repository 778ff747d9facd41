//! Spin SQLite behind the database port.
//!
//! A connection is a transaction's alone until that has ended: the host gives each `open` one of its own, and drops what was not committed.

use spin_sdk::sqlite::{self, Connection};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::database::{Database, DatabaseError, Row, Transaction, Value};

/// Idle connections that an instance keeps. As many as its requests used at once would be kept from the other instances, for which there
/// is then none left.
const IDLE: usize = 2;

/// The database labelled `default` in spin.toml.
#[derive(Default)]
pub(super) struct SpinSqlite {
    /// A request takes a connection or opens one; it never waits for another request's, since
    /// wit-bindgen traps a task that only waits for another task.
    idle: Idle,
}

/// Connections on which nothing was begun.
#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Vec<Connection>>>);

/// A connection inside `BEGIN`.
pub(super) struct SpinTransaction {
    connection: Connection,
    home: Idle,
}

impl Database for SpinSqlite {
    type Transaction = SpinTransaction;

    async fn read(&self) -> Result<SpinTransaction, DatabaseError> {
        self.begin("BEGIN").await
    }

    async fn write(&self) -> Result<SpinTransaction, DatabaseError> {
        self.begin("BEGIN IMMEDIATE").await
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let connection = self.idle.connection().await?;
        let rows = execute(&connection, sql, parameters).await?;
        // After an error the connection is dropped, so that a database that was replaced or repaired is found again.
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
        Ok(SpinTransaction { connection, home: self.idle.clone() })
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
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transaction for SpinTransaction {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        execute(&self.connection, sql, parameters).await
    }

    async fn end(self) {
        // One that does not end is dropped.
        _ = self.commit().await;
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        execute(&self.connection, "COMMIT", Vec::new()).await?;
        self.home.keep(self.connection);
        Ok(())
    }
}

async fn open() -> Result<Connection, DatabaseError> {
    Connection::open_default().await.map_err(error)
}

async fn execute(connection: &Connection, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
    let result = connection.execute(sql, parameters.into_iter().map(parameter)).await.map_err(error)?;
    // Errors of a statement, even of its syntax, surface only when the result is finished.
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
            Err(DatabaseError::Other("a column holds a real number, which no table here has".to_owned()))
        }
    }
}

fn error(error: sqlite::Error) -> DatabaseError {
    match error {
        sqlite::Error::DatabaseFull => DatabaseError::Full,
        // What SQLite itself says comes as text, and never as the case above.
        sqlite::Error::Io(text) => DatabaseError::of_text(text),
        other => DatabaseError::Other(format!("{other:?}")),
    }
}
