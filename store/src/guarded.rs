//! A transaction that ends once, whatever happens: rules that SQLite keeps by itself and PostgreSQL does not.
//!
//! There, a statement that fails aborts the transaction, a `COMMIT` of an aborted transaction succeeds and writes nothing, and a pool may hand
//! on a connection whose transaction is still open.

use crate::database::{DatabaseError, Row, Transaction, Value};
use std::future::Future;

/// A transaction as an adapter provides it; [`Guarded`] makes a [`Transaction`] of it and ends it.
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
    /// Rolls back a transaction that was dropped before its end, without being awaited. Nobody else may get the connection before that.
    fn abandon(self);
}

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
    pub(crate) fn new(raw: R) -> Self {
        Self { raw: Some(raw), failure: None }
    }

    /// Ends the transaction and rolls back what it wrote.
    pub(crate) async fn end(mut self) {
        if let Some(raw) = self.raw.take() {
            raw.roll_back().await;
        }
    }

    /// Commits the transaction durably.
    ///
    /// # Errors
    /// If that fails, or a statement failed before it, even if nobody minded.
    pub(crate) async fn commit(mut self) -> Result<(), DatabaseError> {
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
