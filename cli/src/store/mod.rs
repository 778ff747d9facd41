//! A hub's database as a file: copied, verified and put back. The only place of the command line with SQL.

mod copy;
mod mend;
mod numbers;
mod swap;
mod verify;

pub(crate) use copy::copy_live;
pub(crate) use swap::{Restored, restore};
pub(crate) use verify::{Verified, verify};

use std::path::{Path, PathBuf};

/// The database of a data directory, as `serve` names it.
pub(crate) fn database(data_dir: &Path) -> PathBuf {
    data_dir.join("reuse-surface.db")
}

/// A file that SQLite keeps beside `database`: `-wal`, `-shm` or `-journal`.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
