//! The databases that the tests run on: SQLite in a file, and with `STORE=postgres` PostgreSQL, behind a pool that behaves as Spin's does.

use rusqlite::Connection as File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use store::database::{Row, Value};
use store::either::Either;
use store::migrations::migrate;
use store::postgres::{Connect, Connection, Failure, Postgres, with_timeouts};
use store::sqlite::Sqlite;
use tempfile::TempDir;
use throw_away_postgres::{Server, is_on_postgres};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// A database port.
pub type Store = Either<Sqlite, Postgres<Pool>>;

/// Functions of SQLite with which tests change the database.
const FUNCTIONS: &str = "CREATE FUNCTION pg_catalog.zeroblob(n INT) RETURNS BYTEA LANGUAGE sql AS
        $$ SELECT decode(repeat('00', n), 'hex') $$;
    CREATE FUNCTION pg_catalog.hex(bytes BYTEA) RETURNS TEXT LANGUAGE sql AS $$ SELECT upper(encode(bytes, 'hex')) $$";

/// The database of a newer program, of which each test gets a copy instead of an empty one: see `cargo xtask earlier`.
const NEWER_DATABASE: &str = "REUSE_SURFACE_TEST_DATABASE";

pub fn server() -> &'static Server {
    Server::shared().expect("a server")
}

/// The connection string of a new database, as the hub uses it. It already has the schema: creating that takes five times as long as most tests.
fn database() -> String {
    static READY: Once = Once::new();
    READY.call_once(|| {
        server().run("CREATE DATABASE migrated").expect("a database");
        let url = server().url_of("migrated");
        server().run_at(&url, FUNCTIONS).expect("functions");
        // On a thread without an executor, at whose end the connection is closed.
        let migrated = std::thread::spawn(move || {
            let executor = Runtime::new().expect("an executor");
            executor.block_on(migrate(&Postgres::new(Pool::at(&url)), 1_800_000_000))
        });
        migrated.join().expect("no panic").expect("the schema");
    });
    with_timeouts(&server().copy("migrated").expect("a copy"))
}

/// The connection string of a new and empty schema, as the hub uses it.
pub fn schema() -> String {
    with_timeouts(&server().schema().expect("a schema"))
}

/// Where a test keeps its database, removed with the last clone.
#[derive(Clone)]
pub enum Place {
    /// A file.
    Sqlite { path: PathBuf, folder: Arc<TempDir> },
    /// The connection string of a database, which is removed with the server.
    Postgres { url: String },
}

impl Place {
    /// A new database, or the SQLite database that these statements created: older versions never wrote to PostgreSQL.
    pub fn new(statements: &str) -> Self {
        if statements.is_empty() && is_on_postgres() {
            return Self::Postgres { url: database() };
        }
        Self::file(statements)
    }

    /// The SQLite database that these statements created.
    pub fn file(statements: &str) -> Self {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let path = folder.path().join("hub.db");
        match std::env::var_os(NEWER_DATABASE).filter(|_| statements.is_empty()) {
            Some(newer) => drop(std::fs::copy(newer, &path).expect("a copy")),
            None => File::open(&path).expect("a database").execute_batch(statements).expect("statements"),
        }
        Self::Sqlite { path, folder }
    }

    /// Another file beside this one.
    pub fn beside(&self, path: PathBuf) -> Self {
        Self::Sqlite { path, folder: self.sqlite().expect("PostgreSQL has no files").1.clone() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.sqlite().expect("PostgreSQL has no files").0
    }

    fn sqlite(&self) -> Option<(&Path, &Arc<TempDir>)> {
        match self {
            Self::Sqlite { path, folder } => Some((path, folder)),
            Self::Postgres { .. } => None,
        }
    }

    pub fn store(&self) -> Store {
        match self {
            Self::Sqlite { path, .. } => Either::Sqlite(Sqlite::at(path)),
            Self::Postgres { url } => Either::Postgres(Postgres::new(Pool::at(url))),
        }
    }

    /// The number that a statement returns, bypassing the hub.
    pub fn number(&self, sql: &str) -> i64 {
        match self {
            Self::Sqlite { path, .. } => {
                let connection = File::open(path).expect("a connection");
                connection.query_row(sql, [], |row| row.get(0)).expect("a number")
            }
            Self::Postgres { url } => {
                let printed = server().run_at(url, sql).expect("a result");
                printed.parse().expect("a number")
            }
        }
    }

    /// Changes the database, bypassing the hub.
    pub fn change(&self, sql: &str) {
        match self {
            Self::Sqlite { path, .. } => File::open(path).expect("a connection").execute_batch(sql).expect("a change"),
            Self::Postgres { url } => {
                server().run_at(url, sql).expect("a change");
            }
        }
    }

    /// The statement that returns how many rows a transaction has changed so far.
    pub fn changes(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SELECT total_changes()",
            Self::Postgres { .. } => {
                // Without the flush, the next transaction of this connection would count these rows again.
                "SELECT CAST(coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) AS BIGINT), CAST(pg_stat_force_next_flush() AS TEXT)
                 FROM pg_stat_xact_user_tables"
            }
        }
    }

    /// Everything that the database has stored.
    pub fn contents(&self) -> Vec<u8> {
        match self {
            Self::Sqlite { folder, .. } => {
                let files = std::fs::read_dir(folder.path()).expect("a folder");
                files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("bytes")).collect()
            }
            Self::Postgres { url } => {
                let xml = "SELECT schema_to_xml(current_schema()::text, true, false, '')";
                server().run_at(url, xml).expect("contents").into_bytes()
            }
        }
    }

    /// Destroys the database.
    pub fn lose(&self) {
        match self {
            Self::Sqlite { path, .. } => std::fs::write(path, "this is no database").expect("written"),
            Self::Postgres { .. } => {
                self.change("DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || current_schema() || ' CASCADE'; END $$")
            }
        }
    }
}

/// A pool like Spin's: a connection is returned as it was dropped, and is cleaned without a `ROLLBACK` before it is handed on.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    url: String,
    idle: Mutex<Vec<Client>>,
}

pub struct Pooled {
    client: Option<Client>,
    pool: Pool,
}

/// What `deadpool` does before it hands a connection on.
const CLEAN: &str =
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD TEMP; DISCARD SEQUENCES;";

impl Pool {
    pub fn at(url: &str) -> Self {
        Self(Arc::new(Shared { url: url.to_owned(), idle: Mutex::default() }))
    }
}

impl Connect for Pool {
    type Connection = Pooled;

    async fn open(&self) -> Result<Pooled, Failure> {
        loop {
            let idle = self.0.idle.lock().expect("lock").pop();
            let Some(client) = idle else { break };
            if client.batch_execute(CLEAN).await.is_ok() {
                return Ok(Pooled { client: Some(client), pool: self.clone() });
            }
        }
        let (client, connection) = tokio_postgres::connect(&self.0.url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Pooled { client: Some(client), pool: self.clone() })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }
}

impl Connection for Pooled {
    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Failure> {
        let client = self.client.as_ref().expect("a client");
        Connection::query(client, sql, parameters).await
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let client = self.client.take().expect("a client");
        self.pool.0.idle.lock().expect("lock").push(client);
    }
}
