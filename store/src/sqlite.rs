//! The database port for an SQLite file: for native programs next to a host, such as backups and tests.

use crate::database::{Database, DatabaseError, RawTransaction, Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a statement waits for the lock of another connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A database file. Every single statement and every transaction has its own connection.
#[derive(Clone, Debug)]
pub struct Sqlite {
    path: PathBuf,
}

/// A transaction on its own connection.
#[derive(Debug)]
pub struct SqliteTransaction(Connection);

impl Sqlite {
    /// The database at `path`. The file must exist when it is used.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a new connection.
    ///
    /// # Errors
    /// If the file does not exist or cannot be opened.
    pub fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(connection)
    }

    /// Begins a transaction with this statement.
    ///
    /// # Errors
    /// If the file cannot be opened, or another writer holds it.
    fn begin(&self, sql: &str) -> Result<SqliteTransaction, DatabaseError> {
        let connection = self.open()?;
        connection.execute_batch(sql)?;
        Ok(SqliteTransaction(connection))
    }
}

impl Database for Sqlite {
    type Transaction = SqliteTransaction;

    async fn read(&self) -> Result<Self::Transaction, DatabaseError> {
        self.begin("BEGIN")
    }

    async fn write(&self) -> Result<Self::Transaction, DatabaseError> {
        self.begin("BEGIN IMMEDIATE")
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(run(&self.open()?, sql, &parameters)?)
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        Ok(self.open()?.pragma_update(None, "journal_mode", "WAL")?)
    }
}

impl RawTransaction for SqliteTransaction {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        Ok(run(&self.0, sql, &parameters)?)
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        // In SQLite, a read that fails leaves the transaction as it was.
        self.query(sql, parameters).await
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        Ok(self.0.execute_batch("COMMIT")?)
    }

    async fn roll_back(self) {
        self.abandon();
    }

    fn abandon(self) {
        // SQLite rolls back what a closed connection has not committed.
        drop(self.0);
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

/// Converts a column to a value of the port. The hub stores no real numbers. Invalid UTF-8 is converted lossily.
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
        Self::from_message(error.to_string())
    }
}
