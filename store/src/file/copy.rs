//! Copying a database that others use.

use super::FileError;
use crate::sqlite::Sqlite;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;
use std::time::Duration;

/// How often a copy tries to get a lock, once a second.
const MAX_ATTEMPTS: usize = 30;

/// Copies the database at `from`, as it is at one moment, into the file `into`. Writers of a database in WAL mode do not wait meanwhile.
///
/// # Errors
/// When one of them cannot be used.
pub fn copy(from: &Path, into: &Path) -> Result<(), FileError> {
    let (source, mut target) = (Sqlite::at(from).open()?, Sqlite::at(into).open()?);
    let backup = Backup::new(&source, &mut target)?;
    // In one step: between two steps a writer could make it begin anew, again and again.
    let mut attempts = 0;
    while !matches!(backup.step(-1)?, StepResult::Done) {
        attempts += 1;
        if attempts > MAX_ATTEMPTS {
            return Err(FileError::NotWhole("another process keeps the database locked".to_owned()));
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    drop(backup);
    // One file, which can be moved and opened for reading alone.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(target.close().map_err(|(_, error)| error)?)
}
