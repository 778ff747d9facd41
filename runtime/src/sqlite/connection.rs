//! One SQLite connection, with the bookkeeping that makes it safe to reuse.

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use crate::budget::{Budget, Purpose, Reservation};
use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, Statement};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

/// How long a statement waits for another connection's lock, as under Spin.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Maximum bytes of rows that one statement may return.
const MAX_RESULT: usize = 64 << 20;

/// Bytes that a value costs in addition to its text or blob.
const VALUE_OVERHEAD: usize = 16;

/// Steps of SQLite's virtual machine between two checks of the step budget.
const STEPS_PER_LOOK: i32 = 1_000;

/// Checks that a statement may pass on the caller's thread: one to two milliseconds.
const INLINE_LOOKS: i32 = 50;

/// Heap size in bytes at which SQLite recycles pages rather than allocates more.
const SOFT_HEAP_LIMIT: i64 = 24 << 20;

const CACHED_STATEMENTS: usize = 64;

/// The result of a statement. An error may follow rows.
pub(crate) struct Outcome {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<RowResult>,
    pub(crate) result: Result<(), Error>,
    /// The memory reserved for the rows, held as long as they are here.
    pub(crate) held: Option<Reservation>,
}

impl Outcome {
    pub(crate) fn failed(error: Error) -> Self {
        Self { columns: Vec::new(), rows: Vec::new(), result: Err(error), held: None }
    }
}

pub(crate) struct Connection {
    database: rusqlite::Connection,
    /// Checks left; negative means no limit.
    budget: Arc<AtomicI32>,
    /// A statement changed a setting or created something that only this connection has.
    altered: Arc<AtomicBool>,
    /// A statement other than a successful read ran here.
    used: bool,
    /// A statement that may have written has run since the last commit or rollback.
    written: bool,
    /// Changes whenever this or another connection may have changed what readers see.
    generation: Arc<AtomicU64>,
    /// The memory budget that rows count towards.
    bytes: Arc<Budget>,
}

impl Connection {
    pub(crate) fn open(path: &Path, generation: Arc<AtomicU64>, bytes: Arc<Budget>) -> rusqlite::Result<Self> {
        Self::of(rusqlite::Connection::open(path)?, generation, bytes)
    }

    pub(super) fn of(
        database: rusqlite::Connection,
        generation: Arc<AtomicU64>,
        bytes: Arc<Budget>,
    ) -> rusqlite::Result<Self> {
        let (budget, altered) = (Arc::new(AtomicI32::new(-1)), Arc::new(AtomicBool::new(false)));
        let mut connection = Self { database, budget, altered, used: false, written: false, generation, bytes };
        connection.database.busy_timeout(BUSY)?;
        // One limit for the whole process. Otherwise each connection would have a page cache of 2 MB.
        connection.database.pragma_update(None, "soft_heap_limit", SOFT_HEAP_LIMIT)?;
        connection.database.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        let altered = Arc::clone(&connection.altered);
        connection
            .database
            .authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| authorize(&context.action, &altered)))?;
        let budget = Arc::clone(&connection.budget);
        connection.database.progress_handler(STEPS_PER_LOOK, Some(move || is_spent(&budget)))?;
        Ok(connection)
    }

    /// Writes and rolls back. `BEGIN IMMEDIATE` alone is not enough: it also succeeds on a read-only file.
    pub(crate) fn check_writable(&self) -> rusqlite::Result<()> {
        self.database.execute_batch("BEGIN IMMEDIATE; CREATE TABLE reuse_surface_probe (v); ROLLBACK")
    }

    /// Whether this connection is indistinguishable from a new one because it has only read.
    pub(crate) fn is_as_new(&self) -> bool {
        !self.used && !self.altered.load(Ordering::Relaxed) && self.database.is_autocommit()
    }

    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.database.is_autocommit()
    }

    pub(crate) fn changes(&self) -> u64 {
        self.database.changes()
    }

    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.database.last_insert_rowid()
    }

    /// Runs one statement to completion, waiting for locks.
    pub(crate) fn run(&mut self, sql: &str, parameters: &[Value]) -> Outcome {
        let outcome = self.attempt(sql, parameters).unwrap_or_else(|error| Outcome::failed(convert(&error)));
        self.used |= outcome.result.is_err();
        // Before the commit is reported: later reads must not return data cached before it.
        if self.written && self.database.is_autocommit() {
            self.generation.fetch_add(1, Ordering::SeqCst);
            self.written = false;
        }
        outcome
    }

    /// Runs a short read without waiting. Returns `None`, without any effect, if the
    /// statement is not a read or not short.
    pub(crate) fn run_inline(&mut self, sql: &str, parameters: &[Value]) -> Option<Outcome> {
        if !is_short(sql) || self.altered.load(Ordering::Relaxed) || self.written {
            return None;
        }
        self.database.busy_timeout(Duration::ZERO).ok()?;
        self.budget.store(INLINE_LOOKS, Ordering::Relaxed);
        // Preparing a statement may already need the lock.
        let reads = self.database.prepare_cached(sql).is_ok_and(|statement| statement.readonly());
        let outcome = if reads { self.attempt(sql, parameters).ok() } else { None };
        self.budget.store(-1, Ordering::Relaxed);
        self.used |= self.database.busy_timeout(BUSY).is_err();
        outcome.filter(|outcome| outcome.result.is_ok())
    }

    fn attempt(&mut self, sql: &str, parameters: &[Value]) -> rusqlite::Result<Outcome> {
        let mut statement = self.database.prepare_cached(sql)?;
        self.used |= !statement.readonly();
        self.written |= !statement.readonly();
        let columns = statement.column_names().map(str::to_owned).collect();
        let mut rows = Vec::new();
        let mut held = self.bytes.hold(Purpose::Rows, 0);
        let result = read(&mut statement, parameters, &mut rows, &mut held);
        Ok(Outcome { columns, rows, result, held })
    }
}

fn read(
    statement: &mut Statement<'_>,
    parameters: &[Value],
    into: &mut Vec<RowResult>,
    held: &mut Option<Reservation>,
) -> Result<(), Error> {
    let width = statement.column_count();
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut rows = statement.query(parameters).map_err(|error| convert(&error))?;
    let mut size = 0;
    while let Some(row) = rows.next().map_err(|error| convert(&error))? {
        let mut values = Vec::with_capacity(width);
        let before = size;
        for column in 0..width {
            let value = row.get_ref(column).map_err(|error| convert(&error))?;
            let (value, bytes) = owned(value, column)?;
            size += bytes + VALUE_OVERHEAD;
            values.push(value);
        }
        if size > MAX_RESULT {
            return Err(Error::Io(format!("the result is larger than {MAX_RESULT} bytes: read it in pages")));
        }
        if !held.as_mut().is_some_and(|held| held.grow(size - before)) {
            return Err(Error::Io("the host has no memory left for the result: try again later".into()));
        }
        into.push(RowResult { values });
    }
    Ok(())
}

fn owned(value: ValueRef<'_>, column: usize) -> Result<(Value, usize), Error> {
    Ok(match value {
        ValueRef::Null => (Value::Null, 0),
        ValueRef::Integer(integer) => (Value::Integer(integer), 0),
        ValueRef::Real(real) => (Value::Real(real), 0),
        ValueRef::Blob(blob) => (Value::Blob(blob.to_vec()), blob.len()),
        ValueRef::Text(text) => {
            let Ok(text) = str::from_utf8(text) else {
                return Err(Error::Io(format!("column {column} holds text that is not UTF-8: store it as a blob")));
            };
            (Value::Text(text.to_owned()), text.len())
        }
    })
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

pub(crate) fn convert(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::DatabaseFull,
        _ => Error::Io(error.to_string()),
    }
}

/// Whether the statement can only be a query, or the beginning or end of a transaction that only reads. SQLite also
/// reports `PRAGMA` and transaction control as read-only.
fn is_short(sql: &str) -> bool {
    let word = sql.split_ascii_whitespace().next().unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|it| word.eq_ignore_ascii_case(it));
    is(&["select", "with", "values"]) || (is(&["begin", "commit"]) && sql.trim_ascii() == word)
}

/// Denies access to other files, and records changes inside the connection that outlive a statement.
fn authorize(action: &AuthAction<'_>, altered: &AtomicBool) -> Authorization {
    match action {
        AuthAction::Attach { filename } if !matches!(*filename, "" | ":memory:") => return Authorization::Deny,
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::Pragma { pragma_value: Some(_), .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::Unknown { .. } => altered.store(true, Ordering::Relaxed),
        _ => {}
    }
    Authorization::Allow
}

/// SQLite's progress handler: returning true interrupts the statement.
fn is_spent(budget: &AtomicI32) -> bool {
    match budget.load(Ordering::Relaxed) {
        0 => true,
        left if left > 0 => {
            budget.store(left - 1, Ordering::Relaxed);
            false
        }
        _ => false,
    }
}
