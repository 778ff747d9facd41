//! Tests whether the store is writable.

use crate::database::{Database, write_with};
use crate::{StoreError, leases, row::SoleColumn as _};
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// How long the result of a successful write is reused, in seconds: anyone may send this request,
/// and each write costs an fsync.
const COUNTS: Seconds = 5;

/// Bytes that the probe writes: a disk with space for one row may lack space for a registration
/// with its indexes and its event.
const PROBE_BYTES: usize = 64 << 10;

/// Writes as much as a registration may need, unless a recent write succeeded.
///
/// # Errors
/// If the write fails.
pub async fn write(database: &impl Database, now: Seconds) -> Result<(), StoreError> {
    let rows = database.query("SELECT expires_at FROM leases WHERE name = 'probe'", Vec::new()).await?;
    let until = rows.first().map_or(Ok(0), |row| row.integer())?;
    // A clock that was set back must not extend this time.
    if (now + 1..=now + COUNTS + CLOCK_TOLERANCE).contains(&until) {
        return Ok(());
    }
    write_with(database, async |tx| {
        // A new text each time: SQLite does not write unchanged content.
        let text = format!("{now} ").repeat(PROBE_BYTES / 11);
        // This lease has no holder; it only stores the time.
        leases::take(tx, "probe", &text, now, now + COUNTS).await?;
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(())
}
