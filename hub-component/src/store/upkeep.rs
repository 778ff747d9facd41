//! What is done once a day.

use super::{StoreError, events, leases, revisions, search};
use crate::ports::{Database, Transaction as _};
use federation::time::{CLOCK_TOLERANCE, Seconds};

const DAY: Seconds = 24 * 60 * 60;

/// Prunes, unless that was done in the last day.
///
/// # Errors
/// When the database fails.
pub async fn daily(database: &impl Database, now: Seconds) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM leases WHERE name = 'upkeep' AND expires_at > $1 AND expires_at <= $2";
    let done = database.query(sql, vec![now.into(), (now + DAY + CLOCK_TOLERANCE).into()]).await?;
    if !done.is_empty() {
        return Ok(());
    }
    let mut tx = database.write().await?;
    // Held by nobody in particular: it only remembers the day.
    if leases::take(&mut tx, "upkeep", "day", now, now + DAY).await? {
        revisions::prune(&mut tx, now).await?;
        search::prune(&mut tx, now).await?;
        events::prune(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
