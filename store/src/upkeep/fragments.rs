//! Prunes fragments that no stored revision uses.
//!
//! A reader may still be reading a fragment when the last revision that uses it is pruned. So one run marks the
//! fragment, and a later run deletes it when the mark is a day old.

use super::steps::{DAY, LARGE_ROWS, ROWS_PER_TRANSACTION, Upkeep};
use crate::database::{Database, Row, Transaction as _, Value};
use crate::statement::Statement;
use crate::{
    StoreError, fragments,
    row::{Reader, SoleColumn as _},
};
use federation::time::Seconds;

/// Digest, repo and domain.
type Key = [String; 3];

const USED: &str = "EXISTS (SELECT 1 FROM revision_sources s WHERE s.index_digest = f.digest AND s.repo = f.repo AND s.domain = f.domain)";

/// Returns whether everything was pruned.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    Ok(forget(upkeep, now).await? && mark(upkeep, now).await?)
}

/// Deletes fragments marked long enough ago, and unmarks those that are used again.
async fn forget<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    let marked = format!(
        "SELECT f.digest, f.repo, f.domain FROM unused_fragments f WHERE (f.digest, f.repo, f.domain) > ($1, $2, $3)
         AND (f.since <= $4 OR {USED}) ORDER BY f.digest, f.repo, f.domain LIMIT $5"
    );
    let (ended, mut after) = (now - DAY, Key::default());
    loop {
        let mut parameters = values(&after);
        parameters.extend([ended.into(), LARGE_ROWS.into()]);
        let rows = upkeep.database.query(&marked, parameters).await?;
        let Some(last) = rows.last() else { return Ok(true) };
        after = key(last)?;
        let made = upkeep.step(async |tx| {
        for row in &rows {
            let key = values(&key(row)?);
            // It may have been used again since it was read.
            let unused = format!(
                "DELETE FROM fragments AS f WHERE f.digest = $1 AND f.repo = $2 AND f.domain = $3 AND NOT {USED} RETURNING number"
            );
            for row in tx.query(&unused, key.clone()).await? {
                fragments::forget_pieces(tx, row.integer()?).await?;
            }
            tx.query("DELETE FROM unused_fragments WHERE digest = $1 AND repo = $2 AND domain = $3", key).await?;
        }
            Ok(())
        }).await?;
        if !made {
            return Ok(false);
        }
    }
}

/// Marks fragments that are no longer used.
async fn mark<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    // Reads only the keys, which have an index of their own: the rows are large.
    let page = format!(
        "SELECT f.digest, f.repo, f.domain FROM fragments f WHERE (f.digest, f.repo, f.domain) > ($1, $2, $3) AND NOT {USED}
         AND NOT EXISTS (SELECT 1 FROM unused_fragments u WHERE u.digest = f.digest AND u.repo = f.repo AND u.domain = f.domain)
         ORDER BY f.digest, f.repo, f.domain LIMIT $4"
    );
    let mut after = Key::default();
    loop {
        let mut parameters = values(&after);
        parameters.push(ROWS_PER_TRANSACTION.into());
        let rows = upkeep.database.query(&page, parameters).await?;
        let Some(last) = rows.last() else { return Ok(true) };
        after = key(last)?;
        let made = upkeep
            .step(async |tx| {
                let mut marks = Statement::default();
                marks.push("INSERT INTO unused_fragments (digest, repo, domain, since) VALUES ");
                for (i, row) in rows.iter().enumerate() {
                    let [digest, repo, domain] = key(row)?;
                    let columns = [marks.bind(digest), marks.bind(repo), marks.bind(domain), marks.bind(now)];
                    marks.push(if i == 0 { "(" } else { ", (" });
                    marks.push(&columns.join(", "));
                    marks.push(")");
                }
                marks.push(" ON CONFLICT DO NOTHING");
                tx.query(&marks.sql, marks.parameters).await?;
                Ok(())
            })
            .await?;
        if !made {
            return Ok(false);
        }
    }
}

fn key(row: &Row) -> Result<Key, StoreError> {
    let mut row = Reader::of(row);
    Ok([row.string()?, row.string()?, row.string()?])
}

fn values(key: &Key) -> Vec<Value> {
    key.iter().map(|part| part.as_str().into()).collect()
}
