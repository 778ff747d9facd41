//! One connection to a server, with the statements that were prepared on it.

use super::values::{self, Parameter};
use crate::bindings::spin::postgres::postgres::{Column, DbError, DbValue, Error, ParameterValue, QueryError};
use crate::budget::{Budget, Purpose, Reservation};
use futures::TryStreamExt as _;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::error::{DbError as ServerError, SqlState};
use tokio_postgres::{Client, Config, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Maximum bytes of rows that one statement may return.
const MAX_RESULT: usize = 64 << 20;

/// Maximum number of statements that stay prepared on a connection. Beyond it, all are forgotten: the hub uses fewer.
const MAX_PREPARED: usize = 256;

/// Cleans up after the last user: its transaction first, then everything that outlives one. Unlike `DISCARD ALL`, it keeps prepared statements.
const RESET: &str = "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
    SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// Time limit of [`RESET`], which waits for a statement that the last user left running.
const RESET_TIME: Duration = Duration::from_secs(5);

/// The result of a statement. An error may follow rows.
pub(super) struct Outcome {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<DbValue>>,
    pub(super) result: Result<(), Error>,
    /// The memory reserved for the rows, held as long as they are here.
    pub(super) held: Option<Reservation>,
}

pub(super) struct Session {
    client: Client,
    prepared: Mutex<HashMap<String, Statement>>,
    /// The server refused a write, as a server does that has become a standby.
    lost: AtomicBool,
    /// The memory budget that rows count towards.
    bytes: Arc<Budget>,
}

impl Session {
    pub(super) async fn connect(
        config: &Config,
        tls: MakeRustlsConnect,
        bytes: Arc<Budget>,
    ) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = config.connect(tls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL broke off");
            }
        });
        Ok(Self { client, prepared: Mutex::default(), lost: AtomicBool::new(false), bytes })
    }

    /// Whether the connection can no longer be used.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed) || self.client.is_closed()
    }

    /// Makes the connection indistinguishable from a new one. Returns false if that fails: then it has to be closed.
    pub(super) async fn reset(&self) -> bool {
        !self.is_lost() && matches!(timeout(RESET_TIME, self.client.batch_execute(RESET)).await, Ok(Ok(())))
    }

    /// Runs one statement, and returns the number of rows that it affected.
    pub(super) async fn execute(&self, sql: &str, parameters: &[ParameterValue]) -> Result<u64, Error> {
        let parameters = parameters.iter().map(Parameter::new).collect::<Result<Vec<_>, _>>()?;
        let statement = self.prepare(sql, parameters.len()).await?;
        let done = self.client.execute_raw(&statement, parameters).await;
        done.map_err(|error| self.failure(sql, &error))
    }

    /// Runs one statement to completion.
    pub(super) async fn query(&self, sql: &str, parameters: &[ParameterValue]) -> Result<Outcome, Error> {
        let parameters = parameters.iter().map(Parameter::new).collect::<Result<Vec<_>, _>>()?;
        let statement = self.prepare(sql, parameters.len()).await?;
        let columns = statement.columns().iter().map(values::column).collect();
        let (mut rows, mut held) = (Vec::new(), self.bytes.hold(Purpose::Rows, 0));
        let result = self.read(sql, &statement, parameters, &mut rows, &mut held).await;
        Ok(Outcome { columns, rows, result, held })
    }

    async fn read(
        &self,
        sql: &str,
        statement: &Statement,
        parameters: Vec<Parameter<'_>>,
        into: &mut Vec<Vec<DbValue>>,
        held: &mut Option<Reservation>,
    ) -> Result<(), Error> {
        let rows = self.client.query_raw(statement, parameters).await.map_err(|error| self.failure(sql, &error))?;
        let (mut rows, mut size) = (pin!(rows), 0);
        while let Some(row) = rows.try_next().await.map_err(|error| self.failure(sql, &error))? {
            let (values, bytes) = values::row(&row)?;
            size += bytes;
            if size > MAX_RESULT {
                return Err(Error::Other(format!("the result is larger than {MAX_RESULT} bytes: read it in pages")));
            }
            if !held.as_mut().is_some_and(|held| held.grow(bytes)) {
                return Err(Error::Other("the host has no memory left for the result: try again later".to_owned()));
            }
            into.push(values);
        }
        Ok(())
    }

    /// A statement that takes `parameters` parameters.
    async fn prepare(&self, sql: &str, parameters: usize) -> Result<Statement, Error> {
        let known = self.lock().get(sql).cloned();
        let statement = match known {
            Some(statement) => statement,
            None => {
                let statement = self.client.prepare(sql).await.map_err(|error| self.failure(sql, &error))?;
                let mut prepared = self.lock();
                if prepared.len() >= MAX_PREPARED {
                    prepared.clear();
                }
                prepared.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        match statement.params().len() {
            expected if expected == parameters => Ok(statement),
            expected => Err(Error::BadParameter(format!("the statement has {expected} parameters, not {parameters}"))),
        }
    }

    /// The error as the component gets it. The statement is prepared anew next time: a changed table may have been the reason.
    fn failure(&self, sql: &str, error: &tokio_postgres::Error) -> Error {
        self.lock().remove(sql);
        if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
            self.lost.store(true, Ordering::Relaxed);
        }
        Error::QueryFailed(match error.as_db_error() {
            Some(error) => QueryError::DbError(structured(error)),
            None => QueryError::Text(chain(error)),
        })
    }

    /// Ignores poisoning: no change is left half done.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn structured(error: &ServerError) -> DbError {
    let extras = [
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("hint", error.hint()),
        ("table", error.table()),
        ("where_", error.where_()),
    ];
    DbError {
        as_text: error.to_string(),
        severity: error.severity().to_owned(),
        code: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        extras: extras.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect(),
    }
}

/// The error with its causes, which its own text leaves out.
pub(super) fn chain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
