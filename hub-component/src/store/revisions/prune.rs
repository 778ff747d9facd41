//! Forgetting old revisions, and what nothing refers to any more.

use crate::ports::Transaction;
use crate::store::{StoreError, row::Columns as _, sources};
use federation::time::Seconds;
use std::collections::BTreeSet;

/// Revisions that are kept whatever their age …
const KEPT_REVISIONS: i64 = 1000;
/// … and the age, in seconds, up to which all are kept: 90 days.
const KEPT_AGE: Seconds = 90 * 24 * 60 * 60;
/// How long a snapshot that nothing refers to is kept, in seconds: a check may just be about to.
const ORPHAN_AGE: Seconds = 24 * 60 * 60;

/// Prunes. The oldest kept revision stays readable: what it still has from before it is kept too.
pub async fn prune(tx: &mut impl Transaction, now: Seconds) -> Result<(), StoreError> {
    let rows = tx
        .query(
            // Counted, since a restore leaves numbers out.
            "SELECT coalesce(max(number), 0) FROM revisions
             WHERE number <= (SELECT number FROM revisions ORDER BY number DESC LIMIT 1 OFFSET $1) AND composed_at < $2",
            vec![(KEPT_REVISIONS - 1).into(), (now - KEPT_AGE).into()],
        )
        .await?;
    let oldest = rows.first().map_or(Ok(0), |row| row.integer(0))?;
    if oldest > 0 {
        tx.query(
            "DELETE FROM revision_sources WHERE revision < $1 AND (index_digest = '' OR EXISTS
             (SELECT 1 FROM revision_sources x WHERE x.repo = revision_sources.repo
              AND x.revision > revision_sources.revision AND x.revision <= $2))",
            vec![oldest.into(), oldest.into()],
        )
        .await?;
        tx.query("DELETE FROM revisions WHERE number < $1", vec![oldest.into()]).await?;
    }
    tx.query(
        "DELETE FROM fragments WHERE NOT EXISTS (SELECT 1 FROM revision_sources s
         WHERE s.index_digest = fragments.digest AND s.repo = fragments.repo AND s.domain = fragments.domain)",
        Vec::new(),
    )
    .await?;
    drop_orphans(tx, now).await
}

async fn drop_orphans(tx: &mut impl Transaction, now: Seconds) -> Result<(), StoreError> {
    let mut in_use = BTreeSet::new();
    for source in sources::all(tx).await? {
        in_use.extend(source.record.accepted.map(|accepted| accepted.digest));
        in_use.extend(source.record.held.map(|held| held.digest));
    }
    let rows = tx
        .query(
            "SELECT digest FROM snapshots WHERE stored_at < $1
             AND NOT EXISTS (SELECT 1 FROM revision_sources s WHERE s.index_digest = snapshots.digest)",
            vec![(now - ORPHAN_AGE).into()],
        )
        .await?;
    for row in rows {
        let digest = row.text(0)?;
        if !in_use.iter().any(|used| used.as_str() == digest) {
            tx.query("DELETE FROM snapshots WHERE digest = $1", vec![digest.into()]).await?;
        }
    }
    Ok(())
}
