//! A data directory for one process alone.

use std::fs::{self, File, TryLockError};
use std::path::Path;

/// Takes a data directory for as long as the file that it returns is open; makes the directory if need be. `serve` does the same.
///
/// # Errors
/// When another process has it or it cannot be written to, for people.
pub(crate) fn lock(data_dir: &Path) -> Result<File, String> {
    let failed = |error: std::io::Error| format!("{} cannot be used: {error}", data_dir.display());
    fs::create_dir_all(data_dir).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(data_dir.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!("a hub serves {}: stop it first", data_dir.display())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
