//! A hub's database as a file: copied while in use, verified, repaired and restored.

mod copy;
mod log;
mod mend;
mod numbers;
mod restore;
mod verify;

use crate::StoreError;
use crate::database::DatabaseError;
pub use copy::copy;
pub use mend::mend;
pub use restore::{Restored, restore};
use std::io;
use std::path::{Path, PathBuf};
pub use verify::{Verified, verify};

/// Why a file was not copied, verified, repaired or restored, in words for people.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite reported an error.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The stored data is not in the form that the hub wrote.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Any other sign that the file is not a complete database of a hub.
    #[error("{0}")]
    NotWhole(String),
}

impl From<DatabaseError> for FileError {
    fn from(error: DatabaseError) -> Self {
        StoreError::from(error).into()
    }
}

/// The path of the database in a data directory, as used by `serve`.
pub fn database(data_dir: &Path) -> PathBuf {
    data_dir.join("reuse-surface.db")
}

/// A file that SQLite keeps next to `database`: `-wal`, `-shm` or `-journal`.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
