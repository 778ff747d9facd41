//! Prunes old revisions.

use super::steps::{ROWS_PER_TRANSACTION, Upkeep, integer};
use crate::StoreError;
use crate::database::{Database, Transaction as _};
use federation::time::Seconds;

/// Revisions that are kept regardless of age.
pub const KEPT_REVISIONS: i64 = 1000;
/// The age up to which all revisions are kept, in seconds: 90 days.
pub const KEPT_AGE: Seconds = 90 * 24 * 60 * 60;

/// Returns whether everything was pruned. The oldest stored revision stays readable: the earlier changes
/// that it still needs are kept too.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    let database = upkeep.database;
    // Counts rows, since a restore leaves gaps in the numbers.
    let by_number = "SELECT number FROM revisions ORDER BY number DESC LIMIT 1 OFFSET $1";
    let by_number = integer(&database.query(by_number, vec![(KEPT_REVISIONS - 1).into()]).await?)?;
    // Times in the log never decrease.
    let by_age = "SELECT number FROM revisions WHERE composed_at < $1 ORDER BY composed_at DESC, number DESC LIMIT 1";
    let by_age = integer(&database.query(by_age, vec![(now - KEPT_AGE).into()]).await?)?;
    let oldest = by_number.min(by_age);
    loop {
        let first = integer(&database.query("SELECT min(number) FROM revisions", Vec::new()).await?)?;
        if first >= oldest {
            return Ok(true);
        }
        let made = upkeep.step(async |tx| {
        let changes = "SELECT max(revision) FROM (SELECT revision FROM revision_sources WHERE revision > $1 AND revision <= $2 ORDER BY revision LIMIT $3) page";
        let until = integer(&tx.query(changes, vec![first.into(), oldest.into(), ROWS_PER_TRANSACTION.into()]).await?)?;
        let until = if until == 0 { oldest } else { until };
        // Each change of these revisions replaces the previous one of its source.
        tx.query(
            "DELETE FROM revision_sources WHERE (revision, repo) IN (SELECT o.revision, o.repo FROM revision_sources n
             JOIN revision_sources o ON o.repo = n.repo AND o.revision < n.revision WHERE n.revision > $1 AND n.revision <= $2)",
            vec![first.into(), until.into()],
        )
        .await?;
        tx.query(
            "DELETE FROM revision_sources WHERE revision >= $1 AND revision < $2 AND index_digest = ''",
            vec![first.into(), until.into()],
        )
        .await?;
        let changes = "DELETE FROM change_pieces WHERE revision >= $1 AND revision < $2";
        tx.query(changes, vec![first.into(), until.into()]).await?;
        tx.query("DELETE FROM tombstones WHERE revision < $1", vec![until.into()]).await?;
        tx.query("DELETE FROM revisions WHERE number >= $1 AND number < $2", vec![first.into(), until.into()]).await?;
            Ok(())
        }).await?;
        if !made {
            return Ok(false);
        }
    }
}
