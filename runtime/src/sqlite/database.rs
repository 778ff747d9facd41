//! The files behind the labels, and the connections that wait to be used again.

use super::connection::{Connection, Outcome, convert};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

/// The label that Spin opens when none is named.
const DEFAULT_LABEL: &str = "default";

/// The file of [`DEFAULT_LABEL`], for an operator to recognise it.
const DEFAULT_FILE: &str = "reuse-surface.db";

/// Idle connections kept for each file. Each holds SQLite's page cache, up to 2 MB.
const IDLE: usize = 8;

/// The databases that the manifest grants, by label.
#[derive(Clone)]
pub(crate) struct Databases(Arc<BTreeMap<String, Arc<Database>>>);

pub(crate) struct Database {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// A connection in the hands of the component. Whoever drops the last clone gives it back, or closes it.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Lease(Arc<Held>);

struct Held {
    connection: Mutex<Option<Connection>>,
    home: Arc<Database>,
}

impl Databases {
    /// Creates `directory` if need be.
    ///
    /// # Errors
    /// When a database is not there to write: better to learn that now than from the first registration.
    pub(crate) fn new(labels: &BTreeSet<String>, directory: &Path) -> Result<Self> {
        if !labels.is_empty() {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
        }
        let database = |label: &String| {
            let name = if label == DEFAULT_LABEL { DEFAULT_FILE.to_owned() } else { format!("{label}.db") };
            Ok((label.clone(), Arc::new(Database::new(directory.join(name))?)))
        };
        Ok(Self(Arc::new(labels.iter().map(database).collect::<Result<_>>()?)))
    }

    pub(crate) fn get(&self, label: &str) -> Result<Arc<Database>, Error> {
        self.0.get(label).cloned().ok_or(Error::AccessDenied)
    }
}

impl Database {
    fn new(file: PathBuf) -> Result<Self> {
        let checked = Connection::open(&file).and_then(|connection| connection.check_writable());
        checked.with_context(|| format!("cannot use the database {}", file.display()))?;
        Ok(Self { file, idle: Mutex::default() })
    }

    /// A connection that is new, or as new.
    pub(crate) async fn lease(self: Arc<Self>) -> Result<Lease, Error> {
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let home = Arc::clone(&self);
                spawn_blocking(move || Connection::open(&home.file).map_err(|error| convert(&error)))
                    .await
                    .map_err(|error| Error::Io(error.to_string()))??
            }
        };
        Ok(Lease(Arc::new(Held { connection: Mutex::new(Some(connection)), home: self })))
    }
}

impl Lease {
    /// Runs one statement. A short read runs at once, since a change of threads costs more than it; the rest runs where it may block.
    pub(crate) async fn run(self, sql: String, parameters: Vec<Value>) -> Outcome {
        if let Ok(mut held) = self.0.connection.try_lock()
            && let Some(connection) = held.as_mut()
            && let Some(outcome) = connection.run_inline(&sql, &parameters)
        {
            return outcome;
        }
        let run = move || match lock(&self.0.connection).as_mut() {
            Some(connection) => connection.run(&sql, &parameters),
            None => Outcome::failed(Error::InvalidConnection),
        };
        spawn_blocking(run).await.unwrap_or_else(|error| Outcome::failed(Error::Io(error.to_string())))
    }

    /// Reads a counter of the connection, after the statement that runs on it, if any.
    pub(crate) async fn read<T: Default + Send + 'static>(self, counter: fn(&Connection) -> T) -> T {
        if let Ok(held) = self.0.connection.try_lock() {
            return held.as_ref().map(counter).unwrap_or_default();
        }
        spawn_blocking(move || lock(&self.0.connection).as_ref().map(counter).unwrap_or_default())
            .await
            .unwrap_or_default()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(connection) = lock(&self.connection).take() else { return };
        if connection.is_as_new() {
            let mut idle = lock(&self.home.idle);
            if idle.len() < IDLE {
                idle.push(connection);
                return;
            }
        }
        // Closing rolls back and may write a checkpoint.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(connection))),
            Err(_) => drop(connection),
        }
    }
}

/// A panic while a lock was held leaves nothing half done that SQLite would not roll back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
