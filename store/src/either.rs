//! One of two databases, chosen when the program starts.

use crate::database::{Database, DatabaseError, RawTransaction, Row, Value};

/// A database of either type, or a transaction of it.
#[derive(Debug)]
pub enum Either<S, P> {
    /// SQLite.
    Sqlite(S),
    /// PostgreSQL.
    Postgres(P),
}

impl<S: Database, P: Database> Database for Either<S, P> {
    type Transaction = Either<S::Transaction, P::Transaction>;

    async fn read(&self) -> Result<Self::Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite(database) => Either::Sqlite(database.read().await?),
            Self::Postgres(database) => Either::Postgres(database.read().await?),
        })
    }

    async fn write(&self) -> Result<Self::Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite(database) => Either::Sqlite(database.write().await?),
            Self::Postgres(database) => Either::Postgres(database.write().await?),
        })
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(database) => database.query(sql, parameters).await,
            Self::Postgres(database) => database.query(sql, parameters).await,
        }
    }

    async fn prepare(&self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(database) => database.prepare().await,
            Self::Postgres(database) => database.prepare().await,
        }
    }
}

impl<S: RawTransaction, P: RawTransaction> RawTransaction for Either<S, P> {
    async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(tx) => tx.query(sql, parameters).await,
            Self::Postgres(tx) => tx.query(sql, parameters).await,
        }
    }

    async fn try_query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(tx) => tx.try_query(sql, parameters).await,
            Self::Postgres(tx) => tx.try_query(sql, parameters).await,
        }
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    async fn roll_back(self) {
        match self {
            Self::Sqlite(tx) => tx.roll_back().await,
            Self::Postgres(tx) => tx.roll_back().await,
        }
    }

    fn abandon(self) {
        match self {
            Self::Sqlite(tx) => tx.abandon(),
            Self::Postgres(tx) => tx.abandon(),
        }
    }
}
