//! Prunes the search entries of older revisions.

use super::steps::{ROWS_PER_TRANSACTION, Upkeep, integer};
use crate::database::{Database, Transaction};
use crate::{StoreError, row::SoleColumn as _, search};
use federation::time::Seconds;

/// Minimum time for which a search of an older revision can be continued, in seconds.
const SEARCHABLE_SECONDS: Seconds = 24 * 60 * 60;

/// Postings that one transaction may delete, for each entry that it may delete.
const POSTINGS_PER_ENTRY: usize = 2;

/// Fragments that one transaction examines.
const FRAGMENTS_PER_TRANSACTION: usize = 50;

/// A condition: no revision that was the newest one within the last day uses the fragment. These are the revision given
/// by the placeholder and all later ones.
fn unused(oldest: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM revision_sources s WHERE s.index_digest = f.digest AND s.repo = f.repo AND s.domain = f.domain
         AND s.revision >= (SELECT coalesce(max(x.revision), 0) FROM revision_sources x WHERE x.repo = f.repo AND x.revision <= {oldest}))"
    )
}

/// Returns whether everything was pruned.
pub(super) async fn prune<D: Database, C: Fn() -> Seconds + Send + Sync>(
    upkeep: &mut Upkeep<'_, D, C>,
    now: Seconds,
) -> Result<bool, StoreError> {
    let newest = "SELECT number FROM revisions WHERE composed_at <= $1 ORDER BY composed_at DESC, number DESC LIMIT 1";
    let oldest = integer(&upkeep.database.query(newest, vec![(now - SEARCHABLE_SECONDS).into()]).await?)?;
    let page = format!(
        "SELECT f.fragment FROM search_fragments f WHERE f.fragment > $1 AND {} ORDER BY f.fragment LIMIT $3",
        unused("$2")
    );
    let mut after = -1;
    loop {
        let rows = upkeep
            .database
            .query(&page, vec![i64::into(after), oldest.into(), FRAGMENTS_PER_TRANSACTION.into()])
            .await?;
        if rows.is_empty() {
            return Ok(true);
        }
        let made = upkeep
            .step(async |tx| {
                let mut room = ROWS_PER_TRANSACTION;
                for row in &rows {
                    let fragment = row.integer()?;
                    room = forget(tx, fragment, oldest, room).await?;
                    if room == 0 {
                        break;
                    }
                    after = fragment;
                }
                Ok(())
            })
            .await?;
        if !made {
            return Ok(false);
        }
    }
}

/// Deletes up to `room` entries of a fragment and postings in proportion, and the fragment with the last of both. Returns the
/// room that is left: 0 if anything remains.
async fn forget(tx: &mut impl Transaction, fragment: i64, oldest: i64, room: usize) -> Result<usize, StoreError> {
    // From now on it belongs to no source line, and its number is not reused while it has entries.
    let nobodys = format!(
        "UPDATE search_fragments AS f SET digest = '', domain = $1 WHERE f.fragment = $2 AND {} RETURNING fragment",
        unused("$3")
    );
    if tx.query(&nobodys, vec![fragment.to_string().into(), fragment.into(), oldest.into()]).await?.is_empty() {
        return Ok(room);
    }
    let (entries, postings) = search::forget(tx, fragment, room, room * POSTINGS_PER_ENTRY).await?;
    let left = room.saturating_sub(entries.max(postings.div_ceil(POSTINGS_PER_ENTRY)));
    if left > 0 {
        tx.query("DELETE FROM search_fragments WHERE fragment = $1", vec![fragment.into()]).await?;
    }
    Ok(left)
}
