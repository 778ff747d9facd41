//! Prunes snapshots that nothing refers to.

use super::steps::{DAY, LARGE_ROWS, ROWS_PER_TRANSACTION, Upkeep};
use crate::database::{Database, Transaction as _};
use crate::{
    StoreError,
    row::{Reader, SoleColumn as _},
};
use federation::digest::Digest;
use federation::time::Seconds;
use std::collections::BTreeSet;

/// Returns whether everything was pruned. An unreferenced snapshot stays for a day: a
/// check may be about to refer to it.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    const UNUSED: &str = "NOT EXISTS (SELECT 1 FROM revision_sources s WHERE s.index_digest = snapshots.digest)
         AND NOT EXISTS (SELECT 1 FROM upstream_lines u WHERE u.index_digest = snapshots.digest)
         AND NOT EXISTS (SELECT 1 FROM fragments f WHERE f.digest = snapshots.digest)";
    let page = format!("SELECT digest FROM snapshots WHERE digest > $1 AND {UNUSED} ORDER BY digest LIMIT $2");
    // A new reference creates its fragment in the same transaction, so no snapshot in use can be deleted here.
    let delete = format!("DELETE FROM snapshots WHERE digest = $1 AND stored_at < $2 AND {UNUSED}");
    let mut in_use = None;
    let mut after = String::new();
    loop {
        let rows = upkeep.database.query(&page, vec![after.into(), LARGE_ROWS.into()]).await?;
        let Some(last) = rows.last() else { return Ok(true) };
        after = last.text()?.to_owned();
        let in_use = match &mut in_use {
            Some(in_use) => in_use,
            none => none.insert(named_by_sources(upkeep.database).await?),
        };
        let digests = rows.iter().map(|row| row.text()).collect::<Result<Vec<_>, _>>()?;
        let digests: Vec<&str> = digests.into_iter().filter(|digest| !in_use.contains(*digest)).collect();
        if digests.is_empty() {
            continue;
        }
        let made = upkeep
            .step(async |tx| {
                for digest in digests {
                    tx.query(&delete, vec![digest.into(), (now - DAY).into()]).await?;
                }
                Ok(())
            })
            .await?;
        if !made {
            return Ok(false);
        }
    }
}

/// All digests in the records of sources: of accepted and of held snapshots. Unreadable records count too.
async fn named_by_sources(database: &impl Database) -> Result<BTreeSet<String>, StoreError> {
    let (mut named, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = "SELECT repo, record FROM source_state WHERE repo > $1 ORDER BY repo LIMIT $2";
        let rows = database.query(page, vec![after.into(), ROWS_PER_TRANSACTION.into()]).await?;
        let Some(last) = rows.last() else { return Ok(named) };
        after = Reader::of(last).string()?;
        for row in &rows {
            let mut row = Reader::of(row);
            row.value();
            let record = row.text()?;
            let starts = record.match_indices(Digest::PREFIX).map(|(start, _)| start);
            let digests = starts.filter_map(|start| record.get(start..start + Digest::LENGTH));
            named.extend(digests.map(str::to_owned));
        }
    }
}
