//! The database in PostgreSQL, for commands that use it without a hub.

use crate::clock;
use std::path::Path;
use store::file::{self, FileError};
use store::migrations::migrate;
use store::moving::{Moved, move_all};
use store::postgres::{Connect, Failure, Postgres, with_tls};
use store::sqlite::Sqlite;
use tempfile::NamedTempFile;
use tokio_postgres::Client;

/// Opens connections to one server.
#[derive(Clone)]
pub(super) struct Server {
    url: String,
    authority: Option<String>,
}

impl Connect for Server {
    type Connection = Client;

    async fn open(&self) -> Result<Client, Failure> {
        let opened = runtime::postgres_client(&self.url, self.authority.as_deref()).await;
        opened.map_err(|error| Failure { code: None, text: format!("{error:#}") })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }
}

/// The database at this URL. Its certificate must have been issued by the CA `authority` (PEM), or, without one, by a CA that this machine trusts.
pub(super) fn database(url: String, authority: Option<&str>) -> Postgres<Server> {
    let authority = authority.filter(|authority| !authority.is_empty()).map(str::to_owned);
    Postgres::new(Server { url: with_tls(&url, authority.as_deref()), authority })
}

/// Fills the empty file `into` with everything in one snapshot of the database.
pub(super) async fn copy(from: &Postgres<Server>, into: &Path) -> Result<Moved, FileError> {
    let work = beside(into)?;
    let target = Sqlite::at(work.path());
    migrate(&target, clock::now()).await?;
    let moved = move_all(&target, from, &target, clock::now()).await?;
    // One file, without the write-ahead log beside it.
    file::copy(work.path(), into)?;
    Ok(moved)
}

/// A file in the same folder, which has room for a database.
pub(super) fn beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    tempfile::Builder::new().prefix(".copy-").tempfile_in(folder)
}
