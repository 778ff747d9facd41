//! Copying a database that others use.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

/// How long a copy waits for a lock, a second at a time.
const WAITS: usize = 30;

/// Copies the database at `from`, as it is at one moment, into the file `into`. Writers of a database in WAL mode do not wait for that.
///
/// # Errors
/// When one of them cannot be used, for people.
pub(crate) fn copy_live(from: &Path, into: &Path) -> Result<Connection, String> {
    copy(from, into).map_err(|error| error.to_string())
}

fn copy(from: &Path, into: &Path) -> rusqlite::Result<Connection> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(Duration::from_secs(5))?;
    let mut target = Connection::open_with_flags(into, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let backup = Backup::new(&source, &mut target)?;
    // In one step: between two steps a writer could make it begin anew, again and again.
    let mut waits = 0;
    while !matches!(backup.step(-1)?, StepResult::Done) {
        waits += 1;
        if waits > WAITS {
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                Some("another process keeps the database locked".to_owned()),
            ));
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    drop(backup);
    // One file, which can be moved and opened for reading alone.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(target)
}
