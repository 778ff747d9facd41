//! The database files behind the labels, and their pools of idle connections.

use super::connection::{BUSY, Connection, Outcome, convert};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::budget::Budget;
use crate::version::Version;
use anyhow::{Context as _, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// The label that Spin opens by default.
const DEFAULT_LABEL: &str = "default";

/// The file of [`DEFAULT_LABEL`], named so that an operator recognises it.
const DEFAULT_FILE: &str = "reuse-surface.db";

/// The lock file, locked while the databases are in use. It is empty.
const LOCK_FILE: &str = "lock";

/// Idle connections kept for each file. Each holds SQLite's page cache of up to 2 MB.
const MAX_IDLE: usize = 8;

/// The databases that the manifest grants.
#[derive(Clone)]
pub(crate) struct Databases(Arc<Inner>);

struct Inner {
    by_label: BTreeMap<String, Arc<Database>>,
    generation: Arc<AtomicU64>,
    _lock: Option<File>,
}

pub(crate) struct Database {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// Permits for connections leased to the component.
    places: Arc<Semaphore>,
    /// The permit of the one writer. SQLite makes the others poll for the lock, and an unlucky one never gets it.
    writer: Arc<Semaphore>,
    generation: Arc<AtomicU64>,
    budget: Arc<Budget>,
}

/// A connection leased to the component. Dropping the last clone returns or closes it.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Lease(Arc<Reservation>);

struct Reservation {
    _place: OwnedSemaphorePermit,
    connection: Mutex<Option<Connection>>,
    /// The writer's permit, held from the beginning of a write transaction to its end.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
    home: Arc<Database>,
}

impl Databases {
    /// Creates `directory` if necessary and locks it against other processes.
    ///
    /// # Errors
    /// If the directory is in use, or a database is not writable: the start should fail
    /// then, not the first registration.
    pub(crate) fn new(labels: &BTreeSet<String>, directory: &Path, budget: &Arc<Budget>, limit: usize) -> Result<Self> {
        let lock = if labels.is_empty() { None } else { Some(lock_data_dir(directory)?) };
        let generation = Arc::<AtomicU64>::default();
        let database = |label: &String| {
            let name = if label == DEFAULT_LABEL { DEFAULT_FILE.to_owned() } else { format!("{label}.db") };
            Ok((label.clone(), Arc::new(Database::new(directory.join(name), &generation, budget, limit)?)))
        };
        let by_label = labels.iter().map(database).collect::<Result<_>>()?;
        Ok(Self(Arc::new(Inner { by_label, generation, _lock: lock })))
    }

    pub(crate) fn get(&self, label: &str) -> Result<Arc<Database>, Error> {
        self.0.by_label.get(label).cloned().ok_or(Error::AccessDenied)
    }

    /// The version of all databases together.
    pub(crate) fn version(&self) -> Version {
        Version { epoch: 0, generation: self.0.generation.load(Ordering::SeqCst) }
    }

    /// All files that contain data.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let with_log = |database: &Arc<Database>| {
            let mut log = database.file.clone().into_os_string();
            log.push("-wal");
            [database.file.clone(), log.into()]
        };
        self.0.by_label.values().flat_map(with_log).collect()
    }
}

/// Whether a hub has ever locked this directory with [`lock_data_dir`].
pub fn is_data_dir(directory: &Path) -> bool {
    directory.join(LOCK_FILE).is_file()
}

/// Locks a data directory for this process, for as long as the returned file is open.
/// Creates the directory if necessary.
///
/// # Errors
/// If another process holds the lock, or the directory is not writable.
pub fn lock_data_dir(directory: &Path) -> Result<File> {
    std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let path = directory.join(LOCK_FILE);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "the data directory {} is in use by another hub: stop it, or choose another directory",
                directory.display()
            )
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

impl Database {
    fn new(file: PathBuf, generation: &Arc<AtomicU64>, budget: &Arc<Budget>, limit: usize) -> Result<Self> {
        let (generation, budget) = (Arc::clone(generation), Arc::clone(budget));
        let places = Arc::new(Semaphore::new(limit));
        let writer = Arc::new(Semaphore::new(1));
        let database = Self { file, idle: Mutex::default(), places, writer, generation, budget };
        let checked = database.open().and_then(|connection| connection.check_writable());
        checked.with_context(|| format!("cannot use the database {}", database.file.display()))?;
        Ok(database)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        Connection::open(&self.file, Arc::clone(&self.generation), Arc::clone(&self.budget))
    }

    /// Leases a connection that is new or indistinguishable from new.
    pub(crate) async fn lease(self: Arc<Self>) -> Result<Lease, Error> {
        // Fails rather than waits for a permit: the holder of one may itself wait for another.
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::Io("too many connections are open: try again later".into()))?;
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let home = Arc::clone(&self);
                spawn_blocking(move || home.open().map_err(|error| convert(&error)))
                    .await
                    .map_err(|error| Error::Io(error.to_string()))??
            }
        };
        let (connection, turn) = (Mutex::new(Some(connection)), Mutex::default());
        Ok(Lease(Arc::new(Reservation { _place: place, connection, turn, home: self })))
    }
}

impl Lease {
    /// Runs one statement. A short read runs on this thread, since switching threads costs more; all
    /// others run where they may block.
    pub(crate) async fn run(self, sql: String, parameters: Vec<Value>) -> Outcome {
        if let Ok(mut held) = self.0.connection.try_lock()
            && let Some(connection) = held.as_mut()
            && let Some(outcome) = connection.run_inline(&sql, &parameters)
        {
            return outcome;
        }
        if begins_to_write(&sql) {
            let turn = timeout(BUSY, Arc::clone(&self.0.home.writer).acquire_owned()).await;
            let Ok(Ok(turn)) = turn else { return Outcome::failed(Error::Io("database is locked".into())) };
            *lock(&self.0.turn) = Some(turn);
        }
        let run = move || {
            let mut held = lock(&self.0.connection);
            let Some(connection) = held.as_mut() else { return Outcome::failed(Error::InvalidConnection) };
            let outcome = connection.run(&sql, &parameters);
            if !connection.is_in_transaction() {
                lock(&self.0.turn).take();
            }
            outcome
        };
        spawn_blocking(run).await.unwrap_or_else(|error| Outcome::failed(Error::Io(error.to_string())))
    }

    /// Reads a counter of the connection, after the running statement if there is one.
    pub(crate) async fn read<T: Default + Send + 'static>(self, counter: fn(&Connection) -> T) -> T {
        if let Ok(held) = self.0.connection.try_lock() {
            return held.as_ref().map(counter).unwrap_or_default();
        }
        spawn_blocking(move || lock(&self.0.connection).as_ref().map(counter).unwrap_or_default())
            .await
            .unwrap_or_default()
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Some(connection) = lock(&self.connection).take() else { return };
        let turn = lock(&self.turn).take();
        if connection.is_as_new() {
            let mut idle = lock(&self.home.idle);
            if idle.len() < MAX_IDLE {
                idle.push(connection);
                return;
            }
        }
        // Closing a connection rolls back and may write a checkpoint.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop((connection, turn)))),
            Err(_) => drop((connection, turn)),
        }
    }
}

fn begins_to_write(sql: &str) -> bool {
    sql.trim_ascii().eq_ignore_ascii_case("BEGIN IMMEDIATE")
}

/// Ignores poisoning: SQLite rolls back any work that a panic left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
