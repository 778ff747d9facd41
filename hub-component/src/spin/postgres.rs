//! Spin PostgreSQL, as the store's adapter needs it.
//!
//! An instance keeps no idle connections: the hosts pool them, and other instances could not use one that an instance keeps.

use futures::future::{Either, select};
use spin_sdk::pg::{self, DbValue, ParameterValue, PgError, QueryError};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::database::{Row, Value};
use store::postgres::{Connect, Connection, Failure};

/// Time for opening a connection. Spin's pool has no limit of its own.
const OPEN_TIME: Duration = Duration::from_secs(5);

/// Opens connections to the database of this URL, whose certificate must be issued by this authority, if one is given.
#[derive(Clone)]
pub(super) struct SpinPostgres(Arc<(String, Option<String>)>);

/// A connection, which goes back to the host's pool when it is dropped.
pub(super) struct SpinConnection(pg::Connection);

impl SpinPostgres {
    pub(super) fn at(url: &str, authority: Option<String>) -> Self {
        Self(Arc::new((url.to_owned(), authority)))
    }
}

impl Connect for SpinPostgres {
    type Connection = SpinConnection;

    async fn open(&self) -> Result<SpinConnection, Failure> {
        let (url, authority) = &*self.0;
        let options = pg::OpenOptions { ca_root: authority.clone().map(pg::Certificate::Text) };
        let opening = pin!(pg::Connection::open_with_options(url, options));
        match select(opening, pin!(spin_sdk::time::sleep(OPEN_TIME))).await {
            Either::Left((opened, _)) => opened.map(SpinConnection).map_err(failure),
            Either::Right(_) => Err(unanswered("no connection to PostgreSQL became free or was opened in time")),
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        spin_sdk::wasip3::spawn(work);
    }
}

impl Connection for SpinConnection {
    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Failure> {
        let parameters: Vec<_> = parameters.into_iter().map(parameter).collect();
        let mut result = self.0.query(sql, parameters).await.map_err(failure)?;
        let mut rows = Vec::new();
        while let Some(row) = result.rows().next().await {
            rows.push(row.into_iter().map(column).collect::<Result<Row, _>>());
        }
        // Errors of a statement surface only when the result is complete.
        result.result().await.map_err(failure)?;
        rows.into_iter().collect()
    }
}

fn parameter(value: Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Integer(integer) => ParameterValue::Int64(integer),
        Value::Text(text) => ParameterValue::Str(text),
        Value::Blob(bytes) => ParameterValue::Binary(bytes),
    }
}

fn column(value: DbValue) -> Result<Value, Failure> {
    Ok(match value {
        // Functions that return nothing do so in a type of their own.
        DbValue::DbNull => Value::Null,
        DbValue::Unsupported(bytes) if bytes.is_empty() => Value::Null,
        DbValue::Boolean(value) => Value::Integer(value.into()),
        DbValue::Int16(integer) => Value::Integer(integer.into()),
        DbValue::Int32(integer) => Value::Integer(integer.into()),
        DbValue::Int64(integer) => Value::Integer(integer),
        DbValue::Str(text) => Value::Text(text),
        DbValue::Binary(bytes) => Value::Blob(bytes),
        _ => return Err(unanswered("a column has a type that no table of the hub uses")),
    })
}

fn failure(error: pg::Error) -> Failure {
    match error {
        pg::Error::PgError(PgError::QueryFailed(QueryError::DbError(error))) => {
            Failure { code: Some(error.code), text: error.message }
        }
        other => Failure { code: None, text: other.to_string() },
    }
}

fn unanswered(text: &str) -> Failure {
    Failure { code: None, text: text.to_owned() }
}
