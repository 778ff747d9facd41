//! Copies a database that is in use.

use super::FileError;
use crate::sqlite::Sqlite;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;
use std::time::Duration;

/// Attempts to get a lock, one per second.
const MAX_ATTEMPTS: usize = 30;

/// Copies a consistent state of the database at `from` into the file `into`. Writers of a database in
/// WAL mode do not wait meanwhile.
///
/// # Errors
/// If either file cannot be used.
pub fn copy(from: &Path, into: &Path) -> Result<(), FileError> {
    let (source, mut target) = (Sqlite::at(from).open()?, Sqlite::at(into).open()?);
    let backup = Backup::new(&source, &mut target)?;
    // In one step: between two steps a writer could make the copy restart again and again.
    let mut attempts = 0;
    while !matches!(backup.step(-1)?, StepResult::Done) {
        attempts += 1;
        if attempts > MAX_ATTEMPTS {
            return Err(FileError::NotWhole("another process keeps the database locked".to_owned()));
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    drop(backup);
    // A single file, which can be moved and opened read-only.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(target.close().map_err(|(_, error)| error)?)
}
