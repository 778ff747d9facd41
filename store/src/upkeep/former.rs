//! Prunes former names of registrations.

use super::steps::{ROWS_PER_TRANSACTION, Upkeep, integer};
use crate::StoreError;
use crate::database::{Database, Transaction as _};
use federation::time::Seconds;

/// Names are kept for as long as the revisions that have them, and at least for this time, in seconds: 90 days …
const KEPT_AGE: Seconds = 90 * 24 * 60 * 60;
/// … but never more than this number.
const MAX_FORMER_NAMES: usize = 10_000;

/// Returns whether everything was pruned. The former name of a renamed repo stays as long as that repo is registered.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    let database = upkeep.database;
    let oldest = integer(&database.query("SELECT min(composed_at) FROM revisions", Vec::new()).await?)?;
    let until = if oldest == 0 { now - KEPT_AGE } else { oldest.min(now - KEPT_AGE) };
    let excess_until = integer(
        &database
            .query(
                "SELECT gone_at FROM former_repos ORDER BY gone_at DESC LIMIT 1 OFFSET $1",
                vec![MAX_FORMER_NAMES.into()],
            )
            .await?,
    )?;
    const OLD: &str = "SELECT repo FROM former_repos WHERE gone_at <= $1
         OR (gone_at < $2 AND became NOT IN (SELECT repo FROM registrations)) LIMIT $3";
    let parameters = || vec![excess_until.into(), until.into(), ROWS_PER_TRANSACTION.into()];
    while !database.query(OLD, parameters()).await?.is_empty() {
        let made = upkeep
            .step(async |tx| {
                tx.query(&format!("DELETE FROM former_repos WHERE repo IN ({OLD})"), parameters()).await?;
                Ok(())
            })
            .await?;
        if !made {
            return Ok(false);
        }
    }
    Ok(true)
}
