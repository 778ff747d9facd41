//! A transaction that ends once, whatever happens: SQLite ensures this by itself, PostgreSQL does not.
//!
//! In PostgreSQL, a statement that fails aborts the transaction, a `COMMIT` of an aborted transaction succeeds and writes nothing, and a pool may hand
//! on a connection whose transaction is still open.

use crate::database::{Database, DatabaseError, RawTransaction, Row, Transaction, Value};

/// A transaction that is rolled back at once when a statement fails, and handed to its adapter when it is dropped.
#[derive(Debug)]
pub struct Guarded<R: RawTransaction> {
    /// `None` once it has ended.
    raw: Option<R>,
    /// The failure that rolled it back.
    failure: Option<DatabaseError>,
}

impl<R: RawTransaction> Guarded<R> {
    /// Guards a transaction that has just begun.
    fn new(raw: R) -> Self {
        Self { raw: Some(raw), failure: None }
    }

    /// Ends the transaction and rolls back what it wrote.
    async fn end(mut self) {
        if let Some(raw) = self.raw.take() {
            raw.roll_back().await;
        }
    }

    /// Commits the transaction durably.
    ///
    /// # Errors
    /// If that fails, or a statement failed before it, even if the caller ignored that.
    async fn commit(mut self) -> Result<(), DatabaseError> {
        match self.raw.take() {
            Some(raw) => raw.commit().await,
            None => Err(self.failure()),
        }
    }

    fn failure(&self) -> DatabaseError {
        self.failure.clone().unwrap_or_else(|| DatabaseError::Other("the transaction has ended".to_owned()))
    }
}

impl<R: RawTransaction> Transaction for Guarded<R> {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let Some(raw) = &mut self.raw else { return Err(self.failure()) };
        let result = raw.query(sql, parameters).await;
        if let Err(error) = &result {
            self.failure = Some(error.clone());
            if let Some(raw) = self.raw.take() {
                raw.roll_back().await;
            }
        }
        result
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        match &mut self.raw {
            Some(raw) => raw.try_query(sql, parameters).await,
            None => Err(self.failure()),
        }
    }
}

impl<R: RawTransaction> Drop for Guarded<R> {
    fn drop(&mut self) {
        if let Some(raw) = self.raw.take() {
            raw.abandon();
        }
    }
}

/// Runs `work` in a read transaction, which then ends, whatever the result.
///
/// # Errors
/// Those of `work`, or if the database cannot be read.
pub async fn read_with<D: Database, T, E: From<DatabaseError>>(
    database: &D,
    work: impl AsyncFnOnce(&mut Guarded<D::Transaction>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = Guarded::new(database.read().await?);
    let done = work(&mut tx).await;
    tx.end().await;
    done
}

/// Runs `work` in a write transaction, which is committed if it succeeds, and otherwise rolled back.
///
/// # Errors
/// Those of `work`, or if the transaction cannot begin or be committed. Nothing is written in either case.
pub async fn write_with<D: Database, T, E: From<DatabaseError>>(
    database: &D,
    work: impl AsyncFnOnce(&mut Guarded<D::Transaction>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = Guarded::new(database.write().await?);
    match work(&mut tx).await {
        Ok(done) => {
            tx.commit().await?;
            Ok(done)
        }
        Err(error) => {
            tx.end().await;
            Err(error)
        }
    }
}
