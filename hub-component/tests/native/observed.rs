//! A database that records its statements, and fails where a test wants it to.

use crate::stores::{Place, Store};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::database::{Database, DatabaseError, RawTransaction, Row, Value};

/// A database that records every statement.
pub struct Observed {
    pub store: Store,
    pub place: Place,
    pub seen: Arc<Seen>,
}

pub struct ObservedTransaction {
    transaction: <Store as Database>::Transaction,
    changes: &'static str,
    seen: Arc<Seen>,
    last: String,
}

/// What was recorded about the database.
#[derive(Default)]
pub struct Seen {
    pub statements: Mutex<Vec<String>>,
    /// Whether other tasks get a turn during a transaction, as under a real host.
    pub gives_way: AtomicBool,
    /// Rows that each transaction changed.
    pub commits: Mutex<Vec<i64>>,
    /// Bytes of the largest result.
    pub largest: AtomicUsize,
    /// How many more statements succeed before one fails, if one is to fail: each `BEGIN`, statement and `COMMIT` is one.
    pub left: Mutex<Option<usize>>,
    /// Transactions that have begun and not ended.
    open: AtomicUsize,
    /// The last statements of transactions that were dropped before their end.
    pub abandoned: Mutex<Vec<String>>,
    /// Before a statement outside of a transaction that contains the first text, the second is executed, once.
    pub between: Mutex<Option<(&'static str, String)>>,
}

impl Seen {
    /// Fails if this statement is the one that is to fail, or if a text has NUL: PostgreSQL would refuse it.
    fn pass(&self, parameters: &[Value]) -> Result<(), DatabaseError> {
        if parameters.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0'))) {
            return Err(DatabaseError::Other("a text has NUL".to_owned()));
        }
        match &mut *self.left.lock().expect("lock") {
            turn @ Some(0) => {
                *turn = None;
                return Err(DatabaseError::Other("this statement fails".to_owned()));
            }
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(())
    }

    fn rows(&self, sql: &str, rows: Result<Vec<Row>, DatabaseError>) -> Result<Vec<Row>, DatabaseError> {
        self.statements.lock().expect("lock").push(sql.to_owned());
        let bytes = |value: &Value| match value {
            Value::Null | Value::Integer(_) => 8,
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
        };
        let rows = rows?;
        self.largest.fetch_max(rows.iter().flatten().map(bytes).sum(), Ordering::Relaxed);
        Ok(rows)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        // In every test, each transaction was ended by the code that began it.
        let (open, abandoned) = (self.open.load(Ordering::Relaxed), self.abandoned.lock().expect("lock"));
        assert!(std::thread::panicking() || (open == 0 && abandoned.is_empty()), "{open} open: {abandoned:?}");
    }
}

impl Observed {
    pub fn at(place: Place) -> Self {
        Self { store: place.store(), place, seen: Arc::default() }
    }

    fn begun(&self, transaction: <Store as Database>::Transaction) -> ObservedTransaction {
        self.seen.open.fetch_add(1, Ordering::Relaxed);
        let (changes, seen) = (self.place.changes(), self.seen.clone());
        ObservedTransaction { transaction, changes, seen, last: String::new() }
    }
}

impl Database for Observed {
    type Transaction = ObservedTransaction;

    async fn read(&self) -> Result<Self::Transaction, DatabaseError> {
        self.seen.pass(&[])?;
        Ok(self.begun(self.store.read().await?))
    }

    async fn write(&self) -> Result<Self::Transaction, DatabaseError> {
        self.seen.pass(&[])?;
        Ok(self.begun(self.store.write().await?))
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let between = self.seen.between.lock().expect("lock").take_if(|(before, _)| sql.contains(*before));
        if let Some((_, change)) = between {
            self.place.change(&change);
        }
        self.seen.pass(&parameters)?;
        self.seen.rows(sql, self.store.query(sql, parameters).await)
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        self.store.prepare().await
    }
}

impl RawTransaction for ObservedTransaction {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        if self.seen.gives_way.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        sql.clone_into(&mut self.last);
        self.seen.pass(&parameters)?;
        self.seen.rows(sql, self.transaction.query(sql, parameters).await)
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        sql.clone_into(&mut self.last);
        self.seen.pass(&parameters)?;
        self.seen.rows(sql, self.transaction.try_query(sql, parameters).await)
    }

    async fn roll_back(self) {
        self.seen.open.fetch_sub(1, Ordering::Relaxed);
        self.transaction.roll_back().await;
    }

    fn abandon(self) {
        self.seen.open.fetch_sub(1, Ordering::Relaxed);
        self.seen.abandoned.lock().expect("lock").push(self.last);
        self.transaction.abandon();
    }

    async fn commit(mut self) -> Result<(), DatabaseError> {
        self.seen.open.fetch_sub(1, Ordering::Relaxed);
        self.seen.pass(&[])?;
        let changed = self.transaction.query(self.changes, Vec::new()).await?;
        self.transaction.commit().await?;
        if let Some(Value::Integer(changed)) = changed.first().and_then(|row| row.first()) {
            self.seen.commits.lock().expect("lock").push(*changed);
        }
        Ok(())
    }
}
