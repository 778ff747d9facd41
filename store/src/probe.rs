//! Whether the store takes writes.

use crate::database::{Database, Transaction as _};
use crate::{StoreError, leases, row::Columns as _};
use federation::time::{CLOCK_TOLERANCE, Seconds};

/// For how long, in seconds, a write that went well counts: anybody may ask, and each write costs an fsync.
const COUNTS: Seconds = 5;

/// Bytes that it writes: where a row fits, a registration with its indexes and its event need not.
const SIZE: usize = 64 << 10;

/// Writes as much as a registration may take, unless that went well a moment ago.
///
/// # Errors
/// When nothing can be written.
pub async fn write(database: &impl Database, now: Seconds) -> Result<(), StoreError> {
    let rows = database.query("SELECT expires_at FROM leases WHERE name = 'probe'", Vec::new()).await?;
    let until = rows.first().map_or(Ok(0), |row| row.integer(0))?;
    // A clock that was set back must not make it count for longer.
    if (now + 1..=now + COUNTS + CLOCK_TOLERANCE).contains(&until) {
        return Ok(());
    }
    let mut tx = database.write().await?;
    // Another text each time: SQLite does not write what is there already.
    let text = format!("{now} ").repeat(SIZE / 11);
    // Held by nobody in particular: it only remembers the time.
    leases::take(&mut tx, "probe", &text, now, now + COUNTS).await?;
    tx.commit().await?;
    Ok(())
}
