//! Prunes old events.

use super::steps::{ROWS_PER_TRANSACTION, Upkeep, integer};
use crate::StoreError;
use crate::database::{Database, Transaction as _};
use federation::time::Seconds;

/// Events are kept for this time, in seconds: 365 days …
const KEPT_AGE: Seconds = 365 * 24 * 60 * 60;
/// … but never more than this number.
const MAX_EVENTS: i64 = 100_000;

/// Returns whether everything was pruned. The newest event always stays, since the next one continues its number.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    let database = upkeep.database;
    let newest = integer(&database.query("SELECT max(number) FROM events", Vec::new()).await?)?;
    let young = "SELECT number FROM events WHERE at >= $1 ORDER BY number LIMIT 1";
    let young = integer(&database.query(young, vec![(now - KEPT_AGE).into()]).await?)?;
    let first = if young == 0 { newest } else { young }.max(newest - MAX_EVENTS + 1);
    let older = "SELECT 1 FROM events WHERE number < $1 LIMIT 1";
    while !database.query(older, vec![first.into()]).await?.is_empty() {
        let made = upkeep
            .step(async |tx| {
                tx.query(
            "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE number < $1 ORDER BY number LIMIT $2)",
            vec![first.into(), ROWS_PER_TRANSACTION.into()],
        )
        .await?;
                Ok(())
            })
            .await?;
        if !made {
            return Ok(false);
        }
    }
    Ok(true)
}
