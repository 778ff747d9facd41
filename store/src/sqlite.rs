//! SQLite in a file behind the database port: for whatever runs natively beside a host, such as backups and tests.

use crate::database::{Database, DatabaseError, Row, Transaction, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a statement waits for the lock of another connection.
const BUSY: Duration = Duration::from_secs(5);

/// A database file. Every statement by itself, and every transaction, has a connection of its own.
#[derive(Clone, Debug)]
pub struct Sqlite {
    path: PathBuf,
}

/// A transaction on a connection of its own.
#[derive(Debug)]
pub struct SqliteTransaction(Connection);

impl Sqlite {
    /// The database at `path`, which must be there when it is used.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new connection.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be opened.
    pub fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    }

    fn begin(&self, sql: &str) -> Result<SqliteTransaction, DatabaseError> {
        let connection = self.open()?;
        connection.execute_batch(sql)?;
        Ok(SqliteTransaction(connection))
    }
}

impl Database for Sqlite {
    type Transaction = SqliteTransaction;

    async fn read(&self) -> Result<SqliteTransaction, DatabaseError> {
        self.begin("BEGIN")
    }

    async fn write(&self) -> Result<SqliteTransaction, DatabaseError> {
        self.begin("BEGIN IMMEDIATE")
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(run(&self.open()?, sql, &parameters)?)
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        Ok(self.open()?.pragma_update(None, "journal_mode", "WAL")?)
    }
}

impl Transaction for SqliteTransaction {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(run(&self.0, sql, &parameters)?)
    }

    async fn end(self) {
        // Nothing was written, so the connection may as well be closed in the middle of it.
        drop(self.0);
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        Ok(self.0.execute_batch("COMMIT")?)
    }
}

fn run(connection: &Connection, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map(params_from_iter(parameters), |row| {
        (0..columns).map(|column| row.get_ref(column).map(value)).collect()
    })?;
    rows.collect()
}

/// A column as the port knows it. The hub stores no real numbers; text that is damaged reads as damaged text.
fn value(column: ValueRef<'_>) -> Value {
    match column {
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self::of_text(error.to_string())
    }
}
